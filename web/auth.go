package web

import (
	"context"
	"crypto/sha256"
	"net/http"
	"strings"
	"sync"
	"time"

	"hearthmap/household"
)

const (
	cookieName = "hearthmap_session"
	accountKey = "account"
	// principalTTL is how long a looked-up principal is used again without
	// asking the database: tiles must not wait for it. A disabled account
	// keeps its access for at most this long.
	principalTTL  = 10 * time.Second
	maxPrincipals = 10_000
)

type contextKey int

const principalKey contextKey = iota

// principalOf returns who asks. Handlers behind authenticated have one.
func principalOf(ctx context.Context) household.Principal {
	p, _ := ctx.Value(principalKey).(household.Principal)
	return p
}

// principals remembers who a cookie or token belongs to for a short time.
type principals struct {
	mu sync.Mutex
	m  map[[32]byte]remembered
}

type remembered struct {
	p     household.Principal
	until time.Time
}

func (c *principals) get(key [32]byte) (household.Principal, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.m[key]
	return r.p, ok && time.Now().Before(r.until)
}

func (c *principals) put(key [32]byte, p household.Principal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.m == nil || len(c.m) >= maxPrincipals {
		c.m = map[[32]byte]remembered{}
	}
	c.m[key] = remembered{p, time.Now().Add(principalTTL)}
}

func (c *principals) drop(key [32]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.m, key)
}

// authenticate finds out who asks and puts it into the context; requests
// without a valid session or token go on without a principal.
func (s *Server) authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, ok, err := s.identify(r)
		if err != nil {
			s.writeProblem(w, err)
			return
		}
		if ok {
			r = r.WithContext(context.WithValue(r.Context(), principalKey, p))
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) identify(r *http.Request) (household.Principal, bool, error) {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		hash := sha256.Sum256([]byte(strings.TrimSpace(token)))
		return s.lookUp(hash, func() (household.Account, error) { return s.Accounts.ByToken(r.Context(), hash) })
	}
	cookie, err := r.Cookie(cookieName)
	if err != nil || cookie.Value == "" {
		return household.Principal{}, false, nil
	}
	hash := sha256.Sum256([]byte(cookie.Value))
	return s.lookUp(hash, func() (household.Account, error) {
		ctx, err := s.sessions.Load(r.Context(), cookie.Value)
		if err != nil {
			return household.Account{}, household.Errorf(household.Unavailable, "web.identify", "sessions cannot be read: %w", err)
		}
		id := s.sessions.GetInt64(ctx, accountKey)
		if id == 0 {
			return household.Account{}, household.Errorf(household.NotFound, "web.identify", "the session has ended")
		}
		return s.Accounts.ByID(ctx, id)
	})
}

func (s *Server) lookUp(key [32]byte, find func() (household.Account, error)) (household.Principal, bool, error) {
	if p, ok := s.principals.get(key); ok {
		return p, true, nil
	}
	a, err := find()
	switch {
	case household.CodeOf(err) == household.NotFound:
		return household.Principal{}, false, nil
	case err != nil:
		return household.Principal{}, false, err
	case a.Disabled:
		return household.Principal{}, false, nil
	}
	p := household.Principal{AccountID: a.ID, Name: a.Login, Role: a.Role, Scope: a.Scope}
	s.principals.put(key, p)
	return p, true, nil
}

// authenticated lets only requests with a principal through.
func (s *Server) authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if principalOf(r.Context()).Role == "" {
			s.writeProblem(w, unauthenticated())
			return
		}
		next.ServeHTTP(w, r)
	})
}

// seesMap lets only roles that see the map through.
func (s *Server) seesMap(next http.Handler) http.Handler {
	return s.authenticated(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := principalOf(r.Context()); !p.Role.SeesMap() {
			s.writeProblem(w, noMap(p.Role))
			return
		}
		next.ServeHTTP(w, r)
	}))
}
