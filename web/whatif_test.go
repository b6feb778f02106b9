package web_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"hearthmap/household"
)

// TestWhatIfOverHTTP closes the only clinic, draws its isochrones, and refuses
// what makes no sense.
func TestWhatIfOverHTTP(t *testing.T) {
	s := newStack(t, nil)
	c := s.as(household.RolePlanner)
	var out struct {
		Summary struct {
			Totals []struct {
				Requirement         string
				Before, After, Lost int64
			}
		}
		Areas     []struct{ Code string }
		Buildings struct{ Lost []int64 }
	}
	whatIf := func(text string) response {
		return c.do(http.MethodPost, "/api/v1/coverage/whatif", json.RawMessage(text))
	}
	// The clinic lies in no area, which then has one less.
	whatIf(`{"scenario":{"close":["F1"]},"buildings":""}`).into(t, &out)
	if len(out.Areas) != 2 || out.Areas[0].Code != "990001001001" || len(out.Buildings.Lost) != 1 || len(out.Summary.Totals) == 0 {
		t.Errorf("closing the clinic: %+v", out)
	}
	for _, x := range out.Summary.Totals {
		if x.Before != x.Lost || x.After != 0 {
			t.Errorf("%+v", x)
		}
	}
	for text, status := range map[string]int{
		`{"scenario":{"close":["nowhere"]}}`:                                 http.StatusUnprocessableEntity,
		`{"scenario":{"add":[{"category":"clinic","lon":500,"lat":1}]}}`:     http.StatusUnprocessableEntity,
		`{"scenario":{"close":["F1","F1"]}}`:                                 http.StatusUnprocessableEntity,
		`{"scenario":{},"at":"never"}`:                                       http.StatusUnprocessableEntity,
		`{"scenario":{},"at":"Sa 23:00"}`:                                    http.StatusOK,
		`{"scenario":{},"standard":"none"}`:                                  http.StatusNotFound,
		`{"scenario":{"add":[{"category":"clinic","lon":123.01,"lat":41}]}}`: http.StatusOK,
	} {
		if r := whatIf(text); r.status != status {
			t.Errorf("%s: %d %s", text, r.status, r.body)
		}
	}
	iso := c.get("/api/v1/isochrone?facility=F1&minutes=5,15")
	if iso.status != http.StatusOK || !strings.Contains(string(iso.body), `"MultiPolygon"`) || !strings.Contains(string(iso.body), `"buildings":1`) {
		t.Errorf("isochrone: %d %s", iso.status, iso.body)
	}
	for path, status := range map[string]int{
		"/api/v1/isochrone?facility=F1&at=never": http.StatusUnprocessableEntity, "/api/v1/isochrone?facility=F1&at=Su%2003:00": http.StatusOK,
		"/api/v1/coverage?at=never": http.StatusUnprocessableEntity, "/api/v1/coverage?at=22:30&measures=network,edge,radius": http.StatusOK,
		"/api/v1/isochrone": http.StatusUnprocessableEntity, "/api/v1/isochrone?facility=none": http.StatusNotFound,
		"/api/v1/isochrone?lon=123.005&lat=41.005&minutes=0": http.StatusUnprocessableEntity,
	} {
		if r := c.get(path); r.status != status {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
	if r := s.as(household.RoleAuditor).get("/api/v1/isochrone?facility=F1"); r.status != http.StatusForbidden {
		t.Errorf("an auditor draws isochrones: %d", r.status)
	}
}
