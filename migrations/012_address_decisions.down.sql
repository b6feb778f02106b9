ALTER TABLE address_review DROP COLUMN settled_by, DROP COLUMN decided_at, DROP COLUMN decided_by, DROP COLUMN code,
    DROP COLUMN state, DROP COLUMN fingerprint, DROP COLUMN item;
