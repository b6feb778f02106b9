-- Buildings, their entrances and units, and the facilities around them.
CREATE TABLE building (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code          text NOT NULL UNIQUE,
    name          text NOT NULL DEFAULT '',
    address       text NOT NULL DEFAULT '',
    use           text NOT NULL DEFAULT 'other',
    floors        smallint NOT NULL DEFAULT 0, -- above ground; 0 unknown
    height        real NOT NULL DEFAULT 0,     -- metres; 0 unknown
    built_year    smallint NOT NULL DEFAULT 0,
    area_id       bigint REFERENCES area (id), -- its community
    grid_id       bigint REFERENCES grid (id),
    compound_id   bigint REFERENCES compound (id),
    -- Whether the file named them; those found by place are found anew when
    -- areas, grids or compounds change.
    area_given     boolean NOT NULL DEFAULT false,
    compound_given boolean NOT NULL DEFAULT false,
    geom          geometry(Geometry, 4326) NOT NULL, -- Polygon, MultiPolygon or Point
    point         geometry(Point, 4326) NOT NULL,    -- a point on the footprint
    grams         text[] NOT NULL DEFAULT '{}',
    ended_on      date,
    created_batch bigint REFERENCES import_batch (id),
    updated_batch bigint REFERENCES import_batch (id)
);
CREATE INDEX building_geom ON building USING gist (geom);
CREATE INDEX building_point ON building USING gist (point);
CREATE INDEX building_area ON building (area_id);
CREATE INDEX building_grid ON building (grid_id);
CREATE INDEX building_compound ON building (compound_id);
CREATE INDEX building_grams ON building USING gin (grams);

CREATE TABLE entrance (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code          text NOT NULL UNIQUE, -- BUILDING-ENTRANCE
    building_id   bigint NOT NULL REFERENCES building (id) ON DELETE CASCADE,
    number        text NOT NULL,
    kind          text NOT NULL DEFAULT '',
    node_id       bigint,
    geom          geometry(Point, 4326), -- null: known from units only
    ended_on      date,
    created_batch bigint REFERENCES import_batch (id),
    updated_batch bigint REFERENCES import_batch (id),
    UNIQUE (building_id, number)
);

CREATE TABLE unit (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code          text NOT NULL UNIQUE, -- BUILDING-ENTRANCE-ROOM
    building_id   bigint NOT NULL REFERENCES building (id) ON DELETE CASCADE,
    entrance_id   bigint NOT NULL REFERENCES entrance (id) ON DELETE CASCADE,
    floor         smallint NOT NULL CHECK (floor <> 0),
    room          text NOT NULL,
    use           text NOT NULL DEFAULT 'residential',
    area_m2       real NOT NULL DEFAULT 0,
    ended_on      date,
    created_batch bigint REFERENCES import_batch (id),
    updated_batch bigint REFERENCES import_batch (id),
    UNIQUE (entrance_id, room)
);
CREATE INDEX unit_building ON unit (building_id);

CREATE TABLE facility (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code          text NOT NULL UNIQUE,
    name          text NOT NULL DEFAULT '',
    name_en       text NOT NULL DEFAULT '',
    category      text NOT NULL,
    capacity      integer NOT NULL DEFAULT 0,
    address       text NOT NULL DEFAULT '',
    area_id       bigint REFERENCES area (id),
    geom          geometry(Point, 4326) NOT NULL,
    grams         text[] NOT NULL DEFAULT '{}',
    ended_on      date,
    created_batch bigint REFERENCES import_batch (id),
    updated_batch bigint REFERENCES import_batch (id)
);
CREATE INDEX facility_geom ON facility USING gist (geom);
CREATE INDEX facility_category ON facility (category);
CREATE INDEX facility_grams ON facility USING gin (grams);
