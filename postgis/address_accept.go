package postgis

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
	"hearthmap/importers"
)

// AcceptAddresses brings rows of a batch in, in the buildings that a person
// chose: in one transaction, as rows of their batch. Its counts grow, its
// changes stand in the change log, and its undo takes them back. Rows that
// the register refuses stay on the list and are returned with the reason.
//
// It waits for loads that write the same tables. Errors: not_found for
// buildings and rows that are not there, conflict for rows decided before and
// batches undone.
func (db *DB) AcceptAddresses(ctx context.Context, by household.Principal, batch int64, choices []household.AddressChoice) (household.AddressAcceptance, error) {
	const op = "postgis.AcceptAddresses"
	a := &accepting{by: by, choices: choices}
	a.out = household.AddressAcceptance{Batch: batch, Refused: []household.AddressRefuse{}}
	for i, c := range choices {
		if slices.ContainsFunc(choices[:i], func(o household.AddressChoice) bool { return sameRow(o.AddressRow, c.AddressRow) }) {
			return a.out, household.Errorf(household.Invalid, op, "%s is named twice", rowWords(c.AddressRow)).WithHint("name each row once")
		}
	}
	if len(choices) == 0 {
		return a.out, household.Errorf(household.Invalid, op, "no row is named").WithHint("name the rows to bring in")
	}
	conn, err := db.Pool.Acquire(ctx)
	if err != nil {
		return a.out, connectError(op, db.Pool.Config().ConnConfig, err)
	}
	a.load = &load{db: db, conn: conn, merged: map[string]importers.Counts{}, id: batch}
	defer func() { _ = a.Rollback(ctx) }() // after the commit it does nothing
	if a.tx, err = conn.Begin(ctx); err != nil {
		return a.out, loadError(op, err)
	}
	for _, step := range []func(context.Context) error{a.begin, a.read, a.buildings, a.bring, a.finish} {
		if err := step(ctx); err != nil {
			return household.AddressAcceptance{Batch: batch, Refused: []household.AddressRefuse{}}, loadError(op, err)
		}
	}
	return a.out, nil
}

// accepting is rows on their way into the register. It is a load that goes on
// with a batch of before.
type accepting struct {
	*load
	by      household.Principal
	choices []household.AddressChoice
	entries []waitingRow // of the choices, in their order
	sheets  []string
	out     household.AddressAcceptance
}

type waitingRow struct {
	n       int64
	state   string
	address string
	item    []byte
}

// begin takes the locks of the batch's kind and makes sure that it stands.
func (a *accepting) begin(ctx context.Context) error {
	if err := a.standing(ctx, ""); err != nil {
		return err
	}
	if a.batch.Kind == importers.Residents {
		if a.db.Keys == nil {
			return household.Errorf(household.Unavailable, "postgis.AcceptAddresses", "residents cannot be loaded without the key of their protected fields").
				WithHint("set HEARTHMAP_KEY_FILE")
		}
		if err := a.db.CheckKeys(ctx); err != nil {
			return err
		}
	}
	if err := a.lock(ctx, usesOf[a.batch.Kind]); err != nil {
		return err
	}
	return a.standing(ctx, " FOR UPDATE") // it may have been undone meanwhile
}

func (a *accepting) standing(ctx context.Context, lock string) error {
	const op = "postgis.AcceptAddresses"
	var undone bool
	err := a.tx.QueryRow(ctx, `SELECT kind, source, mode, file_name, undone_at IS NOT NULL FROM import_batch
		WHERE id = $1 AND finished_at IS NOT NULL AND undoes IS NULL`+lock, a.id).
		Scan(&a.batch.Kind, &a.batch.Source, &a.batch.Mode, &a.batch.FileName, &undone)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return household.Errorf(household.NotFound, op, "there is no import with the number %d", a.id).WithHint("see hearthmap import list")
	case err != nil:
		return err
	case undone:
		return household.Errorf(household.Conflict, op, "batch %d was undone", a.id).WithHint("import the file %s again", a.batch.FileName)
	}
	if a.batch.Mode == importers.Replace { // one row says nothing of what its file lacks
		a.batch.Mode = importers.Upsert
	}
	a.batch.Account = a.by.Name
	return nil
}

