package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"hearthmap/household"
)

// heartbeat keeps proxies from taking a quiet stream for a dead one.
const heartbeat = 15 * time.Second

// routeJobs adds what all kinds of background work share. Imports are the
// administrators', reports the planners'.
func (s *Server) routeJobs(api huma.API) {
	const tag = "jobs"
	register(s, api, working, huma.Operation{
		OperationID: "job", Method: http.MethodGet, Path: "/api/v1/jobs/{id}", Tags: []string{tag},
		Summary: "An import or a batch of reports that was started, as it is now",
	}, s.job)
	register(s, api, working, huma.Operation{
		OperationID: "cancel-job", Method: http.MethodDelete, Path: "/api/v1/jobs/{id}", Tags: []string{tag},
		Summary: "Stop a job; nothing of it stays",
	}, s.cancelJob)
	register(s, api, working, huma.Operation{
		OperationID: "job-events", Method: http.MethodGet, Path: "/api/v1/jobs/{id}/events", Tags: []string{tag},
		Summary: "The job at each change, as server-sent events named job, until it ends",
		Responses: map[string]*huma.Response{"200": {
			Description: "each event's data is a job as JSON",
			Content:     map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: "string"}}},
		}},
	}, s.jobEvents)
}

type jobInput struct {
	ID string `path:"id" maxLength:"64"`
}

// state is what jobs of every kind tell.
type state interface {
	Ended() bool
	Seen() int64
}

// anyJob is an import or a batch of reports.
type anyJob struct{ state }

// MarshalJSON writes the job itself.
func (j anyJob) MarshalJSON() ([]byte, error) { return json.Marshal(j.state) }

// Schema tells which jobs there are.
func (anyJob) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{
		r.Schema(reflect.TypeFor[household.ImportJob](), true, "ImportJob"), r.Schema(reflect.TypeFor[household.ReportJob](), true, "ReportJob"),
	}}
}

// work is a job with what can be done to it.
type work struct {
	now    anyJob
	watch  func(ctx context.Context, version int64) (anyJob, error)
	cancel func() (anyJob, error)
}

func workOf[T state](job T, watch func(context.Context, int64) (T, error), cancel func() (T, error)) *work {
	return &work{
		now: anyJob{job},
		watch: func(ctx context.Context, version int64) (anyJob, error) {
			next, err := watch(ctx, version)
			return anyJob{next}, err
		},
		cancel: func() (anyJob, error) {
			next, err := cancel()
			return anyJob{next}, err
		},
	}
}

// work finds the job that an administrator or planner may see.
func (s *Server) work(ctx context.Context, id string) (*work, error) {
	p := principalOf(ctx)
	if p.Role == household.RolePlanner {
		made, err := s.reports()
		if err != nil {
			return nil, err
		}
		job, err := made.Job(p, id)
		if err != nil {
			return nil, err
		}
		return workOf(job, func(ctx context.Context, version int64) (household.ReportJob, error) {
			return made.Watch(ctx, p, id, version)
		}, func() (household.ReportJob, error) { return made.Cancel(p, id) }), nil
	}
	imports, err := s.imports()
	if err != nil {
		return nil, err
	}
	job, err := imports.Job(p, id)
	if err != nil {
		return nil, err
	}
	return workOf(job, func(ctx context.Context, version int64) (household.ImportJob, error) {
		return imports.Watch(ctx, p, id, version)
	}, func() (household.ImportJob, error) {
		job, err := imports.Cancel(p, id)
		s.auditImport(ctx, "import_cancel", "job "+id, err)
		return job, err
	}), nil
}

func (s *Server) job(ctx context.Context, in *jobInput) (*body[anyJob], error) {
	w, err := s.work(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return private(w.now), nil
}

func (s *Server) cancelJob(ctx context.Context, in *jobInput) (*body[anyJob], error) {
	w, err := s.work(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	job, err := w.cancel()
	return private(job), err
}

func (s *Server) jobEvents(ctx context.Context, in *jobInput) (*huma.StreamResponse, error) {
	work, err := s.work(ctx, in.ID)
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
		work.send(c.Context(), w)
	}}, nil
}

// send sends the job whenever it changed, until it has ended or the client is
// gone.
func (k *work) send(ctx context.Context, w http.ResponseWriter) {
	out, job := http.NewResponseController(w), k.now
	for {
		text, err := json.Marshal(job)
		if err != nil {
			return
		}
		if _, err := fmt.Fprintf(w, "event: job\nid: %d\ndata: %s\n\n", job.Seen(), text); err != nil || out.Flush() != nil {
			return
		}
		if job.Ended() {
			return
		}
		for {
			wait, stop := context.WithTimeout(ctx, heartbeat)
			next, err := k.watch(wait, job.Seen())
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
