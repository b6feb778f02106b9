package web_test

import (
	"crypto/sha256"
	"net/http"
	"testing"
	"time"

	"hearthmap/household"
	"hearthmap/web"
)

func TestSession(t *testing.T) {
	s := newStack(t, nil)
	c := s.as(household.RoleGrid)
	if !c.cookie.HttpOnly || c.cookie.SameSite != http.SameSiteLaxMode {
		t.Errorf("cookie %+v", c.cookie)
	}
	var who struct {
		Login string
		Role  household.Role
		Scope []string
	}
	c.get("/api/v1/session").into(t, &who)
	if who.Login != "grid" || who.Role != household.RoleGrid || len(who.Scope) != 1 {
		t.Errorf("%+v", who)
	}
	if res := c.do(http.MethodDelete, "/api/v1/session", nil); res.status != http.StatusNoContent {
		t.Errorf("sign-out: %d %s", res.status, res.body)
	}
	if res := c.get("/api/v1/session"); res.status != http.StatusUnauthorized {
		t.Errorf("after signing out: %d", res.status)
	}
	forged := &client{stack: s, cookie: &http.Cookie{Name: "hearthmap_session", Value: "forged"}}
	if res := forged.get("/api/v1/city"); res.status != http.StatusUnauthorized {
		t.Errorf("a forged cookie: %d", res.status)
	}
}

func TestWrongPasswords(t *testing.T) {
	s := newStack(t, nil)
	stranger := s.as("")
	sign := func(login, password string) int {
		return stranger.do(http.MethodPost, "/api/v1/session", map[string]string{"login": login, "password": password}).status
	}
	if got := sign("nobody", "x"); got != http.StatusUnauthorized {
		t.Errorf("an unknown name: %d", got)
	}
	for range 10 {
		if got := sign("planner", "wrong"); got != http.StatusUnauthorized {
			t.Errorf("a wrong password: %d", got)
		}
	}
	if got := sign("planner", "wrong"); got != http.StatusTooManyRequests {
		t.Errorf("the eleventh wrong password: %d", got)
	}
	if got := sign("planner", "open sesame planner"); got != http.StatusTooManyRequests {
		t.Errorf("the right password during the wait: %d", got)
	}
	if got := sign("admin", "open sesame admin"); got != http.StatusOK {
		t.Errorf("another account: %d", got)
	}
}

func TestTokens(t *testing.T) {
	s := newStack(t, nil)
	accounts := s.db.Accounts()
	for token, expires := range map[string]time.Time{"good": time.Now().Add(time.Hour), "old": time.Now().Add(-time.Hour)} {
		if err := accounts.AddToken(t.Context(), "planner", "test", sha256.Sum256([]byte(token)), expires); err != nil {
			t.Fatal(err)
		}
	}
	for token, want := range map[string]int{"good": 200, "old": 401, "forged": 401} {
		c := &client{stack: s, header: http.Header{"Authorization": {"Bearer " + token}}}
		if res := c.get("/api/v1/city"); res.status != want {
			t.Errorf("a token that is %s: %d, want %d", token, res.status, want)
		}
	}
}

func TestDisabledAccountLosesItsAccess(t *testing.T) {
	s := newStack(t, nil)
	if err := s.db.Accounts().SetDisabled(t.Context(), "planner", true); err != nil {
		t.Fatal(err)
	}
	res := s.as("").do(http.MethodPost, "/api/v1/session", map[string]string{"login": "planner", "password": "open sesame planner"})
	if res.status != http.StatusUnauthorized {
		t.Errorf("%d", res.status)
	}
}

func TestDemoAccounts(t *testing.T) {
	s := newStack(t, []web.DemoAccount{{Login: "planner", Password: "open sesame planner", Role: household.RolePlanner}})
	var list []web.DemoAccount
	s.as("").get("/api/v1/session/demo").into(t, &list)
	if len(list) != 1 || list[0].Login != "planner" {
		t.Errorf("%+v", list)
	}
}

func TestOtherSitesCannotPost(t *testing.T) {
	s := newStack(t, nil)
	c := s.as(household.RoleGrid)
	c.header = http.Header{"Origin": {"https://elsewhere.example"}, "Sec-Fetch-Site": {"cross-site"}}
	if res := c.do(http.MethodPost, "/api/v1/search", map[string]string{"q": "x"}); res.status != http.StatusForbidden {
		t.Errorf("a post from another site: %d", res.status)
	}
}
