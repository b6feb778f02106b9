package coverage_test

import (
	"strings"
	"testing"

	"hearthmap/geo/coverage"
	"hearthmap/household"
)

// TestStandards checks the standards that come with the product: readable,
// with known categories, and verified only where domain knowledge says so.
func TestStandards(t *testing.T) {
	all := coverage.Standards()
	if len(all) == 0 || all[0].ID != coverage.DefaultStandard {
		t.Fatalf("%d standards", len(all))
	}
	for _, s := range all {
		for _, r := range s.Requirements {
			if r.Category.Info().Zh == string(r.Category) {
				t.Errorf("%s: category %s has no name", s.ID, r.Category)
			}
			if r.Source == "" {
				t.Errorf("%s: %s has no source", s.ID, r.ID)
			}
			if r.Clause != "" && !r.Verified {
				t.Errorf("%s: %s quotes a clause that nobody has checked", s.ID, r.ID)
			}
			if r.SourceZh == "" {
				t.Errorf("%s: %s has no source in Chinese", s.ID, r.ID)
			}
			if r.Verified && s.ID != coverage.DefaultStandard {
				t.Errorf("%s: %s says that its distance was compared with a text", s.ID, r.ID)
			}
			for _, c := range r.Accepts {
				if c.Info().Zh == string(c) {
					t.Errorf("%s: %s accepts %s, which has no name", s.ID, r.ID, c)
				}
			}
		}
	}
	var ids []string
	for _, s := range all {
		ids = append(ids, s.ID)
	}
	if got := strings.Join(ids, " "); got != "gb50180-2018 elderly-care-circle emergency-circle mofcom-convenience-circle self-service-kiosk-circle td-t-1062-2021" {
		t.Errorf("standards: %s", got)
	}
	gb, err := coverage.StandardByID("")
	if err != nil {
		t.Fatal(err)
	}
	var verified []string
	for _, r := range gb.Requirements {
		if r.Verified {
			verified = append(verified, r.ID)
		}
	}
	if got := strings.Join(verified, " "); got != "middle_school primary_school kindergarten" {
		t.Errorf("verified: %s", got)
	}
	if _, err := coverage.StandardByID("gb-0"); household.CodeOf(err) != household.NotFound || !strings.Contains(household.HintOf(err), gb.ID) {
		t.Errorf("unknown standard: %v", err)
	}
}

func TestLookup(t *testing.T) {
	gb, err := coverage.StandardByID("gb50180-2018")
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{
		"kindergarten": "kindergarten", "kindergarten@5": "kindergarten", "幼儿园": "kindergarten",
		"bank": "bank@15", "bank@10": "bank@10", "银行": "bank@15", "bus_stop@5": "bus_stop@5", "clinic": "clinic@15",
		"kindergarten@10": "", "unicorn": "", "": "",
	} {
		i, err := gb.Lookup(id)
		switch {
		case want == "" && household.CodeOf(err) != household.NotFound:
			t.Errorf("%q: %v, want not found", id, err)
		case want != "" && (err != nil || gb.Requirements[i].ID != want):
			t.Errorf("%q: %v %v, want %s", id, i, err, want)
		}
	}
}

func TestParseStandardErrors(t *testing.T) {
	const head = `{"id":"x","name_en":"x","requirements":[`
	for text, want := range map[string]string{
		``:   "JSON",
		`[]`: "JSON",
		`{"id":"x","name_en":"x","requirement":[]}`:                                                      "unknown field",
		`{"id":"A b","name_en":"x"}`:                                                                     "id",
		`{"id":"x"}`:                                                                                     "name",
		head + `]}`:                                                                                      "no requirements",
		head + `{"minutes":5,"metres":300}]}`:                                                            "category",
		head + `{"category":"bank","metres":300}]}`:                                                      "minutes",
		head + `{"category":"bank","minutes":5}]}`:                                                       "metres",
		head + `{"category":"a@5","minutes":5,"metres":1}]}`:                                             "identifier",
		head + `{"category":"bank","minutes":5,"metres":-1}]}`:                                           "metres",
		head + `{"category":"bank","minutes":5,"metres":1e9}]}`:                                          "metres",
		head + `{"category":"bank","minutes":5,"metres":1,"group":"cats"}]}`:                             "group",
		head + `{"id":"bank","category":"bank","minutes":5,"metres":1}]}`:                                "must not be given",
		head + `{"category":"bank","accepts":["bank"],"minutes":5,"metres":1}]}`:                         "other categories",
		`{"id":"x","name_en":"x","levels":[{"minutes":0}],"requirements":[]}`:                            "minutes",
		`{"id":"x","name_en":"x","levels":[{"minutes":5,"metres_min":9}],"requirements":[]}`:             "no range",
		`{"id":"x","name_en":"x","levels":[{"minutes":5,"people_min":9}],"requirements":[]}`:             "no range",
		`{"id":"x","name_en":"x","categories":[{"id":"kiosk"}],"requirements":[]}`:                       "name_zh",
		`{"id":"x","name_en":"x","categories":[{"id":"a b","name_en":"x"}],"requirements":[]}`:           "identifier",
		`{"id":"x","name_en":"x","categories":[{"id":"bank"},{"id":"bank"}],"requirements":[]}`:          "twice",
		`{"id":"x","name_en":"x","categories":[{"id":"bank","codes":["1","1"]}],"requirements":[]}`:      "means bank already",
		head + `{"category":"bank","minutes":5,"metres":1}]} more`:                                       "after the end",
		head + `{"category":"bank","minutes":5,"metres":1},{"category":"bank","minutes":5,"metres":2}]}`: "twice",
	} {
		_, err := coverage.ParseStandard([]byte(text))
		if household.CodeOf(err) != household.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want it to say %q", text, err, want)
		}
	}
	if _, err := coverage.ParseStandard([]byte("\xef\xbb\xbf" + head + `{"category":"own_thing","minutes":5,"metres":1}]}`)); err != nil {
		t.Errorf("a city's own category, with a byte order mark: %v", err)
	}
}
