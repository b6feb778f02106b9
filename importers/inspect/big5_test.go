package inspect_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hearthmap/importers"
	"hearthmap/importers/charset"
	"hearthmap/importers/formats"
	"hearthmap/importers/inspect"
)

// A table in traditional characters: no column is known by its name, so the
// mapping names them all; the rejects come back in Big5.
func TestBig5WithAMapping(t *testing.T) {
	store := city(t)
	const table = "設施編碼,設施名稱,設施類別,東經,北緯\n1,中正藥局,藥局,123.405,41.805\n2,忠孝幼稚園,幼稚園,123.405,41.805\n3,仁愛,不知,123.405,41.805\n"
	file := write(t, "f.csv", charset.Encode(table, charset.Big5))
	s := survey(t, importers.Options{File: file, Kind: importers.Facilities}, nil)
	if s.Encoding != "big5" || !s.EncodingCertain || len(s.Missing) == 0 {
		t.Errorf("%s %v %q", s.Encoding, s.EncodingCertain, s.Missing)
	}
	written, err := inspect.Mapping(s)
	if err != nil {
		t.Fatal(err)
	}
	edited := strings.NewReplacer(`設施編碼: "-"`, "設施編碼: code", `設施名稱: "-"`, "設施名稱: name", `設施類別: "-"`, "設施類別: category",
		`東經: "-"`, "東經: lon", `北緯: "-"`, "北緯: lat", "values:", "values:\n  category: {藥局: 药店, 幼稚園: 幼儿园}").Replace(string(written))
	m, err := importers.ReadMapping([]byte(edited))
	if err != nil {
		t.Fatalf("%v\n%s", err, edited)
	}
	o := importers.Options{File: file, Kind: importers.Facilities, Formats: formats.All(), Mapping: m, RejectsPath: filepath.Join(t.TempDir(), "rejects.csv")}
	rep, err := importers.Run(t.Context(), o, store)
	if err != nil || rep.Created != 2 || rep.Rejected != 1 {
		t.Fatalf("%+v %v", rep, err)
	}
	raw, err := os.ReadFile(rep.RejectsFile)
	if err != nil || !bytes.HasPrefix(raw, charset.Encode("設施編碼,設施名稱", charset.Big5)) {
		t.Fatalf("%q %v", raw, err)
	}
	o.File = write(t, "mended.csv", bytes.Replace(raw, charset.Encode("不知", charset.Big5), charset.Encode("藥局", charset.Big5), 1))
	if rep, err = importers.Run(t.Context(), o, store); err != nil || rep.Created != 1 || rep.Rejected != 0 {
		t.Errorf("%+v %v", rep, err)
	}
}
