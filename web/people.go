package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"hearthmap/household"
)

const tagPeople = "people"

// routePeople adds the review of entries that may be one person. Who may see
// and decide what is bounded below: in the store, by row-level security.
func (s *Server) routePeople(api huma.API) {
	register(s, api, anyone, huma.Operation{
		OperationID: "pairs", Method: http.MethodGet, Path: "/api/v1/people/pairs", Tags: []string{tagPeople},
		Summary: "Entries that may be one person, masked, with what speaks for it; the certain ones first",
	}, s.pairs)
	register(s, api, anyone, huma.Operation{
		OperationID: "decide-pair", Method: http.MethodPost, Path: "/api/v1/people/pairs/{id}/decision", Tags: []string{tagPeople},
		Summary: "Note that a pair is of two people, or open it again", DefaultStatus: http.StatusNoContent,
	}, s.decidePair)
	register(s, api, anyone, huma.Operation{
		OperationID: "merges", Method: http.MethodGet, Path: "/api/v1/people/merges", Tags: []string{tagPeople},
		Summary: "Merges of people, the newest first",
	}, s.merges)
	register(s, api, anyone, huma.Operation{
		OperationID: "merge-people", Method: http.MethodPost, Path: "/api/v1/people/merges", Tags: []string{tagPeople},
		Summary: "Make one person of two entries", DefaultStatus: http.StatusCreated,
	}, s.mergePeople)
	register(s, api, anyone, huma.Operation{
		OperationID: "unmerge-people", Method: http.MethodPost, Path: "/api/v1/people/merges/{id}/undo", Tags: []string{tagPeople},
		Summary: "Take a merge back",
	}, s.unmergePeople)
}

func (s *Server) people() (household.PeopleReview, error) {
	if s.People == nil {
		return nil, household.Errorf(household.Unavailable, "web.people", "this server does not compare people").
			WithHint("use the command line: hearthmap people")
	}
	return s.People, nil
}

type pairsInput struct {
	State  string `query:"state" enum:"open,same,different" default:"open"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Offset int    `query:"offset" minimum:"0"`
}

func (s *Server) pairs(ctx context.Context, in *pairsInput) (*body[household.PairList], error) {
	people, err := s.people()
	if err != nil {
		return nil, err
	}
	list, err := people.Pairs(ctx, principalOf(ctx), household.PairQuery{State: in.State, Limit: in.Limit, Offset: in.Offset})
	return private(list), err
}

type decidePairInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Reopen  bool   `json:"reopen,omitempty" doc:"open it again; else it is of two people"`
		Purpose string `json:"purpose" minLength:"2" maxLength:"200" doc:"why; kept in the audit trail"`
	}
}

func (s *Server) decidePair(ctx context.Context, in *decidePairInput) (*struct{}, error) {
	people, err := s.people()
	if err != nil {
		return nil, err
	}
	return nil, people.Decide(ctx, principalOf(ctx), in.ID, in.Body.Reopen, in.Body.Purpose)
}

func (s *Server) merges(ctx context.Context, in *struct {
	Limit int `query:"limit" minimum:"1" maximum:"200" default:"50"`
},
) (*body[[]household.PeopleMerge], error) {
	people, err := s.people()
	if err != nil {
		return nil, err
	}
	list, err := people.Merges(ctx, principalOf(ctx), in.Limit)
	return private(orEmpty(list)), err
}

type mergeInput struct {
	Body struct {
		Keep    int64  `json:"keep" minimum:"1" doc:"the entry that stays"`
		Gone    int64  `json:"gone" minimum:"1" doc:"the entry that goes into it"`
		Purpose string `json:"purpose" minLength:"2" maxLength:"200" doc:"why; kept in the audit trail"`
	}
}

type mergeBody struct {
	Merge int64 `json:"merge" doc:"by which it is taken back"`
}

func (s *Server) mergePeople(ctx context.Context, in *mergeInput) (*body[mergeBody], error) {
	people, err := s.people()
	if err != nil {
		return nil, err
	}
	id, err := people.Merge(ctx, principalOf(ctx), in.Body.Keep, in.Body.Gone, in.Body.Purpose)
	return private(mergeBody{id}), err
}

type unmergeInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Purpose string `json:"purpose" minLength:"2" maxLength:"200" doc:"why; kept in the audit trail"`
	}
}

func (s *Server) unmergePeople(ctx context.Context, in *unmergeInput) (*body[household.Unmerged], error) {
	people, err := s.people()
	if err != nil {
		return nil, err
	}
	done, err := people.Unmerge(ctx, principalOf(ctx), in.ID, in.Body.Purpose)
	return private(done), err
}
