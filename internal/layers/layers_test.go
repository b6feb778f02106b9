package layers

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"hearthmap/internal/testdata"
)

// TestLayers is the linter.
func TestLayers(t *testing.T) {
	found, err := Check(os.DirFS(testdata.Root(t)))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range found {
		t.Error(v)
	}
}

func TestCheckFinds(t *testing.T) {
	source := func(imports ...string) *fstest.MapFile {
		var b strings.Builder
		b.WriteString("package p\n")
		for _, i := range imports {
			b.WriteString("import _ \"" + i + "\"\n")
		}
		return &fstest.MapFile{Data: []byte(b.String())}
	}
	long := &fstest.MapFile{Data: []byte("package p\n" + strings.Repeat("\n", maxLines))}
	for name, c := range map[string]struct {
		file string
		text *fstest.MapFile
		want string // empty: nothing
	}{
		"web and postgis":             {"web/a.go", source("net/http", "hearthmap/postgis"), "web may not import postgis"},
		"web and pgx":                 {"web/a.go", source("github.com/jackc/pgx/v5/pgconn"), "pgx"},
		"a part of web and postgis":   {"web/auth/a.go", source("hearthmap/postgis"), "may not import postgis"},
		"cmd wires":                   {"cmd/hearthmap/a.go", source("hearthmap/web", "hearthmap/postgis", "github.com/jackc/pgx/v5"), ""},
		"h3 outside hexgrid":          {"geo/cityindex/a.go", source("github.com/uber/h3-go/v4"), "h3-go"},
		"h3 in cmd":                   {"cmd/hearthmap/a.go", source("github.com/uber/h3-go/v4"), "h3-go"},
		"h3 in hexgrid":               {"geo/hexgrid/a.go", source("github.com/uber/h3-go/v4"), ""},
		"household's own":             {"household/a.go", source("errors", "hearthmap/geo", "github.com/paulmach/orb/planar"), ""},
		"household and a library":     {"household/a.go", source("golang.org/x/text/width"), "household may not import golang.org/x/text/width"},
		"household upwards":           {"household/a.go", source("hearthmap/geo/walk"), "household may not import geo/walk"},
		"a library with a like name":  {"household/a.go", source("github.com/paulmach/orbit"), "orbit"},
		"coverage and the snapshot":   {"geo/coverage/a.go", source("hearthmap/geo/cityindex", "hearthmap/geo/walk"), ""},
		"coverage and importers":      {"geo/coverage/a.go", source("hearthmap/importers"), "geo/coverage may not import importers"},
		"a reader":                    {"importers/csvfile/a.go", source("hearthmap/importers", "hearthmap/household"), ""},
		"a tag hides nothing":         {"tiles/a_windows.go", source("hearthmap/postgis"), "tiles may not import postgis"},
		"tests are free":              {"web/a_test.go", source("hearthmap/postgis", "github.com/jackc/pgx/v5"), ""},
		"an unknown package":          {"helpers/a.go", source(), "not in the table"},
		"a long file":                 {"web/a.go", long, "more than 600"},
		"a long test":                 {"web/a_test.go", long, "more than 600"},
		"a long file of the page":     {"web/app/src/a.vue", long, "more than 600"},
		"a long file that is made":    {"web/app/src/api.ts", &fstest.MapFile{Data: append([]byte("// Code generated\n"), long.Data...)}, ""},
		"a file of 600 lines":         {"web/a.go", &fstest.MapFile{Data: long.Data[:len(long.Data)-1]}, ""},
		"other people's files":        {"web/app/node_modules/x/a.go", source("hearthmap/postgis"), ""},
		"what was built":              {"web/app/dist/a.js", long, ""},
		"a line number is told":       {"web/a.go", source("fmt", "hearthmap/postgis"), "web/a.go:3:"},
		"the standard library passes": {"internal/layers/a.go", source("go/parser", "encoding/json"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := Check(fstest.MapFS{"go.mod": {Data: []byte("module hearthmap\n\ngo 1.26\n")}, c.file: c.text})
			if err != nil {
				t.Fatal(err)
			}
			if c.want == "" && len(found) > 0 {
				t.Errorf("found %v", found)
			}
			if c.want != "" && (len(found) != 1 || !strings.Contains(found[0].String(), c.want)) {
				t.Errorf("found %v, want %q", found, c.want)
			}
		})
	}
}
