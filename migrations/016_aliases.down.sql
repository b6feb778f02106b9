ALTER TABLE compound DROP aliases;
