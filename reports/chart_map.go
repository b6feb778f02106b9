package reports

import (
	"math"
	"strconv"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/paulmach/orb/simplify"

	"hearthmap/geo"
	"hearthmap/household"
)

// areaMap is a map of the areas as parts of an SVG drawing.
type areaMap struct {
	Title         string
	Width, Height float64
	Areas         []mapArea
	Water         []string
	Labels        []mapLabel
	Stroke        float64 // width of borders: finer the more areas there are
	BarLength     float64 // of the scale bar, in the drawing's units
	BarText       string
}

type mapArea struct{ Path, Class, Text string }

type mapLabel struct {
	X, Y int
	Text string
}

// Drawing units of the larger side of a map, and how far a line may be from
// its place.
const (
	mapSize   = 1000.0
	mapDetail = 0.8
	maxLabels = 40
)

// mapOf draws the areas coloured by a share; nil when none has a shape.
func (c *Coverage) mapOf(l Lang, title string, share func(n int) ratio) *areaMap {
	bound, ok := c.bound()
	if !ok {
		return nil
	}
	plane := geo.NewPlane(bound.Center())
	low, high := plane.XY(bound.Min), plane.XY(bound.Max)
	span := math.Max(high[0]-low[0], high[1]-low[1])
	if !(span > 0) {
		return nil
	}
	scale := (mapSize - 20) / span
	m := &areaMap{Title: title, Width: math.Ceil((high[0]-low[0])*scale) + 20, Height: math.Ceil((high[1]-low[1])*scale) + 20}
	project := func(p orb.Point) orb.Point {
		xy := plane.XY(p)
		return orb.Point{10 + (xy[0]-low[0])*scale, 10 + (high[1]-xy[1])*scale}
	}
	for n := range c.Areas {
		a := &c.Areas[n]
		path, where := drawing(c.geometry(a), project)
		if path == "" {
			continue
		}
		r := share(n)
		m.Areas = append(m.Areas, mapArea{path, class(r), l.area(a) + " " + r.percent()})
		if name := []rune(l.area(a)); where.room(len(name)) {
			m.Labels = append(m.Labels, mapLabel{int(math.Round(where.at[0])), int(math.Round(where.at[1])), string(name)})
		}
	}
	m.Stroke = math.Round(10*min(2.4, max(0.4, 22/math.Sqrt(float64(len(m.Areas)+1))))) / 10
	if len(m.Labels) > maxLabels {
		m.Labels = nil
	}
	for i := range c.data().Land {
		land := &c.data().Land[i]
		if land.Kind != household.LandWater || !land.Geom.Bound().Intersects(bound) {
			continue
		}
		if path, _ := drawing(land.Geom, project); path != "" {
			m.Water = append(m.Water, path)
		}
	}
	length := roundLength(span / 5)
	m.BarLength = math.Round(length * scale)
	m.BarText = strconv.FormatFloat(length, 'f', -1, 64) + l.pick(" 米", " m")
	if length >= 1000 {
		m.BarText = strconv.FormatFloat(length/1000, 'f', -1, 64) + l.pick(" 公里", " km")
	}
	return m
}

// spot is where a name could stand, in the middle of the largest part.
type spot struct {
	at            orb.Point
	width, height float64
}

// room reports whether a name of n characters of 26 units fits.
func (s spot) room(n int) bool { return n > 0 && s.width > float64(n)*26+8 && s.height > 40 }

// drawing writes polygons as the data of an SVG path.
func drawing(m orb.MultiPolygon, project func(orb.Point) orb.Point) (string, spot) {
	var b []byte
	var s spot
	largest := 0.0
	for _, polygon := range m {
		for j, ring := range polygon {
			line := make(orb.LineString, len(ring))
			for i, p := range ring {
				line[i] = project(p)
			}
			if j == 0 {
				if centre, area := planar.CentroidArea(orb.Polygon{orb.Ring(line)}); math.Abs(area) > largest {
					box := line.Bound()
					largest, s = math.Abs(area), spot{centre, box.Max[0] - box.Min[0], box.Max[1] - box.Min[1]}
				}
			}
			line = simplify.DouglasPeucker(mapDetail).LineString(line)
			if len(line) < 4 {
				continue
			}
			for i, p := range line[:len(line)-1] {
				letter := byte('L')
				if i == 0 {
					letter = 'M'
				}
				b = strconv.AppendFloat(append(b, letter), math.Round(p[0]*10)/10+0, 'f', -1, 64)
				b = strconv.AppendFloat(append(b, ' '), math.Round(p[1]*10)/10+0, 'f', -1, 64)
			}
			b = append(b, 'Z')
		}
	}
	return string(b), s
}

// roundLength is 1, 2 or 5 times a power of ten, at most m.
func roundLength(m float64) float64 {
	p := math.Pow(10, math.Floor(math.Log10(m)))
	for _, f := range []float64{5, 2} {
		if f*p <= m {
			return f * p
		}
	}
	return p
}
