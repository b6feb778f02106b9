package postgis

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
)

// Orphans are rows that refer to a row which is not there. Loads and undos
// never leave any; a damaged disk, a partial restore or a hand-written
// statement may, for most of these references have no key in the database
// (docs/adr/0006).
type Orphans struct {
	Table, Column string
	To            string  // the table that lacks the row
	Rows          int64   // how many
	Batches       []int64 // the newest imports that made them, at most five
}

// String says it in words.
func (o Orphans) String() string {
	return fmt.Sprintf("%d rows of %s whose %s names no %s", o.Rows, o.Table, o.Column, o.To)
}

// FindOrphans looks for rows that refer to nothing: one scan for each
// reference, in one view of the city. It changes nothing. A city that was
// never migrated has none.
func (db *DB) FindOrphans(ctx context.Context) ([]Orphans, error) {
	const op = "postgis.FindOrphans"
	out := []Orphans{}
	err := pgx.BeginTxFunc(ctx, db.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		var there bool
		if err := tx.QueryRow(ctx, "SELECT to_regclass('address_review') IS NOT NULL").Scan(&there); err != nil || !there {
			return err
		}
		if _, err := tx.Exec(ctx, "SET LOCAL work_mem = '64MB'"); err != nil {
			return err
		}
		look := func(to string, r reference) error {
			made := "NULL::bigint"
			if slices.Contains(undoOrder, r.table) {
				made = "t.created_batch"
			}
			o := Orphans{Table: r.table, Column: r.column, To: to}
			err := tx.QueryRow(ctx, fmt.Sprintf(`SELECT count(*), coalesce((array_agg(DISTINCT %[1]s ORDER BY %[1]s DESC) FILTER (WHERE %[1]s IS NOT NULL))[1:5], '{}')
				FROM %[2]s t WHERE t.%[3]s IS NOT NULL AND NOT EXISTS (SELECT FROM %[4]s r WHERE r.id = t.%[3]s)`,
				made, r.table, r.column, to)).Scan(&o.Rows, &o.Batches)
			if err == nil && o.Rows > 0 {
				out = append(out, o)
			}
			return err
		}
		for _, to := range undoOrder {
			for _, r := range keyless[to] {
				if err := look(to, r); err != nil {
					return err
				}
			}
		}
		for _, t := range undoOrder {
			for _, column := range []string{"created_batch", "updated_batch"} {
				if err := look("import_batch", reference{t, column}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, household.Errorf(household.Unavailable, op, "the register cannot be looked through: %w", err).
			WithHint("run hearthmap migrate up, then try again")
	}
	return out, nil
}
