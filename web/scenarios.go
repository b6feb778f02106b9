package web

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hearthmap/geo/coverage"
	"hearthmap/household"
)

// savedScenario is a scenario that is kept; the list has none of the changes.
type savedScenario struct {
	ID        int64              `json:"id"`
	Name      string             `json:"name"`
	Standard  string             `json:"standard"`
	Method    coverage.Method    `json:"method"`
	Profile   coverage.Profile   `json:"profile"`
	Changes   int                `json:"changes" doc:"how many things it changes"`
	Version   int                `json:"version" doc:"how often it was saved"`
	CreatedBy string             `json:"created_by"`
	CreatedAt time.Time          `json:"created_at"`
	UpdatedBy string             `json:"updated_by"`
	UpdatedAt time.Time          `json:"updated_at"`
	Scenario  *coverage.Scenario `json:"scenario,omitempty" doc:"left out of lists"`
}

type scenarioRequest struct {
	Name     string            `json:"name" minLength:"1" maxLength:"100" doc:"unique in the city"`
	Standard string            `json:"standard,omitempty" maxLength:"100" doc:"the default standard when left out"`
	Method   coverage.Method   `json:"method,omitempty" enum:"network,radius" default:"network"`
	Profile  coverage.Profile  `json:"profile,omitempty" enum:"standard,adult,elderly,wheelchair" default:"standard"`
	Version  int               `json:"version,omitempty" minimum:"0" doc:"the version that is replaced; another one there is a conflict. 0: whatever is there"`
	Scenario coverage.Scenario `json:"scenario"`
}

type scenarioID struct {
	ID int64 `path:"id" minimum:"1"`
}

type changeScenario struct {
	ID   int64 `path:"id" minimum:"1"`
	Body scenarioRequest
}

// routeScenarios adds the scenarios that planners keep.
func (s *Server) routeScenarios(api huma.API) {
	const path, tag = "/api/v1/scenarios", "coverage"
	register(s, api, planning, huma.Operation{
		OperationID: "scenarios", Method: http.MethodGet, Path: path, Tags: []string{tag},
		Summary: "Saved scenarios, the last saved first",
	}, func(ctx context.Context, _ *struct{}) (*body[[]savedScenario], error) {
		list, err := s.Scenarios.List(ctx)
		out := make([]savedScenario, len(list))
		for i := range list {
			out[i] = infoOf(&list[i])
		}
		return private(out), err
	})
	register(s, api, planning, huma.Operation{
		OperationID: "scenario", Method: http.MethodGet, Path: path + "/{id}", Tags: []string{tag},
		Summary: "A saved scenario, as POST /api/v1/coverage/whatif takes it",
	}, func(ctx context.Context, in *scenarioID) (*body[savedScenario], error) {
		return savedBody(s.Scenarios.ByID(ctx, in.ID))
	})
	register(s, api, planning, huma.Operation{
		OperationID: "add-scenario", Method: http.MethodPost, Path: path, Tags: []string{tag}, Errors: []int{http.StatusConflict},
		Summary: "Save a scenario under a new name", DefaultStatus: http.StatusCreated, MaxBodyBytes: 1 << 20,
	}, func(ctx context.Context, in *struct{ Body scenarioRequest }) (*body[savedScenario], error) {
		return s.saveScenario(ctx, 0, &in.Body)
	})
	register(s, api, planning, huma.Operation{
		OperationID: "change-scenario", Method: http.MethodPut, Path: path + "/{id}", Tags: []string{tag}, Errors: []int{http.StatusConflict},
		Summary: "Save a scenario again, or under another name", MaxBodyBytes: 1 << 20,
	}, func(ctx context.Context, in *changeScenario) (*body[savedScenario], error) {
		return s.saveScenario(ctx, in.ID, &in.Body)
	})
	register(s, api, planning, huma.Operation{
		OperationID: "delete-scenario", Method: http.MethodDelete, Path: path + "/{id}", Tags: []string{tag},
		Summary: "Delete a saved scenario", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, in *scenarioID) (*struct{}, error) {
		return nil, s.Scenarios.Delete(ctx, in.ID)
	})
}

// saveScenario keeps a scenario that the engine can follow in the city as it
// is. Renaming one of an earlier city is not refused for what the city lost.
func (s *Server) saveScenario(ctx context.Context, id int64, q *scenarioRequest) (*body[savedScenario], error) {
	q.Scenario.Name = ""
	content, err := json.Marshal(&q.Scenario)
	if err != nil {
		return nil, err
	}
	w, err := s.planner.WhatIf(ctx, household.Daytime, q.Standard, q.Method, q.Profile)
	if err != nil {
		return nil, unprocessable(err)
	}
	if !s.savedBefore(ctx, id, &q.Scenario) {
		if _, err := w.Run(ctx, &q.Scenario); err != nil {
			return nil, unprocessable(err)
		}
	}
	r := w.Base()
	return savedBody(s.Scenarios.Save(ctx, principalOf(ctx).Name, household.SavedScenario{
		ID: id, Name: q.Name, Standard: r.Standard.ID, Method: string(r.Method), Profile: string(r.Profile),
		Changes: q.Scenario.Changes(), Content: content, Version: q.Version,
	}))
}

// savedBefore says whether the scenario of the id has these changes already.
func (s *Server) savedBefore(ctx context.Context, id int64, to *coverage.Scenario) bool {
	if id == 0 {
		return false
	}
	saved, err := s.Scenarios.ByID(ctx, id)
	if err != nil {
		return false
	}
	was, err := coverage.ParseScenario(saved.Content)
	return err == nil && was.Same(to)
}

func infoOf(x *household.SavedScenario) savedScenario {
	return savedScenario{
		ID: x.ID, Name: x.Name, Standard: x.Standard, Method: coverage.Method(x.Method), Profile: coverage.Profile(x.Profile),
		Changes: x.Changes, Version: x.Version, CreatedBy: x.CreatedBy, CreatedAt: x.CreatedAt, UpdatedBy: x.UpdatedBy, UpdatedAt: x.UpdatedAt,
	}
}

func savedBody(x household.SavedScenario, err error) (*body[savedScenario], error) {
	if err != nil {
		return nil, err
	}
	scenario, err := coverage.ParseScenario(x.Content)
	if err != nil {
		return nil, err
	}
	scenario.Name = x.Name
	out := infoOf(&x)
	out.Scenario = scenario
	return private(out), nil
}
