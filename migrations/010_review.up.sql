-- Addresses that may mean several buildings: for a person to decide. The
-- address of a resident is personal, and so only the owner reads this table:
-- row-level security is on, no policy lets anybody else in, and the service's
-- role has no right to it.
CREATE TABLE address_review (
    batch_id   bigint NOT NULL REFERENCES import_batch (id) ON DELETE CASCADE,
    n          integer NOT NULL,
    row        bigint NOT NULL,
    sheet      text NOT NULL DEFAULT '',
    address    text NOT NULL,
    reason     text NOT NULL, -- holds nothing of the address
    candidates jsonb NOT NULL, -- [{code, score, explanation}], the best first
    PRIMARY KEY (batch_id, n)
);
ALTER TABLE address_review ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON address_review FROM hearthmap_web;
