package importers_test

import (
	"context"
	"encoding/hex"
	"os"
	"strings"
	"testing"
	"time"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/formats"
	"hearthmap/importers/importertest"
)

const fullMapping = `version: 1
kind: residents
encoding: gb18030
crs: gcj02
sheet: 人员
header_row: 2
columns:
  楼号: building_code
  "备注": "-"
  待定:
constants:
  entrance: "01"
values:
  relation: {当家人: head}
  tags:
    困难户: subsistence
    不详: ""
date_formats: [DD/MM/YYYY, YY.M.D]
`

func TestReadMapping(t *testing.T) {
	m, err := importers.ReadMapping([]byte(fullMapping))
	if err != nil {
		t.Fatal(err)
	}
	if m.Kind != importers.Residents || m.Encoding != "gb18030" || m.CRS != "gcj02" || m.Layer != "人员" || m.HeaderRow != 2 ||
		len(m.Columns) != 2 || m.Columns["楼号"] != "building_code" || m.Constants["entrance"] != "01" ||
		m.Values["relation"]["当家人"] != "head" || len(m.DateFormats) != 2 {
		t.Errorf("%+v", m)
	}
	for _, empty := range []string{"", "\n# nothing\n", "---\n", "columns:\nvalues:\n"} {
		if _, err := importers.ReadMapping([]byte(empty)); err != nil {
			t.Errorf("%q: %v", empty, err)
		}
	}
}

// Mistakes are found at once, and named by line.
func TestMappingMistakes(t *testing.T) {
	for in, want := range map[string]string{
		"version: 2\n":                     "line 1: the version",
		"kind: people\n":                   "line 1: there is no kind",
		"kind: osm\n":                      "line 1: there is no kind",
		"version: 1\ncolums:\n  a: code\n": "line 2: unknown key",
		"kind: units\ncolumns:\n  a: room\n  b: phone\n":   "line 4: units have no field",
		"columns:\n  a: nothing\n":                         "line 2: the kinds have no field",
		"columns:\n  a: room\n  b: room\n":                 "line 3: the columns",
		"columns:\n  a: room\n  a: floor\n":                `line 3: "a" occurs in columns twice`,
		"columns: [a, b]\n":                                "line 1: columns is not a list of names",
		"columns:\n  a: [room]\n":                          "line 2: a single value",
		"constants:\n  nothing: 1\n":                       "line 2: the kinds have no field",
		"values:\n  room:\n    a: b\n":                     "line 2: the values of room are no words",
		"values:\n  use:\n    宿舍: living\n":                `line 3: "living" is no value of use`,
		"header_row: 0\n":                                  "line 1: the header's row",
		"header_row: 99999999999999999999\n":               "line 1: the header's row",
		"encoding: latin1\n":                               "line 1: unknown encoding",
		"\ncrs: EPSG:1\n":                                  "line 2: unknown reference system",
		"date_formats: [DD/MM]\n":                          "line 1: \"DD/MM\" is no date format",
		"date_formats: [DDMMYYYYDD]\n":                     "line 1:",
		"a: b: c\n":                                        "it is not YAML",
		"columns:\n\ta: code\n":                            "line 2: it is not YAML",
		"version: 1\n---\nversion: 1\n":                    "a second document",
		"a: &x [*x]\n":                                     "unknown key",
		"columns: &x {a: room}\nconstants: *x\n":           "line 2:",
		"columns:\n  <<: {a: room}\n":                      "line 2:",
		"- 1\n":                                            "line 1: the file is not a list of names",
		"kind: &a units\nsheet: *a\n":                      "line 2: a single value",
		strings.Repeat("#", 1<<20) + "\n":                  "too long",
		"columns:\n  a: " + strings.Repeat("x", 2000) + "": "line 2: the value is longer",
	} {
		_, err := importers.ReadMapping([]byte(in))
		if household.CodeOf(err) != household.Invalid || !strings.Contains(err.Error(), want) || household.HintOf(err) == "" {
			t.Errorf("%.60q: %v, want %q", in, err, want)
		}
	}
}

