package importers

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseDate(t *testing.T) {
	for in, want := range map[string]string{
		"1990-01-31": "1990-01-31", "1990/1/31": "1990-01-31", "19900131": "1990-01-31", "1990年1月31日": "1990-01-31",
		"1990年01月31日": "1990-01-31", "1990.1.31": "1990-01-31", "1990-1-31 00:00:00": "1990-01-31",
		"1990-01-31T08:00:00Z": "1990-01-31", "2000-02-29": "2000-02-29", "1990/1/3": "1990-01-03", "1990年1月31": "1990-01-31",
		"": "", "1990": "", "1990-13-01": "", "1990-02-30": "", "31/1/1990": "", "1990-1": "", "90-1-31": "", "1990-01-31x": "",
		"1990-01-311": "", "199001311": "", "1990--31": "", "1990年1月": "", "1990-01-": "", "一九九〇": "", "1990/1/31/": "",
	} {
		got, ok := parseDate(in)
		if ok != (want != "") || ok && got.Format(time.DateOnly) != want {
			t.Errorf("%q = %v %v, want %q", in, got, ok, want)
		}
	}
}

// Every way of writing a date gives the date.
func TestParseDateForms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(1850, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 80000).Draw(t, "day"))
		form := rapid.SampledFrom([]string{"2006-01-02", "2006/1/2", "20060102", "2006年1月2日", "2006年01月02日", "2006-1-2 15:04:05"}).Draw(t, "form")
		if got, ok := parseDate(day.Format(form)); !ok || !got.Equal(day) {
			t.Fatalf("%q = %v %v", day.Format(form), got, ok)
		}
	})
}

func TestFloorOfRoom(t *testing.T) {
	for in, want := range map[string]int16{
		"401": 4, "1203": 12, "0401": 4, "401A": 4, "B101": -1, "-201": -2, "101": 1,
		"": 0, "1": 0, "11": 0, "10203": 0, "商铺": 0, "4O1": 0, "001": 0, "A": 0, "B1101": 0,
	} {
		if got, ok := floorOfRoom(in); got != want || ok != (want != 0) {
			t.Errorf("%q = %d %v, want %d", in, got, ok, want)
		}
	}
}

func TestParseFloat(t *testing.T) {
	for in, ok := range map[string]bool{
		"1": true, "-1.5": true, "１２．５": true, "1e3": true, "": false, "Inf": false, "NaN": false, "0x10": false, "1_0": false,
		"1,5": false, "1e999": false,
	} {
		if _, got := parseFloat(in); got != ok {
			t.Errorf("%q: %v", in, got)
		}
	}
}

func TestColumnNames(t *testing.T) {
	for _, kind := range []Kind{Areas, Compounds, Streets, Buildings, Units, Residents, Facilities} {
		table := tableOf(kind)
		seen := map[string]field{}
		for _, c := range table.columns {
			for i, n := range c.names {
				if other, ok := seen[columnName(n)]; ok && other != c.field && i < 2 {
					t.Errorf("%s: %q names two fields", kind, n)
				}
				seen[columnName(n)] = c.field
				if i > 1 {
					continue
				}
				// The contract's names hold for a file of their own.
				l, err := table.arrange([]string{" " + n + " "}, nil)
				if err != nil || l.at[c.field] != 0 {
					t.Errorf("%s: %q is not read (%v)", kind, n, err)
				}
			}
		}
	}
}

func TestArrange(t *testing.T) {
	l, err := tableOf(Units).arrange([]string{"\uFEFFBuilding Code", "ＲＯＯＭ", "建筑面积（平方米）", "备注", "*单元"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if l.at[fBuilding] != 0 || l.at[fRoom] != 1 || l.at[fArea] != 2 || l.at[fEntrance] != 4 || len(l.unknown) != 1 || l.unknown[0] != "备注" {
		t.Errorf("%+v", l)
	}
	if _, err := tableOf(Units).arrange([]string{"room", "ROOM"}, nil); err == nil {
		t.Error("a column twice is no error")
	}
}

// Every word that an error message recommends is known.
func TestAcceptedWordsAreKnown(t *testing.T) {
	w := newWords()
	check(t, acceptedUses, w.use)
	check(t, acceptedSexes, w.sex)
	check(t, acceptedRelations, w.relation)
	check(t, acceptedResidency, w.residency)
	check(t, acceptedTags, w.tag)
	check(t, acceptedLevels, w.level)
	if w.use["住宅"] != "residential" || w.relation["父母"] != "parent" || w.residency["人户分离"] != "elsewhere" || w.tag["退役军人"] != "veteran" {
		t.Error("wrong words")
	}
}

func check[T any](t *testing.T, accepted string, d dictionary[T]) {
	t.Helper()
	for _, w := range splitAccepted(accepted) {
		if _, ok := d[w]; !ok {
			t.Errorf("%q is recommended and unknown", w)
		}
	}
}

func splitAccepted(s string) []string {
	var out []string
	word := ""
	for _, c := range s + " " {
		if c == ' ' || c == '(' || c == ')' {
			if word != "" {
				out = append(out, word)
			}
			word = ""
			continue
		}
		word += string(c)
	}
	return out
}
