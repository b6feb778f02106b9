package web

import (
	"errors"
	"net/http"
	"time"

	"hearthmap/household"
)

// contentSecurityPolicy lets the page load from this server only. MapLibre's
// worker comes from a bundle or a blob; its images are drawn in memory.
const contentSecurityPolicy = "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; " +
	"style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// maxBody bounds request bodies. File uploads get their own limit.
const maxBody = 1 << 20

// outermost wraps everything: headers, size limits, cross-site protection,
// logging, and a last stop for panics.
func (s *Server) outermost(next http.Handler) http.Handler {
	protected := http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentSecurityPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		r.Body = http.MaxBytesReader(w, r.Body, s.maxBodyOf(r))
		rec := &recorder{ResponseWriter: w}
		start := time.Now()
		defer func() {
			if v := recover(); v != nil {
				if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(v) // net/http's own way to drop a connection
				}
				s.log.Error("a handler panicked", "path", r.URL.Path, "panic", v)
				if rec.status == 0 {
					s.writeProblem(rec, household.Errorf(household.Internal, "web", "panic"))
				}
			}
			s.metrics.observe(r, rec.status, time.Since(start))
			// The query is left out: it may hold what someone searched for.
			s.log.Debug("request", "method", r.Method, "path", r.URL.Path, "status", rec.status, "duration", time.Since(start))
		}()
		protected.ServeHTTP(rec, r)
	})
}

// maxBodyOf is how long the request's body may be.
func (s *Server) maxBodyOf(r *http.Request) int64 {
	if s.Imports != nil && r.Method == http.MethodPost && r.URL.Path == uploadPath {
		return s.Imports.Limit() + multipartSpare
	}
	return maxBody
}

// recorder notes the status that was sent.
type recorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes and sends the status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write sends part of the body; the status is 200 if none was sent before.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
