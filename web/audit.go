package web

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hearthmap/household"
)

type auditInput struct {
	Before  int64     `query:"before" minimum:"0" doc:"only entries with smaller ids: the next page"`
	Account string    `query:"account" maxLength:"100"`
	Action  string    `query:"action" maxLength:"100"`
	Subject string    `query:"subject" maxLength:"100" doc:"how the subject begins, such as account: or resident:17"`
	From    time.Time `query:"from"`
	To      time.Time `query:"to"`
	Limit   int       `query:"limit" default:"100" minimum:"1" maximum:"500"`
}

type auditBody struct {
	Entries []household.AuditEntry `json:"entries" doc:"newest first"`
	Next    int64                  `json:"next,omitempty" doc:"give it as before for the next page; absent on the last"`
}

type auditVerdict struct {
	Entries  int64    `json:"entries"`
	Whole    bool     `json:"whole"`
	Problems []string `json:"problems"`
}

// routeAudit lets auditors look at the trail. Their looks are entries of it.
func (s *Server) routeAudit(api huma.API) {
	register(s, api, auditor, huma.Operation{
		OperationID: "audit", Method: http.MethodGet, Path: "/api/v1/audit", Tags: []string{"audit"}, Summary: "The audit trail",
	}, func(ctx context.Context, in *auditInput) (*body[auditBody], error) {
		if in.Before == 0 { // turning the page is the same look
			s.auditLook(ctx, "audit_read")
		}
		list, err := s.Audit.Entries(ctx, household.AuditQuery{
			Before: in.Before, Account: in.Account, Action: in.Action, Subject: in.Subject, From: in.From, To: in.To, Limit: in.Limit,
		})
		out := auditBody{Entries: orEmpty(list)}
		if len(list) == in.Limit {
			out.Next = list[len(list)-1].ID
		}
		return private(out), err
	})
	register(s, api, auditor, huma.Operation{
		OperationID: "audit-verify", Method: http.MethodPost, Path: "/api/v1/audit/verify", Tags: []string{"audit"},
		Summary: "Check the whole trail: nothing altered, moved or taken away",
	}, func(ctx context.Context, _ *struct{}) (*body[auditVerdict], error) {
		s.auditLook(ctx, "audit_verify")
		n, problems, err := s.Audit.Verify(ctx)
		return private(auditVerdict{Entries: n, Whole: len(problems) == 0, Problems: orEmpty(problems)}), err
	})
}

func (s *Server) auditLook(ctx context.Context, action string) {
	p := principalOf(ctx)
	s.audit(ctx, household.AuditEntry{Account: p.Name, Role: p.Role, Action: action, Result: "ok"})
}

// notAuditor is the answer to a role that may not see the audit trail.
func notAuditor(role household.Role) error {
	return household.Errorf(household.Forbidden, "web", "the role %q may not see the audit trail", role).
		WithHint("sign in as an auditor")
}
