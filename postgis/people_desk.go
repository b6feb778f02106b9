package postgis

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
	"hearthmap/importers/people"
)

// PeopleReview is the list of pairs for the accounts of the service.
func (db *DB) PeopleReview() household.PeopleReview { return peopleDesk{db} }

// peopleDesk bounds every call by the rights of its caller.
type peopleDesk struct{ db *DB }

func (d peopleDesk) Decide(ctx context.Context, p household.Principal, pair int64, again bool, purpose string) error {
	return d.db.PeopleOf(p).Decide(ctx, pair, again, purpose)
}

func (d peopleDesk) Merge(ctx context.Context, p household.Principal, keep, gone int64, purpose string) (int64, error) {
	return d.db.PeopleOf(p).Merge(ctx, keep, gone, purpose)
}

func (d peopleDesk) Unmerge(ctx context.Context, p household.Principal, merge int64, purpose string) (household.Unmerged, error) {
	return d.db.PeopleOf(p).Unmerge(ctx, merge, purpose)
}

// Pairs lists the pairs of which the caller sees both entries. Pairs of an
// entry that has ended or was merged since are left out.
func (d peopleDesk) Pairs(ctx context.Context, p household.Principal, q household.PairQuery) (household.PairList, error) {
	const op = "postgis.PeopleReview.Pairs"
	out := household.PairList{Pairs: []household.Pair{}, Decides: p.Role == household.RoleApprover}
	var cards map[int64]household.PairEntry
	err := d.db.PeopleOf(p).read(ctx, func(tx pgx.Tx) error {
		const of = ` FROM people_pair p
			JOIN resident x ON x.id = p.a_id AND x.merged_into IS NULL AND x.ended_on IS NULL
			JOIN resident y ON y.id = p.b_id AND y.merged_into IS NULL AND y.ended_on IS NULL
			WHERE p.state = $1`
		if err := tx.QueryRow(ctx, "SELECT count(*)"+of, q.State).Scan(&out.Total); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT p.id, p.a_id, p.b_id, p.verdict, p.score::float8, p.capped, p.state, p.reasons, p.found_at, p.decided_by, p.decided_at`+of+`
			ORDER BY p.verdict DESC, p.score DESC, p.id LIMIT $2 OFFSET $3`, q.State, q.Limit, q.Offset)
		if err != nil {
			return err
		}
		var ids []int64
		out.Pairs, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r household.Pair, err error) {
			var capped string
			var reasons []byte
			if err := row.Scan(&r.ID, &r.A.ID, &r.B.ID, &r.Verdict, &r.Score, &capped, &r.State, &reasons, &r.FoundAt, &r.DecidedBy, &r.DecidedAt); err != nil {
				return r, err
			}
			ids = append(ids, r.A.ID, r.B.ID)
			return r, explain(&r, capped, reasons)
		})
		if err != nil {
			return err
		}
		cards, err = d.cards(ctx, tx, ids)
		return err
	})
	if err != nil {
		return out, readError(op, err)
	}
	if err := d.sources(ctx, cards); err != nil {
		return out, readError(op, err)
	}
	for i := range out.Pairs {
		r := &out.Pairs[i]
		r.A, r.B = cards[r.A.ID], cards[r.B.ID]
	}
	return out, nil
}

// explain puts the reasons into words.
func explain(r *household.Pair, capped string, reasons []byte) error {
	var list []people.Reason
	if err := json.Unmarshal(reasons, &list); err != nil {
		return err
	}
	r.Reasons = []household.PairReason{}
	for _, x := range list {
		r.Reasons = append(r.Reasons, inWords(string(x.Code), float64(x.Bits)))
	}
	if capped != "" {
		c := inWords(capped, 0)
		r.Capped = &c
	}
	return nil
}

func inWords(code string, bits float64) household.PairReason {
	return household.PairReason{Code: code, Bits: bits, Zh: people.Word(code, true), En: people.Word(code, false)}
}

// cards reads the entries as the transaction's role sees them: of several
// homes the one lived in.
func (d peopleDesk) cards(ctx context.Context, tx pgx.Tx, ids []int64) (map[int64]household.PairEntry, error) {
	out := map[int64]household.PairEntry{}
	r := d.db.Registry()
	for len(ids) > 0 {
		part := ids[:min(len(ids), 200)] // people reads 500 homes at most
		ids = ids[len(part):]
		list, err := r.people(ctx, tx, `r.id = ANY ($1)`, part)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			e, had := out[p.ID]
			if !had || e.Residency == household.ResidencyRegistered {
				e.PersonCard = p.PersonCard
			}
			if had {
				e.Others++
			}
			if e.Tags == nil {
				e.Tags = []household.TagKind{}
			}
			out[p.ID] = e
		}
	}
	return out, nil
}

// sources adds which department told of each entry; the owner knows.
func (d peopleDesk) sources(ctx context.Context, cards map[int64]household.PairEntry) error {
	ids := make([]int64, 0, len(cards))
	for id := range cards {
		ids = append(ids, id)
	}
	rows, err := d.db.Pool.Query(ctx, `SELECT r.id, coalesce(nullif(b.source, ''), b.file_name) FROM resident r
		JOIN import_batch b ON b.id = coalesce(r.updated_batch, r.created_batch) WHERE r.id = ANY ($1)`, ids)
	if err != nil {
		return err
	}
	var id int64
	var source string
	_, err = pgx.ForEachRow(rows, []any{&id, &source}, func() error {
		e := cards[id]
		e.Source = source
		cards[id] = e
		return nil
	})
	return err
}

// keptMerges bounds how far the history of merges is read back.
const keptMerges = 2000

// Merges lists the newest merges whose person the caller sees.
func (d peopleDesk) Merges(ctx context.Context, p household.Principal, limit int) ([]household.PeopleMerge, error) {
	const op = "postgis.PeopleReview.Merges"
	rows, err := d.db.Pool.Query(ctx, `SELECT id, kept_id, account, purpose, merged_at, undone_at, undone_by FROM people_merge ORDER BY id DESC LIMIT $1`, keptMerges)
	if err != nil {
		return nil, readError(op, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m household.PeopleMerge, err error) {
		err = row.Scan(&m.Merge, &m.KeptID, &m.Account, &m.Purpose, &m.MergedAt, &m.UndoneAt, &m.UndoneBy)
		return m, err
	})
	if err != nil {
		return nil, readError(op, err)
	}
	out := []household.PeopleMerge{}
	err = d.db.PeopleOf(p).read(ctx, func(tx pgx.Tx) error {
		ids := make([]int64, len(list))
		for i, m := range list {
			ids[i] = m.KeptID
		}
		cards, err := d.cards(ctx, tx, ids)
		if err != nil {
			return err
		}
		for _, m := range list {
			if c, seen := cards[m.KeptID]; seen && len(out) < limit {
				m.Name, m.Address = c.Name, c.Address
				out = append(out, m)
			}
		}
		return nil
	})
	return out, readError(op, err)
}
