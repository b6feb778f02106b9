package postgis

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/formats"
)

var reviewer = household.Principal{AccountID: 1, Name: "clerk", Role: household.RoleAdmin}

func reviews(tb testing.TB, db *DB, batch int64) []household.AddressReview {
	tb.Helper()
	list, err := db.AddressReviews(tb.Context(), household.AddressQuery{Batch: batch})
	if err != nil || int64(len(list.Reviews)) != list.Total {
		tb.Fatalf("%+v, %v", list, err)
	}
	return list.Reviews
}

func importText(tb testing.TB, db *DB, kind importers.Kind, text string) importers.Report {
	tb.Helper()
	dir := tb.TempDir()
	file := filepath.Join(dir, "file.csv")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	rep, err := importers.Run(tb.Context(), importers.Options{
		File: file, Kind: kind, Formats: formats.All(), RejectsPath: filepath.Join(dir, "r.csv"), SourceName: "派出所", Account: "clerk",
	}, db)
	if err != nil {
		tb.Fatal(err)
	}
	return rep
}

// twins are two like compounds: an address that names no road fits both.
func twins(tb testing.TB, db *DB) {
	tb.Helper()
	var buildings, units []importers.Entity
	for i, road := range []string{"建设路12号", "和平街8号"} {
		for n := 1; n <= 2; n++ {
			b := building(fmt.Sprintf("K%d%d", i+1, n), 123.401+0.01*float64(i), 41.801+0.001*float64(n))
			b.Name, b.Address, b.AreaCode = fmt.Sprintf("%d号楼", n), fmt.Sprintf("%s锦绣小区%d号楼", road, n), ""
			buildings = append(buildings, b)
			units = append(units, unit(b.Code, "1", 1, "101"), unit(b.Code, "1", 2, "201"))
		}
	}
	loadItems(tb, db, importers.Batch{Kind: importers.Areas}, townAreas()...)
	loadItems(tb, db, importers.Batch{Kind: importers.Buildings}, buildings...)
	loadItems(tb, db, importers.Batch{Kind: importers.Units}, units...)
}

const twinPeople = `身份证号,姓名,出生日期,地址,与户主关系,人口类型,标签
%s,赵试一,,锦绣小区1号楼1单元101,户主,常住,残疾
,钱试二,1961-02-03,锦绣小区1号楼1单元101,配偶,常住,
%s,孙试三,,建设路12号锦绣小区2号楼1单元201,户主,常住,
,李试四,1971-02-03,锦绣小区1号楼1单元999,户主,常住,
`

func twinFile(tb testing.TB) string {
	tb.Helper()
	return fmt.Sprintf(twinPeople, livingAt(tb, 1, "", "", "", "").ID, livingAt(tb, 3, "", "", "", "").ID)
}

// homesOf tells where everybody lives, without numbers that depend on the
// order of loading.
func homesOf(tb testing.TB, db *DB) string {
	tb.Helper()
	return one[string](tb, db, `SELECT coalesce(string_agg(line, E'\n' ORDER BY line), '') FROM (
		SELECT concat_ws(' ', r.name, r.sex, r.birth_date, encode(r.match_hash, 'hex'), u.code, h.seq, rc.relation, rc.residency, rc.valid_to IS NULL,
		       (SELECT string_agg(t.kind || '/' || t.source, ',') FROM tag t WHERE t.resident_id = r.id)) AS line
		  FROM resident r JOIN residence rc ON rc.resident_id = r.id JOIN unit u ON u.id = rc.unit_id JOIN household h ON h.id = rc.household_id) q`)
}

