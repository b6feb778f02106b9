package osmfile

import (
	"slices"
	"strings"
	"unicode"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// address writes the addr:* tags as people do: from the province down to the
// number in Chinese, street and number elsewhere.
func address(t tags) string {
	number := strings.TrimSpace(t.get("addr:housenumber"))
	street := first(t, "addr:street", "addr:place")
	if number == "" && street == "" {
		return t.get("addr:full")
	}
	if street == "" {
		// Most of all in villages, the number belongs to the place.
		street = first(t, "addr:hamlet", "addr:village", "addr:neighbourhood", "addr:suburb")
	}
	parts := []string{first(t, "addr:province", "addr:state"), t.get("addr:city"), t.get("addr:district"), t.get("addr:subdistrict"), street, number}
	if !chinese(street + number) {
		return strings.TrimSpace(street + " " + number)
	}
	if number != "" && number[len(number)-1] >= '0' && number[len(number)-1] <= '9' {
		parts[len(parts)-1] += "号"
	}
	if slices.ContainsFunc(parts[:4], func(s string) bool { return s != "" && !chinese(s) }) {
		parts = parts[4:]
	}
	return strings.Join(slices.Compact(parts), "")
}

func first(t tags, keys ...string) string {
	for _, k := range keys {
		if v := t.get(k); v != "" {
			return v
		}
	}
	return ""
}

// chinese reports whether the text holds Chinese characters and no Latin
// words, so that it is not one of the bilingual names of Hong Kong.
func chinese(s string) bool {
	han := false
	latin := 0
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Han, r):
			han = true
			latin = 0
		case unicode.Is(unicode.Latin, r):
			if latin++; latin > 1 {
				return false
			}
		default:
			latin = 0
		}
	}
	return han
}

// addressNode is an address that stands by itself, often inside a building.
type addressNode struct {
	at   orb.Point
	text string
}

func (c *city) addAddress(p pos, t tags) error {
	text := strings.Clone(address(t))
	at := p.point()
	c.addresses.Insert(at, at, &addressNode{at, text})
	return c.hold(96 + int64(len(text)))
}

// addressWithin returns the address of the nodes inside the areas; of
// several, the first in the order of the alphabet, the shortest first.
func (c *city) addressWithin(g orb.MultiPolygon) string {
	best := ""
	b := g.Bound()
	c.addresses.Search(b.Min, b.Max, func(_, _ [2]float64, a *addressNode) bool {
		if contains(g, a.at) && (best == "" || len(a.text) < len(best) || len(a.text) == len(best) && a.text < best) {
			best = a.text
		}
		return true
	})
	return best
}

// contains reports whether the point is in the areas or on their edge.
func contains(mp orb.MultiPolygon, p orb.Point) bool {
	for _, poly := range mp {
		if poly.Bound().Contains(p) && planar.PolygonContains(poly, p) {
			return true
		}
	}
	return false
}
