package main

import (
	"context"
	"os"
	"slices"

	"hearthmap/geo/coverage"
	"hearthmap/household"
	"hearthmap/postgis"
	"hearthmap/reports"
)

type coverageBatch struct {
	Out       string   `help:"The directory to write to; it is made when missing." required:"" placeholder:"DIR"`
	Standards []string `name:"standard" help:"Ids of standards, or all; may be repeated." default:"all" placeholder:"ID"`
	Levels    []string `help:"Levels to report by: city, district, street, community, grid, hex8, hex9, hex10; all is those that the city has areas of." default:"community" placeholder:"LEVEL"`
	Areas     []string `help:"A report for each of these areas; without it, for the whole city." placeholder:"CODE"`
	Each      string   `help:"A report for each area of this level, too: district." placeholder:"LEVEL"`
	Formats   []string `help:"xlsx, csv, html, pdf, geojson, json." default:"xlsx" placeholder:"FORMAT"`
	Method    string   `help:"network: on foot along streets and through gates; radius: straight." enum:"network,radius" default:"network"`
	Profile   string   `help:"Who walks: standard, adult, elderly or wheelchair." enum:"standard,adult,elderly,wheelchair" default:"standard"`
	At        string   `help:"Time of the week at which gates with hours are looked at: 22:30, or Sa 22:30." default:"Tu 10:00" placeholder:"TIME"`
	Measures  []string `help:"Sections besides the totals: groups, capacity, equity, gaps, targets, all." placeholder:"SECTION"`
	Target    []string `help:"Compare with these targets instead of the known ones." placeholder:"TARGET"`
	Lang      string   `help:"Language of the reports." enum:"zh,en" default:"zh"`
}

// Run makes the reports.
func (c coverageBatch) Run(ctx context.Context, con *console, s *settings) error {
	b, err := c.batch(con, s)
	if err != nil {
		return err
	}
	at, err := household.ParseWeekMinute(c.At)
	if err != nil {
		return err
	}
	return s.withDB(ctx, con, func(db *postgis.DB) error {
		data, err := walking{}.load(ctx, db)
		if err != nil {
			return err
		}
		if slices.Contains(c.Levels, "all") {
			b.Levels = nil
			for _, level := range household.AreaLevels {
				for i := range data.Areas {
					if data.Areas[i].Level == level {
						b.Levels = append(b.Levels, level)
						break
					}
				}
			}
		}
		e := coverage.New(data, coverage.At(at))
		if _, err := b.Plan(e); err != nil { // before a directory is made
			return err
		}
		if err := os.MkdirAll(c.Out, 0o755); err != nil {
			return cannotWrite(c.Out, err)
		}
		last := 0
		m, err := b.Run(ctx, e, reports.SaveTo(c.Out), func(p reports.Step) {
			if p.Done > last {
				last = p.Done
				con.say("[%d/%d] %s", p.Done, p.Total, p.Now)
			}
		})
		if err != nil {
			return err
		}
		if s.JSON {
			return con.printJSON(m)
		}
		con.say("wrote %d reports and %s to %s", len(m.Files), reports.ManifestName, c.Out)
		return nil
	})
}

// batch is what is asked for, as far as it can be told without the city.
func (c coverageBatch) batch(con *console, s *settings) (*reports.Batch, error) {
	known, err := s.library(con)
	if err != nil {
		return nil, err
	}
	return reports.NewBatch(household.ReportRequest{
		Standards: c.Standards, Levels: c.Levels, Areas: c.Areas, Each: c.Each, Formats: c.Formats,
		Method: c.Method, Profile: c.Profile, Measures: c.Measures, Targets: c.Target, Lang: c.Lang,
	}, known)
}
