package main

import (
	"context"
	"encoding/json"
	"os"
	"strconv"
	"strings"

	"hearthmap/geo/coverage"
	"hearthmap/household"
	"hearthmap/postgis"
	"hearthmap/reports"
)

type coverageWhatIf struct {
	walking
	Add       []string `help:"Open a facility; =CAPACITY and :NAME may follow." placeholder:"CATEGORY@LON,LAT" sep:"none"`
	Move      []string `help:"Move a facility." placeholder:"CODE@LON,LAT" sep:"none"`
	Remove    []string `help:"Close a facility." placeholder:"CODE" sep:"none"`
	Capacity  []string `help:"Give a facility another capacity." placeholder:"CODE=N" sep:"none"`
	OpenGate  []string `help:"Open a gate to people on foot." placeholder:"CODE" sep:"none"`
	CloseGate []string `help:"Close a gate." placeholder:"CODE" sep:"none"`
	AddPath   []string `help:"Build a path." placeholder:"'LON,LAT LON,LAT …'" sep:"none"`
	CutPath   []string `help:"Take a street from people on foot." placeholder:"CODE" sep:"none"`
	Scenario  string   `help:"Start from this scenario: the name of a saved one, or a JSON file." placeholder:"NAME|FILE"`
	Save      string   `help:"Save the scenario under this name, in place of the one that has it." placeholder:"NAME"`
	Level     string   `help:"Areas of this level." enum:"city,district,street,community,grid" default:"community"`
	Area      string   `help:"Only what lies in the area of this code." placeholder:"CODE"`
}

// Run computes what the scenario changes and prints it.
func (c coverageWhatIf) Run(ctx context.Context, con *console, s *settings) error {
	return s.withDB(ctx, con, func(db *postgis.DB) error {
		scenario, err := c.scenario(ctx, db)
		if err != nil {
			return err
		}
		r, err := c.result(ctx, con, s, db, nil)
		if err != nil {
			return err
		}
		w, err := r.Engine().NewWhatIf(ctx, coverage.Request{Standard: r.Standard, Method: r.Method, Profile: r.Profile})
		if err != nil {
			return err
		}
		o, err := w.Run(ctx, scenario)
		if err != nil {
			return err
		}
		if c.Save != "" {
			if err := c.save(ctx, con, db, o); err != nil {
				return err
			}
		}
		report, err := reports.NewWhatIf(o, household.AreaLevel(c.Level), c.Area)
		if err != nil {
			return err
		}
		if s.JSON {
			return con.printJSON(report)
		}
		con.printWhatIf(report)
		return nil
	})
}

// scenario is the saved one or the file's, with the flags' changes added.
func (c coverageWhatIf) scenario(ctx context.Context, db *postgis.DB) (*coverage.Scenario, error) {
	s := &coverage.Scenario{}
	if c.Scenario != "" {
		data, err := c.start(ctx, db)
		if err != nil {
			return nil, err
		}
		if s, err = coverage.ParseScenario(data); err != nil {
			return nil, err
		}
	}
	for _, text := range c.Add {
		a, err := parseAdd(text)
		if err != nil {
			return nil, err
		}
		s.Add = append(s.Add, a)
	}
	for _, text := range c.Move {
		code, place, ok := cutLast(text, "@")
		p, err := parsePosition(place)
		if !ok || err != nil {
			return nil, badFlag("--move", text, "CODE@LON,LAT")
		}
		s.Move = append(s.Move, coverage.MovedFacility{Code: code, Lon: p[0], Lat: p[1]})
	}
	for _, text := range c.Capacity {
		code, number, ok := cutLast(text, "=")
		n, err := strconv.ParseInt(number, 10, 32)
		if !ok || err != nil {
			return nil, badFlag("--capacity", text, "CODE=N")
		}
		s.Capacity = append(s.Capacity, coverage.CapacityChange{Code: code, Capacity: int32(n)})
	}
	for _, text := range c.AddPath {
		var p coverage.AddedPath
		for _, place := range strings.Fields(text) {
			v, err := parsePosition(place)
			if err != nil {
				return nil, badFlag("--add-path", text, "'LON,LAT LON,LAT …'")
			}
			p.Line = append(p.Line, v)
		}
		s.AddPaths = append(s.AddPaths, p)
	}
	s.Close = append(s.Close, c.Remove...)
	s.OpenGates = append(s.OpenGates, c.OpenGate...)
	s.CloseGates = append(s.CloseGates, c.CloseGate...)
	s.CutPaths = append(s.CutPaths, c.CutPath...)
	return s, s.Check()
}

// start reads what --scenario names. A saved scenario comes first; ./ makes
// sure that a file is meant.
func (c coverageWhatIf) start(ctx context.Context, db *postgis.DB) ([]byte, error) {
	saved, err := db.Scenarios().ByName(ctx, strings.TrimSpace(c.Scenario))
	if err == nil {
		return saved.Content, nil
	}
	if household.CodeOf(err) != household.NotFound {
		return nil, err
	}
	data, err := os.ReadFile(c.Scenario)
	if err != nil {
		return nil, household.Errorf(household.NotFound, "hearthmap coverage whatif", "there is no saved scenario %q and no file of that name: %w", c.Scenario, err).
			WithHint("save one with --save NAME; a file is JSON, as coverage whatif --json prints under scenario")
	}
	return data, nil
}

