package postgis

import (
	"slices"
	"strings"
	"testing"

	"hearthmap/household"
	"hearthmap/importers"
)

// TestPeopleDesk: a grid worker sees the pairs of her own grid, numbers
// masked, and decides nothing; an approver merges; afterwards the person is
// found by both numbers, and the merge is in the history of those who see her.
func TestPeopleDesk(t *testing.T) {
	db := openTown(t)
	twoRegisters(t, db, "102")
	third := livingAt(t, 3, "B1", "1", "102", "other") // whose other entry lives in another grid
	third.ID = ""
	twin := livingAt(t, 2, "B1", "1", "102", "other") // with a second number
	number, err := household.MakeResidentID("990001", twin.BirthDate, 900)
	if err != nil {
		t.Fatal(err)
	}
	twin.ID, twin.Sex = number, number.Sex()
	loadItems(t, db, importers.Batch{Kind: importers.Residents, Source: "welfare2"}, third, twin)
	comparePeople(t, db)
	desk := db.PeopleReview()
	as := func(role household.Role, scope ...string) household.Principal {
		return household.Principal{AccountID: 1, Name: "who", Role: role, Scope: scope}
	}
	worker, other := as(household.RoleGrid, "9900010010020101"), as(household.RoleGrid, "9900010010020102")
	approver := as(household.RoleApprover, "990001001001")
	open := func(p household.Principal) household.PairList {
		t.Helper()
		list, err := desk.Pairs(t.Context(), p, household.PairQuery{State: household.PairOpen, Limit: 10})
		if err != nil || int(list.Total) != len(list.Pairs) {
			t.Fatalf("%+v, %v", list, err)
		}
		return list
	}
	list := open(worker)
	i := slices.IndexFunc(list.Pairs, func(r household.Pair) bool { return r.A.Name == "赵试1" })
	if list.Decides || i < 0 {
		t.Fatalf("%+v", list)
	}
	r := list.Pairs[i]
	sources := []string{r.A.Source, r.B.Source}
	if slices.Sort(sources); !slices.Equal(sources, []string{"police", "welfare"}) || len(r.Reasons) == 0 || r.Reasons[0].Zh == "" || r.Verdict != "same" {
		t.Errorf("%+v", r)
	}
	for _, p := range list.Pairs {
		if p.A.Name == "赵试3" || p.B.Name == "赵试3" {
			t.Error("a pair that reaches into another grid is shown")
		}
		for _, e := range []household.PairEntry{p.A, p.B} {
			if e.IDNumber != "" && !strings.Contains(e.IDNumber, "*") || !strings.Contains(e.Phone, "*") || e.Address == "" {
				t.Errorf("%+v", e)
			}
		}
	}
	if n := open(other).Total; n != 0 {
		t.Errorf("another grid's worker sees %d pairs", n)
	}
	if !open(approver).Decides {
		t.Error("the approver does not decide")
	}
	for _, role := range []household.Role{household.RolePlanner, household.RoleAdmin, household.RoleAuditor} {
		if _, err := desk.Pairs(t.Context(), as(role, "9900"), household.PairQuery{State: "open", Limit: 1}); household.CodeOf(err) != household.Forbidden {
			t.Errorf("%s: %v", role, err)
		}
		if _, err := desk.Merges(t.Context(), as(role, "9900"), 1); household.CodeOf(err) != household.Forbidden {
			t.Errorf("%s: %v", role, err)
		}
	}
	keep := one[int64](t, db, `SELECT id FROM resident WHERE match_hash = $1`, db.Keys.Blind(fieldID, string(livingAt(t, 2, "", "", "", "").ID)))
	gone := one[int64](t, db, `SELECT id FROM resident WHERE match_hash = $1`, db.Keys.Blind(fieldID, string(number)))
	if _, err := desk.Merge(t.Context(), worker, keep, gone, "同一人"); household.CodeOf(err) != household.Forbidden {
		t.Errorf("a grid worker merges: %v", err)
	}
	merge, err := desk.Merge(t.Context(), approver, keep, gone, "同一人，已电话核实")
	if err != nil {
		t.Fatal(err)
	}
	find := func(p household.Principal, text string) (codes []string) {
		t.Helper()
		hits, err := db.Registry().Search(t.Context(), p, text, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range hits {
			if h.Kind == "person" {
				codes = append(codes, h.Title)
			}
		}
		return codes
	}
	for _, text := range []string{string(number), string(livingAt(t, 2, "", "", "", "").ID)} {
		if got := find(worker, text); !slices.Equal(got, []string{"赵试2"}) {
			t.Errorf("by one of her numbers: %v", got)
		}
		if got := find(other, text); len(got) != 0 {
			t.Errorf("another grid's worker finds %v", got)
		}
	}
	history, err := desk.Merges(t.Context(), worker, 10)
	if err != nil || len(history) != 1 || history[0].Merge != merge || history[0].Name != "赵试2" || history[0].Account != "who" || history[0].UndoneAt != nil {
		t.Errorf("%+v, %v", history, err)
	}
	if history, err = desk.Merges(t.Context(), other, 10); err != nil || len(history) != 0 {
		t.Errorf("another grid's history: %+v, %v", history, err)
	}
	if u, err := desk.Unmerge(t.Context(), approver, merge, "弄错了"); err != nil || u.Kept != 0 {
		t.Errorf("%+v, %v", u, err)
	}
	if history, err = desk.Merges(t.Context(), approver, 10); err != nil || len(history) != 1 || history[0].UndoneAt == nil || history[0].UndoneBy != "who" {
		t.Errorf("%+v, %v", history, err)
	}
}
