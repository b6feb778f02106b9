-- Undoing loads. An undo is a batch of its own, mode 'undo', that names the
-- batch it took back.
ALTER TABLE import_batch DROP CONSTRAINT import_batch_mode_check;
ALTER TABLE import_batch ADD CONSTRAINT import_batch_mode_check CHECK (mode IN ('upsert', 'insert', 'replace', 'undo'));
ALTER TABLE import_batch ADD COLUMN undoes bigint REFERENCES import_batch (id);
-- What holds a household or building is asked at every undo.
CREATE INDEX visit_household ON visit (household_id) WHERE household_id IS NOT NULL;
CREATE INDEX change_request_building ON change_request (building_id);

-- Keys that were checked row by row, though the loads that write these
-- columns have just joined or made what they refer to, under locks; see
-- docs/adr/0006. The chain residence → household → unit → entrance →
-- building keeps its keys.
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY '{area,grid,compound,gate,barrier,land,street,building,entrance,unit,facility,household,resident,residence,tag}'::text[] LOOP
        EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I, DROP CONSTRAINT %I',
            t, t || '_created_batch_fkey', t || '_updated_batch_fkey');
    END LOOP;
END $$;
ALTER TABLE residence DROP CONSTRAINT residence_resident_id_fkey, DROP CONSTRAINT residence_building_id_fkey,
    DROP CONSTRAINT residence_unit_id_fkey;
ALTER TABLE tag DROP CONSTRAINT tag_resident_id_fkey;
