ALTER TABLE compound DROP COLUMN area_given;
ALTER TABLE grid DROP COLUMN area_given;
