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

// Follow keeps the live city up to date until ctx ends. It reads the change
// log by sequence; NOTIFY only wakes it, so a lost one, a lost connection or a
// database restart delays but loses nothing.
func (db *DB) Follow(ctx context.Context, live *cityindex.Live) {
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
		if err := db.Refresh(ctx, live); err != nil && ctx.Err() == nil {
			slog.Warn("the city's changes could not be read; trying again", "city", db.City, "error", err)
		}
	}
}

// Refresh brings the live city up to the head of the change log, reading only
// the tables that changed.
func (db *DB) Refresh(ctx context.Context, live *cityindex.Live) error {
	return live.Update(func(c *cityindex.City) (*cityindex.City, error) {
		lists, err := db.stale(ctx, c.Seq())
		if err != nil || len(lists) == 0 {
			return c, err
		}
		d, err := db.loadLists(ctx, c.Data(), lists)
		if err != nil {
			return nil, err
		}
		var set cityindex.TableSet
		for _, p := range lists {
			set |= tableOf[p]
		}
		return c.Patch(cityindex.Update{Seq: d.Seq, Replace: set, New: *d})
	})
}

// stale lists the lists that changed after seq, in loading order.
func (db *DB) stale(ctx context.Context, seq int64) ([]tableList, error) {
	var head int64
	if err := db.Pool.QueryRow(ctx, `SELECT coalesce(max(seq), 0) FROM change`).Scan(&head); err != nil {
		return nil, err
	}
	switch {
	case head == seq:
		return nil, nil
	case head < seq: // the database was restored to an older state
		return allLists, nil
	}
	rows, err := db.Pool.Query(ctx, `SELECT DISTINCT entity FROM change WHERE seq > $1`, seq)
	if err != nil {
		return nil, err
	}
	entities, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	var lists []tableList
	for _, p := range allLists {
		if slices.ContainsFunc(entities, func(e string) bool { return listOf[e] == p }) {
			lists = append(lists, p)
		}
	}
	if len(lists) == 0 && len(entities) > 0 {
		// Only what the snapshot does not show, such as tags: note how far
		// the log was read, by loading the smallest list.
		lists = []tableList{listBarriers}
	}
	return lists, nil
}

// listOf says which list of the snapshot shows a table's rows.
var listOf = map[string]tableList{
	"area":      listAreas,
	"grid":      listAreas,
	"compound":  listCompounds,
	"gate":      listGates,
	"barrier":   listBarriers,
	"land":      listLand,
	"street":    listStreets,
	"building":  listBuildings,
	"entrance":  listEntrances,
	"unit":      listCounts,
	"household": listCounts,
	"resident":  listCounts,
	"residence": listCounts,
	"facility":  listFacilities,
}

// tableOf says which list of the index a list replaces.
var tableOf = map[tableList]cityindex.TableSet{
	listAreas:      cityindex.Areas,
	listCompounds:  cityindex.Compounds,
	listGates:      cityindex.Compounds,
	listBarriers:   cityindex.Barriers,
	listLand:       cityindex.LandUse,
	listStreets:    cityindex.Streets,
	listBuildings:  cityindex.Buildings,
	listCounts:     cityindex.Buildings,
	listEntrances:  cityindex.Entrances,
	listFacilities: cityindex.Facilities,
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
