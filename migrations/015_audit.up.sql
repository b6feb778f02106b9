-- The head of the audit trail: how many entries there are and how the chain
-- ends, signed by the program. It is changed with every entry, in the same
-- transaction. What was written before has an unsigned head until then.
CREATE TABLE audit_head (
    one       boolean PRIMARY KEY DEFAULT true CHECK (one),
    entries   bigint NOT NULL,
    sha256    bytea NOT NULL,
    signature bytea
);
INSERT INTO audit_head (entries, sha256)
    SELECT (SELECT count(*) FROM audit), coalesce((SELECT sha256 FROM audit ORDER BY id DESC LIMIT 1), '');
CREATE INDEX audit_account ON audit (account, id);