// read reads the rows and holds them.
func (a *accepting) read(ctx context.Context) error {
	a.entries = make([]waitingRow, len(a.choices))
	for i, c := range a.choices {
		e := &a.entries[i]
		err := a.tx.QueryRow(ctx, `SELECT n, state, address, item FROM address_review WHERE batch_id = $1 AND row = $2 AND sheet = $3 FOR UPDATE`,
			a.id, c.Row, c.Sheet).Scan(&e.n, &e.state, &e.address, &e.item)
		if err := waits(err, a.id, c.AddressRow, e.state); err != nil {
			return err
		}
		if e.item == nil {
			return household.Errorf(household.Conflict, "postgis.AcceptAddresses", "%s was imported before rows were kept for this", rowWords(c.AddressRow)).
				WithHint("write the building's code into the rejects file and import that, or import the file again")
		}
	}
	return nil
}

// waits tells whether a row that was read waits for a decision.
func waits(err error, batch int64, r household.AddressRow, state string) error {
	const op = "postgis.AddressReviews"
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return household.Errorf(household.NotFound, op, "%s of batch %d does not wait for a decision", rowWords(r), batch).
			WithHint("see hearthmap import review")
	case err != nil:
		return err
	case state == household.AddressSettled:
		return household.Errorf(household.Conflict, op, "%s came in, or was asked about again, with a later file", rowWords(r)).
			WithHint("see hearthmap import review")
	case state == household.AddressAccepted:
		return household.Errorf(household.Conflict, op, "%s was accepted before", rowWords(r)).
			WithHint("to correct it, import the row with the right building_code, or undo the batch")
	}
	return nil
}

// buildings makes sure that the buildings are there.
func (a *accepting) buildings(ctx context.Context) error {
	codes := make([]string, len(a.choices))
	for i, c := range a.choices {
		codes[i] = c.Code
	}
	rows, err := a.tx.Query(ctx, `SELECT c FROM unnest($1::text[]) c WHERE NOT EXISTS (SELECT FROM building b WHERE b.code = c AND b.ended_on IS NULL)`, codes)
	if err != nil {
		return err
	}
	missing, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		return household.Errorf(household.NotFound, "postgis.AcceptAddresses", "there is no building with the code %s", missing[0]).
			WithHint("hearthmap import review lists the candidates; hearthmap lookup finds others")
	}
	return nil
}

func (a *accepting) key(r household.AddressRow) int64 {
	i := slices.Index(a.sheets, r.Sheet)
	if i < 0 {
		i = len(a.sheets)
		a.sheets = append(a.sheets, r.Sheet)
	}
	return importers.RowKey(i, r.Row)
}

// bring stages and merges the rows.
func (a *accepting) bring(ctx context.Context) error {
	if err := a.exec(ctx, "SET LOCAL synchronous_commit = on;"+changeTable); err != nil {
		return err
	}
	items := make([]importers.Item, len(a.choices))
	for i, c := range a.choices {
		e, err := openItem(a.db.Keys, a.batch.Kind, a.entries[i].item)
		if err != nil {
			return err
		}
		items[i] = importers.Item{Row: a.key(c.AddressRow), Sheet: c.Sheet, Entity: inBuilding(e, c.Code)}
	}
	// In the file's order: a household's head comes before the others.
	slices.SortStableFunc(items, func(x, y importers.Item) int { return int(x.Row - y.Row) })
	a.copier = newCopier(ctx, a.conn.Conn().PgConn())
	if err := a.Stage(ctx, items); err != nil {
		return err
	}
	merged, err := a.Merge(ctx)
	if err != nil {
		return err
	}
	for _, x := range merged.Rejects {
		sheet, row := importers.SplitRow(x.Row)
		a.out.Refused = append(a.out.Refused, household.AddressRefuse{
			AddressRow: household.AddressRow{Row: row, Sheet: a.sheets[sheet]}, Code: string(x.Code), Reason: x.Reason, Suggestion: x.Suggestion,
		})
	}
	own := merged.Tables["unit"]
	if a.batch.Kind == importers.Residents {
		own = merged.Tables["resident"]
	}
	a.out.Created, a.out.Updated, a.out.Unchanged = own.Created, own.Updated, own.Unchanged
	return nil
}

