-- Scenarios that planners keep: changes to the city that are thought through
-- together: positions and codes of places, no persons.
CREATE TABLE scenario (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL CHECK (name <> '' AND char_length(name) <= 100),
    standard   text NOT NULL,
    method     text NOT NULL,
    profile    text NOT NULL,
    changes    integer NOT NULL CHECK (changes >= 0),
    content    jsonb NOT NULL CHECK (jsonb_typeof(content) = 'object' AND octet_length(content::text) <= 1048576),
    version    integer NOT NULL DEFAULT 1, -- counts saves, so that nobody overwrites what she has not seen
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX scenario_name ON scenario (lower(name));
