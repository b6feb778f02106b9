package reports

import (
	"encoding/json"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/paulmach/orb"

	"hearthmap/geo/coverage"
)

// writeGeoJSON writes the areas as a collection of RFC 7946: WGS 84,
// exterior rings counterclockwise, seven decimals. A share is null where
// nobody of the group lives.
func writeGeoJSON(w io.Writer, c *Coverage) error {
	b := []byte(`{"type":"FeatureCollection"`)
	if bound, ok := c.bound(); ok {
		b = append(b, `,"bbox":[`...)
		b = appendPosition(b, bound.Min)
		b = append(b, ',')
		b = appendPosition(b, bound.Max)
		b = append(b, ']')
	}
	for _, m := range []struct{ key, value string }{
		{"standard", c.Standard},
		{"level", string(c.Level)},
		{"method", string(c.Method)},
		{"profile", string(c.Profile)},
		{"input_sha256", c.InputSHA256},
	} {
		b = appendMember(append(b, ','), m.key, m.value)
	}
	b = append(b, ",\"features\":["...)
	for n := range c.Areas {
		if n > 0 {
			b = append(b, ',')
		}
		b = append(b, '\n')
		b = c.appendFeature(b, &c.Areas[n])
		if len(b) > 1<<20 {
			if _, err := w.Write(b); err != nil {
				return err
			}
			b = b[:0]
		}
	}
	_, err := w.Write(append(b, "\n]}\n"...))
	return err
}

func (c *Coverage) appendFeature(b []byte, a *coverage.AreaReport) []byte {
	b = append(b, `{"type":"Feature","properties":{`...)
	b = appendMember(b, "code", a.Code)
	b = appendMember(append(b, ','), "name", a.Name)
	b = appendMember(append(b, ','), "name_en", a.NameEn)
	b = appendMember(append(b, ','), "level", string(a.Level))
	b = strconv.AppendInt(append(b, `,"people":`...), a.People, 10)
	b = strconv.AppendInt(append(b, `,"buildings":`...), a.Buildings, 10)
	b = appendShare(append(b, `,"all_required_share":`...), a.AllRequired.Share, a.AllRequired.People)
	for i := range a.Totals {
		b = appendText(append(b, ','), "share_"+c.Requirements[i].ID)
		b = appendShare(append(b, ':'), a.Totals[i].Share, a.Totals[i].People)
	}
	b = append(b, `},"geometry":`...)
	b = appendMultiPolygon(b, c.geometry(a))
	return append(b, '}')
}

// geometry is the ground of an area; nil for places in none.
func (c *Coverage) geometry(a *coverage.AreaReport) orb.MultiPolygon {
	if a.AreaIndex < 0 {
		return a.Geom // of hexagons and polygons
	}
	return c.data().Areas[a.AreaIndex].Geom
}

func (c *Coverage) bound() (orb.Bound, bool) {
	var all orb.Bound
	found := false
	for n := range c.Areas {
		g := c.geometry(&c.Areas[n])
		switch {
		case len(g) == 0:
		case !found:
			all, found = g.Bound(), true
		default:
			all = all.Union(g.Bound())
		}
	}
	return all, found
}

func appendText(b []byte, s string) []byte {
	text, _ := json.Marshal(s) // strings cannot fail
	return append(b, text...)
}

func appendMember(b []byte, key, value string) []byte {
	return appendText(append(appendText(b, key), ':'), value)
}

func appendShare(b []byte, share float64, people int64) []byte {
	if people == 0 {
		return append(b, "null"...)
	}
	return strconv.AppendFloat(b, math.Round(share*1e4)/1e4, 'f', -1, 64)
}

func appendPosition(b []byte, p orb.Point) []byte {
	// Adding zero turns -0 into 0.
	b = strconv.AppendFloat(b, math.Round(p[0]*1e7)/1e7+0, 'f', -1, 64)
	return strconv.AppendFloat(append(b, ','), math.Round(p[1]*1e7)/1e7+0, 'f', -1, 64)
}

func appendMultiPolygon(b []byte, m orb.MultiPolygon) []byte {
	if len(m) == 0 {
		return append(b, "null"...)
	}
	b = append(b, `{"type":"MultiPolygon","coordinates":[`...)
	for i, polygon := range m {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		for j, ring := range polygon {
			if j > 0 {
				b = append(b, ',')
			}
			b = appendRing(b, ring, j > 0)
		}
		b = append(b, ']')
	}
	return append(b, "]}"...)
}

// appendRing writes a ring the right way round: holes clockwise.
func appendRing(b []byte, r orb.Ring, hole bool) []byte {
	if want := orb.CCW; hole == (r.Orientation() == want) {
		r = slices.Clone(r)
		slices.Reverse(r)
	}
	b = append(b, '[')
	for i, p := range r {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendPosition(append(b, '['), p), ']')
	}
	return append(b, ']')
}
