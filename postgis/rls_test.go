package postgis

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
	"hearthmap/importers"
)

// TestRowLevelSecurity reads as the role of the service, under different
// settings, and counts what it sees of each table of persons.
func TestRowLevelSecurity(t *testing.T) {
	db := openTown(t)
	town(t, db)
	loadItems(t, db, importers.Batch{Kind: importers.Residents, Source: "police"},
		livingAt(t, 1, "B1", "1", "101", "head", household.TagVeteran),
		livingAt(t, 2, "B1", "1", "102", "head"),
		livingAt(t, 3, "B2", "2", "301", "head", household.TagDisabled))
	grid := func(code string) string {
		return fmt.Sprint(one[int64](t, db, "SELECT id FROM grid WHERE code = $1", code))
	}
	area := fmt.Sprint(one[int64](t, db, "SELECT id FROM area WHERE code = '990001001002'"))
	g1, g2 := grid("9900010010020101"), grid("9900010010020102")
	cases := []struct {
		name              string
		role, grids, area string
		seen              string // residents, homes, households, tags
	}{
		{"nothing set", "", "", "", "0 0 0 0"},
		{"grids without a role", "", g1, "", "0 0 0 0"},
		{"a planner", "planner", g1, area, "0 0 0 0"},
		{"an admin", "admin", g1, area, "0 0 0 0"},
		{"a grid worker without grids", "grid", "", "", "0 0 0 0"},
		{"a grid worker", "grid", g1, "", "2 2 2 1"},
		{"another grid worker", "grid", g2, "", "1 1 1 1"},
		{"both grids", "grid", g1 + "," + g2, "", "3 3 3 2"},
		{"an approver of an area", "approver", "", area, "1 1 1 1"},
	}
	conn, err := db.Pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	const count = `SELECT concat((SELECT count(*) FROM resident), ' ', (SELECT count(*) FROM residence), ' ',
		(SELECT count(*) FROM household), ' ', (SELECT count(*) FROM tag))`
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tx, err := conn.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = tx.Rollback(t.Context()) }()
			set := "SET LOCAL ROLE hearthmap_web;"
			for name, value := range map[string]string{"app.role": c.role, "app.grids": c.grids, "app.areas": c.area} {
				if value != "" {
					set += "SET LOCAL " + name + " = " + quote(value) + ";"
				}
			}
			if _, err := tx.Exec(t.Context(), set, pgx.QueryExecModeSimpleProtocol); err != nil {
				t.Fatal(err)
			}
			var seen string
			if err := tx.QueryRow(t.Context(), count).Scan(&seen); err != nil || seen != c.seen {
				t.Errorf("sees %q, want %q, %v", seen, c.seen, err)
			}
			var people int64
			if err := tx.QueryRow(t.Context(), "SELECT sum(people)::bigint FROM building_count").Scan(&people); err != nil || people != 3 {
				t.Errorf("counts %d people in all, %v", people, err)
			}
			for _, sql := range []string{
				"INSERT INTO resident (match_hash, name) VALUES ('x', 'x')", "UPDATE residence SET valid_to = NULL",
				"DELETE FROM tag", "SELECT * FROM change", "SELECT * FROM key_check", "UPDATE audit SET result = ''",
			} {
				if _, err := tx.Exec(t.Context(), "SAVEPOINT s"); err != nil {
					t.Fatal(err)
				}
				if _, err := tx.Exec(t.Context(), sql); pgCode(err) != "42501" {
					t.Errorf("%s: %v, wanted a refusal", sql, err)
				}
				if _, err := tx.Exec(t.Context(), "ROLLBACK TO s"); err != nil {
					t.Fatal(err)
				}
			}
		})
		// SET LOCAL leaves nothing on the connection for the next request.
		var left string
		if err := conn.QueryRow(t.Context(), `SELECT concat(current_user = session_user, current_setting('app.role', true),
			current_setting('app.grids', true), current_setting('app.areas', true))`).Scan(&left); err != nil || left != "t" {
			t.Errorf("after %s the connection keeps %q, %v", c.name, left, err)
		}
	}
}
