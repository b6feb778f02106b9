package importers

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"
)

// KindCandidate is a kind that a file may be of, with what speaks for it.
type KindCandidate struct {
	Kind  Kind    `json:"kind"`
	Score float64 `json:"score"` // 0 to 1; compares candidates
	// Known of Columns columns mean something in files of the kind.
	Known   int      `json:"known_columns"`
	Columns int      `json:"columns"`
	Missing []string `json:"missing"` // required fields that no column holds
	Reason  string   `json:"reason"`
}

// kindWords are what files of a kind are named after.
var kindWords = map[Kind][]string{
	Areas:      {"area", "grid", "区划", "社区边界", "网格"},
	Compounds:  {"compound", "小区", "院落"},
	Streets:    {"street", "road", "道路", "路网"},
	Buildings:  {"building", "楼栋", "楼宇", "房屋建筑", "建筑物"},
	Units:      {"unit", "房屋", "户室", "房间"},
	Residents:  {"resident", "people", "人口", "人员", "居民"},
	Facilities: {"facilit", "poi", "设施", "网点"},
}

// guessKind ranks the kinds for a file of this name, these columns and these
// types of geometry.
func guessKind(fileName string, names []string, shapes map[string]int) []KindCandidate {
	columns := 0
	for _, n := range names {
		if n != "" {
			columns++
		}
	}
	var list []KindCandidate
	for _, k := range Kinds {
		t := tableOf(k)
		if t.columns == nil {
			continue
		}
		l, err := t.arrange(names, nil)
		if err != nil {
			continue
		}
		c := KindCandidate{Kind: k, Columns: columns, Known: columns - len(l.unknown), Missing: t.missing(l, len(shapes) > 0)}
		c.Score = 0.4*float64(c.Known)/float64(max(1, columns)) + 0.04*float64(min(c.Known, 5))
		if len(c.Missing) == 0 {
			c.Score += 0.3
		}
		c.Reason = fmt.Sprintf("%d of %d columns known", c.Known, columns)
		if fit, what := shapesFit(k, shapes); what != "" {
			c.Score *= fit
			c.Reason += ", " + what
		}
		for _, w := range kindWords[k] {
			if strings.Contains(strings.ToLower(fileName), w) {
				c.Score += 0.1
				c.Reason += ", so named"
				break
			}
		}
		if len(c.Missing) > 0 {
			c.Reason += ", without " + strings.Join(c.Missing, " and ")
		}
		c.Score = math.Round(100*min(1, c.Score)) / 100
		list = append(list, c)
	}
	slices.SortStableFunc(list, func(a, b KindCandidate) int { return cmp.Compare(b.Score, a.Score) })
	return list
}

// shapesFit is how well the geometries suit the kind, and what they are.
func shapesFit(k Kind, shapes map[string]int) (float64, string) {
	all := 0
	for _, n := range shapes {
		all += n
	}
	if all == 0 {
		return 1, ""
	}
	points := float64(shapes["point"]) / float64(all)
	lines := float64(shapes["line"]) / float64(all)
	polygons := float64(shapes["polygon"]) / float64(all)
	what := "points"
	if lines > max(points, polygons) {
		what = "lines"
	} else if polygons > points {
		what = "polygons"
	}
	switch k {
	case Streets:
		return 0.2 + 0.8*max(lines, polygons/3), what
	case Facilities:
		return 0.2 + 0.8*points, what
	case Buildings:
		return 0.2 + 0.8*max(polygons, points), what
	case Areas:
		return 0.2 + 0.8*polygons, what
	case Compounds:
		return 0.2 + 0.8*max(polygons, points/2, lines/2), what
	}
	return 0.2, what
}

// shapeType is point, line or polygon; empty for none.
func shapeType(g orb.Geometry) string {
	if g == nil {
		return ""
	}
	switch g.Dimensions() {
	case 0:
		return "point"
	case 1:
		return "line"
	}
	return "polygon"
}

// missing names the required fields that the layout lacks.
func (t table) missing(l layout, shapes bool) []string { return t.lacks(l, nil, shapes) }
