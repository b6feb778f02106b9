package postgis

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
	"hearthmap/importers"
)

// register is the slow, plain register that loads are compared with: one row
// at a time, in the order of the file.
type register struct {
	units   map[string]bool
	persons map[household.ResidentID]*record
}

type record struct {
	name, phone string
	homes       map[bool]spellRecord // by presence
	tags        map[string]bool      // source and kind
}

type spellRecord struct {
	unit      string
	relation  household.Relation
	residency household.Residency
}

type rowKey struct {
	id      household.ResidentID
	present bool
}

// load applies a file and returns what became of its rows: created, updated,
// unchanged, rejected.
func (g *register) load(source string, rows []household.Resident) [4]int64 {
	var outcome [4]int64
	file := map[rowKey]household.Resident{} // the rows that count
	seen := map[rowKey]bool{}
	var order []rowKey
	for _, r := range rows {
		k := rowKey{r.ID, r.Residency.Present()}
		if seen[k] || !g.units[r.UnitCode()] {
			outcome[3]++
		} else {
			file[k] = r
			order = append(order, k)
		}
		seen[k] = true
	}
	led := map[household.ResidentID]bool{}
	for _, k := range order {
		r := file[k]
		p := g.persons[r.ID]
		created, updated := p == nil, false
		if p == nil {
			p = &record{homes: map[bool]spellRecord{}, tags: map[string]bool{}}
			g.persons[r.ID] = p
		}
		if !led[r.ID] {
			led[r.ID] = true
			updated = p.name != r.Name || p.phone != r.Phone
			p.name, p.phone = r.Name, r.Phone
			tags := map[string]bool{}
			for _, present := range []bool{true, false} {
				for _, t := range file[rowKey{r.ID, present}].Tags {
					tags[source+" "+string(t)] = true
				}
			}
			for t := range p.tags {
				if strings.HasPrefix(t, source+" ") && !tags[t] {
					delete(p.tags, t)
					updated = true
				}
			}
			for t := range tags {
				updated = updated || !p.tags[t]
				p.tags[t] = true
			}
		}
		home := spellRecord{r.UnitCode(), r.Relation, r.Residency}
		old, had := p.homes[k.present]
		switch {
		case !had || old.unit != home.unit:
			created = true
		case old != home:
			updated = true
		}
		p.homes[k.present] = home
		if other, ok := p.homes[!k.present]; ok && other.unit == home.unit {
			if _, both := file[rowKey{r.ID, !k.present}]; !both {
				delete(p.homes, !k.present)
			}
		}
		switch {
		case created:
			outcome[0]++
		case updated:
			outcome[1]++
		default:
			outcome[2]++
		}
	}
	return outcome
}

