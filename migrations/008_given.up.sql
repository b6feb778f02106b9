-- Whether the file named the community of a grid or compound. Those found by
-- place are found anew when areas change, as it is for buildings.
ALTER TABLE grid ADD COLUMN area_given boolean NOT NULL DEFAULT false;
ALTER TABLE compound ADD COLUMN area_given boolean NOT NULL DEFAULT false;
