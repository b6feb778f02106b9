-- What became of doubtful addresses, and what it takes to bring their rows
-- in. item holds the row's home or person as it was judged, without its
-- building: a person sealed with the city's key, for the owner only. It goes
-- when the entry is decided for.
ALTER TABLE address_review
    ADD COLUMN item        bytea,
    -- by what a later file's row is known to be the same
    ADD COLUMN fingerprint bytea,
    ADD COLUMN state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'declined', 'settled')),
    ADD COLUMN code        text NOT NULL DEFAULT '', -- of the building that was accepted
    ADD COLUMN decided_by  text NOT NULL DEFAULT '',
    ADD COLUMN decided_at  timestamptz,
    ADD COLUMN settled_by  bigint; -- the batch whose file brought the row in
CREATE INDEX address_review_open ON address_review (fingerprint) WHERE state = 'open';
CREATE INDEX address_review_settled ON address_review (settled_by) WHERE settled_by IS NOT NULL;
