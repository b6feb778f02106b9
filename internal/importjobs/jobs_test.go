package importjobs

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"hearthmap/household"
)

func TestCleanName(t *testing.T) {
	for in, want := range map[string]string{
		"楼栋 2026.csv":                         "楼栋 2026.csv",
		`C:\\表\\a.xlsx`:                       "a.xlsx",
		"../../etc/passwd":                    "passwd",
		"..":                                  "upload",
		"":                                    "upload",
		"-rf.csv":                             "rf.csv",
		".hidden.csv":                         "hidden.csv",
		"a\x00b\nc\u202e.csv":                 "a_b_c_.csv",
		"a\xffb.csv":                          "a_b.csv",
		`a"b;c=<d>.zip`:                       "a_b;c=_d_.zip",
		strings.Repeat("楼", 300) + ".osm.pbf": strings.Repeat("楼", 40) + strings.Repeat("楼", 12) + ".osm.pbf",
	} {
		got := cleanName(in)
		if got != want {
			t.Errorf("cleanName(%q) = %q, want %q", in, got, want)
		}
		if len(got) > 240 || !utf8.ValidString(got) || filepath.Base(got) != got {
			t.Errorf("%q is no safe name", got)
		}
	}
}

func open(t *testing.T) *Jobs {
	t.Helper()
	j, err := Open(Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(j.Close)
	return j
}

var clerk = household.Principal{AccountID: 1, Name: "clerk", Role: household.RoleAdmin}

// TestSpool: files are their owner's only, forgotten after a day, and gone
// with the server.
func TestSpool(t *testing.T) {
	j := open(t)
	f, err := j.Upload(t.Context(), clerk, "a.csv", 3, strings.NewReader("abc"))
	if err != nil {
		t.Fatal(err)
	}
	if f.Size != 3 || f.SHA256 != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("%+v", f)
	}
	kept, err := j.fileOf(clerk, f.ID)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{kept.path: 0o600, kept.dir: 0o700, j.spool: 0o700} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want %v", filepath.Base(path), info.Mode().Perm(), err, want)
		}
	}
	if _, err := j.fileOf(household.Principal{AccountID: 2, Role: household.RoleAdmin}, f.ID); household.CodeOf(err) != household.NotFound {
		t.Errorf("another account's file: %v", err)
	}
	j.sweep(time.Now().Add(-keepFor))
	if _, err := os.Stat(kept.path); err != nil {
		t.Errorf("a fresh file was swept: %v", err)
	}
	j.sweep(time.Now().Add(time.Second))
	if _, err := os.Stat(kept.path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an old file stays: %v", err)
	}
	j.Close()
	if _, err := os.Stat(j.spool); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the spool stays: %v", err)
	}
}

// TestLeftBehind: what a server that was killed left is removed after a day.
func TestLeftBehind(t *testing.T) {
	j := open(t)
	root := filepath.Dir(j.spool)
	old, young := filepath.Join(root, "serve-old"), filepath.Join(root, "serve-young")
	for _, d := range []string{old, young} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-2 * keepFor)
	if err := os.Chtimes(old, long, long); err != nil {
		t.Fatal(err)
	}
	j.sweepLeft(root)
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the old one stays: %v", err)
	}
	for _, d := range []string{young, j.spool} {
		if _, err := os.Stat(d); err != nil {
			t.Errorf("%v", err)
		}
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// TestBrokenUploadLeavesNothing: neither does a cancelled one, or one that
// the disk has no room for.
func TestBrokenUploadLeavesNothing(t *testing.T) {
	j := open(t)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for name, upload := range map[string]func() error{
		"broken": func() error {
			_, err := j.Upload(t.Context(), clerk, "a.csv", 0, io.MultiReader(strings.NewReader("a,b"), broken{}))
			return err
		},
		"cancelled": func() error {
			_, err := j.Upload(gone, clerk, "a.csv", 0, strings.NewReader("a"))
			return err
		},
		"larger than the disk": func() error {
			_, err := j.Upload(t.Context(), clerk, "a.csv", 1<<60, strings.NewReader("a"))
			return err
		},
	} {
		if upload() == nil {
			t.Errorf("%s: taken", name)
		}
	}
	left, err := os.ReadDir(j.spool)
	if err != nil || len(left) != 0 {
		t.Errorf("%d files are left, %v", len(left), err)
	}
}
