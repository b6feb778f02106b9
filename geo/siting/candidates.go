package siting

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"hearthmap/household"
)

// columns are the names of a candidate file's columns, in lower case.
var columns = map[string][]string{
	"code": {"code", "编码", "编号", "地块编号", "地块编码", "id"},
	"name": {"name", "名称", "地块名称"},
	"lon":  {"lon", "lng", "longitude", "经度", "x"},
	"lat":  {"lat", "latitude", "纬度", "y"},
}

// ParseCandidates reads places for new facilities from the text of a file:
// CSV (separated by comma, semicolon or tab) with the columns lon 经度 and lat
// 纬度 and, if it likes, code 编码 and name 名称; or GeoJSON points with the
// properties code and name. Positions are WGS 84 unless convert, which may be
// nil, makes them so. Places without a code are called after their row. Errors
// are Invalid and name the row.
func ParseCandidates(text string, convert func(orb.Point) orb.Point) ([]Candidate, error) {
	text = strings.TrimPrefix(text, "\uFEFF")
	var out []Candidate
	var err error
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		out, err = candidatesGeoJSON(text)
	} else {
		out, err = candidatesCSV(text)
	}
	if err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, badFile("there is no place in it")
	}
	seen := map[string]int{}
	for i := range out {
		c := &out[i]
		if convert != nil {
			c.Point = convert(c.Point)
		}
		if c.Code == "" {
			c.Code = fmt.Sprintf("%d", i+1)
		}
		if before, twice := seen[c.Code]; twice {
			return nil, badFile("places %d and %d have the same code %q", before, i+1, c.Code)
		}
		seen[c.Code] = i + 1
		if !(math.Abs(c.Point[0]) <= 180 && math.Abs(c.Point[1]) <= 85) {
			return nil, badFile("place %d is not at a longitude and latitude", i+1)
		}
	}
	return out, nil
}

func badFile(format string, args ...any) error {
	return household.Errorf(household.Invalid, "siting.ParseCandidates", "candidates: "+format, args...).
		WithHint("give CSV with the columns code, name, lon, lat (编码, 名称, 经度, 纬度), or GeoJSON points, at most %d", MaxCandidates)
}

func candidatesCSV(text string) ([]Candidate, error) {
	head, _, _ := strings.Cut(text, "\n")
	r := csv.NewReader(strings.NewReader(text))
	r.TrimLeadingSpace = true
	for _, comma := range []rune{'\t', ';'} {
		if strings.ContainsRune(head, comma) && !strings.ContainsRune(head, ',') {
			r.Comma = comma
		}
	}
	header, err := r.Read()
	if err != nil {
		return nil, badFile("it has no first row with the names of columns")
	}
	at := map[string]int{}
	for i, h := range header {
		h = strings.ToLower(strings.TrimSpace(h))
		for column, names := range columns {
			for _, n := range names {
				if _, taken := at[column]; h == n && !taken {
					at[column] = i
				}
			}
		}
	}
	for _, column := range []string{"lon", "lat"} {
		if _, ok := at[column]; !ok {
			return nil, badFile("there is no column %s (%s)", column, columns[column][3])
		}
	}
	var out []Candidate
	for row := 2; ; row++ {
		fields, err := r.Read()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, badFile("row %d is not readable as CSV", row)
		}
		text := func(column string) string {
			if i, ok := at[column]; ok {
				return strings.TrimSpace(fields[i])
			}
			return ""
		}
		c := Candidate{Code: text("code"), Name: text("name")}
		for axis, column := range []string{"lon", "lat"} {
			if c.Point[axis], err = strconv.ParseFloat(text(column), 64); err != nil {
				return nil, badFile("row %d has no number as %s", row, column)
			}
		}
		if len(out) == MaxCandidates {
			return nil, badFile("there are more than %d places", MaxCandidates)
		}
		out = append(out, c)
	}
}

func candidatesGeoJSON(text string) ([]Candidate, error) {
	var kind struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal([]byte(text), &kind); err != nil || kind.Type != "FeatureCollection" {
		return nil, badFile("it is not a GeoJSON FeatureCollection")
	}
	fc, err := geojson.UnmarshalFeatureCollection([]byte(text))
	if err != nil {
		return nil, badFile("it is not readable as GeoJSON")
	}
	if len(fc.Features) > MaxCandidates {
		return nil, badFile("there are more than %d places", MaxCandidates)
	}
	out := make([]Candidate, 0, len(fc.Features))
	for i, f := range fc.Features {
		if f == nil {
			return nil, badFile("place %d is null", i+1)
		}
		p, ok := f.Geometry.(orb.Point)
		if !ok {
			return nil, badFile("place %d is not a point", i+1)
		}
		c := Candidate{Point: p}
		c.Code, c.Name = property(f.Properties, "code"), property(f.Properties, "name")
		out = append(out, c)
	}
	return out, nil
}

// property is the first of a column's names that the properties have.
func property(p geojson.Properties, column string) string {
	for _, n := range columns[column] {
		switch v := p[n].(type) {
		case nil:
		case string:
			return strings.TrimSpace(v)
		case float64:
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
	}
	return ""
}
