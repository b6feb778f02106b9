package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/paulmach/orb"

	"hearthmap/household"
)

type groundInput struct {
	West  float64 `query:"west" minimum:"-180" maximum:"180" required:"true"`
	South float64 `query:"south" minimum:"-85" maximum:"85" required:"true"`
	East  float64 `query:"east" minimum:"-180" maximum:"180" required:"true"`
	North float64 `query:"north" minimum:"-85" maximum:"85" required:"true"`
}

// ground are the gates and streets of a box, by the codes that scenarios name
// them by.
type ground struct {
	Gates   []groundGate   `json:"gates" doc:"at most 500"`
	Streets []groundStreet `json:"streets" doc:"on which people walk; at most 200"`
}

type groundGate struct {
	Code string  `json:"code"`
	Name string  `json:"name"`
	Open bool    `json:"open" doc:"to people on foot"`
	Lon  float64 `json:"lon"`
	Lat  float64 `json:"lat"`
}

type groundStreet struct {
	Code string         `json:"code"`
	Name string         `json:"name"`
	Line orb.LineString `json:"line" doc:"longitude and latitude of each vertex"`
}

const (
	maxGroundDegrees = 0.05
	maxGroundGates   = 500
	maxGroundStreets = 200
)

func (s *Server) routeGround(api huma.API) {
	register(s, api, mapOnly, huma.Operation{
		OperationID: "ground", Method: http.MethodGet, Path: "/api/v1/ground", Tags: []string{"coverage"},
		Summary: "Gates and streets in a small box, with the codes by which scenarios open, close and cut them",
	}, s.ground)
}

func (s *Server) ground(_ context.Context, in *groundInput) (*body[ground], error) {
	if in.West >= in.East || in.South >= in.North || in.East-in.West > maxGroundDegrees || in.North-in.South > maxGroundDegrees {
		return nil, household.Errorf(household.Invalid, "web.ground", "the box is empty or wider than %v degrees", maxGroundDegrees).
			WithHint("look at a smaller part of the city")
	}
	box := orb.Bound{Min: orb.Point{in.West, in.South}, Max: orb.Point{in.East, in.North}}
	city := s.City.City()
	data := city.Data()
	out := ground{Gates: []groundGate{}, Streets: []groundStreet{}}
	for i := range data.Gates {
		if g := &data.Gates[i]; box.Contains(g.Geom) && g.Code != "" && len(out.Gates) < maxGroundGates {
			out.Gates = append(out.Gates, groundGate{Code: g.Code, Name: g.Name, Open: g.Open, Lon: g.Geom[0], Lat: g.Geom[1]})
		}
	}
	city.StreetsIn(box, func(i int32) bool {
		if x := &data.Streets[i]; x.Foot {
			out.Streets = append(out.Streets, groundStreet{Code: x.Code, Name: x.Name, Line: x.Geom})
		}
		return len(out.Streets) < maxGroundStreets
	})
	return private(out), nil
}
