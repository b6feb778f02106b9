package main

import (
	"context"
	"slices"

	"github.com/paulmach/orb"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/household"
	"hearthmap/postgis"
	"hearthmap/reports"
)

type isochroneCommand struct {
	At       string `help:"The place." placeholder:"LON,LAT" xor:"place" required:""`
	Facility string `help:"A facility instead." placeholder:"CODE" xor:"place" required:""`
	Minutes  []int  `help:"Walking times." default:"5,10,15"`
	Profile  string `help:"Who walks: standard, adult, elderly or wheelchair." enum:"standard,adult,elderly,wheelchair" default:"standard"`
}

// Run prints the isochrones of a place as GeoJSON.
func (c isochroneCommand) Run(ctx context.Context, con *console, s *settings) error {
	q := coverage.IsochroneRequest{Minutes: c.Minutes, Profile: coverage.Profile(c.Profile)}
	if c.Facility == "" {
		p, err := parsePosition(c.At)
		if err != nil {
			return badFlag("--at", c.At, "LON,LAT, as in 123.42,41.80")
		}
		q.At = orb.Point(p)
	}
	return s.withDB(ctx, con, func(db *postgis.DB) error {
		data, err := db.LoadCity(ctx)
		if err != nil {
			return err
		}
		if c.Facility != "" {
			i := slices.IndexFunc(data.Facilities, func(f cityindex.Facility) bool { return f.Code == c.Facility })
			if i < 0 {
				return household.Errorf(household.NotFound, "hearthmap isochrone", "there is no facility %q", c.Facility).
					WithHint("hearthmap lookup finds it by its name")
			}
			q.At = data.Facilities[i].Geom
		}
		iso, err := coverage.New(data).Isochrone(ctx, q)
		if err != nil {
			return err
		}
		if iso.Reason != coverage.NoReason {
			con.say("nobody walks there: %s", iso.Reason)
		}
		for _, b := range iso.Bands {
			con.say("%d minutes, %g m: %d people in %d buildings", b.Minutes, b.Metres, b.People, b.Buildings)
		}
		return con.printJSON(reports.NewIsochrone(iso))
	})
}
