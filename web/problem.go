package web

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"hearthmap/household"
)

// problem is an RFC 9457 problem document, with the error's code and what to
// do next.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	Code   string `json:"code" doc:"invalid, not_found, conflict, forbidden, unavailable, unauthenticated or internal"`
	Hint   string `json:"hint,omitempty" doc:"what to do next"`
}

// Error returns the detail.
func (p *problem) Error() string { return p.Detail }

// GetStatus returns the HTTP status.
func (p *problem) GetStatus() int { return p.Status }

// ContentType makes huma send application/problem+json.
func (p *problem) ContentType(string) string { return "application/problem+json" }

// statusOf maps error codes to HTTP statuses.
var statusOf = map[household.ErrorCode]int{
	household.Invalid:     http.StatusUnprocessableEntity,
	household.NotFound:    http.StatusNotFound,
	household.Conflict:    http.StatusConflict,
	household.Forbidden:   http.StatusForbidden,
	household.Unavailable: http.StatusServiceUnavailable,
	household.Internal:    http.StatusInternalServerError,
}

// problemOf turns an error into a problem. The text of an internal error is
// logged and not shown.
func problemOf(log *slog.Logger, err error) *problem {
	var known *problem
	if errors.As(err, &known) {
		return known
	}
	code := household.CodeOf(err)
	p := &problem{Type: "about:blank", Status: statusOf[code], Code: string(code)}
	p.Title = http.StatusText(p.Status)
	if code == household.Internal {
		log.Error("a request failed", "error", err)
		p.Detail = "something went wrong here; it has been logged"
		p.Hint = "try again, and tell the administrator the time if it happens again"
		return p
	}
	var e *household.Error
	if errors.As(err, &e) {
		p.Detail, p.Hint = e.Message, e.Hint
		if code == household.Unavailable && e.Err != nil {
			log.Warn("a request failed", "error", e.Err)
			p.Detail = "a part that this needs is not available at the moment"
			p.Hint = "try again in a minute"
		}
	}
	return p
}

// newHumaError is huma's way to make errors of its own: failed validation,
// unreadable bodies. The offending values are left out: they may be personal.
func newHumaError(status int, msg string, errs ...error) huma.StatusError {
	p := &problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: msg, Code: string(household.Invalid)}
	switch {
	case status == http.StatusNotFound:
		p.Code = string(household.NotFound)
	case status >= 500:
		p.Code = string(household.Internal)
	}
	for _, err := range errs {
		var d huma.ErrorDetailer
		if errors.As(err, &d) {
			if e := d.ErrorDetail(); e != nil {
				p.Hint = "see " + e.Location + ": " + e.Message
			}
		}
	}
	return p
}

// writeProblem answers a request outside huma.
func (s *Server) writeProblem(w http.ResponseWriter, err error) {
	sendProblem(w, problemOf(s.log, err))
}

func sendProblem(w http.ResponseWriter, p *problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	if p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "2")
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client has left; nothing to do
}

// unauthenticated is the answer to a request without a session.
func unauthenticated() *problem {
	return &problem{
		Type: "about:blank", Title: http.StatusText(http.StatusUnauthorized), Status: http.StatusUnauthorized,
		Code: "unauthenticated", Detail: "sign in first", Hint: "POST /api/v1/session, or send a bearer token",
	}
}

// noMap is the answer to a role that does not see the map.
func noMap(role household.Role) error {
	return household.Errorf(household.Forbidden, "web", "the role %q does not see the map", role).
		WithHint("sign in with an account that may")
}

// notPlanner is the answer to a role that may not plan.
func notPlanner(role household.Role) error {
	return household.Errorf(household.Forbidden, "web", "the role %q does not plan", role).
		WithHint("sign in as a planner")
}

// notAdmin is the answer to a role that may not administer.
func notAdmin(role household.Role) error {
	return household.Errorf(household.Forbidden, "web", "the role %q may not import or undo", role).
		WithHint("sign in as an administrator")
}

// notWorking is the answer to a role that starts no background work.
func notWorking(role household.Role) error {
	return household.Errorf(household.Forbidden, "web", "the role %q has no jobs here", role).
		WithHint("sign in as an administrator for imports, as a planner for reports")
}