// finish records what came in and commits; when nothing did, all is as it was.
func (a *accepting) finish(ctx context.Context) error {
	accepted := 0
	for i, c := range a.choices {
		if slices.ContainsFunc(a.out.Refused, func(r household.AddressRefuse) bool { return sameRow(r.AddressRow, c.AddressRow) }) {
			continue
		}
		accepted++
		_, err := a.tx.Exec(ctx, `UPDATE address_review SET state = 'accepted', code = $3, decided_by = $4, decided_at = clock_timestamp(), item = NULL
			WHERE batch_id = $1 AND n = $2`, a.id, a.entries[i].n, c.Code, a.by.Name)
		if err != nil {
			return err
		}
		if _, err = a.tx.Exec(ctx, `DELETE FROM import_reject WHERE batch_id = $1 AND row = $2 AND sheet = $3`, a.id, c.Row, c.Sheet); err != nil {
			return err
		}
		if err := a.audit(ctx, "import_accept", c.AddressRow, "building "+c.Code); err != nil {
			return err
		}
	}
	if accepted == 0 {
		return nil
	}
	_, err := a.tx.Exec(ctx, `UPDATE import_batch SET created = created + $2, updated = updated + $3, unchanged = unchanged + $4,
		rejected = greatest(rejected - $5, 0) WHERE id = $1`, a.id, a.out.Created, a.out.Updated, a.out.Unchanged, accepted)
	if err != nil {
		return err
	}
	if err := a.publish(ctx); err != nil {
		return err
	}
	if err := a.tx.Commit(ctx); err != nil {
		return err
	}
	a.release()
	return nil
}

func (a *accepting) audit(ctx context.Context, action string, r household.AddressRow, result string) error {
	return a.db.appendAudit(ctx, a.tx, reviewEntry(a.by, action, a.id, r, result))
}

// reviewEntry names the row by its number: sheets may be called after persons.
func reviewEntry(by household.Principal, action string, batch int64, r household.AddressRow, result string) household.AuditEntry {
	return household.AuditEntry{
		Account: by.Name, Role: by.Role, Action: action, Subject: fmt.Sprintf("batch %d row %d", batch, r.Row), Result: result,
	}
}

// DeclineAddresses takes rows off the list: no building of the city is meant.
// With again it puts declined rows back. It returns how many changed.
func (db *DB) DeclineAddresses(ctx context.Context, by household.Principal, batch int64, rows []household.AddressRow, again bool) (int, error) {
	const op = "postgis.DeclineAddresses"
	if len(rows) == 0 {
		return 0, household.Errorf(household.Invalid, op, "no row is named").WithHint("name the rows")
	}
	to, action, who := household.AddressDeclined, "import_decline", by.Name
	if again {
		to, action, who = household.AddressOpen, "import_reopen", ""
	}
	changed := 0
	err := pgx.BeginFunc(ctx, db.Pool, func(tx pgx.Tx) error {
		changed = 0
		for _, r := range rows {
			var n int64
			var state string
			err := tx.QueryRow(ctx, `SELECT n, state FROM address_review WHERE batch_id = $1 AND row = $2 AND sheet = $3 FOR UPDATE`, batch, r.Row, r.Sheet).Scan(&n, &state)
			if err := waits(err, batch, r, state); err != nil {
				return err
			}
			if state == to {
				continue
			}
			changed++
			_, err = tx.Exec(ctx, `UPDATE address_review SET state = $3, decided_by = $4, decided_at = CASE WHEN $3 = 'open' THEN NULL ELSE clock_timestamp() END
				WHERE batch_id = $1 AND n = $2`, batch, n, to, who)
			if err != nil {
				return err
			}
			if err := db.appendAudit(ctx, tx, reviewEntry(by, action, batch, r, to)); err != nil {
				return err
			}
		}
		return nil
	})
	return changed, loadError(op, err)
}
