-- The fingerprint of the key that seals identity numbers and phones. The key
-- itself is in a file that never comes near the database.
CREATE TABLE key_check (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    fingerprint bytea NOT NULL,
    made_at     timestamptz NOT NULL DEFAULT now()
);
