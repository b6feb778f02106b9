package web

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"hearthmap/geo/coverage"
	"hearthmap/household"
	"hearthmap/reports"
)

type standardBody struct {
	ID           string                `json:"id"`
	NameZh       string                `json:"name_zh"`
	NameEn       string                `json:"name_en"`
	Source       string                `json:"source"`
	SourceZh     string                `json:"source_zh,omitempty"`
	URL          string                `json:"url,omitempty"`
	Note         string                `json:"note,omitempty"`
	NoteZh       string                `json:"note_zh,omitempty"`
	Levels       []coverage.Circle     `json:"levels,omitempty"`
	Requirements []reports.Requirement `json:"requirements"`
}

type coverageInput struct {
	Standard string              `query:"standard" maxLength:"100" doc:"the default standard when left out"`
	Level    household.AreaLevel `query:"level" default:"community" enum:"city,district,street,community,grid,hex8,hex9,hex10"`
	Area     string              `query:"area" maxLength:"100" doc:"only what lies in the area of this code"`
	Method   coverage.Method     `query:"method" default:"network" enum:"network,radius"`
	Measures []string            `query:"measures" doc:"sections besides the totals: groups, capacity, equity, gaps, targets, network, edge, radius, all"`
	Only     string              `query:"requirement" maxLength:"100" doc:"measures of this requirement only"`
	Target   []string            `query:"target" maxItems:"10" doc:"targets to compare with: a share of people in per cent, or the id of a policy"`
	At       string              `query:"at" maxLength:"30" doc:"time of the week at which gates with hours are looked at, as 22:30 or Sa 22:30; Tu 10:00 when left out"`
	Profile  coverage.Profile    `query:"profile" default:"standard" enum:"standard,adult,elderly,wheelchair"`
}

type reachBody struct {
	Requirement  string   `json:"requirement"`
	Category     string   `json:"category"`
	NameZh       string   `json:"name_zh"`
	NameEn       string   `json:"name_en"`
	Minutes      int      `json:"minutes"`
	LimitMetres  float64  `json:"limit_metres" doc:"the distance within which the requirement is met"`
	Status       string   `json:"status" enum:"covered,uncovered,unreachable"`
	Metres       *float64 `json:"metres,omitempty" doc:"walking distance; absent when unreachable"`
	Seconds      *float64 `json:"seconds,omitempty"`
	FacilityCode string   `json:"facility_code,omitempty"`
	FacilityName string   `json:"facility_name,omitempty"`
	FacilityLon  float64  `json:"facility_lon,omitempty"`
	FacilityLat  float64  `json:"facility_lat,omitempty"`
	Reason       string   `json:"reason,omitempty"`
}

type reachesBody struct {
	Code    string      `json:"code"`
	Reaches []reachBody `json:"reaches"`
}

type reachesInput struct {
	Code     string `path:"code" maxLength:"100"`
	Standard string `query:"standard" maxLength:"100"`
}

func (s *Server) routeCoverage(api huma.API) {
	register(s, api, mapOnly, huma.Operation{
		OperationID: "standards", Method: http.MethodGet, Path: "/api/v1/standards", Tags: []string{"coverage"},
		Summary: "The planning standards: which service within which distance",
	}, func(context.Context, *struct{}) (*body[[]standardBody], error) {
		list := []standardBody{}
		for _, std := range s.Coverage.Standards().All() {
			list = append(list, standardBody{
				ID: std.ID, NameZh: std.NameZh, NameEn: std.NameEn, Source: std.Source, SourceZh: std.SourceZh,
				URL: std.URL, Note: std.Note, NoteZh: std.NoteZh, Levels: std.Levels,
				Requirements: reports.Requirements(std, std.Requirements),
			})
		}
		return private(list), nil
	})
	register(s, api, mapOnly, huma.Operation{
		OperationID: "coverage", Method: http.MethodGet, Path: "/api/v1/coverage", Tags: []string{"coverage"},
		Summary: "How many people of each area have each service within its circle",
	}, s.coverage)
	register(s, api, mapOnly, huma.Operation{
		OperationID: "coverage-of-polygons", Method: http.MethodPost, Path: "/api/v1/coverage", Tags: []string{"coverage"}, MaxBodyBytes: 4 << 20,
		Summary:     "The same for areas of one's own",
		Description: "A building lies where its point does; in several polygons it counts in the first.",
	}, s.polygonCoverage)
	register(s, api, mapOnly, huma.Operation{
		OperationID: "building-coverage", Method: http.MethodGet, Path: "/api/v1/coverage/buildings/{code}", Tags: []string{"coverage"},
		Summary: "A building's way to the nearest facility of each requirement",
	}, s.buildingCoverage)
}

