package postgis

import (
	"encoding/json"
	"strings"
	"testing"

	"hearthmap/household"
)

// TestScenarios keeps, finds, renames and forgets scenarios; a name is there
// once, and nobody overwrites what she has not seen.
func TestScenarios(t *testing.T) {
	db := openTown(t)
	s, ctx := db.Scenarios(), t.Context()
	var _ household.Scenarios = s
	draft := household.SavedScenario{
		Name: " 新建卫生站 East ", Standard: "gb50180-2018", Method: "network", Profile: "standard", Changes: 1,
		Content: json.RawMessage(`{"close":["F1"]}`),
	}
	first, err := s.Save(ctx, "lin", draft)
	if err != nil || first.ID == 0 || first.Name != "新建卫生站 East" || first.Version != 1 || first.CreatedBy != "lin" || first.CreatedAt.IsZero() {
		t.Fatalf("%+v, %v", first, err)
	}
	draft.Name = "新建卫生站 EAST"
	if _, err := s.Save(ctx, "wang", draft); household.CodeOf(err) != household.Conflict {
		t.Errorf("a name twice: %v", err)
	}
	for _, name := range []string{"", " ", "two\nlines", strings.Repeat("长", household.MaxScenarioName+1)} {
		draft.Name = name
		if _, err := s.Save(ctx, "wang", draft); household.CodeOf(err) != household.Invalid {
			t.Errorf("name %q: %v", name, err)
		}
	}
	draft.Name = strings.Repeat("长", household.MaxScenarioName)
	second, err := s.Save(ctx, "wang", draft)
	if err != nil {
		t.Fatal(err)
	}
	change := first
	change.Changes, change.Content = 2, json.RawMessage(`{"close":["F1","F2"]}`)
	changed, err := s.Save(ctx, "wang", change)
	if err != nil || changed.Version != 2 || changed.CreatedBy != "lin" || changed.UpdatedBy != "wang" || !changed.UpdatedAt.After(first.UpdatedAt) {
		t.Fatalf("%+v, %v", changed, err)
	}
	if _, err := s.Save(ctx, "lin", change); household.CodeOf(err) != household.Conflict {
		t.Errorf("an old version: %v", err)
	}
	change.Version, change.Name = 0, second.Name
	if _, err := s.Save(ctx, "lin", change); household.CodeOf(err) != household.Conflict {
		t.Errorf("renamed to a name that is taken: %v", err)
	}
	got, err := s.ByName(ctx, "新建卫生站 east")
	var content struct{ Close []string }
	if err != nil || got.ID != first.ID || json.Unmarshal(got.Content, &content) != nil || len(content.Close) != 2 {
		t.Errorf("%+v, %v", got, err)
	}
	list, err := s.List(ctx)
	if err != nil || len(list) != 2 || list[0].ID != first.ID || list[0].Content != nil || list[1].ID != second.ID {
		t.Errorf("%+v, %v", list, err)
	}
	if err := s.Delete(ctx, first.ID); err != nil {
		t.Error(err)
	}
	_, byID := s.ByID(ctx, first.ID)
	_, byName := s.ByName(ctx, got.Name)
	_, saved := s.Save(ctx, "lin", got)
	for _, err := range []error{s.Delete(ctx, first.ID), byID, byName, saved} {
		if household.CodeOf(err) != household.NotFound {
			t.Errorf("a scenario that is gone: %v", err)
		}
	}
}

// TestScenariosAreBounded: a city keeps so many and no more.
func TestScenariosAreBounded(t *testing.T) {
	db := openTown(t)
	if _, err := db.Pool.Exec(t.Context(), `
		INSERT INTO scenario (name, standard, method, profile, changes, content, created_by, updated_by)
		SELECT 'n' || i, '', '', '', 0, '{}', '', '' FROM generate_series(1, $1) i`, household.MaxScenarios); err != nil {
		t.Fatal(err)
	}
	x := household.SavedScenario{Name: "one more", Content: json.RawMessage(`{}`)}
	if _, err := db.Scenarios().Save(t.Context(), "lin", x); household.CodeOf(err) != household.Conflict {
		t.Errorf("one more than fits: %v", err)
	}
}
