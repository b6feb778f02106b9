package postgis

import (
	"strings"
	"testing"

	"hearthmap/household"
	"hearthmap/importers"
)

// homes lists the current homes as name@unit/household relation residency,
// in the order of units, households and persons.
func homes(tb testing.TB, db *DB) string {
	tb.Helper()
	return strings.ReplaceAll(one[string](tb, db, `SELECT coalesce(string_agg(concat(p.name, '@', u.code, '/', h.seq, ' ', r.relation,
			CASE WHEN r.residency <> 'resident' THEN ' ' || r.residency END), '; ' ORDER BY u.code, h.seq, p.name, r.present), '')
		FROM residence r JOIN resident p ON p.id = r.resident_id JOIN unit u ON u.id = r.unit_id JOIN household h ON h.id = r.household_id
		WHERE r.valid_to IS NULL`), "赵试", "p")
}

func tagsOf(tb testing.TB, db *DB) string {
	tb.Helper()
	return strings.ReplaceAll(one[string](tb, db, `SELECT coalesce(string_agg(concat(p.name, ' ', t.source, ' ', t.kind, CASE WHEN t.sensitive THEN '!' END,
		CASE WHEN t.valid_to IS NOT NULL THEN ' ended' END), '; ' ORDER BY p.name, t.source, t.kind, t.id), '')
		FROM tag t JOIN resident p ON p.id = t.resident_id`), "赵试", "p")
}

// file loads residents of one source.
func file(tb testing.TB, db *DB, rows ...household.Resident) importers.Merged {
	tb.Helper()
	entities := make([]importers.Entity, len(rows))
	for i, r := range rows {
		entities[i] = r
	}
	return loadItems(tb, db, importers.Batch{Kind: importers.Residents, Source: "police"}, entities...)
}

func TestHouseholdsOfAUnit(t *testing.T) {
	db := openTown(t)
	town(t, db)
	at := func(n int, r household.Relation) household.Resident { return livingAt(t, n, "B1", "1", "101", r) }
	rows := []household.Resident{
		at(1, "spouse"), at(2, "head"), at(3, "child"), at(4, "head"), livingAt(t, 5, "B1", "1", "102", "other"), at(6, "tenant"),
	}
	want(t, file(t, db, rows...), "resident", 6, 0, 0, 0)
	first := "p1@B1-1-101/1 spouse; p2@B1-1-101/1 head; p3@B1-1-101/1 child; p4@B1-1-101/2 head; p6@B1-1-101/2 tenant; p5@B1-1-102/1 other"
	if got := homes(t, db); got != first {
		t.Errorf("homes\n%s, want\n%s", got, first)
	}
	// A third household comes; those there keep theirs, whatever the order.
	want(t, file(t, db, at(3, "child"), at(4, "head"), at(7, "head"), at(8, "child"), at(2, "head"), at(9, "parent")), "resident", 3, 0, 3, 0)
	wanted := "p1@B1-1-101/1 spouse; p2@B1-1-101/1 head; p3@B1-1-101/1 child; p9@B1-1-101/1 parent; " +
		"p4@B1-1-101/2 head; p6@B1-1-101/2 tenant; p7@B1-1-101/3 head; p8@B1-1-101/3 child; p5@B1-1-102/1 other"
	if got := homes(t, db); got != wanted {
		t.Errorf("homes\n%s, want\n%s", got, wanted)
	}
	// Head and spouse change places in one file, in either order.
	for _, swap := range [][]household.Resident{{at(1, "head"), at(2, "spouse")}, {at(1, "spouse"), at(2, "head")}} {
		want(t, file(t, db, swap...), "resident", 0, 2, 0, 0)
	}
	if got := homes(t, db); got != wanted {
		t.Errorf("after changing places twice\n%s, want\n%s", got, wanted)
	}
	// Who becomes a second head begins a household of her own.
	want(t, file(t, db, at(3, "head")), "resident", 0, 1, 0, 0)
	if got := homes(t, db); !strings.Contains(got, "p3@B1-1-101/4 head") {
		t.Errorf("homes %s", got)
	}
	// The head moves out, the spouse takes over.
	want(t, file(t, db, livingAt(t, 2, "B2", "2", "301", "head"), at(1, "head")), "resident", 1, 1, 0, 0)
	if got := homes(t, db); !strings.HasPrefix(got, "p1@B1-1-101/1 head; p9@B1-1-101/1") || !strings.Contains(got, "p2@B2-2-301/1 head") {
		t.Errorf("homes %s", got)
	}
}

func TestMovingEndsTheOldHome(t *testing.T) {
	db := openTown(t)
	town(t, db)
	file(t, db, livingAt(t, 1, "B1", "1", "101", "head"), livingAt(t, 2, "B1", "1", "101", "spouse"))
	want(t, file(t, db, livingAt(t, 1, "B2", "2", "301", "head")), "resident", 1, 0, 0, 0)
	if got := homes(t, db); got != "p2@B1-1-101/1 spouse; p1@B2-2-301/1 head" {
		t.Errorf("homes %s", got)
	}
	if n := one[int64](t, db, "SELECT count(*) FROM residence WHERE valid_to = current_date"); n != 1 {
		t.Errorf("%d homes ended", n)
	}
	got := strings.Join(changes(t, db), "; ")
	if got != `residence end {"valid_to": null}; household load; residence load` {
		t.Errorf("changes %s", got)
	}
	if n := one[int64](t, db, `SELECT count(*) FROM change c JOIN building b ON b.id = c.building_id
		WHERE c.op = 'end' AND b.code = 'B1' AND c.west = ST_XMin(b.geom)`); n != 1 {
		t.Error("the end of the home does not name its building")
	}
}