// save keeps the scenario, which the city was found to take.
func (c coverageWhatIf) save(ctx context.Context, con *console, db *postgis.DB, o *coverage.Outcome) error {
	const op = "hearthmap coverage whatif"
	r := o.Before()
	if c.File != "" {
		return household.Errorf(household.Invalid, op, "a scenario cannot be saved with --standard-file").
			WithHint("put the standard into the directory of --standards, and name it with --standard")
	}
	scenario := *o.Scenario
	scenario.Name = ""
	content, err := json.Marshal(&scenario)
	if err != nil {
		return err
	}
	x := household.SavedScenario{
		Name: c.Save, Standard: r.Standard.ID, Method: string(r.Method), Profile: string(r.Profile),
		Changes: scenario.Changes(), Content: content,
	}
	if was, err := db.Scenarios().ByName(ctx, strings.TrimSpace(c.Save)); err == nil {
		x.ID, x.Version = was.ID, was.Version
	} else if household.CodeOf(err) != household.NotFound {
		return err
	}
	saved, err := db.Scenarios().Save(ctx, "command line", x)
	if err == nil {
		con.say("saved %q as scenario %d, version %d", saved.Name, saved.ID, saved.Version)
	}
	return err
}

// parseAdd reads CATEGORY@LON,LAT[=CAPACITY][:NAME].
func parseAdd(text string) (coverage.AddedFacility, error) {
	const form = "CATEGORY@LON,LAT, as in clinic@123.42,41.80 or clinic@123.42,41.80=200:NAME"
	category, rest, ok := strings.Cut(text, "@")
	rest, name, _ := strings.Cut(rest, ":")
	place, capacity, sized := strings.Cut(rest, "=")
	p, err := parsePosition(place)
	if !ok || err != nil {
		return coverage.AddedFacility{}, badFlag("--add", text, form)
	}
	a := coverage.AddedFacility{Category: household.Category(category), Lon: p[0], Lat: p[1], Name: name}
	if sized {
		n, err := strconv.ParseInt(capacity, 10, 32)
		if err != nil {
			return a, badFlag("--add", text, form)
		}
		a.Capacity = int32(n)
	}
	return a, nil
}

// parsePosition reads LON,LAT.
func parsePosition(text string) ([2]float64, error) {
	lon, lat, _ := strings.Cut(text, ",")
	x, err := strconv.ParseFloat(strings.TrimSpace(lon), 64)
	if err != nil {
		return [2]float64{}, err
	}
	y, err := strconv.ParseFloat(strings.TrimSpace(lat), 64)
	return [2]float64{x, y}, err
}

// cutLast cuts at the last separator: codes may hold it too.
func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return "", "", false
	}
	return s[:i], s[i+len(sep):], true
}

func badFlag(flag, value, form string) error {
	return household.Errorf(household.Invalid, "hearthmap", "%s %q is not understood", flag, value).WithHint("%s", form)
}

// printWhatIf prints the city, then a line an area and requirement.
func (c *console) printWhatIf(r *reports.WhatIf) {
	c.say("%s: %s, %s, profile %s; input %s", r.Scenario.String(), r.Standard, r.Method, r.Profile, r.InputSHA256)
	for _, p := range r.Placed {
		if p.Reason != coverage.NoReason {
			c.say("%s at %v,%v joins no street (%s) and serves nobody", p.Code, p.Lon, p.Lat, p.Reason)
		}
	}
	all, needs := r.Summary.AllRequired, r.Summary.Needs
	c.print("%-28s %9d → %9d  of %d people (%+d)", "everything required", all.Before.Covered, all.After.Covered, r.Summary.People, all.After.Covered-all.Before.Covered)
	c.print("%-28s %8.2f%% → %8.2f%%", "needs met", 100*needs.Before.Share, 100*needs.After.Share)
	for _, t := range r.Summary.Totals {
		c.print("%-28s %9d → %9d  of %d (%+d); buildings: %d gained, %d lost, %d nearer, %d farther", t.Requirement, t.Before, t.After, t.People,
			t.After-t.Before, t.Buildings.Gained, t.Buildings.Lost, t.Buildings.Nearer, t.Buildings.Farther)
	}
	for _, a := range r.Areas {
		for _, t := range a.Totals {
			c.print("%-14s %-20s %6.1f%% → %6.1f%%  %+d people, median %g → %g m, facilities %d → %d  %s", a.Code, t.Requirement, 100*t.Before.Share, 100*t.After.Share,
				t.After.Covered-t.Before.Covered, t.Before.MedianMetres, t.After.MedianMetres, t.Before.Facilities, t.After.Facilities, a.Name)
		}
	}
}
