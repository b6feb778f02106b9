-- What walkers meet: crossings of carriageways, ways that wheelchairs cannot
-- use, and the hours of gates.
ALTER TABLE street
    ADD COLUMN crossing  text NOT NULL DEFAULT '' CHECK (crossing IN ('', 'signals', 'marked', 'unmarked')),
    ADD COLUMN no_wheels boolean NOT NULL DEFAULT false;
ALTER TABLE gate ADD COLUMN hours text NOT NULL DEFAULT '';
