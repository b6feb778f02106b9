package postgis

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/people"
)

// crowd loads people drawn from few names, days and phones, so that many are
// alike; every third has no identity number.
func crowd(tb testing.TB, db *DB, n int, seed uint64) {
	tb.Helper()
	town(tb, db)
	r := rand.New(rand.NewPCG(seed, 1))
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	for file := range 2 {
		var rows []importers.Entity
		for i := range n / 2 {
			birth := time.Date(1950+r.IntN(4), time.Month(1+r.IntN(3)), 1+r.IntN(6), 0, 0, 0, 0, time.UTC)
			number, err := household.MakeResidentID("990001", birth, file*500+i%500)
			if err != nil {
				tb.Fatal(err)
			}
			p := household.Resident{
				ID: number, Name: pick("王", "李", "萧", "肖") + pick("桂兰", "桂蓝", "文", "志强", "智强"), Sex: number.Sex(), BirthDate: birth,
				Phone: pick("", "19900000001", "19900000002", fmt.Sprintf("1991%07d", i)), Relation: household.RelationOther,
				Residency: household.Residency(pick("resident", "floating", "registered")),
			}
			p.BuildingCode, p.Entrance, p.Room = "B1", "1", pick("101", "102")
			if r.IntN(3) == 0 {
				p.BuildingCode, p.Entrance, p.Room = "B2", "2", "301"
			}
			if r.IntN(3) == 0 {
				p.ID = ""
			}
			if r.IntN(10) == 0 {
				p.BirthDate = time.Time{}
			}
			rows = append(rows, p)
			if p.ID != "" && p.Residency == "registered" && r.IntN(2) == 0 { // and lives somewhere else
				p.Residency, p.BuildingCode, p.Entrance, p.Room = "elsewhere", "B2", "2", "301"
				rows = append(rows, p)
			}
		}
		loadItems(tb, db, importers.Batch{Kind: importers.Residents, Source: fmt.Sprint("file", file)}, rows...)
	}
}

// entries reads the register as importers/people sees it, person by person.
func entries(tb testing.TB, db *DB) []people.Person {
	tb.Helper()
	var out []people.Person
	for _, id := range one[[]int64](tb, db, `SELECT array_agg(id ORDER BY id) FROM resident WHERE ended_on IS NULL`) {
		p := people.Person{ID: id}
		var cipher []byte
		var birth *time.Time
		err := db.Pool.QueryRow(tb.Context(), `SELECT name, birth_date, coalesce(encode(phone_hash, 'hex'), ''), id_cipher FROM resident WHERE id = $1`, id).
			Scan(&p.Name, &birth, &p.Phone, &cipher)
		if err != nil {
			tb.Fatal(err)
		}
		if birth != nil {
			p.Birth = *birth
		}
		if cipher != nil {
			p.Number = sealedID
		}
		rows, err := db.Pool.Query(tb.Context(), `SELECT rc.unit_id, rc.building_id, coalesce(b.compound_id, 0), coalesce(b.area_id, 0)
			FROM residence rc JOIN building b ON b.id = rc.building_id WHERE rc.resident_id = $1 AND rc.valid_to IS NULL`, id)
		if err != nil {
			tb.Fatal(err)
		}
		var h people.Home
		if _, err := pgx.ForEachRow(rows, []any{&h.Unit, &h.Building, &h.Compound, &h.Area}, func() error {
			p.Homes = append(p.Homes, h)
			return nil
		}); err != nil {
			tb.Fatal(err)
		}
		out = append(out, p)
	}
	return out
}

