-- People across sources: pairs of entries that may be one person, and merges.
-- References to residents carry no keys: a load into an empty register makes
-- its indexes last, see docs/adr/0006.
ALTER TABLE resident ADD COLUMN merged_into bigint;
CREATE INDEX resident_merged ON resident (merged_into) WHERE merged_into IS NOT NULL;

-- Other match hashes by which files know a person: the next import of either
-- file then updates the one who is left.
CREATE TABLE resident_alias (
    match_hash  bytea PRIMARY KEY,
    resident_id bigint NOT NULL
);
CREATE INDEX resident_alias_resident ON resident_alias (resident_id);

CREATE TABLE people_pair (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    a_id       bigint NOT NULL,
    b_id       bigint NOT NULL,
    verdict    text NOT NULL CHECK (verdict IN ('same', 'doubtful')), -- of the comparison
    score      real NOT NULL,   -- log2 of the odds
    keys       text[] NOT NULL, -- why they were compared
    reasons    jsonb NOT NULL,  -- [{code, bits}], codes only, no values
    capped     text NOT NULL DEFAULT '',
    found_at   timestamptz NOT NULL DEFAULT now(),
    state      text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'same', 'different')),
    decided_by text NOT NULL DEFAULT '',
    decided_at timestamptz,
    CHECK (a_id < b_id),
    UNIQUE (a_id, b_id)
);
CREATE INDEX people_pair_b ON people_pair (b_id);
CREATE INDEX people_pair_open ON people_pair (score DESC) WHERE state = 'open';

-- Who was merged into whom. before and after hold the rows that the merge
-- touched, whole, so that it can be undone: personal data, for the owner only.
CREATE TABLE people_merge (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kept_id   bigint NOT NULL,
    gone_id   bigint NOT NULL,
    account   text NOT NULL DEFAULT '',
    purpose   text NOT NULL,
    merged_at timestamptz NOT NULL DEFAULT now(),
    undone_at timestamptz,
    undone_by text NOT NULL DEFAULT '',
    before    jsonb NOT NULL,
    after     jsonb
);
CREATE INDEX people_merge_kept ON people_merge (kept_id);
CREATE INDEX people_merge_gone ON people_merge (gone_id);

-- The owner only: no policy lets anybody else in.
ALTER TABLE resident_alias ENABLE ROW LEVEL SECURITY;
ALTER TABLE people_merge ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON resident_alias, people_merge FROM hearthmap_web;

-- A pair is seen by those in whose area both entries live: it tells of both.
-- resident's own policy bounds what they see of it.
ALTER TABLE people_pair ENABLE ROW LEVEL SECURITY;
CREATE POLICY people_pair_scope ON people_pair FOR SELECT TO hearthmap_web USING (
    a_id IN (SELECT rc.resident_id FROM residence rc WHERE rc.valid_to IS NULL)
    AND b_id IN (SELECT rc.resident_id FROM residence rc WHERE rc.valid_to IS NULL));
GRANT SELECT ON people_pair TO hearthmap_web;

-- What the rules of people compare see: no names, numbers or phones. The
-- views run with the caller's rights.
CREATE VIEW people_entry WITH (security_invoker = true) AS
    SELECT r.id, r.sex, r.birth_date, extract(year FROM age(r.birth_date))::int AS age,
           rc.unit_id, rc.building_id, rc.household_id, rc.relation, rc.residency, rc.present
      FROM resident r JOIN residence rc ON rc.resident_id = r.id AND rc.valid_to IS NULL
     WHERE r.ended_on IS NULL AND r.merged_into IS NULL;
CREATE VIEW people_tag WITH (security_invoker = true) AS
    SELECT resident_id, kind, source, valid_from FROM tag WHERE valid_to IS NULL;
-- Entries that are, or may be, one person: each with itself, and the pairs
-- that nobody found different, both ways.
CREATE VIEW people_link WITH (security_invoker = true) AS
    SELECT id AS a_id, id AS b_id, 'self' AS verdict FROM resident WHERE ended_on IS NULL AND merged_into IS NULL
    UNION ALL SELECT a_id, b_id, verdict FROM people_pair WHERE state <> 'different'
    UNION ALL SELECT b_id, a_id, verdict FROM people_pair WHERE state <> 'different';
GRANT SELECT ON people_entry, people_tag, people_link TO hearthmap_web;
