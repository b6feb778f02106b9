-- The ground: areas, compounds with walls and gates, streets, land.
-- Geometry is WGS 84 (EPSG:4326), longitude first. `grams` holds the bigrams
-- of the names, made by household.Grams, for searches of two characters.
CREATE TABLE area (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code          text NOT NULL UNIQUE,
    name          text NOT NULL,
    name_en       text NOT NULL DEFAULT '',
    level         text NOT NULL CHECK (level IN ('city', 'district', 'street', 'community')),
    parent_id     bigint REFERENCES area (id),
    geom          geometry(MultiPolygon, 4326) NOT NULL,
    grams         text[] NOT NULL DEFAULT '{}',
    ended_on      date,
    created_batch bigint REFERENCES import_batch (id),
    updated_batch bigint REFERENCES import_batch (id)
);
CREATE INDEX area_geom ON area USING gist (geom);
CREATE INDEX area_parent ON area (parent_id);
CREATE INDEX area_grams ON area USING gin (grams);

CREATE TABLE grid (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code          text NOT NULL UNIQUE,
    name          text NOT NULL,
    area_id       bigint REFERENCES area (id), -- its community
    geom          geometry(MultiPolygon, 4326) NOT NULL,
    grams         text[] NOT NULL DEFAULT '{}',
    ended_on      date,
    created_batch bigint REFERENCES import_batch (id),
    updated_batch bigint REFERENCES import_batch (id)
);
CREATE INDEX grid_geom ON grid USING gist (geom);
CREATE INDEX grid_area ON grid (area_id);

CREATE TABLE compound (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code          text NOT NULL UNIQUE,
    name          text NOT NULL DEFAULT '',
    name_en       text NOT NULL DEFAULT '',
    area_id       bigint REFERENCES area (id), -- its community
    walled        boolean NOT NULL DEFAULT false,
    geom          geometry(MultiPolygon, 4326) NOT NULL,
    grams         text[] NOT NULL DEFAULT '{}',
    ended_on      date,
    created_batch bigint REFERENCES import_batch (id),
    updated_batch bigint REFERENCES import_batch (id)
);
CREATE INDEX compound_geom ON compound USING gist (geom);
CREATE INDEX compound_grams ON compound USING gin (grams);

CREATE TABLE gate (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code          text NOT NULL UNIQUE,
    name          text NOT NULL DEFAULT '',
    compound_id   bigint REFERENCES compound (id),
    kind          text NOT NULL DEFAULT 'gate',
    open          boolean NOT NULL DEFAULT true, -- people on foot get through
    node_id       bigint, -- the source's node when a street runs through it
    geom          geometry(Point, 4326) NOT NULL,
    ended_on      date,
    created_batch bigint REFERENCES import_batch (id),
    updated_batch bigint REFERENCES import_batch (id)
);
CREATE INDEX gate_compound ON gate (compound_id);

CREATE TABLE barrier (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code          text NOT NULL UNIQUE,
    kind          text NOT NULL CHECK (kind IN ('wall', 'river', 'railway', 'road')),
    geom          geometry(MultiLineString, 4326) NOT NULL,
    ended_on      date,
    created_batch bigint REFERENCES import_batch (id),
    updated_batch bigint REFERENCES import_batch (id)
);

CREATE TABLE land (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code          text NOT NULL UNIQUE,
    name          text NOT NULL DEFAULT '',
    kind          text NOT NULL,
    geom          geometry(MultiPolygon, 4326) NOT NULL,
    ended_on      date,
    created_batch bigint REFERENCES import_batch (id),
    updated_batch bigint REFERENCES import_batch (id)
);

CREATE TABLE street (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code          text NOT NULL UNIQUE,
    name          text NOT NULL DEFAULT '',
    name_en       text NOT NULL DEFAULT '',
    class         text NOT NULL,
    foot          boolean NOT NULL,
    steps         boolean NOT NULL DEFAULT false,
    bridge        boolean NOT NULL DEFAULT false,
    tunnel        boolean NOT NULL DEFAULT false,
    layer         smallint NOT NULL DEFAULT 0,
    foot_oneway   smallint NOT NULL DEFAULT 0 CHECK (foot_oneway IN (-1, 0, 1)),
    node_ids      bigint[], -- one for each vertex of geom; null: ways meet at equal coordinates
    geom          geometry(LineString, 4326) NOT NULL,
    ended_on      date,
    created_batch bigint REFERENCES import_batch (id),
    updated_batch bigint REFERENCES import_batch (id),
    CHECK (node_ids IS NULL OR cardinality(node_ids) = ST_NPoints(geom))
);
CREATE INDEX street_geom ON street USING gist (geom);
