package web

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"hearthmap/household"
)

const tagReports = "reports"

func (s *Server) routeReports(api huma.API) {
	register(s, api, planning, huma.Operation{
		OperationID: "start-reports", Method: http.MethodPost, Path: "/api/v1/reports", Tags: []string{tagReports},
		Summary: "Make reports by several standards, areas and levels in the background", DefaultStatus: http.StatusAccepted,
	}, s.startReports)
	register(s, api, planning, huma.Operation{
		OperationID: "reports", Method: http.MethodGet, Path: "/api/v1/reports", Tags: []string{tagReports},
		Summary: "The reports that this account asked for, the newest first; their files are kept for a day",
	}, s.listReports)
	register(s, api, planning, huma.Operation{
		OperationID: "report-file", Method: http.MethodGet, Path: "/api/v1/jobs/{id}/files/{name}", Tags: []string{tagReports},
		Summary: "A file of a job that is done", Responses: fileResponse("*/*", "the report"),
	}, s.reportFile)
	register(s, api, planning, huma.Operation{
		OperationID: "report-archive", Method: http.MethodGet, Path: "/api/v1/jobs/{id}/archive", Tags: []string{tagReports},
		Summary: "All files of a job that is done, as a ZIP with a manifest", Responses: fileResponse("application/zip", "the reports and manifest.json"),
	}, s.reportArchive)
}

func fileResponse(kind, description string) map[string]*huma.Response {
	return map[string]*huma.Response{"200": {
		Description: description, Content: map[string]*huma.MediaType{kind: {Schema: &huma.Schema{Type: "string", Format: "binary"}}},
	}}
}

// reports returns the service behind, if this server has one.
func (s *Server) reports() (household.Reports, error) {
	if s.Reports == nil {
		return nil, household.Errorf(household.Unavailable, "web.reports", "this server makes no reports").
			WithHint("make them on the command line: hearthmap coverage batch")
	}
	return s.Reports, nil
}

func (s *Server) startReports(ctx context.Context, in *struct{ Body household.ReportRequest }) (*body[jobBody], error) {
	made, err := s.reports()
	if err != nil {
		return nil, err
	}
	job, err := made.Start(ctx, principalOf(ctx), in.Body)
	if err != nil {
		return nil, err
	}
	return private(jobBody{job.ID}), nil
}

func (s *Server) listReports(ctx context.Context, _ *struct{}) (*body[[]household.ReportJob], error) {
	made, err := s.reports()
	if err != nil {
		return nil, err
	}
	return private(orEmpty(made.List(principalOf(ctx)))), nil
}

type reportFileInput struct {
	ID   string `path:"id" maxLength:"64"`
	Name string `path:"name" maxLength:"400"`
}

func (s *Server) reportFile(ctx context.Context, in *reportFileInput) (*huma.StreamResponse, error) {
	made, err := s.reports()
	if err != nil {
		return nil, err
	}
	f, err := made.Open(principalOf(ctx), in.ID, in.Name)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer func() { _ = f.Close() }()
		c.SetHeader("Content-Type", f.ContentType)
		c.SetHeader("Content-Disposition", attachment(f.Name))
		c.SetHeader("Content-Length", strconv.FormatInt(f.Size, 10))
		c.SetHeader("Cache-Control", "no-store")
		_, _ = io.Copy(c.BodyWriter(), f) // the client has left; nothing to do
	}}, nil
}

func (s *Server) reportArchive(ctx context.Context, in *jobInput) (*huma.StreamResponse, error) {
	made, err := s.reports()
	if err != nil {
		return nil, err
	}
	p := principalOf(ctx)
	job, err := made.Job(p, in.ID)
	if err != nil {
		return nil, err
	}
	if job.State != household.ImportDone {
		return nil, household.Errorf(household.Conflict, "web.reports", "this job has no reports: it is %s", job.State).
			WithHint("wait until it is done, or start it again")
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", "application/zip")
		c.SetHeader("Content-Disposition", attachment("hearthmap-reports-"+job.Started.Format("20060102-150405")+".zip"))
		c.SetHeader("Cache-Control", "no-store")
		if err := made.Archive(p, job.ID, c.BodyWriter()); err != nil && c.Context().Err() == nil {
			s.log.Warn("an archive of reports was not written whole", "error", err)
		}
	}}, nil
}