// The statements gather the pairs that the plain code gathers, and count them
// alike, with blocks below and above the limit.
func TestPeopleBlocksAgainstOracle(t *testing.T) {
	db := openTown(t)
	crowd(t, db, 300, 1)
	list := entries(t, db)
	for _, limits := range []people.Limits{people.DefaultLimits, {Block: 5, Window: 3}, {Block: 1000, Window: 1}} {
		want, counts := people.Candidates(list, limits)
		var got []people.Pair
		c := &comparing{db: db, limits: limits}
		err := pgx.BeginFunc(t.Context(), db.Pool, func(tx pgx.Tx) error {
			c.tx = tx
			if err := c.begin(t.Context()); err != nil {
				return err
			}
			if err := c.block(t.Context()); err != nil {
				return err
			}
			rows, err := tx.Query(t.Context(), `SELECT a, b, bit_or(kind) FROM people_candidate GROUP BY a, b ORDER BY a, b`, pgx.QueryExecModeExec)
			if err != nil {
				return err
			}
			var a, b int64
			var k int16
			_, err = pgx.ForEachRow(rows, []any{&a, &b, &k}, func() error {
				got = append(got, people.Pair{A: a, B: b, Keys: people.Key(k)})
				return nil
			})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%+v: %d pairs, want %d", limits, len(got), len(want))
		}
		for i := range counts {
			// Blocks without an entry that lacks a number are not counted by
			// the statements: nothing in them is compared.
			g, w := c.Blocks[i], counts[i]
			if people.Keys[i].Bare {
				g.Blocks, g.Largest, g.Oversized, g.Skipped = w.Blocks, w.Largest, w.Oversized, w.Skipped
			}
			if g != w {
				t.Errorf("%+v: %+v, want %+v", limits, g, w)
			}
		}
		if int(c.Entries) != len(list) {
			t.Errorf("%d entries, want %d", c.Entries, len(list))
		}
	}
}

// compare runs a comparison.
func comparePeople(tb testing.TB, db *DB) Comparison {
	tb.Helper()
	c, err := db.PeopleAsOwner().Compare(tb.Context(), people.DefaultLimits)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// pairs lists the list for review as a~b verdict.
func pairs(tb testing.TB, p *People, state string) string {
	tb.Helper()
	list, err := p.Review(tb.Context(), state, 100)
	if err != nil {
		tb.Fatal(err)
	}
	var out []string
	for _, r := range list {
		out = append(out, fmt.Sprintf("%s@%s~%s@%s %s", r.A.Name, r.A.Unit, r.B.Name, r.B.Unit, r.Verdict))
	}
	return strings.ReplaceAll(strings.Join(out, "; "), "赵试", "p")
}

// twoRegisters loads person 1 from the police and, without a number and with
// allowance, from civil affairs, and others who are nobody's second.
func twoRegisters(tb testing.TB, db *DB, homeOfSecond string) (first, second household.Resident) {
	tb.Helper()
	town(tb, db)
	first = livingAt(tb, 1, "B1", "1", "101", "head", household.TagVeteran)
	second = livingAt(tb, 1, "B1", "1", homeOfSecond, "other", household.TagSubsistence)
	second.ID = ""
	loadItems(tb, db, importers.Batch{Kind: importers.Residents, Source: "police"},
		first, livingAt(tb, 2, "B1", "1", "101", "spouse"), livingAt(tb, 3, "B2", "2", "301", "head"))
	loadItems(tb, db, importers.Batch{Kind: importers.Residents, Source: "welfare"}, second)
	return first, second
}

func TestPeopleCompareAndDecide(t *testing.T) {
	db := openTown(t)
	twoRegisters(t, db, "102")
	c := comparePeople(t, db)
	if c.Entries != 4 || c.Same+c.Doubtful != 1 || c.Open != 1 || c.Decided != 0 {
		t.Errorf("%+v", c)
	}
	owner := db.PeopleAsOwner()
	if got := pairs(t, owner, "open"); got != "p1@B1-1-101~p1@B1-1-102 same" {
		t.Fatalf("open: %s", got)
	}
	list, _ := owner.Review(t.Context(), "open", 1)
	if err := owner.Decide(t.Context(), list[0].ID, false, "两个人"); err != nil {
		t.Fatal(err)
	}
	// A decision stays, whatever is compared again.
	if c = comparePeople(t, db); c.Open != 0 || c.Decided != 1 {
		t.Errorf("%+v", c)
	}
	if got := pairs(t, owner, "different"); got != "p1@B1-1-101~p1@B1-1-102 same" {
		t.Errorf("different: %s", got)
	}
	if err := owner.Decide(t.Context(), list[0].ID, true, "重新核对"); err != nil {
		t.Fatal(err)
	}
	// What is no longer found goes from the list.
	if _, err := db.Pool.Exec(t.Context(), `UPDATE resident SET name = '欧阳', phone_hash = NULL, birth_date = '1999-01-01' WHERE id_cipher IS NULL`); err != nil {
		t.Fatal(err)
	}
	if c = comparePeople(t, db); c.Open != 0 {
		t.Errorf("%+v", c)
	}
	if n := one[int64](t, db, `SELECT count(*) FROM audit WHERE action = 'people_decide'`); n != 2 {
		t.Errorf("%d entries in the audit trail", n)
	}
}

func TestPeopleRights(t *testing.T) {
	db := openTown(t)
	first, second := twoRegisters(t, db, "102")
	_, _ = first, second
	third := livingAt(t, 3, "B1", "1", "102", "other")
	third.ID = ""
	loadItems(t, db, importers.Batch{Kind: importers.Residents, Source: "welfare2"}, third)
	comparePeople(t, db)
	const both = "p1@B1-1-101~p1@B1-1-102 same; p3@B2-2-301~p3@B1-1-102 same"
	got := pairs(t, db.PeopleAsOwner(), "open")
	if parts := strings.Split(got, "; "); len(parts) != 2 || !strings.Contains(both, parts[0]) || !strings.Contains(both, parts[1]) {
		t.Fatalf("the owner sees %s", got)
	}
	as := func(role household.Role, scope ...string) *People {
		return db.PeopleOf(household.Principal{Name: "who", Role: role, Scope: scope})
	}
	for _, c := range []struct {
		p    *People
		want string
	}{
		{as(household.RoleGrid, "9900010010020101"), "p1@B1-1-101~p1@B1-1-102 same"},
		{as(household.RoleGrid, "9900010010020102"), ""}, // one of the pair only
		{as(household.RoleApprover, "990001001001"), "p1@B1-1-101~p1@B1-1-102 same"},
		{as(household.RoleApprover), ""},
	} {
		if got := pairs(t, c.p, "open"); got != c.want {
			t.Errorf("%+v sees %q, want %q", c.p.who, got, c.want)
		}
	}
	if _, err := as(household.RolePlanner, "9900").Review(t.Context(), "open", 10); household.CodeOf(err) != household.Forbidden {
		t.Errorf("a planner: %v", err)
	}
	id := func(name, unit string) int64 {
		return one[int64](t, db, `SELECT p.id FROM resident p JOIN residence rc ON rc.resident_id = p.id JOIN unit u ON u.id = rc.unit_id
			WHERE p.name = $1 AND u.code = $2`, name, unit)
	}
	a, b, far := id("赵试1", "B1-1-101"), id("赵试1", "B1-1-102"), id("赵试3", "B2-2-301")
	try := func(p *People, keep, gone int64, purpose string, want household.ErrorCode) {
		t.Helper()
		if _, err := p.Merge(t.Context(), keep, gone, purpose); household.CodeOf(err) != want {
			t.Errorf("%+v: %v, want %q", p.who, err, want)
		}
	}
	try(as(household.RoleGrid, "990001001001"), a, b, "核对无误", household.Forbidden)
	try(as(household.RoleAdmin), a, b, "核对无误", household.Forbidden)
	try(as(household.RoleApprover, "990001001001"), a, far, "核对无误", household.NotFound)
	try(as(household.RoleApprover, "990001001001"), a, b, " ", household.Invalid)
	try(as(household.RoleApprover, "990001001001"), a, b, "核对无误", "")
	try(db.PeopleAsOwner(), a, b, "核对无误", household.Conflict)
	if got := one[string](t, db, `SELECT concat(account, ' ', role, ' ', subject, ' ', purpose) FROM audit WHERE action = 'people_merge'`); got !=
		fmt.Sprintf("who approver resident:%d+resident:%d 核对无误", a, b) {
		t.Errorf("audit %s", got)
	}
	// The service's role can neither write the list nor read the merges.
	err := db.as(context.Background(), household.Principal{Role: household.RoleApprover, Scope: []string{"9900"}}, func(tx pgx.Tx, _ rights) error {
		_, err := tx.Exec(t.Context(), `SELECT * FROM people_merge`)
		return err
	})
	if err == nil {
		t.Error("the service reads the merges")
	}
}

func TestPeopleRules(t *testing.T) {
	db := openTown(t)
	town(t, db)
	at := func(n int, room string, relation household.Relation, tags ...household.TagKind) household.Resident {
		return livingAt(t, n, "B1", "1", room, relation, tags...)
	}
	dead := at(1, "102", "other", "deceased") // in the register of the dead, without number
	dead.ID = ""
	old := at(4, "101", "other")
	old.ID, old.BirthDate = "", time.Now().AddDate(-111, 0, -5)
	child := livingAt(t, 5, "B2", "2", "301", "head")
	child.ID, child.BirthDate = "", time.Now().AddDate(-9, 0, 0)
	loadItems(t, db, importers.Batch{Kind: importers.Residents, Source: "police"}, at(1, "101", "head", household.TagSubsistence), at(2, "101", "spouse"), old, child)
	loadItems(t, db, importers.Batch{Kind: importers.Residents, Source: "deaths"}, dead, at(6, "102", "other", "imprisoned", household.TagExtremePoverty))
	comparePeople(t, db)
	find := func(p *People, rule string) string {
		t.Helper()
		list, total, err := p.Find(t.Context(), rule, 10)
		if err != nil || int(total) != len(list) {
			t.Fatalf("%s: %d of %d, %v", rule, len(list), total, err)
		}
		var out []string
		for _, f := range list {
			out = append(out, fmt.Sprintf("%s@%s %s@%s %s", f.A.Name, f.A.Unit, f.B.Name, f.B.Unit, f.Verdict))
		}
		return strings.ReplaceAll(strings.Join(out, "; "), "赵试", "p")
	}
	for rule, want := range map[string]string{
		"deceased-allowance":   "p1@B1-1-102 p1@B1-1-101 same",
		"imprisoned-allowance": "p6@B1-1-102 p6@B1-1-102 self",
		"two-homes":            "p1@B1-1-101 p1@B1-1-102 same",
		"two-allowances":       "",
		"over-110":             "p4@B1-1-101 p4@B1-1-101 self",
		"child-head":           "p5@B2-2-301 p5@B2-2-301 self",
		"child-older":          "",
	} {
		if got := find(db.PeopleAsOwner(), rule); got != want {
			t.Errorf("%s found %q, want %q", rule, got, want)
		}
		// Another's grid shows nothing of it.
		if got := find(db.PeopleOf(household.Principal{Role: household.RoleGrid, Scope: []string{"9900010010020102"}}), rule); got != "" && rule != "child-head" {
			t.Errorf("%s found %q for another grid", rule, got)
		}
	}
	rules, err := Rules()
	if err != nil || len(rules) != 7 {
		t.Errorf("%d rules, %v", len(rules), err)
	}
	for _, r := range rules {
		if r.Zh == "" || r.En == "" {
			t.Errorf("the rule %s has no title", r.Name)
		}
	}
	if _, _, err := db.PeopleAsOwner().Find(t.Context(), "nonsense", 1); household.CodeOf(err) != household.Invalid {
		t.Error(err)
	}
}
