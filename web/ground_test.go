package web_test

import (
	"net/http"
	"testing"

	"hearthmap/household"
)

// TestGround finds the street that passes through a box, and no other thing.
func TestGround(t *testing.T) {
	s := newStack(t, nil)
	c := s.as(household.RolePlanner)
	var out struct {
		Gates   []struct{ Code string }
		Streets []struct {
			Code string
			Line [][2]float64
		}
	}
	c.get("/api/v1/ground?west=123.004&south=41.004&east=123.006&north=41.006").into(t, &out)
	if len(out.Streets) != 1 || out.Streets[0].Code != "S1" || len(out.Streets[0].Line) != 2 || out.Streets[0].Line[0] != [2]float64{123.001, 41.005} || out.Gates == nil {
		t.Errorf("%+v", out)
	}
	c.get("/api/v1/ground?west=123.004&south=41.006&east=123.006&north=41.007").into(t, &out)
	if len(out.Streets) != 0 {
		t.Errorf("a street beside the box: %+v", out)
	}
	for _, q := range []string{"", "?west=123&south=41&east=123&north=41.01", "?west=123&south=41&east=124&north=41.01"} {
		if r := c.get("/api/v1/ground" + q); r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", q, r.status)
		}
	}
}
