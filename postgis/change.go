package postgis

import (
	"context"
)

// changeTable collects the changes of a load until its end: their sequence
// must be that of the commits, and its lock is held only for a moment.
const changeTable = `CREATE TEMP TABLE load_change (
    ord bigint GENERATED ALWAYS AS IDENTITY, entity text, entity_id bigint, building_id bigint, op text, old jsonb,
    west double precision, south double precision, east double precision, north double precision
) ON COMMIT DROP;`

// changeLock serialises writers of a city's change log, so that seq is the
// order of their commits. It is held until the transaction ends.
const changeLock = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ':change', 0))"

// publish writes the load's changes to the change log and wakes the feed; a
// load that changed nothing does neither.
func (l *load) publish(ctx context.Context) error {
	var any bool
	if err := l.tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM load_change)").Scan(&any); err != nil || !any {
		return err
	}
	if err := l.exec(ctx, changeLock); err != nil {
		return err
	}
	_, err := l.tx.Exec(ctx, `INSERT INTO change
		(batch_id, account, entity, entity_id, building_id, op, old, west, south, east, north)
		SELECT $1, $2, entity, entity_id, building_id, op, old, west, south, east, north FROM load_change ORDER BY ord`,
		l.id, l.batch.Account)
	if err != nil {
		return err
	}
	_, err = l.tx.Exec(ctx, "SELECT pg_notify($1, (SELECT max(seq) FROM change)::text)", ChangeChannel(l.db.City))
	return err
}
