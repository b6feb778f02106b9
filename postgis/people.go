package postgis

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
	"hearthmap/importers/people"
)

// People finds entries of the register that are one person, keeps the list
// for review, merges and un-merges.
type People struct {
	db *DB
	// who bounds what is seen and done; nil is the owner, who sees all.
	who *household.Principal
}

// PeopleAsOwner is for the command line and for batch work.
func (db *DB) PeopleAsOwner() *People { return &People{db: db} }

// PeopleOf bounds the list by the rights of a principal.
func (db *DB) PeopleOf(p household.Principal) *People { return &People{db: db, who: &p} }

// Comparison is what a run of Compare found.
type Comparison struct {
	Entries    int64             `json:"entries"`
	Candidates int64             `json:"candidates"` // pairs compared
	Blocks     []people.Blocking `json:"blocks"`
	Same       int64             `json:"same"`
	Doubtful   int64             `json:"doubtful"`
	// Open is how many pairs wait for a decision now; Decided how many of
	// those found had one already.
	Open     int64   `json:"open"`
	Decided  int64   `json:"decided"`
	Blocking float64 `json:"blocking_seconds"`
	Seconds  float64 `json:"seconds"`
}

// fetchPairs is how many pairs are in memory at a time.
const fetchPairs = 5000

// Compare compares the whole register and brings the list of pairs up to
// date, in one transaction. Two comparisons at a time wait for each other. It
// reads the register as it is at its beginning and blocks nobody.
func (p *People) Compare(ctx context.Context, limits people.Limits) (Comparison, error) {
	const op = "postgis.People.Compare"
	if p.who != nil {
		return Comparison{}, household.Errorf(household.Forbidden, op, "the register is compared by its owner only").
			WithHint("run hearthmap people compare on the server")
	}
	if p.db.Keys == nil {
		return Comparison{}, household.Errorf(household.Unavailable, op, "comparing needs the key of the identity numbers").
			WithHint("set HEARTHMAP_KEY_FILE")
	}
	c := &comparing{db: p.db, limits: limits, began: time.Now()}
	err := pgx.BeginTxFunc(ctx, p.db.Pool, pgx.TxOptions{}, func(tx pgx.Tx) error {
		c.tx = tx
		return c.run(ctx)
	})
	c.Seconds = time.Since(c.began).Seconds()
	return c.Comparison, peopleError(op, err)
}

func peopleError(op string, err error) error {
	if err == nil || household.CodeOf(err) != household.Internal {
		return err
	}
	return household.Errorf(household.Internal, op, "comparing people failed in the database: %w", err)
}

// comparing is one comparison under way.
type comparing struct {
	Comparison
	db     *DB
	tx     pgx.Tx
	limits people.Limits
	began  time.Time
}

func (c *comparing) run(ctx context.Context) error {
	for _, step := range []func(context.Context) error{c.begin, c.block, c.compare, c.store} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (c *comparing) exec(ctx context.Context, sql string) error {
	_, err := c.tx.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol)
	return err
}

