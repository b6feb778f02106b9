package postgis

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/formats"
)

// TestHomesByAddress imports units by their addresses into the database: the
// certain ones are there, the doubtful ones wait for a person, and the
// service's role sees nothing of these.
func TestHomesByAddress(t *testing.T) {
	db := openTown(t)
	at := func(code, address string, lon float64) household.Building {
		b := building(code, lon, 41.801)
		b.Address, b.Name, b.AreaCode = address, "", ""
		return b
	}
	loadItems(t, db, importers.Batch{Kind: importers.Areas}, townAreas()...)
	loadItems(t, db, importers.Batch{Kind: importers.Buildings},
		at("K1", "建设路12号锦绣小区1号楼", 123.401), at("K2", "建设路12号锦绣小区2号楼", 123.403), at("K3", "豆腐胡同3号", 123.412))
	file := filepath.Join(t.TempDir(), "units.csv")
	text := "地址\n试验市一区一街道东社区锦绣小区1号楼2单元401室\n西社区豆腐胡同3号1-101\n西社区锦绣小区2号楼1单元302\n锦绣小区1单元302\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	o := importers.Options{File: file, Kind: importers.Units, Formats: formats.All(), RejectsPath: filepath.Join(t.TempDir(), "r.csv")}
	o.DryRun = true
	if _, err := importers.Run(t.Context(), o, db); err != nil {
		t.Fatal(err)
	}
	if list := reviews(t, db, 0); len(list) != 0 {
		t.Errorf("a dry run left %v", list)
	}
	o.DryRun = false
	rep, err := importers.Run(t.Context(), o, db)
	if err != nil || rep.Created != 2 || rep.Codes[importers.RejectAddress] != 2 {
		t.Fatalf("%+v, %v", rep, err)
	}
	if got := one[string](t, db, "SELECT string_agg(code, ' ' ORDER BY code) FROM unit"); got != "K1-2-401 K3-1-101" {
		t.Errorf("units %s", got)
	}
	list := reviews(t, db, rep.Batch)
	if len(list) != 2 {
		t.Fatalf("%+v", list)
	}
	if v := list[0]; v.Row != 4 || v.Address != "西社区锦绣小区2号楼1单元302" || len(v.Candidates) != 1 || v.Candidates[0].Code != "K2" ||
		!strings.Contains(v.Candidates[0].Explanation, "community differs") {
		t.Errorf("%+v", v)
	}
	if v := list[1]; len(v.Candidates) != 2 || v.Candidates[0].Score <= 0 || v.Entrance != "1" || v.Room != "302" {
		t.Errorf("%+v", v)
	}
	k := list[0].Candidates[0]
	if k.Address != "建设路12号锦绣小区2号楼" || k.Area != "东社区" || k.Lon < 123.4 || k.Ended || !slices.Contains(k.Parts, household.AddressPart{Part: "community", Outcome: "differs"}) {
		t.Errorf("%+v", k)
	}
	err = db.as(t.Context(), household.Principal{Role: household.RoleGrid, Scope: []string{"990001"}}, func(tx pgx.Tx, _ rights) error {
		_, err := tx.Exec(t.Context(), "SELECT * FROM address_review")
		return err
	})
	if pgCode(err) != "42501" {
		t.Errorf("a grid worker reads the review list: %v", err)
	}
}
