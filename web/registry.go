package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"hearthmap/household"
)

type codeInput struct {
	Code string `path:"code" maxLength:"100"`
}

type idInput struct {
	ID int64 `path:"id" minimum:"1"`
}

type body[T any] struct {
	CacheControl string `header:"Cache-Control"`
	Body         T
}

// private marks an answer that must not be kept by anyone.
func private[T any](v T) *body[T] { return &body[T]{CacheControl: "no-store", Body: v} }

func (s *Server) routeRegistry(api huma.API) {
	register(s, api, mapOnly, huma.Operation{
		OperationID: "building", Method: http.MethodGet, Path: "/api/v1/buildings/{code}", Tags: []string{"register"},
		Summary: "A building: where it is and how many live there",
	}, func(ctx context.Context, in *codeInput) (*body[household.BuildingCard], error) {
		b, err := s.Registry.Building(ctx, principalOf(ctx), in.Code)
		return private(b), err
	})
	register(s, api, mapOnly, huma.Operation{
		OperationID: "chart", Method: http.MethodGet, Path: "/api/v1/buildings/{code}/chart", Tags: []string{"register"},
		Summary: "A building's stacking chart (楼盘表)",
	}, func(ctx context.Context, in *codeInput) (*body[household.Chart], error) {
		c, err := s.Registry.Chart(ctx, principalOf(ctx), in.Code)
		return private(c), err
	})
	register(s, api, mapOnly, huma.Operation{
		OperationID: "unit", Method: http.MethodGet, Path: "/api/v1/units/{code}", Tags: []string{"register"},
		Summary: "A unit with its households; persons by right, masked",
	}, func(ctx context.Context, in *codeInput) (*body[household.UnitCard], error) {
		u, err := s.Registry.Unit(ctx, principalOf(ctx), in.Code)
		u.Households = orEmpty(u.Households)
		return private(u), err
	})
	register(s, api, anyone, huma.Operation{
		OperationID: "resident", Method: http.MethodGet, Path: "/api/v1/residents/{id}", Tags: []string{"register"},
		Summary: "A person, masked",
	}, func(ctx context.Context, in *idInput) (*body[household.PersonCard], error) {
		r, err := s.Registry.Resident(ctx, principalOf(ctx), in.ID)
		r.Tags = orEmpty(r.Tags)
		return private(r), err
	})
	register(s, api, anyone, huma.Operation{
		OperationID: "reveal", Method: http.MethodPost, Path: "/api/v1/residents/{id}/reveal", Tags: []string{"register"},
		Summary: "A person's identity number and phone, for a purpose that is recorded",
	}, func(ctx context.Context, in *revealInput) (*body[household.Revealed], error) {
		r, err := s.Registry.Reveal(ctx, principalOf(ctx), in.ID, in.Body.Purpose)
		return private(r), err
	})
	s.routeSearch(api)
}

type revealInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Purpose string `json:"purpose" minLength:"2" maxLength:"200"`
	}
}

type searchBody struct {
	Hits []household.Hit `json:"hits"`
}

type searchInput struct {
	Q     string `query:"q" required:"true" maxLength:"400" doc:"for anything that may be a person's name or number use POST, which keeps it out of URLs"`
	Limit int    `query:"limit" default:"20" minimum:"1" maximum:"100"`
}

type searchPost struct {
	Body struct {
		Q     string `json:"q" maxLength:"400"`
		Limit int    `json:"limit,omitempty" default:"20" minimum:"1" maximum:"100"`
	}
}

// routeSearch adds the search twice: GET for programs, and POST for the
// page, so that names typed into the box stay out of URLs and their logs.
func (s *Server) routeSearch(api huma.API) {
	register(s, api, mapOnly, huma.Operation{
		OperationID: "search", Method: http.MethodGet, Path: "/api/v1/search", Tags: []string{"register"},
		Summary: "Find compounds, buildings, units, facilities, areas and, by right, persons",
	}, func(ctx context.Context, in *searchInput) (*body[searchBody], error) {
		return s.search(ctx, in.Q, in.Limit)
	})
	register(s, api, mapOnly, huma.Operation{
		OperationID: "search-post", Method: http.MethodPost, Path: "/api/v1/search", Tags: []string{"register"},
		Summary: "The same, with the text in the body",
	}, func(ctx context.Context, in *searchPost) (*body[searchBody], error) {
		return s.search(ctx, in.Body.Q, in.Body.Limit)
	})
}

func (s *Server) search(ctx context.Context, q string, limit int) (*body[searchBody], error) {
	hits, err := s.Registry.Search(ctx, principalOf(ctx), q, limit)
	return private(searchBody{orEmpty(hits)}), err
}
