-- More keys that were checked row by row for what loads have just joined or
-- made, under locks; see docs/adr/0006. `hearthmap doctor` looks for rows
-- that refer to nothing.
ALTER TABLE unit DROP CONSTRAINT unit_building_id_fkey, DROP CONSTRAINT unit_entrance_id_fkey;
ALTER TABLE household DROP CONSTRAINT household_unit_id_fkey;
ALTER TABLE residence DROP CONSTRAINT residence_household_id_fkey;
