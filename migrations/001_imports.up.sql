-- Every load is a batch; every change leaves a row that the feed reads in order.
CREATE TABLE import_batch (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL,
    file_name   text NOT NULL,
    file_sha256 bytea NOT NULL,
    source      text NOT NULL DEFAULT '',
    mode        text NOT NULL DEFAULT 'upsert' CHECK (mode IN ('upsert', 'insert', 'replace')),
    options     jsonb NOT NULL DEFAULT '{}',
    account     text NOT NULL DEFAULT '',
    started_at  timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    read        bigint NOT NULL DEFAULT 0,
    created     bigint NOT NULL DEFAULT 0,
    updated     bigint NOT NULL DEFAULT 0,
    unchanged   bigint NOT NULL DEFAULT 0,
    rejected    bigint NOT NULL DEFAULT 0,
    undone_at   timestamptz
);

-- Why rows were rejected. The rows themselves stay in the clerk's rejects
-- file: they may hold personal data.
CREATE TABLE import_reject (
    batch_id   bigint NOT NULL REFERENCES import_batch (id) ON DELETE CASCADE,
    row        bigint NOT NULL,
    sheet      text NOT NULL DEFAULT '',
    col        text NOT NULL DEFAULT '',
    code       text NOT NULL,
    reason     text NOT NULL,
    suggestion text NOT NULL DEFAULT '',
    n          integer NOT NULL,
    PRIMARY KEY (batch_id, n)
);

-- One row a change, written in the transaction that made it, under the
-- advisory lock of the city's change log, so that seq is the commit order.
-- A load that only created rows leaves one row with op = 'load' for each
-- table (created rows carry created_batch); an update leaves one row each.
CREATE TABLE change (
    seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL DEFAULT now(),
    batch_id    bigint REFERENCES import_batch (id),
    account     text NOT NULL DEFAULT '',
    entity      text NOT NULL, -- the table: building, residence …
    entity_id   bigint,        -- null for a load
    building_id bigint,        -- the building whose counts or looks it touches
    op          text NOT NULL CHECK (op IN ('load', 'insert', 'update', 'end', 'delete')),
    old         jsonb,         -- the values before, of the columns that changed
    west double precision, south double precision, east double precision, north double precision -- old ∪ new bounds, degrees
);
CREATE INDEX change_entity ON change (entity, entity_id);
CREATE INDEX change_batch ON change (batch_id);
