package postgis

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
)

// Two grids of one community, a building in each, and a household in each
// building. The people are made up.
const registrySQL = `
INSERT INTO area (code, name, level, parent_id, geom) VALUES
	('9900', '和安市', 'city', NULL, ST_Multi(ST_MakeEnvelope(123, 41, 123.02, 41.01, 4326)));
INSERT INTO area (code, name, level, parent_id, geom)
	SELECT '990001001001', '花园社区', 'community', id, geom FROM area WHERE code = '9900';
INSERT INTO grid (code, name, area_id, geom)
	SELECT 'G1', '一网格', a.id, ST_Multi(ST_MakeEnvelope(123, 41, 123.01, 41.01, 4326)) FROM area a WHERE level = 'community';
INSERT INTO grid (code, name, area_id, geom)
	SELECT 'G2', '二网格', a.id, ST_Multi(ST_MakeEnvelope(123.01, 41, 123.02, 41.01, 4326)) FROM area a WHERE level = 'community';
INSERT INTO compound (code, name, area_id, walled, geom, grams)
	SELECT 'C1', '锦绣花园', id, true, geom, @compound_grams FROM area WHERE level = 'community';
INSERT INTO building (code, name, address, use, floors, area_id, grid_id, compound_id, geom, point, grams)
	SELECT v.code, v.name, v.address, 'residential', 6, g.area_id, g.id, c.id, v.p, v.p, v.grams
	  FROM (VALUES ('B1', '3号楼', '和平路12号锦绣花园3号楼', 'G1', ST_SetSRID(ST_MakePoint(123.005, 41.005), 4326), @b1::text[]),
	               ('B2', '4号楼', '和平路12号锦绣花园4号楼', 'G2', ST_SetSRID(ST_MakePoint(123.015, 41.005), 4326), @b2::text[]))
	       v (code, name, address, grid, p, grams)
	  JOIN grid g ON g.code = v.grid CROSS JOIN compound c;
INSERT INTO entrance (code, building_id, number) SELECT code || '-' || n, id, n FROM building, (VALUES ('1'), ('2')) e (n);
INSERT INTO unit (code, building_id, entrance_id, floor, room)
	SELECT e.code || '-' || r.room, e.building_id, e.id, r.floor, r.room
	  FROM entrance e, (VALUES (1::smallint, '101'), (4::smallint, '401'), (4::smallint, '402'), (-1::smallint, 'B01')) r (floor, room);
INSERT INTO household (unit_id) SELECT id FROM unit WHERE room = '401';
`

func seedRegistry(t *testing.T, db *DB) {
	t.Helper()
	ctx := t.Context()
	seed := strings.NewReplacer(
		"@compound_grams", gramsSQL("锦绣花园"),
		"@b1", gramsSQL("3号楼", "和平路12号锦绣花园3号楼"), "@b2", gramsSQL("4号楼", "和平路12号锦绣花园4号楼"),
	).Replace(registrySQL)
	if _, err := db.Pool.Exec(ctx, seed); err != nil {
		t.Fatal(err)
	}
	for _, p := range []struct{ id, name, unit, relation, residency, birth string }{
		{"990001195001011237", "王建国", "B1-2-401", "head", "resident", "1950-01-01"},
		{"990001195202021220", "李秀英", "B1-2-401", "spouse", "resident", "1952-02-02"},
		{"99000219900303121X", "赵明", "B2-1-401", "head", "floating", "1990-03-03"},
	} {
		var id int64
		err := db.Pool.QueryRow(ctx, `
			INSERT INTO resident (match_hash, id_cipher, name, sex, birth_date, phone_cipher, phone_hash, phone_tail, grams)
			VALUES ($1, $2, $3, 'male', $4::date, $5, $6, $7, $8) RETURNING id`,
			db.Keys.Blind(fieldID, p.id), db.Keys.Seal(fieldID, p.id), p.name, p.birth,
			db.Keys.Seal(fieldPhone, "10012345678"), db.Keys.Blind(fieldPhone, "10012345678"), db.Keys.Blind(fieldPhoneTail, "5678"),
			household.Grams(p.name)).Scan(&id)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Pool.Exec(ctx, `
			INSERT INTO residence (resident_id, building_id, unit_id, household_id, relation, residency)
			SELECT $1, u.building_id, u.id, h.id, $2, $3 FROM unit u JOIN household h ON h.unit_id = u.id WHERE u.code = $4`,
			id, p.relation, p.residency, p.unit); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Pool.Exec(ctx, `INSERT INTO tag (resident_id, kind) VALUES ($1, 'veteran')`, id); err != nil {
			t.Fatal(err)
		}
	}
}

