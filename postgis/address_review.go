package postgis

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/match"
)

var _ importers.Reviewer = (*load)(nil)

// fieldReview is bound into the ciphers of rows that wait for a decision.
const fieldReview = "address_review"

// outcomeWords are the outcomes by names that do not change.
var outcomeWords = map[match.Outcome]string{
	match.Unknown: "unknown", match.Differs: "differs", match.Similar: "similar", match.Agrees: "agrees",
}

// keptCandidate is a candidate as the table holds it.
type keptCandidate struct {
	Code        string                  `json:"code"`
	Score       float64                 `json:"score"`
	Explanation string                  `json:"explanation"`
	Parts       []household.AddressPart `json:"parts"`
}

func keepCandidate(c *match.Candidate) keptCandidate {
	k := keptCandidate{Code: c.Code, Score: float64(int(c.Score*1000)) / 1000, Explanation: c.Explain(), Parts: []household.AddressPart{}}
	for _, p := range c.Outcomes() {
		k.Parts = append(k.Parts, household.AddressPart{Part: p.Part, Outcome: outcomeWords[p.Outcome]})
	}
	return k
}

// KeepReviews keeps the doubtful addresses of the load. What earlier loads
// asked of the same rows is settled by it.
func (l *load) KeepReviews(ctx context.Context, list []importers.Review) error {
	const op = "postgis.KeepReviews"
	if _, err := l.finishStaging(); err != nil {
		return loadError(op, err)
	}
	_, err := l.tx.CopyFrom(ctx, pgx.Identifier{"address_review"},
		[]string{"batch_id", "n", "row", "sheet", "address", "reason", "candidates", "item", "fingerprint"},
		pgx.CopyFromSlice(len(list), func(i int) ([]any, error) {
			r := &list[i]
			candidates := make([]keptCandidate, len(r.Candidates))
			for k := range r.Candidates {
				candidates[k] = keepCandidate(&r.Candidates[k])
			}
			text, err := json.Marshal(candidates)
			if err != nil {
				return nil, err
			}
			item, err := sealItem(l.db.Keys, r.Entity)
			return []any{l.id, int32(i + 1), r.Row, r.Sheet, r.Address, r.Reason, text, item, itemPrint(l.db.Keys, r.Entity, r.Address)}, err
		}))
	if err != nil {
		return loadError(op, err)
	}
	_, err = l.tx.Exec(ctx, `UPDATE address_review v SET state = 'settled', settled_by = $1
		  FROM address_review n, import_batch b WHERE n.batch_id = $1 AND v.fingerprint = n.fingerprint AND v.batch_id <> $1 AND v.state = 'open'
		   AND b.id = v.batch_id AND b.source = $2`, l.id, l.batch.Source)
	return loadError(op, err)
}

// sealItem is the row's home or person, without its building, as bytes: a
// person's sealed. A home is no secret.
func sealItem(k *Keys, e importers.Entity) ([]byte, error) {
	text, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	if _, person := e.(household.Resident); person {
		return k.Seal(fieldReview, string(text)), nil
	}
	return text, nil
}

// openItem is the reverse of sealItem for a kind.
func openItem(k *Keys, kind importers.Kind, item []byte) (importers.Entity, error) {
	switch kind {
	case importers.Units:
		var u household.Unit
		err := json.Unmarshal(item, &u)
		return u, err
	case importers.Residents:
		if k == nil {
			return nil, household.Errorf(household.Unavailable, "postgis.openItem", "the rows of persons cannot be read without the key of their protected fields").
				WithHint("set HEARTHMAP_KEY_FILE")
		}
		text, err := k.Unseal(fieldReview, item)
		if err != nil {
			return nil, err
		}
		var p household.Resident
		err = json.Unmarshal([]byte(text), &p)
		return p, err
	}
	return nil, fmt.Errorf("an import of %s has no addresses", kind)
}

