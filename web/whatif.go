package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"hearthmap/geo/coverage"
	"hearthmap/household"
	"hearthmap/reports"
)

type whatIfRequest struct {
	Standard  string              `json:"standard,omitempty" maxLength:"100" doc:"the default standard when left out"`
	Method    coverage.Method     `json:"method,omitempty" enum:"network,radius" default:"network"`
	Profile   coverage.Profile    `json:"profile,omitempty" enum:"standard,adult,elderly,wheelchair" default:"standard"`
	At        string              `json:"at,omitempty" maxLength:"30" doc:"time of the week at which gates with hours are looked at, as 22:30 or Sa 22:30; Tu 10:00 when left out"`
	Level     household.AreaLevel `json:"level,omitempty" enum:"city,district,street,community,grid" default:"community"`
	Area      string              `json:"area,omitempty" maxLength:"100" doc:"only what lies in the area of this code"`
	Scenario  coverage.Scenario   `json:"scenario"`
	Buildings *string             `json:"buildings,omitempty" maxLength:"100" doc:"list the buildings that fare otherwise by this requirement; empty for all of them; left out for no list"`
}

type whatIfInput struct {
	Body whatIfRequest
}

func (s *Server) routeWhatIf(api huma.API) {
	register(s, api, mapOnly, huma.Operation{
		OperationID: "coverage-whatif", Method: http.MethodPost, Path: "/api/v1/coverage/whatif", Tags: []string{"coverage"},
		Summary: "What opening, moving or closing facilities, gates and paths would change", MaxBodyBytes: 1 << 20,
	}, s.whatIf)
}

func (s *Server) whatIf(ctx context.Context, in *whatIfInput) (*body[reports.WhatIf], error) {
	q := &in.Body
	at, err := household.ParseWeekMinute(q.At)
	if err != nil {
		return nil, err
	}
	w, err := s.planner.WhatIf(ctx, at, q.Standard, q.Method, q.Profile)
	if err != nil {
		return nil, err
	}
	o, err := w.Run(ctx, &q.Scenario)
	if err != nil {
		return nil, unprocessable(err)
	}
	out, err := reports.NewWhatIf(o, q.Level, q.Area)
	if err != nil {
		return nil, err
	}
	if q.Buildings != nil {
		if out.Buildings, err = reports.NewWhatIfBuildings(o, *q.Buildings); err != nil {
			return nil, err
		}
	}
	return private(*out), nil
}

// unprocessable makes a code that the city lacks the sender's mistake: the
// address exists.
func unprocessable(err error) error {
	var e *household.Error
	if !errors.As(err, &e) || e.Code != household.NotFound {
		return err
	}
	changed := *e
	changed.Code = household.Invalid
	return &changed
}
