package testdata

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// recorder stands in for the test of a caller, to see whether it is skipped
// or fails.
type recorder struct {
	testing.TB
	said string
}

func (r *recorder) Helper() {}
func (r *recorder) Skipf(format string, args ...any) {
	r.said = "skip: " + fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.said = "fail: " + fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func pathOf(t *testing.T, rel string) (path, said string) {
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		path = Path(r, rel)
	}()
	<-done
	return path, r.said
}

func TestPath(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("HEARTHMAP_TESTDATA", dir)
	if err := os.WriteFile(filepath.Join(dir, "a.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ ci, rel, verdict string }{
		{"", "a.txt", ""},
		{"true", "a.txt", ""},
		{"", "b.txt", "skip"},
		{"true", "b.txt", "fail"},
	} {
		t.Setenv("CI", c.ci)
		path, said := pathOf(t, c.rel)
		if c.verdict == "" && (path != filepath.Join(dir, c.rel) || said != "") {
			t.Errorf("CI=%q %s: got %q, %s", c.ci, c.rel, path, said)
		}
		if c.verdict != "" && (path != "" || len(said) < 4 || said[:4] != c.verdict) {
			t.Errorf("CI=%q %s: got %q, %q, want %s", c.ci, c.rel, path, said, c.verdict)
		}
	}
}

func TestTool(t *testing.T) {
	for ci, verdict := range map[string]string{"": "skip", "true": "fail"} {
		t.Setenv("CI", ci)
		if path := Tool(t, "go"); path == "" {
			t.Error("does not find go")
		}
		r := &recorder{TB: t}
		done := make(chan struct{})
		go func() {
			defer close(done)
			Tool(r, "no-such-program")
		}()
		<-done
		if len(r.said) < 4 || r.said[:4] != verdict {
			t.Errorf("CI=%q: %q, want %s", ci, r.said, verdict)
		}
	}
}

func TestDirBesideTheProject(t *testing.T) {
	t.Setenv("HEARTHMAP_TESTDATA", "")
	t.Setenv("CI", "")
	path, said := pathOf(t, "osm")
	want := filepath.Join(Root(t), "..", "shared", "data", "osm")
	if path != want && said == "" {
		t.Errorf("got %q, want %q", path, want)
	}
}
