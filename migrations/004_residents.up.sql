-- Personal data. Identity numbers and phones are encrypted by the program
-- (AES-256-GCM); *_hash are keyed blind indexes (HMAC-SHA-256) for equality.
CREATE TABLE household (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id       bigint NOT NULL REFERENCES unit (id) ON DELETE CASCADE,
    seq           smallint NOT NULL DEFAULT 1, -- several households may share a unit
    ended_on      date,
    created_batch bigint REFERENCES import_batch (id),
    updated_batch bigint REFERENCES import_batch (id),
    UNIQUE (unit_id, seq)
);

CREATE TABLE resident (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Blind index of the identity number, or, for people without one, of
    -- name, birth date, sex and unit together.
    match_hash    bytea NOT NULL UNIQUE,
    id_cipher     bytea,
    name          text NOT NULL,
    sex           text NOT NULL DEFAULT '' CHECK (sex IN ('', 'male', 'female')),
    birth_date    date,
    phone_cipher  bytea,
    phone_hash    bytea,
    phone_tail    bytea, -- blind index of the last four digits
    grams         text[] NOT NULL DEFAULT '{}', -- bigrams of the name
    ended_on      date,
    created_batch bigint REFERENCES import_batch (id),
    updated_batch bigint REFERENCES import_batch (id)
);
CREATE INDEX resident_grams ON resident USING gin (grams);
CREATE INDEX resident_phone ON resident (phone_hash) WHERE phone_hash IS NOT NULL;
CREATE INDEX resident_phone_tail ON resident (phone_tail) WHERE phone_tail IS NOT NULL;

-- Where a person lives or is registered, from when to when.
CREATE TABLE residence (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    resident_id   bigint NOT NULL REFERENCES resident (id) ON DELETE CASCADE,
    building_id   bigint NOT NULL REFERENCES building (id) ON DELETE CASCADE,
    unit_id       bigint NOT NULL REFERENCES unit (id) ON DELETE CASCADE,
    household_id  bigint NOT NULL REFERENCES household (id) ON DELETE CASCADE,
    relation      text NOT NULL DEFAULT 'other',
    residency     text NOT NULL DEFAULT 'resident'
                  CHECK (residency IN ('resident', 'floating', 'registered', 'elsewhere')),
    -- registered = registered here and living elsewhere: not present
    present       boolean GENERATED ALWAYS AS (residency <> 'registered') STORED,
    valid_from    date NOT NULL DEFAULT current_date,
    valid_to      date, -- null: still so
    created_batch bigint REFERENCES import_batch (id),
    updated_batch bigint REFERENCES import_batch (id)
);
-- One home where a person lives and one where she is registered, at a time.
CREATE UNIQUE INDEX residence_current ON residence (resident_id, present) WHERE valid_to IS NULL;
CREATE INDEX residence_unit ON residence (unit_id) WHERE valid_to IS NULL;
CREATE INDEX residence_building ON residence (building_id) WHERE valid_to IS NULL;
CREATE INDEX residence_household ON residence (household_id);
CREATE UNIQUE INDEX residence_head ON residence (household_id)
    WHERE valid_to IS NULL AND relation = 'head' AND residency <> 'registered';

CREATE TABLE tag (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    resident_id   bigint NOT NULL REFERENCES resident (id) ON DELETE CASCADE,
    kind          text NOT NULL,
    source        text NOT NULL DEFAULT '',
    evidence      text NOT NULL DEFAULT '',
    sensitive     boolean NOT NULL DEFAULT false,
    valid_from    date NOT NULL DEFAULT current_date,
    valid_to      date,
    created_batch bigint REFERENCES import_batch (id),
    updated_batch bigint REFERENCES import_batch (id)
);
CREATE UNIQUE INDEX tag_current ON tag (resident_id, kind, source) WHERE valid_to IS NULL;
CREATE INDEX tag_kind ON tag (kind) WHERE valid_to IS NULL;

CREATE TABLE visit (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    building_id   bigint NOT NULL REFERENCES building (id),
    unit_id       bigint REFERENCES unit (id),
    household_id  bigint REFERENCES household (id),
    account_id    bigint NOT NULL,
    purpose       text NOT NULL DEFAULT '',
    outcome       text NOT NULL DEFAULT '',
    note          text NOT NULL DEFAULT '',
    visited_at    timestamptz NOT NULL,
    recorded_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX visit_unit ON visit (unit_id, visited_at DESC);
CREATE INDEX visit_building ON visit (building_id, visited_at DESC);

-- A proposed correction: frozen when submitted, decided by another person.
CREATE TABLE change_request (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    building_id   bigint NOT NULL REFERENCES building (id),
    entity        text NOT NULL,
    entity_id     bigint NOT NULL,
    fields        jsonb NOT NULL, -- field → {from, to}
    reason        text NOT NULL DEFAULT '',
    state         text NOT NULL DEFAULT 'submitted'
                  CHECK (state IN ('submitted', 'approved', 'rejected', 'withdrawn')),
    submitted_by  bigint NOT NULL,
    submitted_at  timestamptz NOT NULL DEFAULT now(),
    decided_by    bigint,
    decided_at    timestamptz,
    decision_note text NOT NULL DEFAULT '',
    CHECK (decided_by IS NULL OR decided_by <> submitted_by)
);
CREATE INDEX change_request_state ON change_request (state, building_id);
