package reports

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
)

// csvColumns are stable: they are the contract's.
var csvColumns = []string{
	"area_code", "area_name", "level", "requirement", "category", "minutes", "metres", "people", "covered", "uncovered",
	"unreachable", "share", "buildings", "buildings_covered", "median_metres", "p90_metres", "facilities",
}

// writeCSV writes a row for each area and requirement. Share is empty where
// nobody of the group lives, the percentiles where no facility is reached.
// The byte order mark makes Excel read it as UTF-8.
func writeCSV(w io.Writer, c *Coverage) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	if err := out.Write(csvColumns); err != nil {
		return err
	}
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	for n := range c.Areas {
		a := &c.Areas[n]
		for i := range a.Totals {
			t, q := &a.Totals[i], &c.Requirements[i]
			share := ""
			if t.People > 0 {
				share = strconv.FormatFloat(t.Share, 'f', 4, 64)
			}
			err := out.Write([]string{
				plainText(a.Code), plainText(a.Name), string(a.Level), q.ID, string(q.Category), strconv.Itoa(q.Minutes),
				strconv.FormatFloat(q.Metres, 'f', 1, 64),
				number(t.People), number(t.Covered), number(t.Uncovered), number(t.Unreachable), share,
				number(t.Buildings), number(t.BuildingsCovered),
				metres(t, t.MedianMetres, ""), metres(t, t.P90Metres, ""), strconv.Itoa(t.Facilities),
			})
			if err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// plainText keeps a spreadsheet from taking a name out of an imported file
// for a formula.
func plainText(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// writeJSON writes what GET /api/v1/coverage gives, indented.
func writeJSON(w io.Writer, c *Coverage) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(c)
}
