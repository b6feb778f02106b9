package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/paulmach/orb"

	"hearthmap/geo/coverage"
	"hearthmap/household"
	"hearthmap/reports"
)

type isochroneInput struct {
	Lon      float64          `query:"lon" minimum:"-180" maximum:"180"`
	Lat      float64          `query:"lat" minimum:"-85" maximum:"85"`
	Facility string           `query:"facility" maxLength:"100" doc:"the code of a facility instead of a position"`
	Minutes  []int            `query:"minutes" maxItems:"6" doc:"5,10,15 when left out"`
	At       string           `query:"at" maxLength:"30" doc:"time of the week at which gates with hours are looked at, as 22:30 or Sa 22:30; Tu 10:00 when left out"`
	Profile  coverage.Profile `query:"profile" default:"standard" enum:"standard,adult,elderly,wheelchair"`
}

func (s *Server) routeIsochrone(api huma.API) {
	register(s, api, mapOnly, huma.Operation{
		OperationID: "isochrone", Method: http.MethodGet, Path: "/api/v1/isochrone", Tags: []string{"coverage"},
		Summary: "Who walks to a place within some times, and from where: GeoJSON",
	}, s.isochrone)
}

func (s *Server) isochrone(ctx context.Context, in *isochroneInput) (*body[reports.Isochrone], error) {
	city := s.City.City()
	q := coverage.IsochroneRequest{At: orb.Point{in.Lon, in.Lat}, Profile: in.Profile}
	if len(in.Minutes) > 0 {
		q.Minutes = in.Minutes
	}
	switch {
	case in.Facility != "":
		i, ok := city.Facility(in.Facility)
		if !ok {
			return nil, household.Errorf(household.NotFound, "web", "there is no facility %q", in.Facility)
		}
		q.At = city.FacilityAt(i).Geom
	case in.Lon == 0 && in.Lat == 0:
		return nil, household.Errorf(household.Invalid, "web", "the isochrone has no place").WithHint("lon= and lat=, or facility=CODE")
	}
	at, err := household.ParseWeekMinute(in.At)
	if err != nil {
		return nil, err
	}
	iso, err := s.Coverage.EngineAt(city, at).Isochrone(ctx, q)
	if err != nil {
		return nil, err
	}
	return private(*reports.NewIsochrone(iso)), nil
}
