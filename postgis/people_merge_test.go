package postgis

import (
	"strings"
	"testing"

	"hearthmap/household"
	"hearthmap/importers"
)

// persons is every byte of the tables that a merge touches.
func persons(tb testing.TB, db *DB) string {
	tb.Helper()
	var out strings.Builder
	for table, order := range map[string]string{"resident": "id"} {
		out.WriteString(one[string](tb, db, "SELECT coalesce(string_agg(t::text, E'\n' ORDER BY "+order+"), '') FROM "+table+" t"))
	}
	for _, table := range []string{"residence", "tag", "household", "people_pair"} {
		out.WriteString("\n" + table + "\n" + one[string](tb, db, "SELECT coalesce(string_agg(t::text, E'\n' ORDER BY id), '') FROM "+table+" t"))
	}
	out.WriteString("\nalias\n" + one[string](tb, db, "SELECT coalesce(string_agg(t::text, E'\n' ORDER BY match_hash), '') FROM resident_alias t"))
	return out.String()
}

// numbered and bare return the ids of the two entries of person 1.
func numberedAndBare(tb testing.TB, db *DB) (numbered, bare int64) {
	tb.Helper()
	return one[int64](tb, db, `SELECT id FROM resident WHERE name = '赵试1' AND id_cipher IS NOT NULL`),
		one[int64](tb, db, `SELECT id FROM resident WHERE name = '赵试1' AND id_cipher IS NULL`)
}

func TestMergeAndUnmerge(t *testing.T) {
	for name, keepBare := range map[string]bool{"the entry with a number stays": false, "the entry without a number stays": true} {
		t.Run(name, func(t *testing.T) {
			db := openTown(t)
			twoRegisters(t, db, "102")
			comparePeople(t, db)
			keep, gone := numberedAndBare(t, db)
			kept := "p1@B1-1-101/1 head"
			if keepBare {
				keep, gone = gone, keep
				kept = "p1@B1-1-102/1 other"
			}
			before := persons(t, db)
			seq := one[int64](t, db, `SELECT max(seq) FROM change`)
			merge, err := db.PeopleAsOwner().Merge(t.Context(), keep, gone, "同一人")
			if err != nil {
				t.Fatal(err)
			}
			if got := homes(t, db); !strings.Contains(got, kept) || strings.Count(got, "p1@") != 1 {
				t.Errorf("homes %s", got)
			}
			if got := tagsOf(t, db); !strings.Contains(got, "police veteran") || !strings.Contains(got, "welfare subsistence") {
				t.Errorf("tags %s", got)
			}
			id, err := db.Keys.Unseal(fieldID, one[[]byte](t, db, `SELECT id_cipher FROM resident WHERE id = $1`, keep))
			if err != nil || id == "" {
				t.Errorf("the person has no number: %v", err)
			}
			if n := one[int64](t, db, `SELECT count(*) FROM resident WHERE id = $1 AND match_hash = $2`, keep, db.Keys.Blind(fieldID, id)); n != 1 {
				t.Error("the person is not found by the number")
			}
			if got := one[string](t, db, `SELECT string_agg(DISTINCT entity, ' ' ORDER BY entity) FROM change WHERE seq > $1 AND batch_id IS NULL`, seq); got != "residence resident tag" {
				t.Errorf("changes of %s", got)
			}
			if got := pairs(t, db.PeopleAsOwner(), "open"); got != "" {
				t.Errorf("still open: %s", got)
			}
			if c := comparePeople(t, db); c.Entries != 3 || c.Open != 0 {
				t.Errorf("%+v", c)
			}

			u, err := db.PeopleAsOwner().Unmerge(t.Context(), merge, "弄错了")
			if err != nil || u.Kept != 0 || u.Restored < 3 {
				t.Fatalf("%+v, %v", u, err)
			}
			if after := persons(t, db); after != before {
				t.Errorf("after taking the merge back\n%s\nbefore it\n%s", after, before)
			}
			if _, err := db.PeopleAsOwner().Unmerge(t.Context(), merge, "再来一次"); household.CodeOf(err) != household.Conflict {
				t.Errorf("a second time: %v", err)
			}
			if got := one[string](t, db, `SELECT string_agg(action, ' ' ORDER BY id) FROM audit`); got != "people_merge people_unmerge" {
				t.Errorf("audit %s", got)
			}
		})
	}
}

