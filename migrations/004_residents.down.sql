DROP TABLE change_request;
DROP TABLE visit;
DROP TABLE tag;
DROP TABLE residence;
DROP TABLE resident;
DROP TABLE household;
