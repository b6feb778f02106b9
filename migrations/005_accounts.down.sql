DROP TABLE audit;
DROP FUNCTION audit_is_append_only();
DROP TABLE api_token;
DROP TABLE session;
DROP TABLE account;
