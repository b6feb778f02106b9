package web

import (
	"context"
	"crypto/sha256"
	"net/http"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/alexedwards/scs/v2"
	"github.com/danielgtaylor/huma/v2"

	"hearthmap/household"
)

// Sign-in rules.
const (
	maxFailures     = 10 // failed sign-ins in a row before an account waits
	sessionLifetime = 12 * time.Hour
	sessionIdle     = 2 * time.Hour
	maxPassword     = 200 // bytes; longer ones only cost time
)

// DemoAccount is an account of `hearthmap demo`, offered on the sign-in page.
type DemoAccount struct {
	Login    string         `json:"login"`
	Password string         `json:"password"`
	Name     string         `json:"name"`
	Role     household.Role `json:"role"`
}

type sessionBody struct {
	Login string         `json:"login"`
	Name  string         `json:"name"`
	Role  household.Role `json:"role" enum:"planner,grid,approver,auditor,admin"`
	Scope []string       `json:"scope" doc:"codes of the areas or grids the account answers for"`
}

type sessionOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      sessionBody
}

type signInInput struct {
	Body struct {
		Login    string `json:"login" maxLength:"100"`
		Password string `json:"password" maxLength:"200"`
	}
}

func newSessions(store scs.CtxStore) *scs.SessionManager {
	m := scs.New()
	m.Store = store
	m.Lifetime = sessionLifetime
	m.IdleTimeout = sessionIdle
	return m
}

func (s *Server) routeSession(api huma.API) {
	register(s, api, public, huma.Operation{
		OperationID: "sign-in", Method: http.MethodPost, Path: "/api/v1/session", Summary: "Sign in", Tags: []string{"session"},
	}, s.signIn)
	register(s, api, anyone, huma.Operation{
		OperationID: "session", Method: http.MethodGet, Path: "/api/v1/session", Summary: "Who is signed in", Tags: []string{"session"},
	}, s.session)
	register(s, api, public, huma.Operation{
		OperationID: "sign-out", Method: http.MethodDelete, Path: "/api/v1/session", Summary: "Sign out", Tags: []string{"session"},
	}, s.signOut)
	register(s, api, public, huma.Operation{
		OperationID: "demo-accounts", Method: http.MethodGet, Path: "/api/v1/session/demo", Tags: []string{"session"},
		Summary: "The accounts of a demonstration; 404 on any other server",
	}, s.demoAccounts)
}

// noHash is compared with when the login is unknown, so that the answer takes
// as long as for a known one.
const noHash = "$argon2id$v=19$m=65536,t=1,p=2$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

func (s *Server) signIn(ctx context.Context, in *signInInput) (*sessionOutput, error) {
	// Each check takes 64 MiB for a moment: two at a time are enough.
	select {
	case s.signIns <- struct{}{}:
		defer func() { <-s.signIns }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	login := in.Body.Login
	account, hash, err := s.Accounts.ByLogin(ctx, login)
	if err != nil && household.CodeOf(err) != household.NotFound {
		return nil, err
	}
	if hash == "" {
		hash = noHash
	}
	match, cmpErr := argon2id.ComparePasswordAndHash(in.Body.Password, hash)
	ok := cmpErr == nil && match && err == nil && !account.Disabled
	failures := 0
	if !ok {
		if failures, err = s.Accounts.NoteSignIn(ctx, login, false); err != nil {
			return nil, err
		}
	}
	if locked := failures > maxFailures || ok && s.locked(ctx, login); !ok || locked {
		s.audit(ctx, household.AuditEntry{Account: account.Login, Role: account.Role, Action: "sign_in", Result: "refused"})
		p := &problem{
			Type: "about:blank", Title: "Unauthorized", Status: http.StatusUnauthorized, Code: "unauthenticated",
			Detail: "the name or the password is wrong", Hint: "check both; an administrator can set a new password",
		}
		if locked {
			p.Status, p.Title = http.StatusTooManyRequests, "Too Many Requests"
			p.Detail, p.Hint = "too many failed sign-ins", "wait a quarter of an hour, or ask an administrator"
		}
		return nil, p
	}
	if _, err := s.Accounts.NoteSignIn(ctx, login, true); err != nil {
		return nil, err
	}
	return s.openSession(ctx, account)
}

// locked reports whether an account has to wait after too many failures: a
// right password during the wait does not end it.
func (s *Server) locked(ctx context.Context, login string) bool {
	n, err := s.Accounts.Failures(ctx, login)
	return err == nil && n > maxFailures
}

func (s *Server) openSession(ctx context.Context, a household.Account) (*sessionOutput, error) {
	ctx, err := s.sessions.Load(ctx, "")
	if err != nil {
		return nil, household.Errorf(household.Unavailable, "web.signIn", "sessions cannot be read: %w", err)
	}
	s.sessions.Put(ctx, accountKey, a.ID)
	token, expiry, err := s.sessions.Commit(ctx)
	if err != nil {
		return nil, household.Errorf(household.Unavailable, "web.signIn", "the session could not be stored: %w", err)
	}
	s.audit(ctx, household.AuditEntry{Account: a.Login, Role: a.Role, Action: "sign_in", Result: "ok"})
	return &sessionOutput{
		SetCookie: s.cookie(token, expiry),
		Body:      sessionBody{Login: a.Login, Name: a.Name, Role: a.Role, Scope: orEmpty(a.Scope)},
	}, nil
}

func (s *Server) cookie(token string, expiry time.Time) http.Cookie {
	return http.Cookie{
		Name: cookieName, Value: token, Path: "/", Expires: expiry,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.SecureCookies,
	}
}

func (s *Server) session(ctx context.Context, _ *struct{}) (*struct{ Body sessionBody }, error) {
	p := principalOf(ctx)
	a, err := s.Accounts.ByID(ctx, p.AccountID)
	if err != nil {
		return nil, err
	}
	return &struct{ Body sessionBody }{sessionBody{Login: a.Login, Name: a.Name, Role: a.Role, Scope: orEmpty(a.Scope)}}, nil
}

type signOutInput struct {
	Session string `cookie:"hearthmap_session"`
}

type signOutOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

func (s *Server) signOut(ctx context.Context, in *signOutInput) (*signOutOutput, error) {
	if in.Session != "" {
		s.principals.drop(sha256.Sum256([]byte(in.Session)))
		loaded, err := s.sessions.Load(ctx, in.Session)
		if err == nil {
			err = s.sessions.Destroy(loaded)
		}
		if err != nil {
			return nil, household.Errorf(household.Unavailable, "web.signOut", "the session could not be ended: %w", err)
		}
	}
	return &signOutOutput{SetCookie: s.cookie("", time.Unix(1, 0))}, nil
}

func (s *Server) demoAccounts(context.Context, *struct{}) (*struct{ Body []DemoAccount }, error) {
	if len(s.Demo) == 0 {
		return nil, household.Errorf(household.NotFound, "web", "this is not a demonstration")
	}
	return &struct{ Body []DemoAccount }{s.Demo}, nil
}

// audit writes to the audit trail; a trail that cannot be written is logged
// loudly, since the request has been answered.
func (s *Server) audit(ctx context.Context, e household.AuditEntry) {
	if err := s.Audit.Record(context.WithoutCancel(ctx), e); err != nil {
		s.log.Error("the audit trail could not be written", "action", e.Action, "error", err)
	}
}

func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