func (g *register) String() string {
	var out []string
	for id, p := range g.persons {
		for _, h := range p.homes {
			out = append(out, fmt.Sprint(p.name, " ", p.phone, " ", h.unit, " ", h.relation, " ", h.residency))
		}
		for t := range p.tags {
			out = append(out, fmt.Sprint("tag ", p.name, " ", t))
		}
		_ = id
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// readRegister reads the same from the database.
func readRegister(tb testing.TB, db *DB) string {
	tb.Helper()
	rows, err := db.Pool.Query(tb.Context(), `SELECT p.name, p.phone_cipher, u.code, r.relation, r.residency
		FROM residence r JOIN resident p ON p.id = r.resident_id JOIN unit u ON u.id = r.unit_id WHERE r.valid_to IS NULL`)
	if err != nil {
		tb.Fatal(err)
	}
	var out []string
	for rows.Next() {
		var name, unit, relation, residency string
		var cipher []byte
		if err := rows.Scan(&name, &cipher, &unit, &relation, &residency); err != nil {
			tb.Fatal(err)
		}
		phone, err := db.Keys.Unseal(fieldPhone, cipher)
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, fmt.Sprint(name, " ", phone, " ", unit, " ", relation, " ", residency))
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
	tags := one[string](tb, db, `SELECT coalesce(string_agg(concat_ws(' ', 'tag', p.name, t.source, t.kind), E'\n'), '')
		FROM tag t JOIN resident p ON p.id = t.resident_id WHERE t.valid_to IS NULL`)
	if tags != "" {
		out = append(out, strings.Split(tags, "\n")...)
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// randomFile draws a file in which people move, change, occur twice and name
// units that do not exist.
func randomFile(tb testing.TB, rnd *rand.Rand, units []string) []household.Resident {
	tb.Helper()
	tags := []household.TagKind{household.TagVeteran, household.TagDisabled, household.TagSubsistence}
	relations := []household.Relation{"head", "head", "spouse", "child", "other"}
	residencies := []household.Residency{"resident", "resident", "floating", "elsewhere", "registered"}
	rows := make([]household.Resident, 1+rnd.IntN(25))
	for i := range rows {
		number := rnd.IntN(20)
		part := strings.Split(units[rnd.IntN(len(units))], "-")
		p := livingAt(tb, number, part[0], part[1], part[2], relations[rnd.IntN(len(relations))])
		p.Residency = residencies[rnd.IntN(len(residencies))]
		if rnd.IntN(4) == 0 {
			p.Phone = fmt.Sprintf("198%08d", rnd.IntN(3))
		}
		if rnd.IntN(10) == 0 {
			p.Room = "999"
		}
		for _, t := range tags {
			if rnd.IntN(4) == 0 {
				p.Tags = append(p.Tags, t)
			}
		}
		rows[i] = p
	}
	return rows
}

func TestRandomFilesAgainstAPlainRegister(t *testing.T) {
	db := openTown(t)
	town(t, db)
	units := []string{"B1-1-101", "B1-1-102", "B2-2-301"}
	runs := 12
	if testing.Short() {
		runs = 3
	}
	for run := range runs {
		seed := uint64(run)
		rnd := rand.New(rand.NewPCG(seed, 1))
		if _, err := db.Pool.Exec(t.Context(), "DELETE FROM tag; DELETE FROM residence; DELETE FROM resident; DELETE FROM household", pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatal(err)
		}
		g := &register{units: map[string]bool{}, persons: map[household.ResidentID]*record{}}
		for _, u := range units {
			g.units[u] = true
		}
		for step := range 5 {
			source := []string{"police", "welfare"}[rnd.IntN(2)]
			rows := randomFile(t, rnd, units)
			name := fmt.Sprintf("seed %d, file %d", seed, step)
			for _, again := range []bool{false, true} {
				entities := make([]importers.Entity, len(rows))
				for i, r := range rows {
					entities[i] = r
				}
				m := loadItems(t, db, importers.Batch{Kind: importers.Residents, Source: source}, entities...)
				c, o := m.Tables["resident"], g.load(source, rows)
				if got := [4]int64{c.Created, c.Updated, c.Unchanged, c.Rejected}; got != o {
					t.Fatalf("%s: outcome %v, want %v", name, got, o)
				}
				if again && c.Created+c.Updated > 0 {
					t.Fatalf("%s: again: %+v", name, c)
				}
			}
			if got, wanted := readRegister(t, db), g.String(); got != wanted {
				t.Fatalf("%s: the register holds\n%s\nwant\n%s", name, got, wanted)
			}
			checkHouseholds(t, db, name)
		}
	}
}

// checkHouseholds checks what holds of every register.
func checkHouseholds(tb testing.TB, db *DB, name string) {
	tb.Helper()
	for what, sql := range map[string]string{
		"homes whose household is of another unit": `SELECT count(*) FROM residence r JOIN household h ON h.id = r.household_id WHERE h.unit_id <> r.unit_id`,
		"homes whose building is not the unit's":   `SELECT count(*) FROM residence r JOIN unit u ON u.id = r.unit_id WHERE u.building_id <> r.building_id`,
		"households with two heads": `SELECT count(*) FROM (SELECT household_id FROM residence
			WHERE valid_to IS NULL AND present AND relation = 'head' GROUP BY 1 HAVING count(*) > 1) q`,
		"homes that ended before they began": `SELECT count(*) FROM residence WHERE valid_to < valid_from`,
		"changes without a batch":            `SELECT count(*) FROM change WHERE batch_id IS NULL`,
	} {
		if n := one[int64](tb, db, sql); n != 0 {
			tb.Fatalf("%s: %d %s", name, n, what)
		}
	}
}

// TestRandomAreas loads areas whose parents come in any order, again and in
// pieces, and compares the tree with the file.
func TestRandomAreas(t *testing.T) {
	db := openTown(t)
	rnd := rand.New(rand.NewPCG(7, 7))
	all := map[string]household.Area{}
	levels := household.AreaLevels[:4]
	var codes []string
	for i := range 40 {
		depth := rnd.IntN(len(levels))
		a := household.Area{Code: fmt.Sprintf("99%04d", i), Name: fmt.Sprint("区", i), Level: levels[depth], Geom: multi(square(float64(i), 1, 1))}
		if len(codes) > 0 {
			if parent := all[codes[rnd.IntN(len(codes))]]; slices.Index(levels, parent.Level) < depth {
				a.ParentCode = parent.Code
			}
		}
		all[a.Code] = a
		codes = append(codes, a.Code)
	}
	var file []importers.Entity
	for a := range maps.Values(all) { // in no order
		file = append(file, a)
	}
	want(t, loadItems(t, db, importers.Batch{Kind: importers.Areas}, file...), "area", 40, 0, 0, 0)
	want(t, loadItems(t, db, importers.Batch{Kind: importers.Areas}, file...), "area", 0, 0, 40, 0)
	var wanted []string
	for _, a := range all {
		wanted = append(wanted, a.Code+"<"+a.ParentCode)
	}
	slices.Sort(wanted)
	got := one[string](t, db, `SELECT string_agg(concat(a.code, '<', p.code), ' ' ORDER BY a.code) FROM area a LEFT JOIN area p ON p.id = a.parent_id`)
	if got != strings.Join(wanted, " ") {
		t.Errorf("the tree is\n%s, want\n%s", got, strings.Join(wanted, " "))
	}
}
