package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"hearthmap/household"
)

// heartbeat keeps proxies from taking a quiet stream for a dead one.
const heartbeat = 15 * time.Second

func (s *Server) routeJobStreams(api huma.API) {
	stream := func(kind, description string) map[string]*huma.Response {
		return map[string]*huma.Response{"200": {
			Description: description, Content: map[string]*huma.MediaType{kind: {Schema: &huma.Schema{Type: "string"}}},
		}}
	}
	register(s, api, admin, huma.Operation{
		OperationID: "job-events", Method: http.MethodGet, Path: "/api/v1/jobs/{id}/events", Tags: []string{tagImports},
		Summary:   "The job at each change, as server-sent events named job, until it ends",
		Responses: stream("text/event-stream", "each event's data is a job as JSON"),
	}, s.jobEvents)
	register(s, api, admin, huma.Operation{
		OperationID: "job-rejects", Method: http.MethodGet, Path: "/api/v1/jobs/{id}/rejects", Tags: []string{tagImports},
		Summary:   "The rejected rows with their reasons, to mend and import again; for the account that ran the job",
		Responses: stream("text/csv", "in the file's own encoding"),
	}, s.jobRejects)
}

func (s *Server) jobEvents(ctx context.Context, in *jobInput) (*huma.StreamResponse, error) {
	imports, err := s.imports()
	if err != nil {
		return nil, err
	}
	p := principalOf(ctx)
	job, err := imports.Job(p, in.ID)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		_, w := humago.Unwrap(c)
		h := w.Header()
		h.Set("Content-Type", "text/event-stream")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Accel-Buffering", "no") // nginx would hold events back
		w.WriteHeader(http.StatusOK)
		sendJob(c.Context(), w, imports, p, job)
	}}, nil
}

// sendJob sends the job whenever it changed, until it has ended or the client
// is gone.
func sendJob(ctx context.Context, w http.ResponseWriter, imports household.Imports, p household.Principal, job household.ImportJob) {
	out := http.NewResponseController(w)
	for {
		text, err := json.Marshal(job)
		if err != nil {
			return
		}
		if _, err := fmt.Fprintf(w, "event: job\nid: %d\ndata: %s\n\n", job.Version, text); err != nil || out.Flush() != nil {
			return
		}
		if job.Ended() {
			return
		}
		for {
			wait, stop := context.WithTimeout(ctx, heartbeat)
			next, err := imports.Watch(wait, p, job.ID, job.Version)
			stop()
			if err == nil {
				job = next
				break
			}
			if ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
				return // the client is gone, or the server stops
			}
			if _, err := io.WriteString(w, ": still there\n\n"); err != nil || out.Flush() != nil {
				return
			}
		}
	}
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
