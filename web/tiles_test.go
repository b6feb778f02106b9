package web_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"hearthmap/household"
)

func TestTileCaching(t *testing.T) {
	s := newStack(t, nil)
	const path = "/tiles/buildings/15/27580/12284.mvt"
	plain := s.as(household.RolePlanner)
	plain.header = http.Header{"Accept-Encoding": {"identity"}}
	zipped := &client{stack: s, cookie: plain.cookie, header: http.Header{"Accept-Encoding": {"gzip"}}}
	a, b := plain.get(path), zipped.get(path)
	if a.header.Get("Content-Encoding") != "" || b.header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("encodings %q, %q", a.header.Get("Content-Encoding"), b.header.Get("Content-Encoding"))
	}
	r, err := gzip.NewReader(bytes.NewReader(b.body))
	if err != nil {
		t.Fatal(err)
	}
	unzipped, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(unzipped, a.body) || len(a.body) == 0 {
		t.Errorf("the plain tile (%d bytes) is not the zipped one (%d), %v", len(a.body), len(unzipped), err)
	}
	if a.header.Get("ETag") == b.header.Get("ETag") {
		t.Error("two encodings share a strong tag")
	}
	for _, c := range []*client{plain, zipped} {
		tag := c.get(path).header.Get("ETag")
		again := &client{stack: s, cookie: c.cookie, header: c.header.Clone()}
		again.header.Set("If-None-Match", `"x", `+tag)
		if res := again.get(path); res.status != http.StatusNotModified || len(res.body) != 0 {
			t.Errorf("with the tag: %d, %d bytes", res.status, len(res.body))
		}
		head := c.do(http.MethodHead, path, nil)
		if head.status != 200 || len(head.body) != 0 || head.header.Get("Content-Length") == "" || head.header.Get("ETag") != tag {
			t.Errorf("HEAD: %d %v", head.status, head.header)
		}
	}
}

func TestStyleNamesNoOtherServer(t *testing.T) {
	s := newStack(t, nil)
	res := s.as(household.RolePlanner).get("/style.json?lang=en")
	var style map[string]any
	res.into(t, &style)
	for _, part := range strings.Split(string(res.body), `"`) {
		if strings.Contains(part, "://") && !strings.HasPrefix(part, s.url+"/") {
			t.Errorf("the style names %s", part)
		}
	}
}

func TestTileFollowsTheCity(t *testing.T) {
	s := newStack(t, nil)
	c := s.as(household.RolePlanner)
	const path = "/tiles/facilities/15/27580/12284.mvt"
	before := c.get(path)
	ctx := t.Context()
	for _, sql := range []string{
		`UPDATE facility SET name = '新名字' WHERE code = 'F1'`,
		`INSERT INTO change (entity, entity_id, op) SELECT 'facility', id, 'update' FROM facility`,
	} {
		if _, err := s.db.Pool.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.db.Refresh(ctx, s.live); err != nil {
		t.Fatal(err)
	}
	after := c.get(path)
	if before.header.Get("ETag") == after.header.Get("ETag") {
		t.Error("the tile is the old one")
	}
}

func TestOpenAPI(t *testing.T) {
	s := newStack(t, nil)
	var doc struct {
		OpenAPI string `json:"openapi"`
		Paths   map[string]json.RawMessage
	}
	s.as(household.RoleAdmin).get("/api/v1/openapi.json").into(t, &doc)
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Errorf("version %q", doc.OpenAPI)
	}
	for _, path := range []string{
		"/api/v1/session", "/api/v1/search", "/api/v1/buildings/{code}", "/api/v1/buildings/{code}/chart", "/api/v1/units/{code}",
		"/api/v1/residents/{id}", "/api/v1/residents/{id}/reveal", "/api/v1/coverage",
	} {
		if doc.Paths[path] == nil {
			t.Errorf("%s is not described", path)
		}
	}
}
