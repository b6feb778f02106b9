package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"hearthmap/household"
	"hearthmap/tiles"
)

func (s *Server) routeTiles(mux *http.ServeMux) {
	mux.Handle("GET /tiles/{layers}/{z}/{x}/{y}", s.seesMap(http.HandlerFunc(s.tile)))
	mux.Handle("GET /tiles/{layers}", s.seesMap(http.HandlerFunc(s.tileJSON)))
	mux.Handle("GET /style.json", s.seesMap(http.HandlerFunc(s.style)))
}

// tile answers a tile: compressed as it lies in the cache, with a strong ETag,
// 304 when the client has it, 204 when nothing is there.
func (s *Server) tile(w http.ResponseWriter, r *http.Request) {
	req, err := tileRequest(r)
	if err != nil {
		s.writeProblem(w, err)
		return
	}
	t, err := s.Tiles.Tile(r.Context(), req)
	if err != nil {
		if r.Context().Err() == nil {
			s.writeProblem(w, err)
		}
		return
	}
	h := w.Header()
	// Asked for again every time, and mostly answered by 304: an edit shows
	// at once, and nobody else's proxy keeps it.
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Vary", "Accept-Encoding, Cookie, Authorization")
	body := t.Body
	gzipped := acceptsGzip(r)
	etag := t.ETag
	if !gzipped && !t.Empty() {
		etag = strings.TrimSuffix(t.ETag, `"`) + `-plain"`
	}
	h.Set("ETag", etag)
	switch {
	case matches(r.Header.Get("If-None-Match"), etag):
		w.WriteHeader(http.StatusNotModified)
		return
	case t.Empty():
		w.WriteHeader(http.StatusNoContent)
		return
	case gzipped:
		h.Set("Content-Encoding", "gzip")
	default:
		if body, err = t.Unzipped(); err != nil {
			s.writeProblem(w, err)
			return
		}
	}
	h.Set("Content-Type", "application/vnd.mapbox-vector-tile")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // an error means that the client has left
	}
}

func tileRequest(r *http.Request) (tiles.Request, error) {
	layers, err := tiles.ParseLayers(r.PathValue("layers"))
	if err != nil {
		return tiles.Request{}, err
	}
	q := r.URL.Query()
	req := tiles.Request{Layers: layers, Standard: q.Get("standard"), Category: q.Get("category")}
	y, isTile := strings.CutSuffix(r.PathValue("y"), ".mvt")
	for _, part := range []struct {
		text string
		to   *int
	}{{r.PathValue("z"), &req.Z}, {r.PathValue("x"), &req.X}, {y, &req.Y}} {
		n, err := strconv.Atoi(part.text)
		if err != nil || !isTile {
			return tiles.Request{}, household.Errorf(household.NotFound, "web", "that is no address of a tile").
				WithHint("/tiles/{layers}/{z}/{x}/{y}.mvt, with whole numbers")
		}
		*part.to = n
	}
	return req, nil
}

func acceptsGzip(r *http.Request) bool {
	for _, part := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if (name == "gzip" || name == "*") && strings.TrimSpace(q) != "q=0" {
			return true
		}
	}
	return false
}

// matches reports whether an If-None-Match header names the tag.
func matches(header, etag string) bool {
	for _, tag := range strings.Split(header, ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
			return true
		}
	}
	return false
}

func (s *Server) tileJSON(w http.ResponseWriter, r *http.Request) {
	names, ok := strings.CutSuffix(r.PathValue("layers"), ".json")
	if !ok {
		s.writeProblem(w, household.Errorf(household.NotFound, "web", "that is no address of tiles").
			WithHint("/tiles/{layers}.json describes them"))
		return
	}
	layers, err := tiles.ParseLayers(names)
	if err != nil {
		s.writeProblem(w, err)
		return
	}
	query := url.Values{}
	for _, name := range []string{"standard", "category"} {
		if v := r.URL.Query().Get(name); v != "" {
			query.Set(name, v)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "private, no-cache")
	_ = json.NewEncoder(w).Encode(s.Tiles.TileJSON(layers, s.base(r), query)) // the client may have left
}

func (s *Server) style(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	style, err := s.Tiles.Style(tiles.StyleOptions{
		Base: s.base(r), Lang: q.Get("lang"), Standard: q.Get("standard"), Category: q.Get("category"),
	})
	if err != nil {
		s.writeProblem(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "private, no-cache")
	_, _ = w.Write(style)
}

// base is this server's address as the client knows it.
func (s *Server) base(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil || s.SecureCookies {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}
