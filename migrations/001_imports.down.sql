DROP TABLE change;
DROP TABLE import_reject;
DROP TABLE import_batch;
