package postgis

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
)

// pollInterval is how long a change may stay unseen when its NOTIFY is lost.
const pollInterval = 500 * time.Millisecond

// Change is one row of the change log.
type Change struct {
	Seq        int64
	Entity     string // the table
	EntityID   int64  // 0 for a load
	BuildingID int64
	Op         string
}

// ChangesSince returns the changes after seq, oldest first, at most limit.
func (db *DB) ChangesSince(ctx context.Context, seq int64, limit int) ([]Change, error) {
	rows, err := db.Pool.Query(ctx, `
		SELECT seq, entity, coalesce(entity_id, 0), coalesce(building_id, 0), op
		  FROM change WHERE seq > $1 ORDER BY seq LIMIT $2`, seq, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Change])
}

// Follow keeps a snapshot up to date until ctx ends: it calls replace with
// new data whenever the city changed after data.Seq. It reads the change log
// by sequence; NOTIFY only wakes it, so a lost one, a lost connection or a
// database restart delays but loses nothing.
func (db *DB) Follow(ctx context.Context, data *cityindex.Data, replace func(*cityindex.Data)) {
	wake := make(chan struct{}, 1)
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		db.listen(ctx, wake)
	}()
	defer func() { <-listening }()
	timer := time.NewTicker(pollInterval)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-timer.C:
		}
		next, err := db.refresh(ctx, data)
		if err != nil {
			if ctx.Err() == nil {
				slog.Warn("the city's changes could not be read; trying again", "city", db.City, "error", err)
			}
			continue
		}
		if next != data {
			data = next
			replace(data)
		}
	}
}

// refresh returns data itself when nothing changed after data.Seq, and
// otherwise new data with the touched tables read anew.
func (db *DB) refresh(ctx context.Context, data *cityindex.Data) (*cityindex.Data, error) {
	var head int64
	if err := db.Pool.QueryRow(ctx, `SELECT coalesce(max(seq), 0) FROM change`).Scan(&head); err != nil {
		return nil, err
	}
	if head == data.Seq {
		return data, nil
	}
	if head < data.Seq { // the database was restored to an older state
		return db.LoadCity(ctx)
	}
	rows, err := db.Pool.Query(ctx, `SELECT DISTINCT entity FROM change WHERE seq > $1`, data.Seq)
	if err != nil {
		return nil, err
	}
	entities, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	var parts []part
	for _, p := range allParts {
		if slices.ContainsFunc(entities, func(e string) bool { return slices.Contains(partsOf[e], p) }) {
			parts = append(parts, p)
		}
	}
	return db.loadParts(ctx, data, parts)
}

// partsOf says which parts of the snapshot show a table's rows.
var partsOf = map[string][]part{
	"area":      {partAreas},
	"grid":      {partAreas},
	"compound":  {partCompounds},
	"gate":      {partGates},
	"barrier":   {partBarriers},
	"land":      {partLand},
	"street":    {partStreets},
	"building":  {partBuildings},
	"entrance":  {partEntrances},
	"unit":      {partCounts},
	"household": {partCounts},
	"resident":  {partCounts},
	"residence": {partCounts},
	"facility":  {partFacilities},
}

// listen wakes the feed at every NOTIFY of the city until ctx ends,
// reconnecting as long as that takes.
func (db *DB) listen(ctx context.Context, wake chan<- struct{}) {
	for ctx.Err() == nil {
		if err := db.listenOnce(ctx, wake); err != nil && ctx.Err() == nil {
			slog.Debug("the change feed lost its connection; polling meanwhile", "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(pollInterval):
			}
		}
	}
}

func (db *DB) listenOnce(ctx context.Context, wake chan<- struct{}) error {
	conn, err := db.Pool.Acquire(ctx)
	if err != nil {
		return err
	}
	// A connection that listened must not go back to the pool as it is.
	raw := conn.Hijack()
	defer func() { _ = raw.Close(context.WithoutCancel(ctx)) }()
	if _, err := raw.Exec(ctx, "LISTEN "+pgx.Identifier{ChangeChannel(db.City)}.Sanitize()); err != nil {
		return err
	}
	for {
		if _, err := raw.WaitForNotification(ctx); err != nil {
			return err
		}
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}

// ChangeChannel is the NOTIFY channel of a city's change log.
func ChangeChannel(city string) string { return "hearthmap_" + city }

// noRows maps "no rows" to a not-found error with the message.
func noRows(err error, op, format string, args ...any) error {
	if err == nil {
		return nil
	}
	if err == pgx.ErrNoRows {
		return household.Errorf(household.NotFound, op, format, args...)
	}
	return household.Errorf(household.Internal, op, "the database failed: %w", err)
}

// textArray makes pgx send nil slices as empty arrays.
func textArray(s []string) pgtype.FlatArray[string] {
	if s == nil {
		return pgtype.FlatArray[string]{}
	}
	return s
}
