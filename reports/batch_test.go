package reports_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"hearthmap/geo/coverage"
	"hearthmap/household"
	"hearthmap/reports"
)

func tinyBatch(t *testing.T) *reports.Batch {
	t.Helper()
	own, err := coverage.ParseStandard(tinyStandard)
	if err != nil {
		t.Fatal(err)
	}
	std, err := coverage.StandardByID("")
	if err != nil {
		t.Fatal(err)
	}
	return &reports.Batch{
		Standards: []*coverage.Standard{own, std}, Levels: []household.AreaLevel{household.LevelCommunity, household.LevelStreet},
		Formats: []reports.Format{reports.CSV, reports.XLSX},
	}
}

// TestBatch: every file is what the report by itself is, the manifest tells
// of each, and progress ends with all.
func TestBatch(t *testing.T) {
	b, e, dir := tinyBatch(t), coverage.New(tinyTown()), t.TempDir()
	b.Areas, b.Each, b.Measures = []string{"990000"}, household.LevelDistrict, []string{"targets"}
	var steps []reports.Step
	m, err := b.Run(t.Context(), e, reports.SaveTo(dir), func(s reports.Step) { steps = append(steps, s) })
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Files) != 2*2*2*2 || m.InputSHA256 != e.InputSHA256() {
		t.Errorf("%d files, input %s", len(m.Files), m.InputSHA256)
	}
	for i, s := range steps[1:] {
		if s.Done < steps[i].Done || s.Total != len(m.Files) {
			t.Errorf("step %d: %+v after %+v", i, s, steps[i])
		}
	}
	if last := steps[len(steps)-1]; last.Done != len(m.Files) {
		t.Errorf("the last step is %+v", last)
	}
	for _, f := range m.Files {
		got, err := os.ReadFile(filepath.Join(dir, f.Name))
		if err != nil {
			t.Fatal(err)
		}
		std := b.Standards[0]
		if f.Standard != std.ID {
			std = b.Standards[1]
		}
		r, err := coverage.New(tinyTown()).Run(t.Context(), coverage.Request{Standard: std})
		if err != nil {
			t.Fatal(err)
		}
		c, err := reports.NewCoverage(r, f.Level, f.Area)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Measure(t.Context(), b.Measures, "", nil); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, write(t, c, f.Format, reports.Options{})) || int64(len(got)) != f.Bytes || f.InputSHA256 != c.InputSHA256 {
			t.Errorf("%s is not the report by itself", f.Name)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, reports.ManifestName))
	if err != nil {
		t.Fatal(err)
	}
	var again reports.Manifest
	if err := json.Unmarshal(text, &again); err != nil || fmt.Sprint(again) != fmt.Sprint(*m) {
		t.Errorf("manifest %+v, want %+v: %v", again, *m, err)
	}
}

func TestBatchStops(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var mu sync.Mutex
	var names []string
	_, err := tinyBatch(t).Run(ctx, coverage.New(tinyTown()), func(name string, _ []byte) error {
		mu.Lock()
		defer mu.Unlock()
		names = append(names, name)
		stop()
		return nil
	}, nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	for _, n := range names {
		if n == reports.ManifestName {
			t.Error("a batch that was stopped has a manifest")
		}
	}
}

func TestBatchRefuses(t *testing.T) {
	e := coverage.New(tinyTown())
	for name, c := range map[string]struct {
		alter func(*reports.Batch)
		want  household.ErrorCode
	}{
		"no standard": {func(b *reports.Batch) { b.Standards = nil }, household.Invalid},
		"level":       {func(b *reports.Batch) { b.Levels = []household.AreaLevel{"moon"} }, household.Invalid},
		"area":        {func(b *reports.Batch) { b.Areas = []string{"990099"} }, household.NotFound},
		"each":        {func(b *reports.Batch) { b.Each = household.LevelGrid }, household.NotFound},
		"section":     {func(b *reports.Batch) { b.Measures = []string{"luck"} }, household.Invalid},
		"target":      {func(b *reports.Batch) { b.Targets = []string{"-3"} }, household.Invalid},
		"browser": {func(b *reports.Batch) {
			b.Formats, b.Options.Chromium = []reports.Format{reports.PDF}, "/nowhere/chromium"
		}, household.Unavailable},
	} {
		b := tinyBatch(t)
		c.alter(b)
		_, err := b.Run(t.Context(), e, func(string, []byte) error { t.Errorf("%s: a file was made", name); return nil }, nil)
		var known *household.Error
		if household.CodeOf(err) != c.want || !errors.As(err, &known) || known.Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
