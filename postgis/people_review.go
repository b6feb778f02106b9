package postgis

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
	"hearthmap/importers/people"
)

// ReviewPair is a pair on the list for review, with names in full: whoever
// shows it masks them for those who have no right to them.
type ReviewPair struct {
	ID      int64           `json:"id"`
	A       ReviewEntry     `json:"a"`
	B       ReviewEntry     `json:"b"`
	Verdict people.Verdict  `json:"verdict"`
	Score   float32         `json:"score"`
	Capped  string          `json:"capped,omitempty"`
	State   string          `json:"state"`
	Reasons []people.Reason `json:"reasons"`
}

// ReviewEntry is one entry of a pair.
type ReviewEntry struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Unit string `json:"unit_code,omitempty"`
}

// Masked returns the pair with its names masked.
func (r ReviewPair) Masked() ReviewPair {
	r.A.Name, r.B.Name = household.MaskName(r.A.Name), household.MaskName(r.B.Name)
	return r
}

// read runs fn with the rights of the principal, or as the owner.
func (p *People) read(ctx context.Context, fn func(pgx.Tx) error) error {
	if p.who == nil {
		return pgx.BeginTxFunc(ctx, p.db.Pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, fn)
	}
	if !p.who.Role.SeesPersons() {
		return household.Errorf(household.Forbidden, "postgis.People", "the role %s sees no persons", p.who.Role).
			WithHint("sign in as a grid worker or approver of the area")
	}
	return p.db.as(ctx, *p.who, func(tx pgx.Tx, _ rights) error { return fn(tx) })
}

// Review lists the pairs of a state (open, same, different): the certain ones
// first, then by score, at most limit.
func (p *People) Review(ctx context.Context, state string, limit int) ([]ReviewPair, error) {
	const op = "postgis.People.Review"
	sql, err := section("people", "review")
	if err != nil {
		return nil, err
	}
	out := []ReviewPair{}
	err = p.read(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sql, state, limit)
		if err != nil {
			return err
		}
		var r ReviewPair
		var reasons []byte
		_, err = pgx.ForEachRow(rows, []any{
			&r.ID, &r.A.ID, &r.B.ID, &r.Verdict, &r.Score, &r.Capped, &r.State, &reasons, &r.A.Name, &r.A.Unit, &r.B.Name, &r.B.Unit,
		}, func() error {
			r.Reasons = nil
			if err := json.Unmarshal(reasons, &r.Reasons); err != nil {
				return err
			}
			out = append(out, r)
			return nil
		})
		return err
	})
	return out, readError(op, err)
}

func readError(op string, err error) error {
	var own *household.Error
	if err == nil || errors.As(err, &own) {
		return err
	}
	return household.Errorf(household.Internal, op, "reading the list failed in the database: %w", err)
}

//go:embed sql/people_rules/*.sql
var ruleFiles embed.FS

// Rule is a finding to look for, kept as a file of sql/people_rules: a query
// over the views people_entry, people_tag and people_link that gives a, b,
// detail and verdict.
type Rule struct {
	Name string `json:"name"`
	Zh   string `json:"title_zh"`
	En   string `json:"title_en"`

	sql string
}

// Finding is one row that a rule found. B is A when the entry itself is odd.
type Finding struct {
	A       ReviewEntry `json:"a"`
	B       ReviewEntry `json:"b"`
	Detail  string      `json:"detail"`
	Verdict string      `json:"verdict"` // self, or of the pair that links both
}

// Masked returns the finding with its names masked.
func (f Finding) Masked() Finding {
	f.A.Name, f.B.Name = household.MaskName(f.A.Name), household.MaskName(f.B.Name)
	return f
}

// Rules lists the rules, by name.
func Rules() ([]Rule, error) {
	const op = "postgis.Rules"
	files, err := fs.Glob(ruleFiles, "sql/people_rules/*.sql")
	if err != nil {
		return nil, household.Errorf(household.Internal, op, "the rules cannot be read: %w", err)
	}
	slices.Sort(files)
	var out []Rule
	for _, f := range files {
		text, err := ruleFiles.ReadFile(f)
		if err != nil {
			return nil, household.Errorf(household.Internal, op, "the rules cannot be read: %w", err)
		}
		r := Rule{Name: strings.TrimSuffix(path.Base(f), ".sql"), sql: string(text)}
		for line := range strings.Lines(r.sql) {
			if t, ok := strings.CutPrefix(line, "-- zh: "); ok {
				r.Zh = strings.TrimSpace(t)
			}
			if t, ok := strings.CutPrefix(line, "-- en: "); ok {
				r.En = strings.TrimSpace(t)
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// Find runs a rule and returns what it finds, at most limit, and how many
// there are in all.
func (p *People) Find(ctx context.Context, name string, limit int) (list []Finding, total int64, err error) {
	const op = "postgis.People.Find"
	rules, err := Rules()
	if err != nil {
		return nil, 0, err
	}
	i := slices.IndexFunc(rules, func(r Rule) bool { return r.Name == name })
	if i < 0 {
		names := make([]string, len(rules))
		for i, r := range rules {
			names[i] = r.Name
		}
		return nil, 0, household.Errorf(household.Invalid, op, "there is no rule %q", name).WithHint("one of %s", strings.Join(names, ", "))
	}
	list = []Finding{}
	err = p.read(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `WITH found AS (`+rules[i].sql+`)
			SELECT f.a, x.name, coalesce(xu.code, ''), f.b, y.name, coalesce(yu.code, ''), f.detail, f.verdict, count(*) OVER ()
			  FROM (SELECT DISTINCT * FROM found) f JOIN resident x ON x.id = f.a JOIN resident y ON y.id = f.b
			  LEFT JOIN LATERAL (SELECT u.code FROM residence rc JOIN unit u ON u.id = rc.unit_id
			       WHERE rc.resident_id = x.id AND rc.valid_to IS NULL ORDER BY rc.present DESC LIMIT 1) xu ON true
			  LEFT JOIN LATERAL (SELECT u.code FROM residence rc JOIN unit u ON u.id = rc.unit_id
			       WHERE rc.resident_id = y.id AND rc.valid_to IS NULL ORDER BY rc.present DESC LIMIT 1) yu ON true
			 ORDER BY f.verdict = 'doubtful', f.a, f.b, f.detail LIMIT $1`, limit)
		if err != nil {
			return err
		}
		var f Finding
		_, err = pgx.ForEachRow(rows, []any{&f.A.ID, &f.A.Name, &f.A.Unit, &f.B.ID, &f.B.Name, &f.B.Unit, &f.Detail, &f.Verdict, &total}, func() error {
			list = append(list, f)
			return nil
		})
		return err
	})
	return list, total, readError(op, err)
}
