package postgis

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
	"hearthmap/importers"
)

// TestFindOrphans takes rows away that others refer to, as a damaged restore
// would.
func TestFindOrphans(t *testing.T) {
	db := openTown(t)
	town(t, db)
	loadItems(t, db, importers.Batch{Kind: importers.Residents, Source: "police"},
		livingAt(t, 1, "B1", "1", "101", household.RelationHead, household.TagVeteran), livingAt(t, 2, "B1", "1", "102", household.RelationHead))
	batch := lastBatch(t, db)
	find := func() string {
		t.Helper()
		list, err := db.FindOrphans(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, o := range list {
			if o.Table == "residence" && o.Column == "resident_id" && fmt.Sprint(o.Batches) != fmt.Sprint([]int64{batch}) {
				t.Errorf("%s come from the batches %v, want %d", o, o.Batches, batch)
			}
			out = append(out, o.String())
		}
		return strings.Join(out, "; ")
	}
	if got := find(); got != "" {
		t.Fatalf("a sound register has %s", got)
	}
	for _, c := range []struct{ sql, want string }{
		{"DELETE FROM resident", "2 rows of residence whose resident_id names no resident; 1 rows of tag whose resident_id names no resident"},
		{"UPDATE unit SET building_id = 99 WHERE room = '301'", "1 rows of unit whose building_id names no building"},
		{"UPDATE facility SET created_batch = 99; UPDATE building SET created_batch = 99 WHERE code = 'B1'", "1 rows of building whose created_batch names no import_batch"},
	} {
		if _, err := db.Pool.Exec(t.Context(), "SET LOCAL session_replication_role = replica; "+c.sql, pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatal(err)
		}
		if got := find(); !strings.Contains(got, c.want) {
			t.Errorf("after %s: %q", c.sql, got)
		}
	}
	empty, err := Open(t.Context(), db.Pool.Config().ConnString(), "elsewhere")
	if err != nil {
		t.Fatal(err)
	}
	defer empty.Close()
	if list, err := empty.FindOrphans(t.Context()); err != nil || len(list) > 0 {
		t.Errorf("a city that is not there has %v, %v", list, err)
	}
}