// inBuilding returns the home or person in the building.
func inBuilding(e importers.Entity, code string) importers.Entity {
	switch e := e.(type) {
	case household.Unit:
		e.BuildingCode = code
		return e
	case household.Resident:
		e.BuildingCode = code
		return e
	}
	return e
}

// itemPrint is by what a row is known again whatever its building: a person
// with an identity number by that, everybody else by address and home. nil
// when the row has neither.
func itemPrint(k *Keys, e importers.Entity, written string) []byte {
	switch e := e.(type) {
	case household.Unit:
		if written == "" {
			return nil
		}
		sum := sha256.Sum256([]byte(fmt.Sprintf("unit %q %q %q", written, e.Entrance, e.Room)))
		return sum[:]
	case household.Resident:
		if e.ID != "" {
			return k.Blind(fieldID, string(e.ID))
		}
		if written == "" {
			return nil
		}
		return k.Blind(fieldReview, fmt.Sprintf("%q %q %s %s", written, e.Name, e.BirthDate.Format("2006-01-02"), e.Sex))
	}
	return nil
}

// waiting are the open entries by fingerprint, so that a file that brings
// their rows in settles them.
type waiting struct {
	open    map[string][]household.AddressCursor
	settled map[household.AddressCursor]int64 // by the row that did
}

// readWaiting reads the open entries of the load's kind and source: what one
// department knows of a person does not settle another's question.
func (l *load) readWaiting(ctx context.Context) error {
	if l.batch.Kind != importers.Units && l.batch.Kind != importers.Residents {
		return nil
	}
	rows, err := l.tx.Query(ctx, `SELECT v.fingerprint, v.batch_id, v.n::bigint FROM address_review v JOIN import_batch b ON b.id = v.batch_id
		WHERE v.state = 'open' AND v.fingerprint IS NOT NULL AND b.kind = $1 AND b.source = $2`, l.batch.Kind, l.batch.Source)
	if err != nil {
		return err
	}
	var print []byte
	var at household.AddressCursor
	_, err = pgx.ForEachRow(rows, []any{&print, &at.Batch, &at.N}, func() error {
		if l.waiting.open == nil {
			l.waiting = waiting{map[string][]household.AddressCursor{}, map[household.AddressCursor]int64{}}
		}
		l.waiting.open[string(print)] = append(l.waiting.open[string(print)], at)
		return nil
	})
	return err
}

// note remembers which entries the items settle.
func (w *waiting) note(k *Keys, items []importers.Item) {
	if len(w.open) == 0 {
		return
	}
	for i := range items {
		it := &items[i]
		if p, person := it.Entity.(household.Resident); it.Address == "" && (!person || p.ID == "") {
			continue
		}
		for _, at := range w.open[string(itemPrint(k, it.Entity, it.Address))] {
			w.settled[at] = it.Row
		}
	}
}

// settle marks the entries whose rows came in. Rows that the database
// rejected did not.
func (l *load) settle(ctx context.Context, rejected []importers.Reject) error {
	bad := make(map[int64]bool, len(rejected))
	for i := range rejected {
		bad[rejected[i].Row] = true
	}
	var batches, numbers []int64
	for at, row := range l.waiting.settled {
		if !bad[row] {
			batches, numbers = append(batches, at.Batch), append(numbers, at.N)
		}
	}
	if len(batches) == 0 {
		return nil
	}
	_, err := l.tx.Exec(ctx, `UPDATE address_review v SET state = 'settled', settled_by = $3
		FROM unnest($1::bigint[], $2::bigint[]) AS s (batch, n) WHERE v.batch_id = s.batch AND v.n = s.n AND v.state = 'open'`,
		batches, numbers, l.id)
	return err
}

