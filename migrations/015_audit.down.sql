DROP INDEX audit_account;
DROP TABLE audit_head;
