package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"hearthmap/internal/pgcluster/pgtest"
	"hearthmap/internal/testdata"
)

// program runs in this process, against a database of its own.
type program map[string]string // its environment

func newProgram(t *testing.T) program {
	t.Helper()
	dir := t.TempDir()
	return program{
		"HEARTHMAP_DATABASE_URL": pgtest.Migrated(t, "town"), "HEARTHMAP_CITY": "town",
		"HEARTHMAP_KEY_FILE": filepath.Join(dir, "key"), "HEARTHMAP_DATA": dir,
	}
}

func (p program) run(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = run(context.Background(), args, strings.NewReader(""), &out, &errs, func(k string) string { return p[k] })
	return status, out.String(), errs.String()
}

// TestMalformedFiles imports every broken file there is: each has to end in
// a clear error (status 1) or in rejects (status 3), or be read correctly.
// Memory is held down meanwhile, so that a bomb would show.
func TestMalformedFiles(t *testing.T) {
	root := testdata.Path(t, "malformed")
	p := newProgram(t)
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(256 << 20))
	for _, c := range []struct{ dir, ext, kind string }{
		{"geojson", ".geojson", "buildings"},
		{"geojson", ".geojson", "areas"},
		{"geojson", ".geojson", "streets"},
		{"csv", ".csv", "residents"},
		{"csv", ".csv", "facilities"},
		{"osm_pbf", ".pbf", "osm"},
		{"xlsx", ".xlsx", "residents"},
		{"zip", ".zip", "buildings"},
		{"dbf", ".dbf", "residents"},
		{"dbf/cpg", ".dbf", "facilities"},
		{"dbf/cpg", ".shp", "buildings"},
		{"dbf/ldid", ".dbf", "units"},
		{"dbf/ldid", ".shp", "areas"},
		{"shp_gbk", ".shp", "buildings"},
		{"shp_gbk", ".shp", "compounds"},
		{"shp_gbk", ".dbf", "residents"},
	} {
		files, err := filepath.Glob(filepath.Join(root, c.dir, "*"+c.ext))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files in %s: %v", c.dir, err)
		}
		for _, f := range files {
			rejects := filepath.Join(t.TempDir(), "rejects.csv")
			status, stdout, stderr := p.run("import", c.kind, f, "--rejects", rejects)
			name := c.kind + " " + filepath.Base(f)
			t.Logf("%s: status %d: %s", name, status, stderr)
			switch status {
			case 0:
				if strings.Contains(stdout, "rejected 0") {
					continue
				}
				t.Errorf("%s: done, but %s", name, stdout)
			case 1:
				if !strings.Contains(stderr, "try: ") {
					t.Errorf("%s: an error without a hint: %s", name, stderr)
				}
			case 3:
				if _, err := os.Stat(rejects); err != nil {
					t.Errorf("%s: rejected rows without a file: %v", name, err)
				}
			default:
				t.Errorf("%s: status %d: %s", name, status, stderr)
			}
			if strings.Contains(stderr, "should not have") || strings.Contains(stderr, "goroutine ") {
				t.Errorf("%s: a panic reached the user: %s", name, stderr)
			}
		}
	}
}
