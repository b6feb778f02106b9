package web

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/paulmach/orb"

	"hearthmap/geo/coverage"
	"hearthmap/geo/siting"
	"hearthmap/household"
)

type candidateBody struct {
	Code string  `json:"code,omitempty" maxLength:"100"`
	Name string  `json:"name,omitempty" maxLength:"200"`
	Lon  float64 `json:"lon" minimum:"-180" maximum:"180"`
	Lat  float64 `json:"lat" minimum:"-85" maximum:"85"`
}

type sitingBody struct {
	Standard       string           `json:"standard,omitempty" maxLength:"100" doc:"the default standard when left out"`
	Category       string           `json:"category" minLength:"1" maxLength:"100" doc:"a category of the standard; bank@10 for one level of several"`
	Model          siting.Model     `json:"model,omitempty" enum:"mclp,lscp,pmedian" doc:"mclp (default): most people within the circle; lscp: fewest sites for a share; pmedian: fewest metres walked"`
	N              int              `json:"n,omitempty" minimum:"0" maximum:"100" doc:"how many new facilities; lscp finds the number"`
	Share          float64          `json:"share,omitempty" minimum:"0" maximum:"1" doc:"lscp: of those who can be reached; all when left out"`
	Method         coverage.Method  `json:"method,omitempty" enum:"network,radius"`
	Profile        coverage.Profile `json:"profile,omitempty" enum:"standard,adult,elderly,wheelchair"`
	At             string           `json:"at,omitempty" maxLength:"30" doc:"time of the week at which gates with hours are looked at, as 22:30 or Sa 22:30; Tu 10:00 when left out"`
	Group          string           `json:"group,omitempty" enum:"everyone,age_0_2,age_3_5,age_6_14,age_60_up,age_80_up" doc:"who counts; whom the category serves when left out"`
	Capacity       int64            `json:"capacity,omitempty" minimum:"0" maximum:"100000000" doc:"people that each new facility can serve; any number when left out"`
	Candidates     []candidateBody  `json:"candidates,omitempty" maxItems:"5000" doc:"places to choose from; building plots when left out"`
	CandidatesFile string           `json:"candidates_file,omitempty" maxLength:"2000000" doc:"the text of a CSV or GeoJSON file of places instead"`
	Plots          int              `json:"plots,omitempty" minimum:"0" maximum:"5000" doc:"how many building plots to look at, at most"`
	Far            float64          `json:"far_metres,omitempty" minimum:"0" maximum:"100000" doc:"pmedian: longer ways count as so many metres; twice the circle when left out"`
	Seconds        float64          `json:"seconds,omitempty" minimum:"0" maximum:"60" doc:"stop searching after so long; the answer then depends on the machine"`
}

type sitingInput struct{ Body sitingBody }

const (
	// webWork is how much a search asked for here may cost: a few seconds.
	webWork = 1_500_000_000
	// sitingWait is how long a request waits for the one before it.
	sitingWait = 15 * time.Second
)

func (s *Server) routeSiting(api huma.API) {
	register(s, api, planning, huma.Operation{
		OperationID: "siting", Method: http.MethodPost, Path: "/api/v1/siting", Tags: []string{"coverage"}, MaxBodyBytes: 4 << 20,
		Summary:     "Where the next facilities should go, and how much better any other choice could be",
		Description: "One search runs at a time; it ends when the caller leaves.",
	}, s.siting)
}

func (s *Server) siting(ctx context.Context, in *sitingInput) (*body[siting.Plan], error) {
	b := &in.Body
	q := siting.Request{
		Requirement: b.Category, Model: b.Model, N: b.N, Share: b.Share, Method: b.Method, Profile: b.Profile, Group: b.Group,
		Capacity: b.Capacity, MaxPlots: b.Plots, Far: b.Far, Seconds: b.Seconds, Work: webWork,
	}
	at, err := household.ParseWeekMinute(b.At)
	if err != nil {
		return nil, err
	}
	if q.Standard, err = s.Coverage.Standards().ByID(b.Standard); err != nil {
		return nil, err
	}
	switch {
	case b.CandidatesFile != "":
		if q.Candidates, err = siting.ParseCandidates(b.CandidatesFile, nil); err != nil {
			return nil, err
		}
	case len(b.Candidates) > 0:
		for _, c := range b.Candidates {
			q.Candidates = append(q.Candidates, siting.Candidate{Code: c.Code, Name: c.Name, Point: orb.Point{c.Lon, c.Lat}})
		}
	}
	wait := time.NewTimer(s.sitingWait)
	defer wait.Stop()
	select {
	case s.sitings <- struct{}{}:
		defer func() { <-s.sitings }()
	case <-wait.C:
		return nil, household.Errorf(household.Unavailable, "web", "another search for sites is under way").WithHint("try again in a few seconds")
	case <-ctx.Done():
		return nil, left()
	}
	plan, err := siting.Run(ctx, s.Coverage.EngineAt(s.City.City(), at), q)
	if ctx.Err() != nil {
		return nil, left()
	}
	if err != nil {
		return nil, err
	}
	return private(*plan), nil
}

// left is the answer nobody reads: the caller has gone.
func left() error {
	return household.Errorf(household.Unavailable, "web", "the search was given up").WithHint("ask again")
}
