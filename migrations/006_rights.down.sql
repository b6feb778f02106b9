DROP POLICY change_request_scope ON change_request;
DROP POLICY visit_scope ON visit;
DROP POLICY tag_scope ON tag;
DROP POLICY resident_scope ON resident;
DROP POLICY household_scope ON household;
DROP POLICY residence_scope ON residence;
DROP VIEW building_count;
DROP VIEW household_count;
DROP VIEW unit_count;
DROP FUNCTION app_sees_persons();
DROP FUNCTION app_ids(text);
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM hearthmap_web', current_schema());
    EXECUTE format('REVOKE ALL ON SCHEMA %I FROM hearthmap_web', current_schema());
END $$;
ALTER TABLE change_request DISABLE ROW LEVEL SECURITY;
ALTER TABLE visit DISABLE ROW LEVEL SECURITY;
ALTER TABLE tag DISABLE ROW LEVEL SECURITY;
ALTER TABLE resident DISABLE ROW LEVEL SECURITY;
ALTER TABLE household DISABLE ROW LEVEL SECURITY;
ALTER TABLE residence DISABLE ROW LEVEL SECURITY;
