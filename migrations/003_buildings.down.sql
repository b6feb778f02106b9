DROP TABLE facility;
DROP TABLE unit;
DROP TABLE entrance;
DROP TABLE building;