func accept(tb testing.TB, db *DB, batch int64, code string, rows ...int64) household.AddressAcceptance {
	tb.Helper()
	var choices []household.AddressChoice
	for _, r := range rows {
		choices = append(choices, household.AddressChoice{AddressRow: household.AddressRow{Row: r}, Code: code})
	}
	out, err := db.AcceptAddresses(tb.Context(), reviewer, batch, choices)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// TestAcceptIsLikeTheMendedFile: rows accepted one by one leave what the same
// file leaves with the codes written into it, and the batch's undo takes them
// back, byte for byte.
func TestAcceptIsLikeTheMendedFile(t *testing.T) {
	db := openTown(t)
	twins(t, db)
	empty := state(t, db)
	lines := strings.Split(twinFile(t), "\n")
	lines[0] = "building_code," + lines[0]
	for i, code := range []string{"K21", "K21", "", "K21"} {
		lines[i+1] = code + "," + lines[i+1]
	}
	mended := importText(t, db, importers.Residents, strings.Join(lines, "\n"))
	if mended.Created != 3 || mended.Rejected != 1 {
		t.Fatalf("%+v", mended)
	}
	want := homesOf(t, db)
	undoBatch(t, db, mended.Batch)

	rep := importText(t, db, importers.Residents, twinFile(t))
	if rep.Created != 1 || rep.Rejected != 3 || len(reviews(t, db, rep.Batch)) != 3 {
		t.Fatalf("%+v", rep)
	}
	if sealed := one[string](t, db, "SELECT string_agg(encode(item, 'escape'), '') FROM address_review"); strings.Contains(sealed, "赵") || strings.Contains(sealed, "990001") {
		t.Error("a person waits in the clear")
	}
	seq := one[int64](t, db, "SELECT max(seq) FROM change")
	// The spouse's row comes first in the request, and last in the file.
	if out := accept(t, db, rep.Batch, "K21", 3, 2); out.Created != 2 || len(out.Refused) != 0 {
		t.Fatalf("%+v", out)
	}
	refused := accept(t, db, rep.Batch, "K21", 5)
	if refused.Accepted() != 0 || len(refused.Refused) != 1 || refused.Refused[0].Code != "reference" || refused.Refused[0].Row != 5 {
		t.Errorf("%+v", refused)
	}
	if got := homesOf(t, db); got != want {
		t.Errorf("accepted:\n%s\nas mended:\n%s", got, want)
	}
	if left := reviews(t, db, 0); len(left) != 1 || left[0].Row != 5 {
		t.Errorf("left: %+v", left)
	}
	if n := one[int64](t, db, fmt.Sprintf("SELECT count(*) FROM change WHERE seq > %d AND batch_id = %d AND account = 'clerk'", seq, rep.Batch)); n == 0 {
		t.Error("accepting left no change")
	}
	list, err := db.Batches(t.Context())
	if err != nil || list[0].Created != 3 || list[0].Rejected != 1 || list[0].Doubtful != 1 || list[0].Read != 4 {
		t.Errorf("%+v, %v", list[0], err)
	}
	if n := one[int64](t, db, fmt.Sprintf("SELECT count(*) FROM import_reject WHERE batch_id = %d", rep.Batch)); n != 1 {
		t.Errorf("%d rejects are left", n)
	}
	if n := one[int64](t, db, "SELECT count(*) FROM audit WHERE action = 'import_accept' AND role = 'admin'"); n != 2 {
		t.Errorf("%d acceptances in the audit trail", n)
	}
	again := []household.AddressChoice{{AddressRow: household.AddressRow{Row: 2}, Code: "K11"}}
	if _, err := db.AcceptAddresses(t.Context(), reviewer, rep.Batch, again); household.CodeOf(err) != household.Conflict {
		t.Errorf("accepted twice: %v", err)
	}
	again[0] = household.AddressChoice{AddressRow: household.AddressRow{Row: 5}, Code: "NONE"}
	if _, err := db.AcceptAddresses(t.Context(), reviewer, rep.Batch, again); household.CodeOf(err) != household.NotFound {
		t.Errorf("a building that is not there: %v", err)
	}

	r := undoBatch(t, db, rep.Batch)
	if r.Total(r.Kept) != 0 || r.Reversed["resident"] != 3 {
		t.Errorf("%+v", r)
	}
	after := state(t, db)
	for _, trail := range []string{"audit", "audit_head"} {
		delete(empty, trail)
		delete(after, trail)
	}
	for table := range maps.Keys(empty) {
		if empty[table] != after[table] {
			t.Errorf("%s is not as it was:\n%s\n%s", table, empty[table], after[table])
		}
	}
	again[0].Code = "K21"
	if _, err := db.AcceptAddresses(t.Context(), reviewer, rep.Batch, again); household.CodeOf(err) != household.Conflict {
		t.Errorf("accepted in an undone batch: %v", err)
	}
}

// TestAcceptBetweenBatches: a row that is accepted after another batch
// changed its person goes back to what that batch left.
func TestAcceptBetweenBatches(t *testing.T) {
	db := openTown(t)
	twins(t, db)
	p := livingAt(t, 1, "K11", "1", "101", household.RelationHead)
	loadItems(t, db, importers.Batch{Kind: importers.Residents, Source: "民政"}, p)
	file := fmt.Sprintf("身份证号,姓名,地址,人口类型\n%[1]s,赵改名,建设路12号锦绣小区1号楼1单元101,户籍\n%[1]s,赵三名,锦绣小区2号楼1单元201,常住\n", p.ID)
	first := importText(t, db, importers.Residents, file)
	if first.Created != 1 || first.Rejected != 1 {
		t.Fatalf("%+v", first)
	}
	p.Name, p.Phone = "赵四名", "19900001111"
	loadItems(t, db, importers.Batch{Kind: importers.Residents, Source: "民政"}, p)
	name := func() string { return one[string](t, db, "SELECT name FROM resident") }
	if accept(t, db, first.Batch, "K22", 3); name() != "赵三名" {
		t.Fatalf("accepted, the name is %s", name())
	}
	undoBatch(t, db, first.Batch)
	if name() != "赵四名" {
		t.Errorf("undone, the name is %s, want that of the batch between", name())
	}
	if got := one[string](t, db, "SELECT string_agg(u.code, ' ') FROM residence r JOIN unit u ON u.id = r.unit_id WHERE r.valid_to IS NULL"); got != "K11-1-101" {
		t.Errorf("lives in %s", got)
	}
}

// TestReviewsAreSettled: by a later file that brings the row in or asks
// again; they wait again when that is undone.
func TestReviewsAreSettled(t *testing.T) {
	db := openTown(t)
	twins(t, db)
	open := func() string {
		var out []string
		for _, v := range reviews(t, db, 0) {
			out = append(out, fmt.Sprintf("%d/%d", v.Batch, v.Row))
		}
		return strings.Join(out, " ")
	}
	text := "地址,单元,房号\n锦绣小区1号楼,2,301\n锦绣小区2号楼3单元302,,\n"
	a := importText(t, db, importers.Units, text)
	both := fmt.Sprintf("%d/2 %d/3", a.Batch, a.Batch)
	if got := open(); got != both {
		t.Fatalf("open: %s", got)
	}
	// Mended: one with a code and no room but in the address, one refused.
	m := importText(t, db, importers.Units, "building_code,地址,单元,房号\nNONE,锦绣小区1号楼,2,301\nK12,锦绣小区2号楼3单元302,,\n")
	if m.Created != 1 || open() != fmt.Sprintf("%d/2", a.Batch) || one[string](t, db, "SELECT code FROM unit WHERE room = '302'") != "K12-3-302" {
		t.Errorf("mended %+v, open: %s", m, open())
	}
	undoBatch(t, db, m.Batch)
	if got := open(); got != both {
		t.Errorf("after the undo: %s", got)
	}
	// The same file again asks the same: the newer question stands.
	b := importText(t, db, importers.Units, text)
	newer := fmt.Sprintf("%d/2 %d/3", b.Batch, b.Batch)
	if got := open(); got != newer {
		t.Errorf("asked again: %s", got)
	}
	undoBatch(t, db, b.Batch)
	if got := open(); got != both {
		t.Errorf("after its undo: %s", got)
	}
	rows := []household.AddressRow{{Row: 2}, {Row: 3}}
	if n, err := db.DeclineAddresses(t.Context(), reviewer, a.Batch, rows[:1], false); err != nil || n != 1 || open() != fmt.Sprintf("%d/3", a.Batch) {
		t.Errorf("declined %d, %v: %s", n, err, open())
	}
	if n, err := db.DeclineAddresses(t.Context(), reviewer, a.Batch, rows, true); err != nil || n != 1 || open() != both {
		t.Errorf("put back %d, %v: %s", n, err, open())
	}
	if _, err := db.DeclineAddresses(t.Context(), reviewer, a.Batch, []household.AddressRow{{Row: 99}}, false); household.CodeOf(err) != household.NotFound {
		t.Errorf("a row that does not wait: %v", err)
	}
	page, err := db.AddressReviews(t.Context(), household.AddressQuery{Limit: 1, After: household.AddressCursor{Batch: a.Batch, N: 1}})
	if err != nil || page.Total != 2 || len(page.Reviews) != 1 || page.Reviews[0].Row != 3 {
		t.Errorf("second page: %+v, %v", page, err)
	}
	if out := accept(t, db, a.Batch, "K21", 2); out.Created != 1 || !slices.ContainsFunc(reviews(t, db, 0), func(v household.AddressReview) bool { return v.Row == 3 }) {
		t.Errorf("%+v", out)
	}
	undoBatch(t, db, a.Batch)
	if got := open(); got != "" || one[int64](t, db, "SELECT count(*) FROM address_review") != 0 {
		t.Errorf("the batch is undone, and there wait %q", got)
	}
}
