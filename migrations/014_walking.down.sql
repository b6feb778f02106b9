ALTER TABLE gate DROP COLUMN hours;
ALTER TABLE street DROP COLUMN no_wheels, DROP COLUMN crossing;
