DROP VIEW people_link;
DROP VIEW people_tag;
DROP VIEW people_entry;
DROP TABLE people_merge;
DROP TABLE people_pair;
DROP TABLE resident_alias;
ALTER TABLE resident DROP COLUMN merged_into;
