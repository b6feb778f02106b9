package postgis

import (
	"bytes"
	"context"

	"hearthmap/household"
)

// CheckKeys makes sure that the city's protected fields were sealed under
// these keys. The first keys a city is opened with become its keys. It does
// nothing without keys, or before the city is migrated.
func (db *DB) CheckKeys(ctx context.Context) error {
	const op = "postgis.CheckKeys"
	if db.Keys == nil {
		return nil
	}
	var exists bool
	if err := db.Pool.QueryRow(ctx, "select to_regclass('key_check') is not null").Scan(&exists); err != nil {
		return household.Errorf(household.Unavailable, op, "cannot compare the key with the database: %w", err)
	}
	if !exists {
		return nil
	}
	var stored []byte
	err := db.Pool.QueryRow(ctx, `with made as (
			insert into key_check (fingerprint) values ($1) on conflict (one) do nothing returning fingerprint)
		select fingerprint from made union all select fingerprint from key_check limit 1`,
		db.Keys.Fingerprint()).Scan(&stored)
	if err != nil {
		return household.Errorf(household.Unavailable, op, "cannot compare the key with the database: %w", err)
	}
	if bytes.Equal(stored, db.Keys.Fingerprint()) {
		return nil
	}
	e := household.Errorf(household.Conflict, op,
		"identity numbers and phones of the city %s were encrypted under another key than the one in %s", db.City, db.Keys.Path)
	if db.Keys.Created {
		return e.WithHint("the key file was missing and a new one was just made: restore the old one from its backup to %s", db.Keys.Path)
	}
	return e.WithHint("set HEARTHMAP_KEY_FILE to the key file this database was first opened with, or restore it from its backup")
}
