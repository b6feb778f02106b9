package ogc

import (
	"net/http"
	"strings"

	"github.com/paulmach/orb"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
)

// collection is a list of the snapshot, offered as features.
type collection struct {
	id, title, about string
	columns          []column
	len              func(c *cityindex.City) int
	find             func(c *cityindex.City, code string) (int32, bool)
	in               func(c *cityindex.City, b orb.Bound, yield func(int32) bool)
	geometry         func(c *cityindex.City, i int32) orb.Geometry
}

// code is the value of the first column, which names a feature.
func (l *collection) code(c *cityindex.City, i int32) string { return l.columns[0].value(c, i).text }

func (l *collection) column(name string) (int, bool) {
	for k := range l.columns {
		if l.columns[k].name == name {
			return k, true
		}
	}
	return 0, false
}

// kind is the type of a column's values.
type kind string

const (
	textKind    kind = "string"
	wholeKind   kind = "integer"
	decimalKind kind = "number"
)

// column is a property of a collection's features.
type column struct {
	name, title string
	kind        kind
	words       []string // the values it can have, when they are few
	value       func(c *cityindex.City, i int32) value
}

// value is what a feature has in a column.
type value struct {
	null   bool
	text   string
	number float64
}

func text(s string) value { return value{null: s == "", text: s} }

// known is a number whose zero means that it is not known.
func known(n float64) value { return value{null: n == 0, number: n} }

func number[T int32 | int64 | int](n T) value { return value{number: float64(n)} }

// all are the collections, in the order in which they are listed.
var all = []*collection{areas, compounds, buildings, facilities}

func (h *handler) named(r *http.Request) (*collection, error) {
	id := r.PathValue("collection")
	var have []string
	for _, l := range all {
		if l.id == id {
			return l, nil
		}
		have = append(have, l.id)
	}
	return nil, household.Errorf(household.NotFound, "ogc", "there is no collection %q", id).
		WithHint("there are %s", strings.Join(have, ", "))
}

func (h *handler) describe(l *collection, c *cityindex.City, root string) map[string]any {
	at := root + "/collections/" + l.id
	out := map[string]any{
		"id": l.id, "title": l.title, "description": l.about, "itemType": "feature", "crs": []string{crs84},
		"links": []link{
			{at, "self", typeJSON, l.title},
			{at + "/items", "items", typeGeoJSON, "the features"},
			{at + "/queryables", "http://www.opengis.net/def/rel/ogc/1.0/queryables", typeSchema, "what can be filtered by"},
		},
	}
	if c.HasBounds() {
		b := c.Bounds()
		out["extent"] = map[string]any{"spatial": map[string]any{
			"bbox": [][4]float64{{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}}, "crs": crs84,
		}}
	}
	return out
}

func (h *handler) collections(w http.ResponseWriter, r *http.Request) error {
	root := h.Base(r) + Root
	city := h.City.City()
	list := []map[string]any{}
	for _, l := range all {
		list = append(list, h.describe(l, city, root))
	}
	return send(w, typeJSON, map[string]any{
		"collections": list,
		"links":       []link{{root + "/collections", "self", typeJSON, "the collections"}},
	})
}

func (h *handler) collection(w http.ResponseWriter, r *http.Request) error {
	l, err := h.named(r)
	if err != nil {
		return err
	}
	return send(w, typeJSON, h.describe(l, h.City.City(), h.Base(r)+Root))
}

func (h *handler) queryables(w http.ResponseWriter, r *http.Request) error {
	l, err := h.named(r)
	if err != nil {
		return err
	}
	properties := map[string]any{
		geometryName: map[string]any{"title": "geometry", "format": "geometry-any", "x-ogc-role": "primary-geometry"},
	}
	for _, k := range l.columns {
		properties[k.name] = k.schema()
	}
	return send(w, typeSchema, map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"$id":     h.Base(r) + Root + "/collections/" + l.id + "/queryables",
		"type":    "object", "title": l.title, "properties": properties, "additionalProperties": false,
	})
}

func (k column) schema() map[string]any {
	s := map[string]any{"type": string(k.kind), "title": k.title}
	if k.words != nil {
		s["enum"] = k.words
	}
	return s
}