// Either file, loaded again, updates the one person.
func TestImportsAfterAMerge(t *testing.T) {
	for _, keepBare := range []bool{false, true} {
		db := openTown(t)
		first, second := twoRegisters(t, db, "101")
		keep, gone := numberedAndBare(t, db)
		if keepBare {
			keep, gone = gone, keep
		}
		merge, err := db.PeopleAsOwner().Merge(t.Context(), keep, gone, "同一人")
		if err != nil {
			t.Fatal(err)
		}
		police, welfare := importers.Batch{Kind: importers.Residents, Source: "police"}, importers.Batch{Kind: importers.Residents, Source: "welfare"}
		loadItems(t, db, police, first)
		second.Phone, second.Tags = "19912345678", []household.TagKind{household.TagDisabled}
		loadItems(t, db, welfare, second)
		first.Residency = household.ResidencyFloating
		loadItems(t, db, police, first)
		if n := one[int64](t, db, `SELECT count(*) FROM resident WHERE name = '赵试1' AND ended_on IS NULL`); n != 1 {
			t.Errorf("%d entries of the person", n)
		}
		if got := homes(t, db); strings.Count(got, "p1@") != 1 || !strings.Contains(got, "p1@B1-1-101/1 head floating") {
			t.Errorf("homes %s", got)
		}
		if got := tagsOf(t, db); !strings.Contains(got, "p1 welfare disabled!") || !strings.Contains(got, "p1 welfare subsistence ended") {
			t.Errorf("tags %s", got)
		}
		// Taking the merge back keeps what came since.
		u, err := db.PeopleAsOwner().Unmerge(t.Context(), merge, "弄错了")
		if err != nil || u.Kept == 0 {
			t.Fatalf("%+v, %v", u, err)
		}
		if n := one[int64](t, db, `SELECT count(*) FROM resident WHERE name = '赵试1' AND ended_on IS NULL AND merged_into IS NULL`); n != 2 {
			t.Errorf("%d entries of the person", n)
		}
		second.Tags = nil
		if m := loadItems(t, db, welfare, second); m.Tables["resident"].Created != 0 {
			t.Errorf("the file made somebody new: %+v", m)
		}
	}
}

// Three entries merged one after the other come apart in the other order.
func TestMergesOfThree(t *testing.T) {
	db := openTown(t)
	_, second := twoRegisters(t, db, "102")
	third := second
	third.Name, third.Room = "赵试一", "101"
	loadItems(t, db, importers.Batch{Kind: importers.Residents, Source: "health"}, third)
	a, b := numberedAndBare(t, db)
	c := one[int64](t, db, `SELECT id FROM resident WHERE name = '赵试一'`)
	owner := db.PeopleAsOwner()
	merge := func(keep, gone int64) int64 {
		t.Helper()
		id, err := owner.Merge(t.Context(), keep, gone, "同一人")
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	back := func(id int64, want string) {
		t.Helper()
		if _, err := owner.Unmerge(t.Context(), id, "弄错了"); err != nil {
			t.Fatal(err)
		}
		if got := persons(t, db); got != want {
			t.Errorf("after taking merge %d back\n%s\nbefore it\n%s", id, got, want)
		}
	}
	start := persons(t, db)
	inner := merge(b, c)
	middle := persons(t, db)
	outer := merge(a, b)
	if n := one[int64](t, db, `SELECT count(*) FROM resident_alias WHERE resident_id = $1`, a); n != 2 {
		t.Errorf("%d aliases", n)
	}
	if _, err := owner.Unmerge(t.Context(), inner, "弄错了"); household.CodeOf(err) != household.Conflict || !strings.Contains(household.HintOf(err), "first") {
		t.Errorf("out of order: %v", err)
	}
	back(outer, middle)
	back(inner, start)

	merge(b, c)
	merge(a, b)
	for _, row := range []household.Resident{second, third} {
		loadItems(t, db, importers.Batch{Kind: importers.Residents, Source: "again"}, row)
	}
	if n := one[int64](t, db, `SELECT count(*) FROM resident WHERE id > $1`, c); n != 0 {
		t.Errorf("%d made anew", n)
	}
}

// What was decided of an entry holds for the one it was merged into.
func TestDecisionsOutliveMerges(t *testing.T) {
	db := openTown(t)
	_, second := twoRegisters(t, db, "102")
	third := second
	third.Room, third.Relation = "101", household.RelationSibling
	loadItems(t, db, importers.Batch{Kind: importers.Residents, Source: "health"}, third)
	if c := comparePeople(t, db); c.Open != 3 {
		t.Fatalf("%+v", c)
	}
	owner := db.PeopleAsOwner()
	ids := one[[]int64](t, db, `SELECT array_agg(id ORDER BY id) FROM resident WHERE name = '赵试1'`)
	pair := one[int64](t, db, `SELECT id FROM people_pair WHERE a_id = $1 AND b_id = $2`, ids[1], ids[2])
	if err := owner.Decide(t.Context(), pair, false, "两个人"); err != nil {
		t.Fatal(err)
	}
	if _, err := owner.Merge(t.Context(), ids[0], ids[1], "同一人"); err != nil {
		t.Fatal(err)
	}
	if c := comparePeople(t, db); c.Open != 0 {
		t.Errorf("the first and the third are offered again: %+v, %s", c, pairs(t, owner, "open"))
	}
}
