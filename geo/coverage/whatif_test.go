package coverage_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/household"
)

// drawScenario draws any number of changes of a city.
func drawScenario(t *rapid.T, d *cityindex.Data) *coverage.Scenario {
	s := &coverage.Scenario{}
	metre := rapid.IntRange(-50, 550)
	position := func() (lon, lat float64) {
		p := at(float64(metre.Draw(t, "sx")), float64(metre.Draw(t, "sy")))
		return p[0], p[1]
	}
	for range rapid.IntRange(0, 3).Draw(t, "add") {
		lon, lat := position()
		s.Add = append(s.Add, coverage.AddedFacility{
			Category: rapid.SampledFrom([]household.Category{"kindergarten", "bank", "park"}).Draw(t, "category"), Lon: lon, Lat: lat, Capacity: int32(rapid.IntRange(0, 9).Draw(t, "capacity")),
		})
	}
	for _, f := range d.Facilities {
		closed := false
		switch rapid.IntRange(0, 5).Draw(t, "fate") {
		case 0:
			s.Close = append(s.Close, f.Code)
			closed = true
		case 1:
			lon, lat := position()
			s.Move = append(s.Move, coverage.MovedFacility{Code: f.Code, Lon: lon, Lat: lat})
		}
		if !closed && rapid.IntRange(0, 3).Draw(t, "resize") == 0 {
			s.Capacity = append(s.Capacity, coverage.CapacityChange{Code: f.Code, Capacity: 7})
		}
	}
	if !rapid.Bool().Draw(t, "ground") {
		return s
	}
	for _, g := range d.Gates {
		switch rapid.IntRange(0, 2).Draw(t, "gate") {
		case 0:
			s.OpenGates = append(s.OpenGates, g.Code)
		case 1:
			s.CloseGates = append(s.CloseGates, g.Code)
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "paths") {
		var p coverage.AddedPath
		for range rapid.IntRange(2, 4).Draw(t, "vertices") {
			lon, lat := position()
			p.Line = append(p.Line, [2]float64{lon, lat})
		}
		if p.Line[0] != p.Line[1] {
			s.AddPaths = append(s.AddPaths, p)
		}
	}
	for _, st := range d.Streets {
		if rapid.IntRange(0, 6).Draw(t, "cut") == 0 {
			s.CutPaths = append(s.CutPaths, st.Code)
		}
	}
	return s
}

// fataler is what rapid.T and testing.T share.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// agree compares a scenario's outcome with a new engine on the changed city:
// every Reach and every number of every area.
func agree(t fataler, d *cityindex.Data, w *coverage.WhatIf, s *coverage.Scenario, q coverage.Request) {
	t.Helper()
	o, err := w.Run(context.Background(), s)
	if err != nil {
		t.Fatalf("%v", err)
	}
	changed, err := s.Apply(d)
	if err != nil {
		t.Fatalf("%v", err)
	}
	after, err := coverage.New(changed).Run(context.Background(), q)
	if err != nil {
		t.Fatalf("%v", err)
	}
	before := w.Base()
	for i, requirement := range before.Requirements {
		var differ []int32
		for b := range d.Buildings {
			x, y, z := o.Reach(i, b), after.Reach(i, b), before.Reach(i, b)
			if x.Facility >= 0 && y.Facility >= 0 && o.Facilities()[x.Facility].Code == changed.Facilities[y.Facility].Code {
				y.Facility = x.Facility
			}
			if x != y {
				t.Fatalf("%s, building %s: %+v, anew %+v; scenario %v", requirement.ID, d.Buildings[b].Code, x, y, pretty(s))
			}
			if x != z {
				differ = append(differ, int32(b))
			}
		}
		if !slices.Equal(differ, o.Changed(i)) {
			t.Fatalf("%s: buildings %v are said to change, %v do", requirement.ID, o.Changed(i), differ)
		}
	}
	for _, level := range household.AreaLevels {
		agreeAreas(t, o, before, after, level)
	}
}

func pretty(s *coverage.Scenario) string {
	data, _ := json.Marshal(s)
	return string(data)
}

func agreeAreas(t fataler, o *coverage.Outcome, before, after *coverage.Result, level household.AreaLevel) {
	t.Helper()
	all, err := o.Areas(level, "", true)
	if err != nil {
		t.Fatalf("%v", err)
	}
	old, err := before.Totals(level, "")
	if err != nil {
		t.Fatalf("%v", err)
	}
	anew, err := after.Totals(level, "")
	if err != nil {
		t.Fatalf("%v", err)
	}
	got, was, is := map[string]coverage.AreaDifference{}, byArea(old), byArea(anew)
	for _, a := range all {
		got[a.Code] = a
	}
	if len(got) < len(is) || len(got) < len(was) {
		t.Fatalf("%s: %d areas, %d before, %d after", level, len(got), len(was), len(is))
	}
	differ := map[string]bool{}
	for code, a := range got {
		for i := range a.Totals {
			x := a.Totals[i]
			b, c := was[code], is[code]
			if len(b.Totals) > 0 {
				same(t, level, code, x.Before, x.People, b.Totals[i])
			}
			if len(c.Totals) > 0 {
				same(t, level, code, x.After, x.People, c.Totals[i])
			}
			if x.Before != x.After {
				differ[code] = true
			}
		}
		if b, ok := was[code]; ok && (a.People != b.People || a.Buildings != b.Buildings || a.AllRequired.Before != everybody(b)) {
			t.Fatalf("%s %q before: %+v, want %+v", level, code, a.AllRequired, b.AllRequired)
		}
		if c, ok := is[code]; ok && a.AllRequired.After != everybody(c) {
			t.Fatalf("%s %q after: %+v, want %+v", level, code, a.AllRequired, c.AllRequired)
		}
		if a.AllRequired.Before != a.AllRequired.After {
			differ[code] = true
		}
		var met int64
		for i := range a.Totals {
			if before.Requirements[i].Required {
				met += a.Totals[i].After.Covered
			}
		}
		if a.Needs.After.Met != met {
			t.Fatalf("%s %q: %d needs met, want %d", level, code, a.Needs.After.Met, met)
		}
	}
	some, err := o.Areas(level, "", false)
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, a := range some {
		full := got[a.Code]
		for _, x := range a.Totals {
			if !slices.ContainsFunc(full.Totals, func(y coverage.TotalDifference) bool { return reflect.DeepEqual(x, y) }) {
				t.Fatalf("%s %q: %+v is not among all totals", level, a.Code, x)
			}
		}
		full.Totals = a.Totals
		if !reflect.DeepEqual(a, full) {
			t.Fatalf("%s %q: %+v, among all %+v", level, a.Code, a, full)
		}
		delete(differ, a.Code)
	}
	if len(differ) > 0 {
		t.Fatalf("%s: areas %v change and are not listed", level, differ)
	}
}

func byArea(list []coverage.AreaReport) map[string]coverage.AreaReport {
	m := map[string]coverage.AreaReport{}
	for _, a := range list {
		m[a.Code] = a
	}
	return m
}

func everybody(a coverage.AreaReport) coverage.Everybody {
	return coverage.Everybody{Covered: a.AllRequired.Covered, Share: a.AllRequired.Share, BuildingsCovered: a.AllRequired.BuildingsCovered}
}

func same(t fataler, level household.AreaLevel, code string, x coverage.Figures, people int64, y coverage.AreaTotal) {
	t.Helper()
	want := coverage.Figures{
		Covered: y.Covered, Uncovered: y.Uncovered, Unreachable: y.Unreachable, Share: y.Share, BuildingsCovered: y.BuildingsCovered,
		MedianMetres: y.MedianMetres, P90Metres: y.P90Metres, Facilities: y.Facilities, Capacity: x.Capacity,
	}
	if x != want || people != y.People {
		t.Fatalf("%s %q, %s: %+v of %d, want %+v of %d", level, code, y.Requirement, x, people, want, y.People)
	}
}

// accepting is a standard whose requirements share categories.
func accepting(t interface{ Fatal(...any) }) *coverage.Standard {
	s, err := coverage.ParseStandard([]byte(`{"id":"accepting","name_en":"accepting","requirements":[
		{"category":"park","minutes":5,"metres":300,"required":true,"group":"age_3_5","accepts":["bank","bank"]},
		{"category":"bank","minutes":10,"metres":500,"required":true,"accepts":["kindergarten","park"]},
		{"category":"kindergarten","minutes":5,"metres":150,"required":true}]}`))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestWhatIfEqualsAnew draws cities and several scenarios for each.
func TestWhatIfEqualsAnew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, q := drawCity(t), drawRequest(t)
		if rapid.Bool().Draw(t, "accepting") {
			q.Standard = accepting(t)
		}
		w, err := coverage.New(d).NewWhatIf(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			agree(t, d, w, drawScenario(t, d), q)
		}
	})
}

// TestEmptyScenario checks that no changes are no changes, byte for byte.
func TestEmptyScenario(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, q := drawCity(t), drawRequest(t)
		w, err := coverage.New(d).NewWhatIf(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		o, err := w.Run(context.Background(), &coverage.Scenario{Name: "nothing"})
		if err != nil {
			t.Fatal(err)
		}
		var before, after []coverage.Reach
		for i := range w.Base().Requirements {
			for b := range d.Buildings {
				before, after = append(before, w.Base().Reach(i, b)), append(after, o.Reach(i, b))
			}
		}
		if fmt.Sprintf("%v", before) != fmt.Sprintf("%v", after) || o.InputSHA256() != w.Base().InputSHA256() {
			t.Fatalf("before %v, after %v", before, after)
		}
		for _, level := range household.AreaLevels {
			areas, err := o.Areas(level, "", true)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range areas {
				for _, x := range a.Totals {
					if x.Before != x.After {
						t.Fatalf("%s: %+v", a.Code, x)
					}
				}
			}
			if some, err := o.Areas(level, "", false); err != nil || len(some) > 0 {
				t.Fatalf("%v, %v", some, err)
			}
		}
	})
}
