-- Rights. The service answers every request about persons as the role
-- hearthmap_web, inside a transaction that begins with
--     SET LOCAL ROLE hearthmap_web;
--     SET LOCAL app.role = '…'; SET LOCAL app.grids = '1,2'; SET LOCAL app.areas = '3';
-- Row-level security then bounds what it sees. Without these settings it
-- sees no person at all. Roles belong to the whole server, so the role is
-- made only when it is missing and never dropped.
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'hearthmap_web') THEN
        CREATE ROLE hearthmap_web NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- another city was faster
END $$;
DO $$
BEGIN
    IF NOT pg_has_role(current_user, 'hearthmap_web', 'MEMBER') THEN
        EXECUTE format('GRANT hearthmap_web TO %I', current_user);
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO hearthmap_web', current_schema());
END $$;

-- The ids in a setting, as an array; empty when it is not set.
CREATE FUNCTION app_ids(setting text) RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_to_array(nullif(current_setting(setting, true), ''), ',')::bigint[], '{}')
$$;
CREATE FUNCTION app_sees_persons() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(current_setting('app.role', true) IN ('grid', 'approver'), false)
$$;

-- Counts without persons: the views run with their owner's rights, and so
-- give every role of the map the numbers, and nothing else.
CREATE VIEW unit_count AS
    SELECT unit_id,
           count(*) FILTER (WHERE present)                                 AS people,
           count(DISTINCT household_id) FILTER (WHERE present)             AS households,
           count(*) FILTER (WHERE residency = 'floating')                  AS floating,
           count(*) FILTER (WHERE residency = 'registered')                AS registered
      FROM residence WHERE valid_to IS NULL GROUP BY unit_id;
CREATE VIEW household_count AS
    SELECT household_id, unit_id, count(*) FILTER (WHERE present) AS people
      FROM residence WHERE valid_to IS NULL GROUP BY household_id, unit_id;
CREATE VIEW building_count AS
    SELECT rc.building_id,
           count(*)                                                              AS people,
           count(DISTINCT rc.household_id)                                       AS households,
           count(*) FILTER (WHERE r.birth_date > current_date - interval '3 years')  AS age_0_2,
           count(*) FILTER (WHERE r.birth_date > current_date - interval '6 years'
                              AND r.birth_date <= current_date - interval '3 years') AS age_3_5,
           count(*) FILTER (WHERE r.birth_date > current_date - interval '15 years'
                              AND r.birth_date <= current_date - interval '6 years') AS age_6_14,
           count(*) FILTER (WHERE r.birth_date <= current_date - interval '60 years') AS age_60_up,
           count(*) FILTER (WHERE r.birth_date <= current_date - interval '80 years') AS age_80_up
      FROM residence rc JOIN resident r ON r.id = rc.resident_id
     WHERE rc.valid_to IS NULL AND rc.present GROUP BY rc.building_id;

GRANT SELECT ON area, grid, compound, gate, barrier, land, street, building, entrance, unit, facility,
    unit_count, household_count, building_count TO hearthmap_web;
GRANT SELECT ON household, resident, residence, tag, visit, change_request TO hearthmap_web;
GRANT INSERT ON visit, change_request TO hearthmap_web;
GRANT UPDATE (state, decided_by, decided_at, decision_note) ON change_request TO hearthmap_web;
GRANT INSERT ON audit TO hearthmap_web;

ALTER TABLE residence ENABLE ROW LEVEL SECURITY;
ALTER TABLE household ENABLE ROW LEVEL SECURITY;
ALTER TABLE resident ENABLE ROW LEVEL SECURITY;
ALTER TABLE tag ENABLE ROW LEVEL SECURITY;
ALTER TABLE visit ENABLE ROW LEVEL SECURITY;
ALTER TABLE change_request ENABLE ROW LEVEL SECURITY;

CREATE POLICY residence_scope ON residence FOR SELECT TO hearthmap_web USING (
    (SELECT app_sees_persons()) AND building_id IN (
        SELECT b.id FROM building b
         WHERE b.grid_id = ANY ((SELECT app_ids('app.grids'))::bigint[])
            OR b.area_id = ANY ((SELECT app_ids('app.areas'))::bigint[])));
-- The others hang on residence, whose own policy bounds them.
CREATE POLICY household_scope ON household FOR SELECT TO hearthmap_web USING (
    id IN (SELECT rc.household_id FROM residence rc WHERE rc.valid_to IS NULL));
CREATE POLICY resident_scope ON resident FOR SELECT TO hearthmap_web USING (
    id IN (SELECT rc.resident_id FROM residence rc WHERE rc.valid_to IS NULL));
CREATE POLICY tag_scope ON tag FOR SELECT TO hearthmap_web USING (
    resident_id IN (SELECT rc.resident_id FROM residence rc WHERE rc.valid_to IS NULL));
CREATE POLICY visit_scope ON visit TO hearthmap_web USING (
    (SELECT app_sees_persons()) AND building_id IN (
        SELECT b.id FROM building b
         WHERE b.grid_id = ANY ((SELECT app_ids('app.grids'))::bigint[])
            OR b.area_id = ANY ((SELECT app_ids('app.areas'))::bigint[])));
CREATE POLICY change_request_scope ON change_request TO hearthmap_web USING (
    (SELECT app_sees_persons()) AND building_id IN (
        SELECT b.id FROM building b
         WHERE b.grid_id = ANY ((SELECT app_ids('app.grids'))::bigint[])
            OR b.area_id = ANY ((SELECT app_ids('app.areas'))::bigint[])));
