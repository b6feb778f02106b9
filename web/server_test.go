package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/alexedwards/argon2id"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/household"
	"hearthmap/importers/formats"
	"hearthmap/internal/importjobs"
	"hearthmap/internal/pgcluster/pgtest"
	"hearthmap/internal/reportjobs"
	"hearthmap/postgis"
	"hearthmap/tiles"
	"hearthmap/web"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

// citySQL is one community with one building, two people, a street and a
// clinic. The people are made up.
const citySQL = `
INSERT INTO area (code, name, level, geom) VALUES
	('9900', '和安市', 'city', ST_Multi(ST_MakeEnvelope(123, 41, 123.02, 41.01, 4326)));
INSERT INTO area (code, name, level, parent_id, geom)
	SELECT '990001001001', '花园社区', 'community', id, geom FROM area WHERE code = '9900';
INSERT INTO grid (code, name, area_id, geom)
	SELECT 'G1', '一网格', id, geom FROM area WHERE level = 'community';
INSERT INTO street (code, name, class, foot, geom) VALUES
	('S1', '和平路', 'residential', true, ST_SetSRID(ST_MakeLine(ST_MakePoint(123.001, 41.005), ST_MakePoint(123.019, 41.005)), 4326));
INSERT INTO building (code, name, use, floors, area_id, grid_id, geom, point)
	SELECT 'B1', '3号楼', 'residential', 6, a.id, g.id,
	       ST_MakeEnvelope(123.005, 41.0051, 123.0053, 41.0052, 4326), ST_SetSRID(ST_MakePoint(123.0051, 41.00515), 4326)
	  FROM area a, grid g WHERE a.level = 'community';
INSERT INTO entrance (code, building_id, number) SELECT 'B1-1', id, '1' FROM building;
INSERT INTO unit (code, building_id, entrance_id, floor, room) SELECT 'B1-1-401', building_id, id, 4, '401' FROM entrance;
INSERT INTO household (unit_id) SELECT id FROM unit;
INSERT INTO facility (code, name, category, geom) VALUES ('F1', '康宁卫生站', 'clinic', ST_SetSRID(ST_MakePoint(123.006, 41.0051), 4326));
`

type stack struct {
	t    *testing.T
	db   *postgis.DB
	live *cityindex.Live
	url  string
	log  *bytes.Buffer
	web  *web.Server
	canary
}

// canary are the personal values planted in the database.
type canary struct{ name, id, phone string }