// AddressReviews lists doubtful addresses, the newest batch first, each batch
// in the order of its file. It reads as the city's owner.
func (db *DB) AddressReviews(ctx context.Context, q household.AddressQuery) (household.AddressList, error) {
	const op = "postgis.AddressReviews"
	out := household.AddressList{Reviews: []household.AddressReview{}}
	if q.State == "" {
		q.State = household.AddressOpen
	}
	const of = ` FROM address_review v JOIN import_batch i ON i.id = v.batch_id
		WHERE ($1 = 0::bigint OR v.batch_id = $1) AND v.state = $2`
	if err := db.Pool.QueryRow(ctx, "SELECT count(*)"+of, q.Batch, q.State).Scan(&out.Total); err != nil {
		return out, loadError(op, err)
	}
	rows, err := db.Pool.Query(ctx, `SELECT v.batch_id, v.n, i.kind, i.file_name, v.row, v.sheet, v.address, v.reason, v.state, v.code, v.decided_by,
		v.decided_at, v.candidates, v.item`+of+`
		AND ($3 = 0::bigint OR v.batch_id < $3 OR v.batch_id = $3 AND v.n > $4) ORDER BY v.batch_id DESC, v.n LIMIT nullif($5::bigint, 0)`,
		q.Batch, q.State, q.After.Batch, q.After.N, int64(q.Limit))
	if err != nil {
		return out, loadError(op, err)
	}
	codes := []string{}
	out.Reviews, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (v household.AddressReview, err error) {
		var candidates, item []byte
		if err := row.Scan(&v.Batch, &v.N, &v.Kind, &v.File, &v.Row, &v.Sheet, &v.Address, &v.Reason, &v.State, &v.Code, &v.DecidedBy,
			&v.DecidedAt, &candidates, &item); err != nil {
			return v, err
		}
		if err := json.Unmarshal(candidates, &v.Candidates); err != nil {
			return v, err
		}
		for _, c := range v.Candidates {
			codes = append(codes, c.Code)
		}
		if item == nil || v.Kind == string(importers.Residents) && db.Keys == nil {
			return v, nil
		}
		e, err := openItem(db.Keys, importers.Kind(v.Kind), item)
		switch e := e.(type) {
		case household.Unit:
			v.Entrance, v.Room = e.Entrance, e.Room
		case household.Resident:
			v.Entrance, v.Room = e.Entrance, e.Room
		}
		return v, err
	})
	if err != nil {
		return out, loadError(op, err)
	}
	return out, loadError(op, db.describe(ctx, out.Reviews, codes))
}

// describe adds to the candidates what the register says of them.
func (db *DB) describe(ctx context.Context, list []household.AddressReview, codes []string) error {
	slices.Sort(codes)
	rows, err := db.Pool.Query(ctx, `SELECT b.code, b.name, b.address, coalesce(c.name, ''), coalesce(a.name, ''), ST_X(b.point), ST_Y(b.point)
		FROM building b LEFT JOIN compound c ON c.id = b.compound_id LEFT JOIN area a ON a.id = b.area_id
		WHERE b.code = ANY ($1) AND b.ended_on IS NULL`, slices.Compact(codes))
	if err != nil {
		return err
	}
	known := map[string]household.AddressCandidate{}
	var c household.AddressCandidate
	_, err = pgx.ForEachRow(rows, []any{&c.Code, &c.Name, &c.Address, &c.Compound, &c.Area, &c.Lon, &c.Lat}, func() error {
		known[c.Code] = c
		return nil
	})
	if err != nil {
		return err
	}
	for i := range list {
		for k := range list[i].Candidates {
			c := &list[i].Candidates[k]
			b, ok := known[c.Code]
			c.Name, c.Address, c.Compound, c.Area, c.Lon, c.Lat, c.Ended = b.Name, b.Address, b.Compound, b.Area, b.Lon, b.Lat, !ok
			if c.Parts == nil {
				c.Parts = []household.AddressPart{}
			}
		}
	}
	return nil
}

func sameRow(a, b household.AddressRow) bool { return a.Row == b.Row && a.Sheet == b.Sheet }

// rowWords names a row for a message.
func rowWords(r household.AddressRow) string {
	return strings.TrimSpace(fmt.Sprintf("%s row %d", r.Sheet, r.Row))
}
