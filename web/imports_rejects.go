package web

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

func (s *Server) routeRejects(api huma.API) {
	register(s, api, admin, huma.Operation{
		OperationID: "job-rejects", Method: http.MethodGet, Path: "/api/v1/jobs/{id}/rejects", Tags: []string{tagImports},
		Summary: "The rejected rows with their reasons, to mend and import again; for the account that ran the job",
		Responses: map[string]*huma.Response{"200": {
			Description: "in the file's own encoding", Content: map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: "string"}}},
		}},
	}, s.jobRejects)
}

func (s *Server) jobRejects(ctx context.Context, in *jobInput) (*huma.StreamResponse, error) {
	imports, err := s.imports()
	if err != nil {
		return nil, err
	}
	f, err := imports.Rejects(principalOf(ctx), in.ID)
	s.auditImport(ctx, "import_rejects", "job "+in.ID, err)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer func() { _ = f.Close() }()
		c.SetHeader("Content-Type", "text/csv")
		c.SetHeader("Content-Disposition", attachment(f.Name))
		c.SetHeader("Content-Length", strconv.FormatInt(f.Size, 10))
		c.SetHeader("Cache-Control", "no-store")
		_, _ = io.Copy(c.BodyWriter(), f) // the client has left; nothing to do
	}}, nil
}