func TestMappingInAnImport(t *testing.T) {
	var s importertest.Store
	loadTown(t, &s)
	run(t, &s, importers.Units, write(t, "u.csv", "building_code,entrance,room\nB1,1,401\n"))
	path := write(t, "police.yaml", strings.Replace(fullMapping, "encoding: gb18030\ncrs: gcj02\n", "", 1))
	m, err := importers.OpenMapping(path)
	if err != nil {
		t.Fatal(err)
	}
	const table = "花园街道人员名单,,,,,\n姓名,出生日期,楼号,房号,与户主关系,标签,备注\n" +
		"张试一,31/01/1990,B1,401,当家人,困难户；党员,x\n李试二,90.1.31,B1,401,配偶,不详,y\n王试三,1990-01-31,B1,401,当家的,,\n"
	rep := run(t, &s, importers.Residents, write(t, "r.csv", table), func(o *importers.Options) { o.Mapping = m })
	if rep.Created != 2 || rep.Rejected != 1 || len(rep.Notes) != 0 {
		t.Fatalf("%+v", rep)
	}
	found := 0
	for _, e := range s.Table("resident") {
		p := e.(household.Resident)
		if !p.BirthDate.Equal(time.Date(1990, 1, 31, 0, 0, 0, 0, time.UTC)) || p.Entrance != "1" {
			t.Errorf("%+v", p)
		}
		switch p.Name {
		case "张试一":
			if p.Relation != household.RelationHead || len(p.Tags) != 2 || p.Tags[0] != household.TagSubsistence {
				t.Errorf("%+v", p)
			}
			found++
		case "李试二":
			if len(p.Tags) != 0 {
				t.Errorf("%+v", p)
			}
			found++
		}
	}
	if found != 2 {
		t.Errorf("%+v", s.Table("resident"))
	}
	// The rejects file has its header in its first line, and no title.
	rejects, err := os.ReadFile(rep.RejectsFile)
	if err != nil {
		t.Fatal(err)
	}
	mended := strings.Replace(string(rejects), "当家的", "户主", 1)
	rep = run(t, &s, importers.Residents, write(t, "mended.csv", mended), func(o *importers.Options) { o.Mapping = m })
	if rep.Created != 1 || rep.Rejected != 0 {
		t.Errorf("%+v\n%s", rep, mended)
	}
	_, err = importers.Run(t.Context(), importers.Options{File: write(t, "u.csv", table), Kind: importers.Units, Formats: formats.All(), Mapping: m}, &s)
	if err == nil || !strings.Contains(err.Error(), "the mapping is for residents") {
		t.Errorf("%v", err)
	}
}

// watched keeps the batch of the load it begins.
type watched struct {
	*importertest.Store
	batch importers.Batch
}

func (w *watched) Begin(ctx context.Context, b importers.Batch) (importers.Load, error) {
	w.batch = b
	return w.Store.Begin(ctx, b)
}

func TestHistoryNamesTheMapping(t *testing.T) {
	w := &watched{Store: &importertest.Store{}}
	m, err := importers.OpenMapping(write(t, "m.yaml", "constants: {level: 社区}\n"))
	if err != nil {
		t.Fatal(err)
	}
	run(t, w, importers.Areas, write(t, "a.csv", "code,name,wkt\n1,a,\"POLYGON((1 1,2 1,2 2,1 1))\"\n"), func(o *importers.Options) { o.Mapping = m })
	if got := w.batch.Options; got["mapping"] != "m.yaml" || got["mapping_sha256"] != hex.EncodeToString(m.SHA256[:]) {
		t.Errorf("%v", got)
	}
}

func FuzzReadMapping(f *testing.F) {
	f.Add([]byte(fullMapping))
	f.Add([]byte("columns: {a: room, ? [x] : y}\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := importers.ReadMapping(text)
		if err != nil {
			if household.HintOf(err) == "" || !strings.Contains(err.Error(), "line ") {
				t.Errorf("no line or hint: %v", err)
			}
			return
		}
		// What is read can be used.
		kind := m.Kind
		if kind == "" {
			return
		}
		o := importers.Options{File: "none", Kind: kind, Mapping: m}
		if _, err := importers.Run(t.Context(), o, &importertest.Store{}); household.HintOf(err) == "" {
			t.Errorf("%v", err)
		}
	})
}