func TestLivingHereRegisteredThere(t *testing.T) {
	db := openTown(t)
	town(t, db)
	here, there := livingAt(t, 1, "B1", "1", "101", "head"), livingAt(t, 1, "B2", "2", "301", "head")
	here.Residency, there.Residency = household.ResidencyElsewhere, household.ResidencyRegistered
	there.Phone = "199" // the first row's values hold
	want(t, file(t, db, here, there), "resident", 2, 0, 0, 0)
	want(t, file(t, db, here, there), "resident", 0, 0, 2, 0)
	wanted := "p1@B1-1-101/1 head elsewhere; p1@B2-2-301/1 head registered"
	if got := homes(t, db); got != wanted {
		t.Errorf("homes %s", got)
	}
	if n := one[int64](t, db, "SELECT count(*) FROM resident"); n != 1 {
		t.Errorf("%d persons", n)
	}
	// She moves away from where she is registered: the same unit, no longer
	// present.
	stays := here
	stays.Residency = household.ResidencyResident
	stays.Room = "102"
	file(t, db, stays)
	stays.Residency = household.ResidencyRegistered
	file(t, db, stays)
	if got := homes(t, db); got != "p1@B1-1-102/1 head registered" {
		t.Errorf("homes %s", got)
	}
	// Her first row has no unit: the second leads.
	two := []household.Resident{livingAt(t, 2, "B9", "1", "1", "head"), livingAt(t, 2, "B1", "1", "101", "head")}
	two[0].Residency = household.ResidencyRegistered
	want(t, file(t, db, two...), "resident", 1, 0, 0, 1)
}

func TestPersonsChange(t *testing.T) {
	db := openTown(t)
	town(t, db)
	p := livingAt(t, 1, "B1", "1", "101", "head")
	file(t, db, p)
	cipher := one[[]byte](t, db, "SELECT phone_cipher FROM resident")
	p.Name = "钱新名"
	want(t, file(t, db, p), "resident", 0, 1, 0, 0)
	if string(one[[]byte](t, db, "SELECT phone_cipher FROM resident")) != string(cipher) {
		t.Error("the phone was sealed anew without having changed")
	}
	p.Phone = "+86 199 9999 0000"
	want(t, file(t, db, p), "resident", 0, 1, 0, 0)
	phone, err := db.Keys.Unseal(fieldPhone, one[[]byte](t, db, "SELECT phone_cipher FROM resident"))
	if err != nil || phone != p.Phone {
		t.Errorf("phone %q, %v", phone, err)
	}
	if n := one[int64](t, db, "SELECT count(*) FROM resident WHERE phone_hash = $1 AND phone_tail = $2",
		db.Keys.Blind(fieldPhone, "19999990000"), db.Keys.Blind(fieldPhoneTail, "0000")); n != 1 {
		t.Error("the new phone is not found")
	}
	id, err := db.Keys.Unseal(fieldID, one[[]byte](t, db, "SELECT id_cipher FROM resident WHERE match_hash = $1", db.Keys.Blind(fieldID, string(p.ID))))
	if err != nil || id != string(p.ID) {
		t.Errorf("identity number %q, %v", id, err)
	}
	p.Residency = household.ResidencyFloating
	want(t, file(t, db, p), "resident", 0, 1, 0, 0)
	if got := strings.Join(changes(t, db), "; "); !strings.Contains(got, `"residency": "resident"`) {
		t.Errorf("changes %s", got)
	}
	p.ID = "" // without a number she is somebody else, known by name, birth date and unit
	want(t, file(t, db, p), "resident", 1, 0, 0, 0)
	want(t, file(t, db, p), "resident", 0, 0, 1, 0)
}

func TestTagsOfASource(t *testing.T) {
	db := openTown(t)
	town(t, db)
	p := livingAt(t, 1, "B1", "1", "101", "head", household.TagDisabled, household.TagVeteran)
	loadItems(t, db, importers.Batch{Kind: importers.Residents, Source: "welfare"}, p)
	p.Tags = []household.TagKind{household.TagVeteran, household.TagSubsistence, household.TagVeteran}
	want(t, file(t, db, p), "resident", 0, 1, 0, 0)
	p.Tags = []household.TagKind{household.TagSubsistence}
	want(t, file(t, db, p), "resident", 0, 1, 0, 0)
	want(t, file(t, db, p), "resident", 0, 0, 1, 0)
	p.Tags = []household.TagKind{household.TagSubsistence, household.TagVeteran}
	want(t, file(t, db, p), "resident", 0, 1, 0, 0)
	wanted := "p1 police subsistence; p1 police veteran ended; p1 police veteran; p1 welfare disabled!; p1 welfare veteran"
	if got := tagsOf(t, db); got != wanted {
		t.Errorf("tags\n%s, want\n%s", got, wanted)
	}
}

func TestNothingOfAPersonIsInTheClear(t *testing.T) {
	db := openTown(t)
	town(t, db)
	p := livingAt(t, 1, "B1", "1", "101", "head")
	file(t, db, p)
	p.Phone = "19911112222"
	file(t, db, p)
	for _, table := range []string{"resident", "residence", "change", "import_batch", "import_reject", "household"} {
		for _, secret := range []string{string(p.ID), "19900000001", p.Phone} {
			if n := one[int64](t, db, "SELECT count(*) FROM "+table+" x WHERE strpos(x::text, $1) > 0", secret); n > 0 {
				t.Errorf("a protected value stands in %s", table)
			}
		}
	}
}
