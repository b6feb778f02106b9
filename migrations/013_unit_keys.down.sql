ALTER TABLE residence ADD CONSTRAINT residence_household_id_fkey FOREIGN KEY (household_id) REFERENCES household (id) ON DELETE CASCADE;
ALTER TABLE household ADD CONSTRAINT household_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (id) ON DELETE CASCADE;
ALTER TABLE unit ADD CONSTRAINT unit_building_id_fkey FOREIGN KEY (building_id) REFERENCES building (id) ON DELETE CASCADE,
    ADD CONSTRAINT unit_entrance_id_fkey FOREIGN KEY (entrance_id) REFERENCES entrance (id) ON DELETE CASCADE;
