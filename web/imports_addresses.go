package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"hearthmap/household"
)

func (s *Server) routeAddresses(api huma.API) {
	register(s, api, admin, huma.Operation{
		OperationID: "addresses", Method: http.MethodGet, Path: "/api/v1/imports/addresses", Tags: []string{tagImports},
		Summary: "Rows whose address may mean several buildings, with the candidates",
	}, s.addresses)
	register(s, api, admin, huma.Operation{
		OperationID: "accept-addresses", Method: http.MethodPost, Path: "/api/v1/imports/{batch}/accept", Tags: []string{tagImports},
		Summary: "Bring such rows in, in the buildings that are meant; as rows of their batch",
	}, s.acceptAddresses)
	register(s, api, admin, huma.Operation{
		OperationID: "decline-addresses", Method: http.MethodPost, Path: "/api/v1/imports/{batch}/decline", Tags: []string{tagImports},
		Summary: "Take such rows off the list, or put them back",
	}, s.declineAddresses)
}

type addressesInput struct {
	Batch      int64  `query:"batch" minimum:"0" doc:"of all when left out"`
	State      string `query:"state" enum:"open,accepted,declined,settled" default:"open"`
	Limit      int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
	AfterBatch int64  `query:"after_batch" minimum:"0" doc:"batch and n of the last entry of the page before"`
	AfterN     int64  `query:"after_n" minimum:"0"`
}

func (s *Server) addresses(ctx context.Context, in *addressesInput) (*body[household.AddressList], error) {
	imports, err := s.imports()
	if err != nil {
		return nil, err
	}
	list, err := imports.Addresses(ctx, principalOf(ctx), household.AddressQuery{
		Batch: in.Batch, State: in.State, Limit: in.Limit, After: household.AddressCursor{Batch: in.AfterBatch, N: in.AfterN},
	})
	s.auditImport(ctx, "import_addresses", "batch "+strconv.FormatInt(in.Batch, 10), err)
	return private(list), err
}

type acceptInput struct {
	Batch int64 `path:"batch" minimum:"1"`
	Body  struct {
		Choices []household.AddressChoice `json:"choices" minItems:"1" maxItems:"500" doc:"which building each row means"`
	}
}

func (s *Server) acceptAddresses(ctx context.Context, in *acceptInput) (*body[household.AddressAcceptance], error) {
	imports, err := s.imports()
	if err != nil {
		return nil, err
	}
	out, err := imports.AcceptAddresses(ctx, principalOf(ctx), in.Batch, in.Body.Choices)
	return private(out), err
}

type declineInput struct {
	Batch int64 `path:"batch" minimum:"1"`
	Body  struct {
		Rows   []household.AddressRow `json:"rows" minItems:"1" maxItems:"500"`
		Reopen bool                   `json:"reopen,omitempty" doc:"put them back on the list"`
	}
}

type declinedBody struct {
	Changed int `json:"changed"`
}

func (s *Server) declineAddresses(ctx context.Context, in *declineInput) (*body[declinedBody], error) {
	imports, err := s.imports()
	if err != nil {
		return nil, err
	}
	n, err := imports.DeclineAddresses(ctx, principalOf(ctx), in.Batch, in.Body.Rows, in.Body.Reopen)
	return private(declinedBody{n}), err
}
