DROP TABLE address_review;
