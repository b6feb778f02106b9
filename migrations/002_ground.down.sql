DROP TABLE street;
DROP TABLE land;
DROP TABLE barrier;
DROP TABLE gate;
DROP TABLE compound;
DROP TABLE grid;
DROP TABLE area;