func gramsSQL(texts ...string) string {
	return "'{" + strings.Join(household.Grams(texts...), ",") + "}'"
}

var (
	planner  = household.Principal{AccountID: 1, Name: "planner", Role: household.RolePlanner}
	grid1    = household.Principal{AccountID: 2, Name: "grid1", Role: household.RoleGrid, Scope: []string{"G1"}}
	approver = household.Principal{AccountID: 3, Name: "approver", Role: household.RoleApprover, Scope: []string{"9900"}}
	auditor  = household.Principal{AccountID: 4, Name: "auditor", Role: household.RoleAuditor}
	admin    = household.Principal{AccountID: 5, Name: "admin", Role: household.RoleAdmin, Scope: []string{"9900"}}
	nobody   = household.Principal{}
)

func TestRegistry(t *testing.T) {
	db := openTown(t)
	seedRegistry(t, db)
	r := db.Registry()
	t.Run("building", func(t *testing.T) { testBuilding(t, r) })
	t.Run("chart", func(t *testing.T) { testChart(t, r) })
	t.Run("unit", func(t *testing.T) { testUnit(t, r) })
	t.Run("search", func(t *testing.T) { testSearch(t, r) })
	t.Run("persons by right", func(t *testing.T) { testPersonsByRight(t, r) })
	t.Run("reveal", func(t *testing.T) { testReveal(t, db) })
}

func testBuilding(t *testing.T, r *Registry) {
	b, err := r.Building(t.Context(), planner, "B1")
	if err != nil {
		t.Fatal(err)
	}
	if b.People != 2 || b.Households != 1 || b.Units != 8 || b.Entrances != 2 || b.GridCode != "G1" || b.CompoundName != "锦绣花园" {
		t.Errorf("%+v", b)
	}
	if _, err := r.Building(t.Context(), planner, "nowhere"); household.CodeOf(err) != household.NotFound {
		t.Errorf("an unknown building: %v", err)
	}
	for _, p := range []household.Principal{auditor, nobody} {
		if _, err := r.Building(t.Context(), p, "B1"); household.CodeOf(err) != household.Forbidden {
			t.Errorf("%q sees a building: %v", p.Role, err)
		}
	}
}

func testChart(t *testing.T, r *Registry) {
	for _, c := range []struct {
		p    household.Principal
		tags int
	}{{planner, 0}, {grid1, 1}, {approver, 1}, {admin, 0}} {
		chart, err := r.Chart(t.Context(), c.p, "B1")
		if err != nil {
			t.Fatal(err)
		}
		if len(chart.Entrances) != 2 || len(chart.Entrances[1].Floors) != 7 { // 6 … 1, -1
			t.Fatalf("%+v", chart.Entrances)
		}
		floor := chart.Entrances[1].Floors[2]
		if floor.Floor != 4 || len(floor.Rooms) != 2 || floor.Rooms[0].Room != "401" {
			t.Fatalf("floor %+v", floor)
		}
		room := floor.Rooms[0]
		if room.State != household.RoomResident || room.People != 2 || len(room.Tags) != c.tags || chart.Persons != (c.tags > 0) {
			t.Errorf("as %s: room %+v, persons %v", c.p.Role, room, chart.Persons)
		}
		if floor.Rooms[1].State != household.RoomVacant {
			t.Errorf("402 is %s", floor.Rooms[1].State)
		}
	}
	chart, err := r.Chart(t.Context(), grid1, "B2")
	if err != nil {
		t.Fatal(err)
	}
	if room := chart.Entrances[0].Floors[2].Rooms[0]; room.State != household.RoomFloating || len(room.Tags) != 0 || chart.Persons {
		t.Errorf("a grid worker in another grid: %+v, persons %v", room, chart.Persons)
	}
}

