ALTER TABLE tag ADD FOREIGN KEY (resident_id) REFERENCES resident (id) ON DELETE CASCADE;
ALTER TABLE residence ADD FOREIGN KEY (resident_id) REFERENCES resident (id) ON DELETE CASCADE,
    ADD FOREIGN KEY (building_id) REFERENCES building (id) ON DELETE CASCADE,
    ADD FOREIGN KEY (unit_id) REFERENCES unit (id) ON DELETE CASCADE;
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY '{area,grid,compound,gate,barrier,land,street,building,entrance,unit,facility,household,resident,residence,tag}'::text[] LOOP
        EXECUTE format('ALTER TABLE %I ADD FOREIGN KEY (created_batch) REFERENCES import_batch (id), ADD FOREIGN KEY (updated_batch) REFERENCES import_batch (id)', t);
    END LOOP;
END $$;
DROP INDEX change_request_building;
DROP INDEX visit_household;
ALTER TABLE import_batch DROP COLUMN undoes;
ALTER TABLE import_batch DROP CONSTRAINT import_batch_mode_check;
UPDATE import_batch SET mode = 'upsert' WHERE mode = 'undo';
ALTER TABLE import_batch ADD CONSTRAINT import_batch_mode_check CHECK (mode IN ('upsert', 'insert', 'replace'));