func (c *comparing) section(ctx context.Context, name string) error {
	sql, err := section("people", name)
	if err != nil {
		return err
	}
	if err := c.exec(ctx, sql); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (c *comparing) begin(ctx context.Context) error {
	// Sorting nine million keys in the default 4 MB would go over the disk
	// many times.
	err := c.exec(ctx, `SET LOCAL work_mem = '128MB'; SET LOCAL maintenance_work_mem = '128MB';
		SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ':people', 0))`)
	if err != nil {
		return err
	}
	if err := c.section(ctx, "facts"); err != nil {
		return err
	}
	return c.tx.QueryRow(ctx, `SELECT count(*) FROM people_fact`, pgx.QueryExecModeExec).Scan(&c.Entries)
}

// block gathers the candidates, one kind of blocks after the other, so that
// only one kind's keys are on the disk at a time.
func (c *comparing) block(ctx context.Context) error {
	text, err := section("people", "block")
	if err != nil {
		return err
	}
	for _, k := range people.Keys {
		keys, err := section("people", k.Name)
		if err != nil {
			return err
		}
		sql := strings.NewReplacer(
			"{keys}", keys, "{kind}", strconv.Itoa(int(k.Key)), "{bare}", strconv.FormatBool(k.Bare),
			"{block}", strconv.Itoa(c.limits.Block), "{window}", strconv.Itoa(c.limits.Window),
		).Replace(text)
		if err := c.exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", k.Name, err)
		}
	}
	rows, err := c.tx.Query(ctx, `SELECT kind, blocks, pairs, largest, oversized, skipped FROM people_block ORDER BY kind`, pgx.QueryExecModeExec)
	if err != nil {
		return err
	}
	var kind int16
	var b people.Blocking
	_, err = pgx.ForEachRow(rows, []any{&kind, &b.Blocks, &b.Pairs, &b.Largest, &b.Oversized, &b.Skipped}, func() error {
		b.Key = people.Key(kind).Names()[0]
		c.Blocks = append(c.Blocks, b)
		return nil
	})
	c.Comparison.Blocking = time.Since(c.began).Seconds()
	return err
}

// compare reads the pairs in lots, weighs them, and keeps those that may be
// one person.
func (c *comparing) compare(ctx context.Context) error {
	if err := c.section(ctx, "pairs"); err != nil {
		return err
	}
	m := people.New(people.DefaultTable(c.Entries))
	for {
		rows, err := c.tx.Query(ctx, "FETCH "+strconv.Itoa(fetchPairs)+" FROM people_cursor", pgx.QueryExecModeExec)
		if err != nil {
			return err
		}
		var r pairRow
		var kept [][]any
		n := 0
		_, err = pgx.ForEachRow(rows, r.targets(), func() error {
			n++
			line, err := c.weigh(m, &r)
			if line != nil {
				kept = append(kept, line)
			}
			return err
		})
		if err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
		c.Candidates += int64(n)
		if len(kept) == 0 {
			continue
		}
		columns := []string{"a", "b", "verdict", "score", "keys", "reasons", "capped"}
		if _, err := c.tx.CopyFrom(ctx, pgx.Identifier{"people_result"}, columns, pgx.CopyFromRows(kept)); err != nil {
			return err
		}
	}
}

// weigh compares one pair and returns the row to keep, or nil.
func (c *comparing) weigh(m *people.Matcher, r *pairRow) ([]any, error) {
	// Numbers are opened for the few pairs that have two.
	open := r.a.cipher != nil && r.b.cipher != nil
	a, err := r.a.person(c.db.Keys, open)
	if err != nil {
		return nil, err
	}
	b, err := r.b.person(c.db.Keys, open)
	if err != nil {
		return nil, err
	}
	res := m.Compare(a, b)
	switch res.Verdict {
	case people.Same:
		c.Same++
	case people.Doubtful:
		c.Doubtful++
	default:
		return nil, nil
	}
	reasons, err := json.Marshal(res.Reasons)
	if err != nil {
		return nil, err
	}
	return []any{
		a.ID, b.ID, string(res.Verdict), float32(res.Score), people.Key(r.kinds).Names(), reasons, string(res.Capped),
	}, nil
}

func (c *comparing) store(ctx context.Context) error {
	if err := c.exec(ctx, "CLOSE people_cursor; ANALYZE people_result"); err != nil {
		return err
	}
	if err := c.section(ctx, "store"); err != nil {
		return err
	}
	return c.tx.QueryRow(ctx, `SELECT count(*) FILTER (WHERE p.state = 'open'), count(*) FILTER (WHERE p.state <> 'open' AND q.a IS NOT NULL)
		FROM people_pair p LEFT JOIN people_result q ON q.a = p.a_id AND q.b = p.b_id`, pgx.QueryExecModeExec).Scan(&c.Open, &c.Decided)
}
