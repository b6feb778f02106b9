package mvt_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"hearthmap/internal/testdata"
	"hearthmap/tiles/mvt"
)

// contradicted are fixtures whose info.json says "valid" while another
// fixture with the same geometry bytes says "invalid". The decoder goes by the
// stricter of the two; the text of 016 allows it ("can choose to use or
// throw"), and 057 claims 2^29-1 points and brings one.
var contradicted = map[string]string{"016": "003", "057": "051"}

type info struct {
	Validity struct {
		V2    bool   `json:"v2"`
		Error string `json:"error"`
	} `json:"validity"`
}

func readInfo(t *testing.T, dir string) (i info, tile []byte) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "info.json"))
	if err == nil {
		err = json.Unmarshal(text, &i)
	}
	if err == nil {
		tile, err = os.ReadFile(filepath.Join(dir, "tile.mvt"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return i, tile
}

func TestFixtures(t *testing.T) {
	root := testdata.Path(t, "tiles/mvt-fixtures/fixtures")
	dirs, err := filepath.Glob(filepath.Join(root, "*"))
	if err != nil || len(dirs) != 74 {
		t.Fatalf("%d fixtures, %v", len(dirs), err)
	}
	for _, dir := range dirs {
		name := filepath.Base(dir)
		want, data := readInfo(t, dir)
		if other, ok := contradicted[name]; ok {
			// The contradiction is checked, so that the exception goes when
			// the fixtures are mended.
			i, otherData := readInfo(t, filepath.Join(root, other))
			if !want.Validity.V2 || i.Validity.V2 || name == "016" && !bytes.Equal(data, otherData) {
				t.Errorf("%s and %s no longer contradict one another", name, other)
			}
			want = i
		}
		_, err := mvt.Decode(data)
		if (err == nil) != want.Validity.V2 {
			t.Errorf("%s: error %v, valid is %v", name, err, want.Validity.V2)
		}
		var e *mvt.Error
		if err != nil && want.Validity.Error != "" && (!errors.As(err, &e) || e.Recoverable != (want.Validity.Error == "recoverable")) {
			t.Errorf("%s: error %v is recoverable %v, want %q", name, err, e.Recoverable, want.Validity.Error)
		}
	}
}

// What decodes has what tile.json says.
func TestFixturesHaveTheirContents(t *testing.T) {
	root := testdata.Path(t, "tiles/mvt-fixtures/fixtures")
	dirs, _ := filepath.Glob(filepath.Join(root, "*"))
	for _, dir := range dirs {
		_, data := readInfo(t, dir)
		tile, err := mvt.Decode(data)
		if err != nil {
			continue
		}
		var want struct {
			Layers []struct {
				Name     string
				Keys     []string
				Values   []map[string]any
				Features []struct {
					ID   uint64
					Type int
					Tags []int
				}
			}
		}
		text, err := os.ReadFile(filepath.Join(dir, "tile.json"))
		if err == nil {
			err = json.Unmarshal(text, &want)
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(tile.Layers) != len(want.Layers) {
			t.Errorf("%s: %d layers, want %d", dir, len(tile.Layers), len(want.Layers))
			continue
		}
		for i, l := range want.Layers {
			got := tile.Layers[i]
			if got.Name != l.Name || len(got.Keys) != len(l.Keys) || len(got.Values) != len(l.Values) || len(got.Features) != len(l.Features) {
				t.Errorf("%s: layer %+v, want %+v", dir, got, l)
				continue
			}
			for j, f := range l.Features {
				g := got.Features[j]
				if g.ID != f.ID || int(g.Type) != f.Type || len(g.Properties) != len(f.Tags)/2 {
					t.Errorf("%s: feature %+v, want %+v", dir, g, f)
				}
			}
		}
	}
}
