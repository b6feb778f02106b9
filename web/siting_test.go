package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"hearthmap/geo/siting"
	"hearthmap/household"
)

func TestSiting(t *testing.T) {
	s := newStack(t, nil)
	planner := s.as(household.RolePlanner)
	site := func(body map[string]any) response { return planner.do(http.MethodPost, "/api/v1/siting", body) }

	// One person lives in the one building, with a clinic near and no pharmacy.
	var plan siting.Plan
	site(map[string]any{"category": "food_market", "n": 2}).into(t, &plan)
	if plan.Before != 0 || plan.After != 1 || !plan.Optimal || len(plan.Sites) != 1 || plan.Sites[0].Code != "B1" || plan.Candidates.Source != "plots" {
		t.Errorf("%+v", plan)
	}
	site(map[string]any{"category": "clinic", "n": 1}).into(t, &plan)
	if plan.Before != 1 || len(plan.Sites) != 0 || !plan.Optimal {
		t.Errorf("%+v", plan)
	}
	// Places of a file, the nearer one with the shorter way.
	file := "编码,名称,经度,纬度\nK1,远处,123.0081,41.0051\nK2,近处,123.0055,41.0051\n"
	site(map[string]any{"category": "food_market", "n": 1, "model": "pmedian", "candidates_file": file}).into(t, &plan)
	if len(plan.Sites) != 1 || plan.Sites[0].Name != "近处" || plan.Candidates.Source != "file" || plan.MeanAfter >= plan.MeanBefore {
		t.Errorf("%+v", plan)
	}
	site(map[string]any{"category": "food_market", "model": "lscp", "candidates": []map[string]any{{"code": "K", "lon": 123.0055, "lat": 41.0051}}}).into(t, &plan)
	if plan.Least != 1 || len(plan.Sites) != 1 || plan.Sites[0].Code != "K" {
		t.Errorf("%+v", plan)
	}

	for name, c := range map[string]struct {
		body map[string]any
		want int
	}{
		"no number":         {map[string]any{"category": "food_market"}, 422},
		"too many":          {map[string]any{"category": "food_market", "n": 101}, 422},
		"unknown category":  {map[string]any{"category": "moon base", "n": 1}, 404},
		"unknown standard":  {map[string]any{"category": "food_market", "n": 1, "standard": "none"}, 404},
		"unknown model":     {map[string]any{"category": "food_market", "n": 1, "model": "best"}, 422},
		"a broken file":     {map[string]any{"category": "food_market", "n": 1, "candidates_file": "lon,lat\nnorth,east\n"}, 422},
		"no such time":      {map[string]any{"category": "food_market", "n": 1, "at": "25:00"}, 422},
		"no category":       {map[string]any{"n": 1}, 422},
		"not on this earth": {map[string]any{"category": "food_market", "n": 1, "candidates": []map[string]any{{"lon": 999, "lat": 0}}}, 422},
	} {
		r := site(c.body)
		if r.status != c.want || !strings.HasPrefix(r.header.Get("Content-Type"), "application/problem+json") || !strings.Contains(string(r.body), `"hint"`) {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}

	for _, role := range household.Roles {
		if r := s.as(role).do(http.MethodPost, "/api/v1/siting", map[string]any{"category": "food_market", "n": 1}); (r.status == 200) != (role == household.RolePlanner) || r.status != 200 && r.status != 403 {
			t.Errorf("as %s: %d", role, r.status)
		}
	}

	// A second search waits for its turn, does not wait for ever, and gives up
	// its place when its caller leaves.
	body := map[string]any{"category": "food_market", "n": 1}
	giveBack := s.web.HoldSiting()
	if r := planner.do(http.MethodPost, "/api/v1/siting", body); r.status != http.StatusServiceUnavailable {
		t.Errorf("%d %s", r.status, r.body)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/api/v1/siting", strings.NewReader(`{"category":"food_market","n":1}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.AddCookie(planner.cookie)
	if res, err := http.DefaultTransport.RoundTrip(req); err == nil {
		res.Body.Close()
	}
	giveBack()
	if r := planner.do(http.MethodPost, "/api/v1/siting", body); r.status != http.StatusOK {
		t.Errorf("%d %s", r.status, r.body)
	}
}
