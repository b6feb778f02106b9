package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/paulmach/orb"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/household"
)

type cityCounts struct {
	Communities int   `json:"communities"`
	Grids       int   `json:"grids"`
	Compounds   int   `json:"compounds"`
	Buildings   int   `json:"buildings"`
	Units       int64 `json:"units"`
	Households  int64 `json:"households"`
	People      int64 `json:"people"`
	Facilities  int   `json:"facilities"`
}

type cityBody struct {
	City            string      `json:"city" doc:"the schema's name"`
	Name            string      `json:"name" doc:"the name of the area of level city; empty without areas"`
	Seq             int64       `json:"seq" doc:"the last change that the answer holds"`
	Bounds          *[4]float64 `json:"bounds,omitempty" doc:"west, south, east, north in degrees; absent while the city is empty"`
	Counts          cityCounts  `json:"counts"`
	DefaultStandard string      `json:"default_standard"`
	// DefaultRequirement is the first of the standard that the city has a
	// facility for, so that a map has something to show.
	DefaultRequirement string `json:"default_requirement,omitempty"`
}

type areaBody struct {
	Code       string              `json:"code"`
	Name       string              `json:"name"`
	NameEn     string              `json:"name_en"`
	Level      household.AreaLevel `json:"level" enum:"city,district,street,community,grid"`
	ParentCode string              `json:"parent_code"`
	People     int64               `json:"people"`
	Households int64               `json:"households"`
	Units      int64               `json:"units"`
	Buildings  int64               `json:"buildings"`
	Bounds     [4]float64          `json:"bounds" doc:"west, south, east, north in degrees"`
}

type areasInput struct {
	Level  household.AreaLevel `query:"level" enum:"city,district,street,community,grid" doc:"all levels when left out"`
	Parent string              `query:"parent" maxLength:"100" doc:"only areas directly below this code"`
}

func (s *Server) routeCity(api huma.API) {
	register(s, api, mapOnly, huma.Operation{
		OperationID: "city", Method: http.MethodGet, Path: "/api/v1/city", Tags: []string{"map"}, Summary: "The city: bounds and counts",
	}, func(context.Context, *struct{}) (*body[cityBody], error) { return private(s.city()), nil })
	register(s, api, mapOnly, huma.Operation{
		OperationID: "areas", Method: http.MethodGet, Path: "/api/v1/areas", Tags: []string{"map"}, Summary: "Areas with their counts",
	}, func(_ context.Context, in *areasInput) (*body[[]areaBody], error) {
		list, err := s.areas(in.Level, in.Parent)
		return private(list), err
	})
	register(s, api, mapOnly, huma.Operation{
		OperationID: "area", Method: http.MethodGet, Path: "/api/v1/areas/{code}", Tags: []string{"map"}, Summary: "One area",
	}, func(_ context.Context, in *codeInput) (*body[areaBody], error) {
		c := s.City.City()
		i, ok := c.Area(in.Code)
		if !ok {
			return nil, noArea(in.Code)
		}
		return private(areaOf(c, i)), nil
	})
}

func noArea(code string) error {
	return household.Errorf(household.NotFound, "web", "there is no area %q", code).
		WithHint("list the areas with /api/v1/areas")
}

func (s *Server) city() cityBody {
	c := s.City.City()
	d, t := c.Data(), c.Totals()
	out := cityBody{
		City: c.Name(), Seq: c.Seq(), DefaultStandard: coverage.DefaultStandard,
		Counts: cityCounts{
			Communities: len(c.AreasOfLevel(household.LevelCommunity)), Grids: len(c.AreasOfLevel(household.LevelGrid)),
			Compounds: len(d.Compounds), Buildings: len(d.Buildings), Facilities: len(d.Facilities),
			Units: int64(t.Units), Households: int64(t.Households), People: int64(t.People),
		},
	}
	if std, err := s.Coverage.Standards().ByID(""); err == nil {
		for _, q := range std.Requirements {
			if len(c.Facilities(q.Category)) > 0 {
				out.DefaultRequirement = q.ID
				break
			}
		}
	}
	if top := c.AreasOfLevel(household.LevelCity); len(top) == 1 {
		out.Name = c.AreaAt(top[0]).Name
	}
	if c.HasBounds() {
		b := bounds(c.Bounds())
		out.Bounds = &b
	}
	return out
}

func (s *Server) areas(level household.AreaLevel, parent string) ([]areaBody, error) {
	c := s.City.City()
	list := []areaBody{}
	up := cityindex.None
	if parent != "" {
		i, ok := c.Area(parent)
		if !ok {
			return nil, noArea(parent)
		}
		up = i
	}
	for _, l := range household.AreaLevels {
		if level != "" && l != level {
			continue
		}
		for _, i := range c.AreasOfLevel(l) {
			if parent == "" || c.Parent(i) == up {
				list = append(list, areaOf(c, i))
			}
		}
	}
	return list, nil
}

func areaOf(c *cityindex.City, i int32) areaBody {
	a, t := c.AreaAt(i), c.AreaTotals(i)
	out := areaBody{
		Code: a.Code, Name: a.Name, NameEn: a.NameEn, Level: a.Level,
		People: int64(t.People), Households: int64(t.Households), Units: int64(t.Units), Buildings: int64(t.Buildings), Bounds: bounds(a.Geom.Bound()),
	}
	if p := c.Parent(i); p != cityindex.None {
		out.ParentCode = c.AreaAt(p).Code
	}
	return out
}

func bounds(b orb.Bound) [4]float64 { return [4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]} }
