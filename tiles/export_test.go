package tiles

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
	"hearthmap/internal/testdata"
	"hearthmap/tiles/pmtiles"
)

func exportCity(t *testing.T, change func(*cityindex.Data)) *Service {
	t.Helper()
	d := randomCity(7, 300, townHall, 0.02)
	if change != nil {
		change(d)
	}
	c, err := cityindex.New(d)
	if err != nil {
		t.Fatal(err)
	}
	return NewService(cityindex.NewLive(c), nil, Options{})
}

func export(t *testing.T, s *Service, path string, o ExportOptions) []byte {
	t.Helper()
	if _, err := s.Export(context.Background(), path, o); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return whole
}

// An archive has every tile of the city as the server sends it, and no other:
// all tiles around the city are drawn one by one to compare.
func TestExportHasAllTiles(t *testing.T) {
	s := exportCity(t, nil)
	for _, layers := range [][]Layer{Layers, {Hexes}, {Buildings}, {Labels, Facilities}} {
		path := filepath.Join(t.TempDir(), "a.pmtiles")
		result, err := s.Export(context.Background(), path, ExportOptions{Layers: layers, MinZoom: 0, MaxZoom: 14})
		if err != nil {
			t.Fatal(err)
		}
		f, err := pmtiles.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := f.Verify(); err != nil {
			t.Fatal(err)
		}
		some := 0
		for z := 0; z <= 14; z++ {
			a := at(z, townHall)
			reach := 1 << max(0, z-9) // 35 km at least
			for x := max(0, a.X-reach); x <= min(1<<z-1, a.X+reach); x++ {
				for y := max(0, a.Y-reach); y <= min(1<<z-1, a.Y+reach); y++ {
					want, err := s.Tile(context.Background(), Request{Layers: layers, Z: z, X: x, Y: y})
					if err != nil {
						t.Fatal(err)
					}
					got, err := f.Tile(z, x, y)
					if err != nil || !bytes.Equal(got, want.Body) {
						t.Fatalf("%v %d/%d/%d: %d bytes, not %d: %v", layers, z, x, y, len(got), len(want.Body), err)
					}
					if !want.Empty() {
						some++
					}
				}
			}
		}
		if some == 0 || uint64(some) != f.Addressed || uint64(some) != result.Tiles {
			t.Errorf("%v: %d tiles around the city, %d in the archive, %d told", layers, some, f.Addressed, result.Tiles)
		}
	}
}

// An export that is stopped again and again gives the bytes of one that is
// not; one of another city begins again.
func TestExportResumes(t *testing.T) {
	s := exportCity(t, nil)
	o := ExportOptions{Layers: Layers, MaxZoom: 16}
	want := export(t, s, filepath.Join(t.TempDir(), "a.pmtiles"), o)

	path := filepath.Join(t.TempDir(), "a.pmtiles")
	starts := []int{}
	stopAfter := func(s *Service, places int) error {
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		o := o
		o.Progress = func(p ExportProgress) {
			if p.Done == p.Start {
				starts = append(starts, p.Start)
			}
			if p.Done-p.Start >= places {
				stop()
			}
		}
		_, err := s.Export(ctx, path, o)
		return err
	}
	for range 3 {
		if err := stopAfter(s, 1); !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped: %v", err)
		}
		if _, err := os.Stat(path); err == nil {
			t.Fatal("a stopped export left an archive")
		}
	}
	if starts[0] != 0 || starts[1] <= 0 || starts[2] <= starts[1] {
		t.Errorf("the attempts began at %v", starts)
	}
	if got := export(t, s, path, o); !bytes.Equal(got, want) {
		t.Error("an export in pieces is not that in one")
	}

	if err := stopAfter(s, 1); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	moved := exportCity(t, func(d *cityindex.Data) { d.Buildings[5].Point[0] += 1e-9 })
	stale := false
	again := o
	again.Progress = func(p ExportProgress) { stale = stale || p.Stale && p.Start == 0 }
	export(t, moved, path, again)
	if !stale {
		t.Error("an export went on with the tiles of another city")
	}
}

func TestExportRefuses(t *testing.T) {
	var known *household.Error
	path := filepath.Join(t.TempDir(), "a.pmtiles")
	s := exportCity(t, nil)
	for _, o := range []ExportOptions{
		{Layers: Layers, MaxZoom: 17},
		{Layers: Layers, MinZoom: 5, MaxZoom: 4},
		{MaxZoom: 4},
		{Layers: []Layer{"roofs"}, MaxZoom: 4},
		{Layers: []Layer{Buildings}, MaxZoom: 4}, // buildings begin at zoom 13
	} {
		if _, err := s.Export(context.Background(), path, o); !errors.As(err, &known) || known.Hint == "" {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("an archive is there")
	}
}

func TestArchiveMetadata(t *testing.T) {
	s := exportCity(t, nil)
	path := filepath.Join(t.TempDir(), "a.pmtiles")
	export(t, s, path, ExportOptions{Layers: []Layer{Areas, Buildings}, MinZoom: 10, MaxZoom: 14, Program: "test"})
	f, err := pmtiles.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := f.Metadata()
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		Layers []VectorLayer `json:"vector_layers"`
		Style  struct {
			Layers []struct {
				Source      string
				SourceLayer string `json:"source-layer"`
			}
		} `json:"hearthmap:style"`
	}
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	if len(m.Layers) != 2 || m.Layers[1].ID != "buildings" || m.Layers[1].MinZoom != 13 || m.Layers[1].MaxZoom != 14 || m.Layers[1].Fields["code"] != "String" {
		t.Errorf("vector_layers %+v", m.Layers)
	}
	drawn := map[string]bool{}
	for _, l := range m.Style.Layers {
		if drawn[l.SourceLayer] = true; l.SourceLayer != "" && l.Source != sourceBase {
			t.Errorf("a layer is drawn from the source %s", l.Source)
		}
	}
	if !drawn["buildings"] || !drawn["areas"] || drawn["streets"] {
		t.Errorf("the style draws %v", drawn)
	}
}

// GDAL reads what we write: GDAL before 3.8 by single tiles.
func TestExportInGDAL(t *testing.T) {
	ogrinfo := testdata.Tool(t, "ogrinfo")
	s := exportCity(t, nil)
	path := filepath.Join(t.TempDir(), "a.pmtiles")
	export(t, s, path, ExportOptions{Layers: Layers, MaxZoom: 14})
	f, err := pmtiles.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	a := at(14, townHall)
	body, err := f.Tile(14, a.X, a.Y)
	if err != nil || len(body) == 0 {
		t.Fatalf("%d bytes, %v", len(body), err)
	}
	tile := filepath.Join(t.TempDir(), "tile.mvt.gz")
	if err := os.WriteFile(tile, body, 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(ogrinfo, "-ro", "-al", "-so", "MVT:/vsigzip/"+tile).CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("Layer name: buildings")) || bytes.Contains(out, []byte("ERROR")) || bytes.Contains(out, []byte("Warning")) {
		t.Errorf("%v: %s", err, out)
	}
	formats, err := exec.Command(ogrinfo, "--formats").Output()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(formats, []byte("PMTiles")) {
		return
	}
	out, err = exec.Command(ogrinfo, "-ro", path).CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("buildings")) || bytes.Contains(out, []byte("ERROR")) {
		t.Errorf("%v: %s", err, out)
	}
}
