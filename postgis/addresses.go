package postgis

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"hearthmap/importers"
	"hearthmap/importers/match"
)

var (
	_ importers.AddressBook = (*DB)(nil)
	_ importers.Reviewer    = (*load)(nil)
)

// AddressBook yields the city's buildings with the names of their compounds
// and areas, from the city down.
func (db *DB) AddressBook(ctx context.Context, yield func(match.Building) error) error {
	const op = "postgis.AddressBook"
	rows, err := db.Pool.Query(ctx, `
		WITH RECURSIVE chain AS (
			SELECT id, ARRAY[name] AS names FROM area WHERE parent_id IS NULL AND ended_on IS NULL
			UNION ALL
			SELECT a.id, c.names || a.name FROM area a JOIN chain c ON a.parent_id = c.id WHERE a.ended_on IS NULL)
		SELECT b.code, b.name, b.address, coalesce(c.code, ''), coalesce(c.name, ''), coalesce(h.names, '{}')
		  FROM building b
		  LEFT JOIN compound c ON c.id = b.compound_id AND c.ended_on IS NULL
		  LEFT JOIN chain h ON h.id = b.area_id
		 WHERE b.ended_on IS NULL
		 ORDER BY b.id`)
	if err != nil {
		return loadError(op, err)
	}
	defer rows.Close()
	var b match.Building
	for rows.Next() {
		b.Areas = b.Areas[:0]
		if err := rows.Scan(&b.Code, &b.Name, &b.Address, &b.CompoundCode, &b.CompoundName, &b.Areas); err != nil {
			return loadError(op, err)
		}
		if err := yield(b); err != nil {
			return err
		}
	}
	return loadError(op, rows.Err())
}

// ReviewCandidate is a building that a doubtful address may mean.
type ReviewCandidate struct {
	Code        string  `json:"code"`
	Score       float64 `json:"score"`
	Explanation string  `json:"explanation"` // which parts agree, which do not
}

// AddressReview is a doubtful address of an import. The address is personal.
type AddressReview struct {
	Batch      int64             `json:"batch"`
	Row        int64             `json:"row"`
	Sheet      string            `json:"sheet,omitempty"`
	Address    string            `json:"address"`
	Reason     string            `json:"reason"`
	Candidates []ReviewCandidate `json:"candidates"`
}

// KeepReviews keeps the doubtful addresses of the load.
func (l *load) KeepReviews(ctx context.Context, list []importers.Review) error {
	const op = "postgis.KeepReviews"
	if _, err := l.finishStaging(); err != nil {
		return loadError(op, err)
	}
	_, err := l.tx.CopyFrom(ctx, pgx.Identifier{"address_review"},
		[]string{"batch_id", "n", "row", "sheet", "address", "reason", "candidates"},
		pgx.CopyFromSlice(len(list), func(i int) ([]any, error) {
			r := list[i]
			candidates := make([]ReviewCandidate, len(r.Candidates))
			for k := range r.Candidates {
				c := &r.Candidates[k]
				candidates[k] = ReviewCandidate{Code: c.Code, Score: float64(int(c.Score*1000)) / 1000, Explanation: c.Explain()}
			}
			text, err := json.Marshal(candidates)
			return []any{l.id, int32(i + 1), r.Row, r.Sheet, r.Address, r.Reason, text}, err
		}))
	return loadError(op, err)
}

// AddressReviews lists the doubtful addresses of a batch, or of all when
// batch is 0, the newest batch first. It reads as the city's owner.
func (db *DB) AddressReviews(ctx context.Context, batch int64) ([]AddressReview, error) {
	const op = "postgis.AddressReviews"
	rows, err := db.Pool.Query(ctx, `
		SELECT v.batch_id, v.row, v.sheet, v.address, v.reason, v.candidates
		  FROM address_review v
		 WHERE $1 = 0::bigint OR v.batch_id = $1
		 ORDER BY v.batch_id DESC, v.n`, batch)
	if err != nil {
		return nil, loadError(op, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (v AddressReview, err error) {
		var candidates []byte
		if err = row.Scan(&v.Batch, &v.Row, &v.Sheet, &v.Address, &v.Reason, &candidates); err == nil {
			err = json.Unmarshal(candidates, &v.Candidates)
		}
		return v, err
	})
	return list, loadError(op, err)
}
