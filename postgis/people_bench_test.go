package postgis

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
	"hearthmap/importers/people"
)

// fakeFacts fills people_fact with $1 made-up entries: three to a unit, thirty
// to a building, some 3,700 to a community; every fiftieth is the second entry
// of somebody, every twentieth has no number, every two thousandth gives the
// phone of one of few landlords.
const fakeFacts = `INSERT INTO people_fact (id, id_cipher, name, sex, birth_date, phone_hash, file,
    h_unit, h_building, h_compound, h_area, h_household, h_relation)
SELECT i, CASE WHEN i % 20 <> 0 THEN ($2::bytea[])[1 + i % cardinality($2::bytea[])] END,
       chr(20000 + (100 * power(a, 2))::int) || chr(21000 + (90 * b)::int) || CASE WHEN c < 0.83 THEN chr(21000 + (90 * c)::int) ELSE '' END,
       CASE WHEN a < 0.5 THEN 'male' ELSE 'female' END, date '1935-01-01' + (power(b, 0.8) * 30000 * c)::int % 30000,
       CASE WHEN p % 2000 = 0 THEN sha256(int8send(p % 300)) WHEN p % 100 < 85 THEN sha256(int8send(1000 + p)) END,
       1, h / 3, h / 30, h / 400, h / 3700, h / 3, CASE h % 3 WHEN 0 THEN 'head' WHEN 1 THEN 'spouse' ELSE 'child' END
  FROM (SELECT i, p, CASE WHEN p = i OR i % 100 = 0 THEN p ELSE i END AS h,
               hashint8(p) / 4294967296.0 + 0.5 AS a, hashint8(p + 1000000000) / 4294967296.0 + 0.5 AS b, hashint8(p + 2000000000) / 4294967296.0 + 0.5 AS c
          FROM (SELECT i, CASE WHEN i % 50 = 0 THEN i / 2 ELSE i END AS p FROM generate_series(1, $1::bigint) i) s) t`

// BenchmarkPeople blocks and compares 700,000 entries.
//
//	go test ./postgis -run '^$' -bench People -benchtime 1x
func BenchmarkPeople(b *testing.B) {
	entries := 700_000
	if testing.Short() {
		entries = 50_000
	}
	db := openTown(b)
	ciphers := make([][]byte, 1000)
	for i := range ciphers {
		number, err := household.MakeResidentID("990001", time.Date(1960, 1, 1+i, 0, 0, 0, 0, time.UTC), i)
		if err != nil {
			b.Fatal(err)
		}
		ciphers[i] = db.Keys.Seal(fieldID, string(number))
	}
	for b.Loop() {
		c := &comparing{db: db, limits: people.DefaultLimits, began: time.Now()}
		tx, err := db.Pool.Begin(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		c.tx = tx
		steps := []struct {
			name string
			fn   func(context.Context) error
		}{
			{"begin", c.begin},
			{"fill", func(ctx context.Context) error {
				if _, err := tx.Exec(ctx, fakeFacts, pgx.QueryExecModeExec, entries, ciphers); err != nil {
					return err
				}
				c.Entries = int64(entries)
				return c.exec(ctx, "ANALYZE people_fact")
			}},
			{"block", c.block},
			{"compare", c.compare},
			{"store", c.store},
		}
		for _, s := range steps {
			began := time.Now()
			if err := s.fn(b.Context()); err != nil {
				b.Fatal(s.name, err)
			}
			if s.name != "begin" && s.name != "fill" {
				b.ReportMetric(time.Since(began).Seconds(), s.name+"_s")
			}
		}
		for _, k := range c.Blocks {
			b.Logf("%+v", k)
		}
		b.ReportMetric(float64(c.Candidates)/float64(entries), "pairs/entry")
		b.ReportMetric(float64(c.Same), "same")
		b.ReportMetric(float64(c.Doubtful), "doubtful")
		if err := tx.Rollback(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
