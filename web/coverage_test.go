package web_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"hearthmap/household"
	"hearthmap/reports"
)

// TestMeasures: one person lives in the one building, with a clinic near and
// no food market.
func TestMeasures(t *testing.T) {
	s := newStack(t, nil)
	planner := s.as(household.RolePlanner)
	ask := func(query string) (c reports.Coverage) {
		t.Helper()
		planner.get("/api/v1/coverage?"+query).into(t, &c)
		return c
	}

	c := ask("measures=all&requirement=clinic&target=85")
	m := c.Measures
	if len(m.Capacity) != 1 || len(m.Equity) != 1 || len(m.Gaps) != 1 || len(m.Targets) != 1 {
		t.Fatalf("%+v", m)
	}
	if x := m.Capacity[0]; x.Facilities == 0 || x.Reached == 0 || x.Areas[0].People != 1 || x.Areas[0].Without != 0 {
		t.Errorf("capacity %+v", x)
	}
	if x := m.Equity[0].Groups[0]; x.People != 1 || x.Covered != 1 || x.Gini == nil || *x.Gini != 0 {
		t.Errorf("equity %+v", x)
	}
	if len(m.Gaps[0].Gaps) != 0 || m.Targets[0].Target.Share != 0.85 {
		t.Errorf("gaps %+v, target %+v", m.Gaps, m.Targets[0].Target)
	}
	if len(c.Areas[0].Totals[0].Groups) != 6 {
		t.Errorf("groups %+v", c.Areas[0].Totals[0].Groups)
	}
	m = ask("measures=gaps,targets&requirement=food_market&target=shenyang").Measures
	if len(m.Gaps[0].Gaps) != 1 || m.Gaps[0].Gaps[0].People != 1 || len(m.Gaps[0].Gaps[0].Outline) == 0 || m.Capacity != nil {
		t.Errorf("%+v", m)
	}
	for _, against := range m.Targets[0].Requirements {
		if against.Requirement == "food_market" && (against.Share != 0 || against.Met) {
			t.Errorf("%+v", against)
		}
	}
	if ask("level=city").Measures != nil {
		t.Error("measures that nobody asked for")
	}
	for _, query := range []string{"measures=luck", "measures=targets&target=all"} {
		if res := planner.get("/api/v1/coverage?" + query); res.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", query, res.status, res.body)
		}
	}
}

// TestPolygons: the same figures for areas of one's own.
func TestPolygons(t *testing.T) {
	s := newStack(t, nil)
	planner := s.as(household.RolePlanner)
	ask := func(polygons string) response {
		return planner.do(http.MethodPost, "/api/v1/coverage", map[string]any{"polygons": json.RawMessage(polygons), "measures": []string{"groups", "gaps"}, "requirement": "food_market"})
	}
	box := func(code, west, east string) string {
		return `{"type":"Feature","properties":{"code":"` + code + `"},"geometry":{"type":"Polygon","coordinates":[[[` + west + `,40.9],[` + east + `,40.9],[` + east + `,41.1],[` + west + `,41.1],[` + west + `,40.9]]]}}`
	}
	var c, other reports.Coverage
	ask(`{"type":"FeatureCollection","features":[`+box("here", "122.9", "123.1")+`,`+box("sea", "100", "101")+`]}`).into(t, &c)
	if len(c.Areas) != 2 || c.Areas[0].Code != "here" || c.Areas[0].People != 1 || c.Areas[1].People != 0 || len(c.Measures.Gaps[0].Gaps) != 1 {
		t.Errorf("%+v", c)
	}
	ask(box("sea", "100", "101")).into(t, &other)
	if last := other.Areas[len(other.Areas)-1]; other.Areas[0].People != 0 || last.Code != "" || last.People != 1 {
		t.Errorf("who lives outside is counted outside: %+v", other.Areas)
	}
	if c.InputSHA256 == other.InputSHA256 {
		t.Error("other areas have the same hash")
	}
	if res := ask(`{"type":"Point","coordinates":[1,2]}`); res.status != http.StatusUnprocessableEntity {
		t.Errorf("a point: %d %s", res.status, res.body)
	}
	if res := s.as(household.RoleAuditor).do(http.MethodPost, "/api/v1/coverage", map[string]any{"polygons": json.RawMessage(box("here", "122.9", "123.1"))}); res.status != http.StatusForbidden {
		t.Errorf("an auditor: %d", res.status)
	}
}