func testUnit(t *testing.T, r *Registry) {
	u, err := r.Unit(t.Context(), grid1, "B1-2-401")
	if err != nil {
		t.Fatal(err)
	}
	if !u.Persons || len(u.Households) != 1 || len(u.Households[0].Members) != 2 {
		t.Fatalf("%+v", u)
	}
	m := u.Households[0].Members[0]
	if m.Name != "王建国" || m.Relation != household.RelationHead || m.IDNumber != "990001***********7" || m.Phone != "100******78" {
		t.Errorf("%+v", m)
	}
	if u.Address != "和平路12号锦绣花园3号楼2单元401室" {
		t.Errorf("address %q", u.Address)
	}
	for _, p := range []household.Principal{planner, admin} {
		u, err := r.Unit(t.Context(), p, "B1-2-401")
		if err != nil {
			t.Fatal(err)
		}
		if u.Persons || u.People != 2 || len(u.Households) != 1 || u.Households[0].People != 2 || u.Households[0].Members != nil {
			t.Errorf("as %s: %+v", p.Role, u)
		}
	}
}

func testSearch(t *testing.T, r *Registry) {
	for _, c := range []struct {
		p          household.Principal
		text       string
		kind, code string
	}{
		{planner, "锦绣花园3号楼2单元401", "unit", "B1-2-401"},
		{planner, "锦绣花园3栋2单元401室", "unit", "B1-2-401"},
		{planner, "B1-2-401", "unit", "B1-2-401"},
		{planner, "锦绣花园", "compound", "C1"},
		{planner, "锦绣", "compound", "C1"},
		{planner, "锦绣花园4号楼", "building", "B2"},
		{planner, "锦绣花园3号楼9单元909", "building", "B1"},
		{grid1, "990001195001011237", "person", ""},
		{grid1, "王建国", "person", ""},
		{grid1, "建国", "person", ""},
		{grid1, "5678", "person", ""},
	} {
		hits, err := r.Search(t.Context(), c.p, c.text, 10)
		if err != nil {
			t.Fatalf("%q: %v", c.text, err)
		}
		if len(hits) == 0 || hits[0].Kind != c.kind || c.code != "" && hits[0].Code != c.code {
			t.Errorf("search %q: %+v", c.text, hits)
		}
	}
	if hits, err := r.Search(t.Context(), planner, "锦绣花园3号楼9单元909", 10); err != nil || hits[0].Why == "" {
		t.Errorf("a room that is not on record has to be explained: %+v, %v", hits, err)
	}
	if _, err := r.Search(t.Context(), planner, strings.Repeat("很", 101), 10); household.CodeOf(err) != household.Invalid {
		t.Errorf("an endless query: %v", err)
	}
}