func newStack(t *testing.T, demo []web.DemoAccount) *stack {
	t.Helper()
	ctx := t.Context()
	keys, err := postgis.NewKeys(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	db, err := postgis.Open(ctx, pgtest.Migrated(t, "town"), "town", postgis.WithKeys(keys))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	s := &stack{t: t, db: db, log: &bytes.Buffer{}, canary: canary{"欧阳金丝雀", "99000219900303121X", "10055501234"}}
	s.seed(ctx, keys)
	data, err := db.LoadCity(ctx)
	if err != nil {
		t.Fatal(err)
	}
	city, err := cityindex.New(data)
	if err != nil {
		t.Fatal(err)
	}
	s.live = cityindex.NewLive(city)
	engines := coverage.NewLive(s.live)
	jobs, err := importjobs.Open(importjobs.Options{Store: db, Audit: db.Audit(), Formats: formats.All(), Dir: t.TempDir(), Limit: uploadLimit})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(jobs.Close)
	made, err := reportjobs.Open(reportjobs.Options{Coverage: engines, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(made.Close)
	s.web = web.New(web.Config{
		City: s.live, Coverage: engines, Tiles: tiles.NewService(s.live, tiles.CoverageOf(engines), tiles.Options{}),
		Registry: db.Registry(), Accounts: db.Accounts(), Audit: db.Audit(), Scenarios: db.Scenarios(), Sessions: db.Sessions(),
		Page: fstest.MapFS{"index.html": {Data: []byte("<!doctype html>")}, "assets/a.js": {Data: []byte("1")}},
		Log:  slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Demo: demo, Imports: jobs, Reports: made, People: db.PeopleReview(),
	})
	srv := httptest.NewServer(s.web)
	t.Cleanup(srv.Close)
	s.url = srv.URL
	return s
}

func (s *stack) seed(ctx context.Context, keys *postgis.Keys) {
	s.t.Helper()
	exec := func(sql string, args ...any) {
		s.t.Helper()
		if _, err := s.db.Pool.Exec(ctx, sql, args...); err != nil {
			s.t.Fatal(err)
		}
	}
	exec(citySQL)
	exec(`INSERT INTO resident (match_hash, id_cipher, name, sex, birth_date, phone_cipher, phone_hash, grams)
		VALUES ($1, $2, $3, 'male', '1990-03-03', $4, $5, $6)`,
		keys.Blind("id", s.id), keys.Seal("id", s.id), s.name, keys.Seal("phone", s.phone), keys.Blind("phone", s.phone), household.Grams(s.name))
	exec(`INSERT INTO residence (resident_id, building_id, unit_id, household_id, relation)
		SELECT r.id, u.building_id, u.id, h.id, 'head' FROM resident r, unit u, household h`)
	for _, role := range household.Roles {
		hash, err := argon2id.CreateHash("open sesame "+string(role), &argon2id.Params{Memory: 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
		if err != nil {
			s.t.Fatal(err)
		}
		var scope []string
		if role.SeesPersons() {
			scope = []string{"G1"}
		}
		if _, err := s.db.Accounts().Create(ctx, household.Account{Login: string(role), Role: role, Scope: scope}, hash); err != nil {
			s.t.Fatal(err)
		}
	}
}

// as returns a client that is signed in with the role; with none, a stranger.
func (s *stack) as(role household.Role) *client {
	s.t.Helper()
	c := &client{stack: s}
	if role == "" {
		return c
	}
	res := c.do(http.MethodPost, "/api/v1/session", map[string]string{"login": string(role), "password": "open sesame " + string(role)})
	if res.status != http.StatusOK {
		s.t.Fatalf("sign-in as %s: %d %s", role, res.status, res.body)
	}
	for _, k := range res.cookies {
		if k.Value != "" {
			c.cookie = k
		}
	}
	return c
}

type client struct {
	*stack
	cookie *http.Cookie
	header http.Header
}

type response struct {
	status  int
	header  http.Header
	body    []byte
	cookies []*http.Cookie
}

func (c *client) do(method, path string, body any) response {
	c.t.Helper()
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		in = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, in)
	if err != nil {
		c.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for k, v := range c.header {
		req.Header[k] = v
	}
	if c.cookie != nil {
		req.AddCookie(c.cookie)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return response{res.StatusCode, res.Header, b, res.Cookies()}
}

func (c *client) get(path string) response { c.t.Helper(); return c.do(http.MethodGet, path, nil) }

func (r response) into(t *testing.T, v any) {
	t.Helper()
	if r.status != http.StatusOK {
		t.Fatalf("status %d: %s", r.status, r.body)
	}
	if err := json.Unmarshal(r.body, v); err != nil {
		t.Fatalf("%v in %s", err, r.body)
	}
}

func TestWhoMaySeeWhat(t *testing.T) {
	s := newStack(t, nil)
	const tile = "/tiles/buildings,coverage/15/27580/12284.mvt"
	roles := append([]household.Role{""}, household.Roles...) // stranger, planner, grid, approver, auditor, admin
	clients := map[household.Role]*client{}
	for _, r := range roles {
		clients[r] = s.as(r)
	}
	for _, c := range []struct {
		path string
		want [6]int
	}{
		{"/healthz", [6]int{200, 200, 200, 200, 200, 200}},
		{"/readyz", [6]int{200, 200, 200, 200, 200, 200}},
		{"/", [6]int{200, 200, 200, 200, 200, 200}},
		{"/m", [6]int{200, 200, 200, 200, 200, 200}},
		{"/assets/a.js", [6]int{200, 200, 200, 200, 200, 200}},
		{"/nothing", [6]int{404, 404, 404, 404, 404, 404}},
		{"/metrics", [6]int{401, 200, 200, 200, 200, 200}},
		{"/api/v1/session/demo", [6]int{404, 404, 404, 404, 404, 404}},
		{"/api/v1/nothing", [6]int{404, 404, 404, 404, 404, 404}},
		{"/api/v1/session", [6]int{401, 200, 200, 200, 200, 200}},
		{"/api/v1/openapi.json", [6]int{401, 200, 200, 200, 200, 200}},
		{"/api/v1/city", [6]int{401, 200, 200, 200, 403, 200}},
		{"/api/v1/areas", [6]int{401, 200, 200, 200, 403, 200}},
		{"/api/v1/areas/9900", [6]int{401, 200, 200, 200, 403, 200}},
		{"/api/v1/areas/nowhere", [6]int{401, 404, 404, 404, 403, 404}},
		{"/api/v1/standards", [6]int{401, 200, 200, 200, 403, 200}},
		{"/api/v1/coverage", [6]int{401, 200, 200, 200, 403, 200}},
		{"/api/v1/audit", [6]int{401, 403, 403, 403, 200, 403}},
		{"/ogc", [6]int{401, 200, 200, 200, 403, 200}},
		{"/ogc/collections/buildings/items", [6]int{401, 200, 200, 200, 403, 200}},
		{"/ogc/collections/buildings/items?limit=0", [6]int{401, 400, 400, 400, 403, 400}},
		{"/ogc/collections/residents/items", [6]int{401, 404, 404, 404, 403, 404}},
		{"/api/v1/coverage?level=planet", [6]int{422, 422, 422, 422, 422, 422}},
		{"/api/v1/coverage?standard=nothing", [6]int{401, 404, 404, 404, 403, 404}},
		{"/api/v1/coverage/buildings/B1", [6]int{401, 200, 200, 200, 403, 200}},
		{"/api/v1/buildings/B1", [6]int{401, 200, 200, 200, 403, 200}},
		{"/api/v1/buildings/B1/chart", [6]int{401, 200, 200, 200, 403, 200}},
		{"/api/v1/buildings/none", [6]int{401, 404, 404, 404, 403, 404}},
		{"/api/v1/units/B1-1-401", [6]int{401, 200, 200, 200, 403, 200}},
		{"/api/v1/residents/1", [6]int{401, 404, 200, 200, 404, 404}},
		{"/api/v1/residents/2", [6]int{401, 404, 404, 404, 404, 404}},
		{"/api/v1/search?q=B1", [6]int{401, 200, 200, 200, 403, 200}},
		{"/api/v1/imports", [6]int{401, 403, 403, 403, 403, 200}},
		{"/api/v1/imports/files/none/inspect", [6]int{401, 403, 403, 403, 403, 404}},
		{"/api/v1/imports/addresses", [6]int{401, 403, 403, 403, 403, 200}},
		{"/api/v1/people/pairs", [6]int{401, 403, 200, 200, 403, 403}},
		{"/api/v1/people/merges", [6]int{401, 403, 200, 200, 403, 403}},
		{"/api/v1/jobs/none", [6]int{401, 404, 403, 403, 403, 404}},
		{"/api/v1/jobs/none/events", [6]int{401, 404, 403, 403, 403, 404}},
		{"/api/v1/reports", [6]int{401, 200, 403, 403, 403, 403}},
		{"/api/v1/jobs/none/archive", [6]int{401, 404, 403, 403, 403, 403}},
		{"/api/v1/jobs/none/rejects", [6]int{401, 403, 403, 403, 403, 404}},
		{"/api/v1/ground?west=123&south=41&east=123.01&north=41.01", [6]int{401, 200, 200, 200, 403, 200}},
		{"/api/v1/scenarios", [6]int{401, 200, 403, 403, 403, 403}},
		{"/api/v1/scenarios/1", [6]int{401, 404, 403, 403, 403, 403}},
		{"/style.json", [6]int{401, 200, 200, 200, 403, 200}},
		{"/tiles/buildings.json", [6]int{401, 200, 200, 200, 403, 200}},
		{"/tiles/nothing.json", [6]int{401, 404, 404, 404, 403, 404}},
		{tile, [6]int{401, 200, 200, 200, 403, 200}},
		{"/tiles/buildings/3/0/0.mvt", [6]int{401, 204, 204, 204, 403, 204}},
		{"/tiles/buildings/3/9/0.mvt", [6]int{401, 422, 422, 422, 403, 422}},
		{"/tiles/buildings/3/x/0.mvt", [6]int{401, 404, 404, 404, 403, 404}},
	} {
		for i, role := range roles {
			res := clients[role].get(c.path)
			if res.status != c.want[i] {
				t.Errorf("GET %s as %q: %d, want %d: %.200s", c.path, role, res.status, c.want[i], res.body)
			}
			if res.status >= 400 && !strings.HasPrefix(res.header.Get("Content-Type"), "application/problem+json") && c.path != "/nothing" {
				t.Errorf("GET %s as %q: an error of type %q", c.path, role, res.header.Get("Content-Type"))
			}
			s.noCanary(c.path, role, res.body)
		}
	}
	s.noCanary("the log", "", s.log.Bytes())
}

// noCanary fails when protected values show, or a name to those without right.
func (s *stack) noCanary(where string, role household.Role, text []byte) {
	s.t.Helper()
	for _, secret := range []string{s.id, s.phone} {
		if bytes.Contains(text, []byte(secret)) {
			s.t.Errorf("%s as %q shows a protected value", where, role)
		}
	}
	if !role.SeesPersons() && bytes.Contains(text, []byte(s.name)) {
		s.t.Errorf("%s as %q shows a name", where, role)
	}
}

func TestReveal(t *testing.T) {
	s := newStack(t, nil)
	var got household.Revealed
	s.as(household.RoleGrid).do(http.MethodPost, "/api/v1/residents/1/reveal", map[string]string{"purpose": "上门核对"}).into(t, &got)
	if got.IDNumber != s.id || got.Phone != s.phone {
		t.Errorf("%+v", got)
	}
	for _, role := range []household.Role{household.RolePlanner, household.RoleAdmin, household.RoleAuditor} {
		if res := s.as(role).do(http.MethodPost, "/api/v1/residents/1/reveal", map[string]string{"purpose": "上门核对"}); res.status != http.StatusNotFound {
			t.Errorf("as %s: %d", role, res.status)
		}
	}
	res := s.as(household.RoleGrid).do(http.MethodPost, "/api/v1/residents/1/reveal", map[string]string{"purpose": ""})
	if res.status != http.StatusUnprocessableEntity {
		t.Errorf("without a purpose: %d %s", res.status, res.body)
	}
}

func TestSearchKeepsTextOutOfTheLog(t *testing.T) {
	s := newStack(t, nil)
	var found struct{ Hits []household.Hit }
	s.as(household.RoleGrid).do(http.MethodPost, "/api/v1/search", map[string]string{"q": s.name}).into(t, &found)
	if len(found.Hits) != 1 || found.Hits[0].Kind != "person" || found.Hits[0].BuildingCode != "B1" {
		t.Fatalf("%+v", found.Hits)
	}
	s.as(household.RoleGrid).get("/api/v1/search?q="+s.id).into(t, &found)
	if len(found.Hits) != 1 {
		t.Fatalf("%+v", found.Hits)
	}
	s.noCanary("the log", "", s.log.Bytes())
	if !bytes.Contains(s.log.Bytes(), []byte("/api/v1/search")) {
		t.Error("the log does not hold the request at all")
	}
}
