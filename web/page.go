package web

import (
	"io/fs"
	"net/http"
	"path"
	"strings"

	"hearthmap/household"
)

// routePage serves the built front end. /assets/ holds files named by their
// content, which never change; the page itself is always asked for anew.
func (s *Server) routePage(mux *http.ServeMux) {
	files := http.FileServerFS(s.Page)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			s.writeProblem(w, household.Errorf(household.NotFound, "web", "there is nothing to send this to"))
			return
		}
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		switch {
		case name == "" || name == "m":
			s.servePage(w)
		case strings.HasPrefix(name, "assets/"):
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			files.ServeHTTP(w, r)
		default:
			files.ServeHTTP(w, r)
		}
	})
}

func (s *Server) servePage(w http.ResponseWriter) {
	page, err := fs.ReadFile(s.Page, "index.html")
	if err != nil {
		s.writeProblem(w, household.Errorf(household.Unavailable, "web", "the page was not built into this program").
			WithHint("build it with `make build`"))
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(page)
}