func testPersonsByRight(t *testing.T, r *Registry) {
	persons := func(p household.Principal, text string) int {
		hits, err := r.Search(t.Context(), p, text, 50)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, h := range hits {
			if h.Kind == "person" {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		p    household.Principal
		text string
		want int
	}{
		{planner, "王建国", 0},
		{admin, "王建国", 0},
		{grid1, "王建国", 1},
		{approver, "王建国", 1},
		{grid1, "赵明", 0},
		{approver, "赵明", 1},
		{grid1, "99000219900303121X", 0},
		{grid1, "5678", 2},
		{approver, "5678", 3},
		{household.Principal{Role: household.RoleGrid}, "王建国", 0},
	} {
		if got := persons(c.p, c.text); got != c.want {
			t.Errorf("%s (scope %v) finds %d persons for %q, want %d", c.p.Role, c.p.Scope, got, c.text, c.want)
		}
	}
}

func testReveal(t *testing.T, db *DB) {
	ctx, r := t.Context(), db.Registry()
	hits, err := r.Search(ctx, approver, "赵明", 1)
	if err != nil || len(hits) != 1 {
		t.Fatal(hits, err)
	}
	id, _ := strconv.ParseInt(hits[0].Code, 10, 64)
	got, err := r.Reveal(ctx, approver, id, "核对电话")
	if err != nil || got.IDNumber != "99000219900303121X" || got.Phone != "10012345678" {
		t.Errorf("%+v, %v", got, err)
	}
	for _, p := range []household.Principal{grid1, planner, admin, auditor, nobody} {
		if _, err := r.Reveal(ctx, p, id, "好奇心"); household.CodeOf(err) != household.NotFound {
			t.Errorf("as %q: %v", p.Role, err)
		}
		if _, err := r.Resident(ctx, p, id); household.CodeOf(err) != household.NotFound {
			t.Errorf("as %q: %v", p.Role, err)
		}
	}
	if _, err := r.Reveal(ctx, approver, id, " "); household.CodeOf(err) != household.Invalid {
		t.Errorf("without a purpose: %v", err)
	}
	var entries int
	if err := db.Pool.QueryRow(ctx, `SELECT count(*) FROM audit WHERE action = 'reveal' AND account = 'approver' AND purpose = '核对电话'`).Scan(&entries); err != nil || entries != 1 {
		t.Errorf("%d audit entries, %v", entries, err)
	}
}

func TestRowSecurityWithoutSettings(t *testing.T) {
	db := openTown(t)
	seedRegistry(t, db)
	count := func(set string) (n int) {
		t.Helper()
		err := pgx.BeginFunc(t.Context(), db.Pool, func(tx pgx.Tx) error {
			if _, err := tx.Exec(t.Context(), `SET LOCAL ROLE hearthmap_web;`+set); err != nil {
				return err
			}
			return tx.QueryRow(t.Context(), `
				SELECT (SELECT count(*) FROM resident) + (SELECT count(*) FROM residence)
				     + (SELECT count(*) FROM household) + (SELECT count(*) FROM tag)`).Scan(&n)
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for set, want := range map[string]int{
		"":                            0,
		"SET LOCAL app.role = 'grid'": 0,
		"SET LOCAL app.grids = '1,2'": 0,
		"SET LOCAL app.role = 'planner'; SET LOCAL app.grids = '1,2'": 0,
		"SET LOCAL app.role = 'grid'; SET LOCAL app.grids = '1'":      2 + 2 + 1 + 2,
		"SET LOCAL app.role = 'grid'; SET LOCAL app.grids = '1,2'":    3 + 3 + 2 + 3,
	} {
		if got := count(set); got != want {
			t.Errorf("%q shows %d rows of persons, want %d", set, got, want)
		}
	}
	for _, forbidden := range []string{
		`SELECT count(*) FROM account`, `SELECT count(*) FROM session`, `SELECT count(*) FROM audit`, `SELECT count(*) FROM change`,
		`DELETE FROM resident`, `UPDATE resident SET name = ''`, `INSERT INTO resident (match_hash, name) VALUES ('x', 'x')`,
	} {
		err := pgx.BeginFunc(t.Context(), db.Pool, func(tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(), `SET LOCAL ROLE hearthmap_web; `+forbidden)
			return err
		})
		if err == nil {
			t.Errorf("the web's role may do: %s", forbidden)
		}
	}
}

func TestAccounts(t *testing.T) {
	db := openTown(t)
	seedRegistry(t, db)
	ctx, accounts := context.WithoutCancel(t.Context()), db.Accounts()
	if _, err := accounts.Create(ctx, household.Account{Login: "lin", Role: household.RoleGrid}, "hash"); err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.Create(ctx, household.Account{Login: "lin", Role: household.RoleGrid}, "hash"); household.CodeOf(err) != household.Conflict {
		t.Errorf("twice the same login: %v", err)
	}
	if err := accounts.SetScope(ctx, "lin", household.RoleGrid, []string{"G1", "nowhere"}); household.CodeOf(err) != household.Invalid {
		t.Errorf("an unknown grid in the scope: %v", err)
	}
	if err := accounts.SetScope(ctx, "lin", household.RoleGrid, []string{"G1"}); err != nil {
		t.Fatal(err)
	}
	if err := accounts.SetScope(ctx, "nobody", household.RoleGrid, nil); household.CodeOf(err) != household.NotFound {
		t.Errorf("an unknown account: %v", err)
	}
	a, hash, err := accounts.ByLogin(ctx, "lin")
	if err != nil || hash != "hash" || len(a.Scope) != 1 {
		t.Errorf("%+v %q %v", a, hash, err)
	}
	for want := 1; want <= 3; want++ {
		if n, err := accounts.NoteSignIn(ctx, "lin", false); err != nil || n != want {
			t.Errorf("failure %d counts as %d, %v", want, n, err)
		}
	}
	if n, err := accounts.Failures(ctx, "lin"); n != 3 || err != nil {
		t.Errorf("%d failures, %v", n, err)
	}
	if n, err := accounts.NoteSignIn(ctx, "lin", true); n != 0 || err != nil {
		t.Errorf("a sign-in leaves %d failures, %v", n, err)
	}
}
