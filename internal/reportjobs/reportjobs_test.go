package reportjobs

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/household"
	"hearthmap/reports"
)

var (
	planner = household.Principal{AccountID: 1, Name: "planner", Role: household.RolePlanner}
	other   = household.Principal{AccountID: 2, Name: "other", Role: household.RolePlanner}
	ask     = household.ReportRequest{Standards: []string{"gb50180-2018"}, Levels: []string{"city", "community"}, Formats: []string{"csv", "xlsx"}}
)

func town(t *testing.T) *coverage.Live {
	t.Helper()
	city, err := cityindex.New(&cityindex.Data{
		City: "tiny",
		Areas: []cityindex.Area{
			{ID: 1, Code: "990000", Name: "样例市", Level: household.LevelCity},
			{ID: 2, ParentID: 1, Code: "990001001001", Name: "甲社区", Level: household.LevelCommunity},
		},
		Buildings: []cityindex.Building{{
			ID: 1, Code: "B1", Use: household.UseResidential, Point: orb.Point{123.4, 41.8}, AreaID: 2, Counts: cityindex.Counts{People: 12},
		}},
		Streets: []cityindex.Street{{Street: household.Street{
			Code: "S1", Class: "footway", Foot: true, Geom: orb.LineString{{123.39, 41.8}, {123.41, 41.8}},
		}}},
		Facilities: []cityindex.Facility{{ID: 1, Code: "F1", Category: "clinic", Geom: orb.Point{123.401, 41.8}, AreaID: 2}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return coverage.NewLive(cityindex.NewLive(city))
}

func open(t *testing.T) *Jobs {
	t.Helper()
	j, err := Open(Options{Coverage: town(t), Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(j.Close)
	return j
}

// follow watches the job to its end and returns every version it saw.
func follow(t *testing.T, j *Jobs, x household.ReportJob) []household.ReportJob {
	t.Helper()
	list := []household.ReportJob{x}
	for !x.Ended() {
		var err error
		if x, err = j.Watch(t.Context(), planner, x.ID, x.Version); err != nil {
			t.Fatal(err)
		}
		list = append(list, x)
	}
	return list
}

func start(t *testing.T, j *Jobs) household.ReportJob {
	t.Helper()
	x, err := j.Start(t.Context(), planner, ask)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestReports: a job makes its files although whoever asked has left, the
// archive holds them, and nobody else sees them.
func TestReports(t *testing.T) {
	j := open(t)
	ctx, leave := context.WithCancel(t.Context())
	first, err := j.Start(ctx, planner, ask)
	leave()
	if err != nil || first.State != household.ImportQueued || first.Total != 4 || first.Version != 1 {
		t.Fatalf("%+v %v", first, err)
	}
	seen := follow(t, j, first)
	for i, x := range seen[1:] {
		if x.Version <= seen[i].Version || x.Done < seen[i].Done {
			t.Errorf("%+v after %+v", x, seen[i])
		}
	}
	x := seen[len(seen)-1]
	if x.State != household.ImportDone || x.Done != 4 || len(x.Files) != 4 || x.Expires == nil || x.Expires.Sub(x.Started) != KeepFor || len(x.InputHash) != 64 {
		t.Fatalf("%+v", x)
	}
	var packed bytes.Buffer
	if err := j.Archive(planner, x.ID, &packed); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
	if err != nil || len(z.File) != 5 || z.File[0].Name != reports.ManifestName {
		t.Fatalf("%v %v", z, err)
	}
	for i, f := range x.Files {
		c, err := j.Open(planner, x.ID, f.Name)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(c)
		_ = c.Close()
		if err != nil || int64(len(text)) != f.Bytes || c.Size != f.Bytes || c.ContentType != reports.Format(f.Format).ContentType() {
			t.Errorf("%s: %v", f.Name, err)
		}
		inside, err := z.File[i+1].Open()
		if err != nil {
			t.Fatal(err)
		}
		if again, err := io.ReadAll(inside); err != nil || !bytes.Equal(again, text) {
			t.Errorf("%s differs in the archive: %v", f.Name, err)
		}
	}
	if info, err := os.Stat(filepath.Join(j.dir(x.ID), x.Files[0].Name)); err != nil || info.Mode()&0o111 != 0 {
		t.Errorf("%v %v", info, err)
	}
	for _, name := range []string{"../" + x.ID, "..", "", "nothing.csv"} {
		if _, err := j.Open(planner, x.ID, name); household.CodeOf(err) != household.NotFound {
			t.Errorf("%q opens: %v", name, err)
		}
	}
	if list := j.List(planner); len(list) != 1 || list[0].ID != x.ID {
		t.Errorf("%+v", list)
	}
	if len(j.List(other)) != 0 {
		t.Error("another account's list has the job")
	}
	_, err1 := j.Job(other, x.ID)
	_, err2 := j.Open(other, x.ID, x.Files[0].Name)
	_, err3 := j.Cancel(other, x.ID)
	for _, err := range []error{err1, err2, err3, j.Archive(other, x.ID, io.Discard)} {
		if household.CodeOf(err) != household.NotFound {
			t.Errorf("another account: %v", err)
		}
	}
	j.sweep(time.Now().Add(-KeepFor))
	if _, err := j.Job(planner, x.ID); err != nil {
		t.Errorf("swept too early: %v", err)
	}
	j.sweep(time.Now().Add(time.Second))
	if _, err := j.Job(planner, x.ID); household.CodeOf(err) != household.NotFound {
		t.Errorf("not forgotten: %v", err)
	}
	if _, err := os.Stat(j.dir(x.ID)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("files stay: %v", err)
	}
}

// TestQueue: jobs wait for each other; a job that waits can be cancelled, and
// an account has only so many.
func TestQueue(t *testing.T) {
	j := open(t)
	j.lane <- struct{}{} // as if one was at work
	var all []household.ReportJob
	for range maxWaiting {
		all = append(all, start(t, j))
	}
	if _, err := j.Start(t.Context(), planner, ask); household.CodeOf(err) != household.Conflict {
		t.Errorf("one too many: %v", err)
	}
	if _, err := j.Cancel(planner, all[0].ID); err != nil {
		t.Fatal(err)
	}
	seen := follow(t, j, all[0])
	if last := seen[len(seen)-1]; last.State != household.ImportCancelled || last.Problem != nil {
		t.Errorf("%+v", last)
	}
	if err := j.Archive(planner, all[0].ID, io.Discard); household.CodeOf(err) != household.Conflict {
		t.Errorf("a cancelled job's archive: %v", err)
	}
	start(t, j) // there is room again
	<-j.lane
	for _, x := range j.List(planner) {
		seen := follow(t, j, x)
		if got := seen[len(seen)-1].State; (got == household.ImportDone) == (x.ID == all[0].ID) {
			t.Errorf("job %s is %s", x.ID, got)
		}
	}
}

// TestFails: a job that cannot store its files says so without paths, leaves
// nothing and lets the next one work.
func TestFails(t *testing.T) {
	j := open(t)
	j.lane <- struct{}{}
	x := start(t, j)
	if err := os.WriteFile(j.dir(x.ID), nil, 0o600); err != nil { // in the way
		t.Fatal(err)
	}
	<-j.lane
	seen := follow(t, j, x)
	last := seen[len(seen)-1]
	if last.State != household.ImportFailed || last.Problem == nil || last.Problem.Hint == "" || bytes.Contains([]byte(last.Problem.Detail), []byte(j.spool)) {
		t.Errorf("%+v", last)
	}
	seen = follow(t, j, start(t, j))
	if got := seen[len(seen)-1].State; got != household.ImportDone {
		t.Errorf("the next job is %s", got)
	}
}

func TestRefuses(t *testing.T) {
	j := open(t)
	for name, alter := range map[string]func(*household.ReportRequest){
		"standard": func(r *household.ReportRequest) { r.Standards = []string{"moon"} },
		"level":    func(r *household.ReportRequest) { r.Levels = []string{"moon"} },
		"format":   func(r *household.ReportRequest) { r.Formats = []string{"doc"} },
		"area":     func(r *household.ReportRequest) { r.Areas = []string{"990099"} },
		"section":  func(r *household.ReportRequest) { r.Measures = []string{"luck"} },
	} {
		r := ask
		alter(&r)
		var e *household.Error
		if _, err := j.Start(t.Context(), planner, r); !errors.As(err, &e) || e.Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(j.List(planner)) != 0 {
		t.Error("a refused job is listed")
	}
}

func TestLimited(t *testing.T) {
	n := 0
	sink := limited(func(string, []byte) error { n++; return nil }, 5)
	if err := sink("a", make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	if err := sink("b", make([]byte, 1)); household.CodeOf(err) != household.Invalid || n != 1 {
		t.Errorf("%v after %d", err, n)
	}
}

// TestClose: whoever watches is let go when the server stops.
func TestClose(t *testing.T) {
	j, err := Open(Options{Coverage: town(t), Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	j.lane <- struct{}{}
	x := start(t, j)
	done := make(chan error)
	go func() {
		for {
			next, err := j.Watch(context.Background(), planner, x.ID, x.Version)
			if err != nil || next.Ended() {
				done <- err
				return
			}
			x = next
		}
	}()
	j.Close()
	<-done
	if _, err := os.Stat(j.spool); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the spool stays: %v", err)
	}
	if _, err := j.Start(context.Background(), planner, ask); household.CodeOf(err) != household.Unavailable {
		t.Errorf("a stopped server starts a job: %v", err)
	}
}
