-- Other and old names of a compound: addresses may call it by them.
ALTER TABLE compound ADD aliases text[] NOT NULL DEFAULT '{}';