// polygonInput asks for the coverage of areas of one's own.
type polygonInput struct {
	Body struct {
		Standard string           `json:"standard,omitempty" maxLength:"100" doc:"the default standard when left out"`
		Method   coverage.Method  `json:"method,omitempty" enum:"network,radius"`
		Profile  coverage.Profile `json:"profile,omitempty" enum:"standard,adult,elderly,wheelchair"`
		Measures []string         `json:"measures,omitempty" maxItems:"10" doc:"sections besides the totals: groups, capacity, equity, gaps, targets, all"`
		Only     string           `json:"requirement,omitempty" maxLength:"100" doc:"measures of this requirement only"`
		Target   []string         `json:"target,omitempty" maxItems:"10"`
		Polygons json.RawMessage  `json:"polygons" doc:"GeoJSON: a Polygon, MultiPolygon, Feature or FeatureCollection in WGS 84"`
	}
}

func (s *Server) polygonCoverage(ctx context.Context, in *polygonInput) (*body[reports.Coverage], error) {
	q := &in.Body
	list, err := coverage.ParsePolygons(q.Polygons)
	if err != nil {
		return nil, err
	}
	r, err := s.Coverage.Result(ctx, q.Standard, q.Method, q.Profile)
	if err != nil {
		return nil, err
	}
	c, err := reports.NewPolygonCoverage(r, list)
	if err != nil {
		return nil, err
	}
	if len(q.Measures) > 0 {
		if err := c.Measure(ctx, q.Measures, q.Only, q.Target); err != nil {
			return nil, err
		}
	}
	return private(*c), nil
}

func (s *Server) coverage(ctx context.Context, in *coverageInput) (*body[reports.Coverage], error) {
	at, err := household.ParseWeekMinute(in.At)
	if err != nil {
		return nil, err
	}
	r, err := s.Coverage.ResultAt(ctx, s.City.City(), at, in.Standard, in.Method, in.Profile)
	if err != nil {
		return nil, err
	}
	c, err := reports.NewCoverage(r, in.Level, in.Area)
	if err != nil {
		return nil, err
	}
	if len(in.Measures) > 0 {
		if err := c.Measure(ctx, in.Measures, in.Only, in.Target); err != nil {
			return nil, err
		}
	}
	return private(*c), nil
}

func (s *Server) buildingCoverage(ctx context.Context, in *reachesInput) (*body[reachesBody], error) {
	city := s.City.City()
	b, ok := city.Building(in.Code)
	if !ok {
		return nil, household.Errorf(household.NotFound, "web", "there is no building %q", in.Code)
	}
	r, err := s.Coverage.ResultOf(ctx, city, in.Standard, "", "")
	if err != nil {
		return nil, err
	}
	out := reachesBody{Code: in.Code, Reaches: make([]reachBody, len(r.Requirements))}
	for i, q := range r.Requirements {
		info, reach := r.Standard.Info(q.Category), r.Reach(i, int(b))
		row := reachBody{
			Requirement: q.ID, Category: string(q.Category), NameZh: info.Zh, NameEn: info.En,
			Minutes: q.Minutes, LimitMetres: q.Metres, Status: reach.Status.String(), Reason: string(reach.Reason),
		}
		if reach.Decimetres >= 0 {
			f := city.FacilityAt(reach.Facility)
			metres, seconds := float64(reach.Decimetres)/10, r.Profile.Seconds(reach.Decimetres)
			row.Metres, row.Seconds = &metres, &seconds
			row.FacilityCode, row.FacilityName = f.Code, f.Name
			row.FacilityLon, row.FacilityLat = f.Geom[0], f.Geom[1]
		}
		out.Reaches[i] = row
	}
	return private(out), nil
}
