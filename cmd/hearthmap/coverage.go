package main

import (
	"bytes"
	"context"
	"os"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/household"
	"hearthmap/postgis"
	"hearthmap/reports"
)

type coverageCommand struct {
	Run       coverageRun       `cmd:"" help:"Coverage of every area by every category."`
	Batch     coverageBatch     `cmd:"" help:"Reports by several standards, areas and levels, into a directory."`
	Buildings coverageBuildings `cmd:"" help:"Coverage of every residential building by one category, as CSV."`
	WhatIf    coverageWhatIf    `cmd:"" name:"whatif" help:"What opening, moving or closing facilities, gates and paths would change."`
	Standards coverageStandards `cmd:"" help:"List the planning standards; print or check one."`
}

// walking are the flags that say how distance is measured.
type walking struct {
	Standard string `help:"The planning standard; coverage standards lists them." default:"gb50180-2018"`
	File     string `name:"standard-file" help:"A standard of one's own, as a file." placeholder:"FILE.json"`
	Method   string `help:"network: on foot along streets and through gates; radius: straight." enum:"network,radius" default:"network"`
	At       string `help:"Time of the week at which gates with hours are looked at: 22:30, or Sa 22:30." default:"Tu 10:00" placeholder:"TIME"`
	Profile  string `help:"Who walks: standard, adult, elderly or wheelchair." enum:"standard,adult,elderly,wheelchair" default:"standard"`
}

// result computes the coverage of the city as it is in the database.
func (w walking) result(ctx context.Context, con *console, s *settings, db *postgis.DB, requirements []string) (*coverage.Result, error) {
	std, err := s.standard(con, w.Standard, w.File)
	if err != nil {
		return nil, err
	}
	at, err := household.ParseWeekMinute(w.At)
	if err != nil {
		return nil, err
	}
	data, err := w.load(ctx, db)
	if err != nil {
		return nil, err
	}
	return coverage.New(data, coverage.At(at)).Run(ctx, coverage.Request{
		Standard: std, Requirements: requirements, Method: coverage.Method(w.Method), Profile: coverage.Profile(w.Profile),
	})
}

// load reads a city that has buildings.
func (walking) load(ctx context.Context, db *postgis.DB) (*cityindex.Data, error) {
	data, err := db.LoadCity(ctx)
	if err != nil {
		return nil, err
	}
	if len(data.Buildings) == 0 {
		return nil, household.Errorf(household.NotFound, "hearthmap coverage", "the city %q has no buildings yet", db.City).
			WithHint("hearthmap import osm FILE, or import streets, compounds, buildings and facilities; or name another --city")
	}
	return data, nil
}

type coverageRun struct {
	walking
	Area     string   `help:"Only what lies in the area of this code." placeholder:"CODE"`
	Level    string   `help:"Areas of this level." enum:"city,district,street,community,grid,hex8,hex9,hex10" default:"community"`
	Polygon  string   `help:"Areas of one's own instead of a level: GeoJSON polygons with code and name." placeholder:"FILE.geojson"`
	Out      []string `help:"Write to FILE.xlsx, .csv, .html, .pdf, .geojson or .json; may be repeated." placeholder:"FILE" sep:"none"`
	Measures []string `help:"Sections besides the totals, in JSON: groups, capacity, equity, gaps, targets, network, edge, radius, all." placeholder:"SECTION"`
	Only     string   `help:"With --measures: one requirement of the standard only." placeholder:"ID"`
	Target   []string `help:"Compare with a target: a share of people in per cent, shanghai-2025, shanghai-2035 or shenyang." placeholder:"TARGET"`
	Lang     string   `help:"Language of the report." enum:"zh,en" default:"zh"`
}

// Run computes the coverage and writes it.
func (c coverageRun) Run(ctx context.Context, con *console, s *settings) error {
	for _, path := range c.Out { // before the work
		if _, err := reports.FormatOf(path); err != nil {
			return err
		}
	}
	return s.withDB(ctx, con, func(db *postgis.DB) error {
		r, err := c.result(ctx, con, s, db, nil)
		if err != nil {
			return err
		}
		report, err := c.report(r)
		if err != nil {
			return err
		}
		if len(c.Target) > 0 {
			c.Measures = append(c.Measures, "targets")
		}
		if len(c.Measures) > 0 {
			if err := report.Measure(ctx, c.Measures, c.Only, c.Target); err != nil {
				return err
			}
		}
		for _, path := range c.Out {
			if err := reports.SaveCoverage(ctx, path, report, reports.Options{Lang: reports.Lang(c.Lang)}); err != nil {
				return err
			}
			con.say("wrote %s", path)
		}
		switch {
		case s.JSON:
			return con.printJSON(report)
		case len(c.Out) == 0:
			con.printCoverage(report)
		}
		return nil
	})
}

// report sums over the areas that are asked for.
func (c coverageRun) report(r *coverage.Result) (*reports.Coverage, error) {
	if c.Polygon == "" {
		return reports.NewCoverage(r, household.AreaLevel(c.Level), c.Area)
	}
	if c.Area != "" {
		return nil, household.Errorf(household.Invalid, "hearthmap coverage run", "--polygon and --area both say what to count in").
			WithHint("leave one of them out")
	}
	data, err := os.ReadFile(c.Polygon)
	if err != nil {
		return nil, household.Errorf(household.NotFound, "hearthmap coverage run", "cannot read %s: %w", c.Polygon, err).
			WithHint("give a file of GeoJSON polygons in WGS 84")
	}
	list, err := coverage.ParsePolygons(data)
	if err != nil {
		return nil, err
	}
	return reports.NewPolygonCoverage(r, list)
}

// printCoverage prints a line an area: people, how many have all that is
// required, and the category with the lowest share.
func (c *console) printCoverage(r *reports.Coverage) {
	c.print("%-14s %9s %9s  %s", "area", "people", "all", "lowest category")
	for _, a := range r.Areas {
		worst := -1
		for i, t := range a.Totals {
			if t.People > 0 && (worst < 0 || t.Share < a.Totals[worst].Share) {
				worst = i
			}
		}
		low := "–"
		if worst >= 0 {
			low = a.Totals[worst].Requirement
			c.print("%-14s %9d %8.1f%%  %s %.1f%%  %s", a.Code, a.People, 100*a.AllRequired.Share, low, 100*a.Totals[worst].Share, a.Name)
			continue
		}
		c.print("%-14s %9d %9s  %s  %s", a.Code, a.People, "–", low, a.Name)
	}
	if r.Method == coverage.MethodNetwork {
		for _, line := range r.NotJoined() {
			c.say("%s", line)
		}
	}
	c.say("standard %s, %s, profile %s; input %s", r.Standard, r.Method, r.Profile, r.InputSHA256)
}

type coverageBuildings struct {
	walking
	Category string `help:"A category of the standard; bank@10 for one level of several." required:"" placeholder:"ID"`
	Out      string `help:"Write to this file instead of stdout." placeholder:"FILE.csv"`
}

// Run writes one row a residential building.
func (c coverageBuildings) Run(ctx context.Context, con *console, s *settings) error {
	return s.withDB(ctx, con, func(db *postgis.DB) error {
		r, err := c.result(ctx, con, s, db, []string{c.Category})
		if err != nil {
			return err
		}
		if c.Out == "" {
			return r.WriteBuildingsCSV(con.out, 0)
		}
		var text bytes.Buffer
		if err := r.WriteBuildingsCSV(&text, 0); err != nil {
			return err
		}
		if err := os.WriteFile(c.Out, text.Bytes(), 0o644); err != nil {
			return cannotWrite(c.Out, err)
		}
		return nil
	})
}
