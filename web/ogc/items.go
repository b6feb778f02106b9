package ogc

import (
	"bufio"
	"context"
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
)

const (
	defaultLimit = 100
	maxLimit     = 10_000
	// geometryName is what filters call the geometry.
	geometryName = "geometry"
)

// query is a request for items.
type query struct {
	limit, offset int
	bbox          *orb.Bound
	filter        expression // nil: everything
}

// itemParameters are those that are not columns.
var itemParameters = []string{"limit", "offset", "bbox", "bbox-crs", "datetime", "filter", "filter-lang", "filter-crs", "f"}

func parseQuery(l *collection, q url.Values) (*query, error) {
	out := &query{limit: defaultLimit}
	var all []expression
	for name, values := range q {
		if len(values) > 1 {
			return nil, invalid("the parameter %q is there twice", name).WithHint("give it once")
		}
		if contains(itemParameters, name) {
			continue
		}
		k, ok := l.column(name)
		if !ok {
			return nil, unknownParameter(name, slices.Concat(itemParameters, l.names()))
		}
		e, err := equals(l, k, values[0])
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	for _, n := range []struct {
		name  string
		to    *int
		least int
	}{{"limit", &out.limit, 1}, {"offset", &out.offset, 0}} {
		if s := q.Get(n.name); s != "" {
			v, err := strconv.Atoi(s)
			if err != nil || v < n.least {
				return nil, invalid("%s has to be a whole number from %d", n.name, n.least).WithHint("for example %s=100", n.name)
			}
			*n.to = v
		}
	}
	out.limit = min(out.limit, maxLimit)
	if s := q.Get("bbox"); s != "" {
		b, err := parseBox(s)
		if err != nil {
			return nil, err
		}
		out.bbox = &b
	}
	if err := checkDatetime(q.Get("datetime")); err != nil {
		return nil, err
	}
	for _, name := range []string{"bbox-crs", "filter-crs"} {
		if s := q.Get(name); s != "" && s != crs84 {
			return nil, invalid("%s %q is not offered", name, s).WithHint("leave it out: coordinates are longitude, latitude")
		}
	}
	if s := q.Get("filter-lang"); s != "" && s != "cql2-text" {
		return nil, invalid("there is no filter language %q here", s).WithHint("use cql2-text")
	}
	if s := q.Get("filter"); s != "" {
		e, err := parseFilter(l, s)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	if len(all) > 0 {
		out.filter = func(c *cityindex.City, i int32) truth {
			t := yes
			for _, e := range all {
				t = min(t, e(c, i))
			}
			return t
		}
	}
	return out, nil
}

func (l *collection) names() (names []string) {
	for _, k := range l.columns {
		names = append(names, k.name)
	}
	return names
}

func invalid(format string, args ...any) *household.Error {
	return household.Errorf(household.Invalid, "ogc", format, args...)
}

// parseBox reads west,south,east,north, or the same with heights, which are
// not used. A box over the antimeridian is refused: no city lies there.
func parseBox(s string) (orb.Bound, error) {
	const hint = "west,south,east,north in degrees, for example bbox=123.3,41.7,123.5,41.9"
	parts := strings.Split(s, ",")
	if len(parts) != 4 && len(parts) != 6 {
		return orb.Bound{}, invalid("bbox has %d numbers", len(parts)).WithHint(hint)
	}
	var n []float64
	for _, p := range parts {
		v, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return orb.Bound{}, invalid("bbox has something that is no number").WithHint(hint)
		}
		n = append(n, v)
	}
	if len(n) == 6 {
		n = []float64{n[0], n[1], n[3], n[4]}
	}
	b := orb.Bound{Min: orb.Point{n[0], n[1]}, Max: orb.Point{n[2], n[3]}}
	if b.Min[0] > b.Max[0] || b.Min[1] > b.Max[1] {
		return orb.Bound{}, invalid("bbox is the wrong way round").WithHint(hint)
	}
	return b, nil
}

var instant = regexp.MustCompile(`^\d{4}-\d\d-\d\d([Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d))?$`)

// checkDatetime checks the form only: features without a time of their own
// match every time (OGC 17-069r4, 7.15.4).
func checkDatetime(s string) error {
	if s == "" {
		return nil
	}
	ends := strings.Split(s, "/")
	bad := len(ends) > 2
	for _, e := range ends {
		open := len(ends) == 2 && (e == "" || e == "..")
		bad = bad || !open && !instant.MatchString(e)
	}
	if bad {
		return invalid("datetime is neither a time nor an interval").WithHint("for example 2026-01-01T00:00:00Z/..")
	}
	return nil
}

// find returns the features that the query asks for, from offset on, at most
// limit, and how many there are in all.
func (q *query) find(ctx context.Context, l *collection, c *cityindex.City) (page []int32, matched int, err error) {
	n := l.len(c)
	if q.bbox == nil && q.filter == nil {
		for i := q.offset; i < min(n, q.offset+q.limit); i++ {
			page = append(page, int32(i))
		}
		return page, n, nil
	}
	take := func(i int32) {
		if q.filter != nil && q.filter(c, i) != yes {
			return
		}
		if matched >= q.offset && len(page) < q.limit {
			page = append(page, i)
		}
		matched++
	}
	if q.bbox == nil {
		for i := range int32(n) {
			if i%4096 == 0 && ctx.Err() != nil {
				return nil, 0, ctx.Err()
			}
			take(i)
		}
		return page, matched, nil
	}
	var near []int32
	l.in(c, *q.bbox, func(i int32) bool {
		if touches(l.geometry(c, i), *q.bbox) {
			near = append(near, i)
		}
		return true
	})
	slices.Sort(near)
	for _, i := range near {
		take(i)
	}
	return page, matched, ctx.Err()
}

func (h *handler) items(w http.ResponseWriter, r *http.Request) error {
	l, err := h.named(r)
	if err != nil {
		return err
	}
	values := r.URL.Query()
	q, err := parseQuery(l, values)
	if err != nil {
		return err
	}
	city := h.City.City()
	page, matched, err := q.find(r.Context(), l, city)
	if err != nil {
		return nil // the client has left
	}
	root := h.Base(r) + Root + "/collections/" + l.id
	links := []link{
		{itemsURL(root, values, q.offset), "self", typeGeoJSON, "this page"},
		{root, "collection", typeJSON, l.title},
	}
	if next := q.offset + len(page); next < matched && len(page) > 0 {
		links = append(links, link{itemsURL(root, values, next), "next", typeGeoJSON, "the next page"})
	}
	if q.offset > 0 {
		links = append(links, link{itemsURL(root, values, max(0, q.offset-q.limit)), "prev", typeGeoJSON, "the page before"})
	}
	head, err := json.Marshal(map[string]any{
		"type": "FeatureCollection", "links": links, "numberMatched": matched, "numberReturned": len(page),
		"timeStamp": time.Now().UTC().Format(time.RFC3339),
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", typeGeoJSON)
	w.Header().Set("Cache-Control", "private, no-cache")
	out := bufio.NewWriterSize(w, 1<<16)
	_, _ = out.Write(head[:len(head)-1])
	_, _ = out.WriteString(`,"features":[`)
	for n, i := range page {
		if r.Context().Err() != nil {
			return nil
		}
		if n > 0 {
			_, _ = out.WriteString(",\n")
		}
		one, err := json.Marshal(l.feature(city, i))
		if err != nil {
			return err
		}
		_, _ = out.Write(one)
	}
	_, _ = out.WriteString("]}\n")
	_ = out.Flush() // an error means that the client has left
	return nil
}

func itemsURL(root string, q url.Values, offset int) string {
	next := url.Values{}
	for name, v := range q {
		next[name] = v
	}
	next.Del("offset")
	if offset > 0 {
		next.Set("offset", strconv.Itoa(offset))
	}
	if len(next) == 0 {
		return root + "/items"
	}
	return root + "/items?" + next.Encode()
}

type feature struct {
	Type       string            `json:"type"`
	ID         string            `json:"id"`
	Geometry   *geojson.Geometry `json:"geometry"`
	Properties map[string]any    `json:"properties"`
	Links      []link            `json:"links,omitempty"`
}

func (l *collection) feature(c *cityindex.City, i int32) feature {
	f := feature{Type: "Feature", ID: l.code(c, i), Properties: make(map[string]any, len(l.columns))}
	if g := l.geometry(c, i); g != nil {
		f.Geometry = geojson.NewGeometry(g)
	}
	for _, k := range l.columns {
		v := k.value(c, i)
		switch {
		case v.null:
			f.Properties[k.name] = nil
		case k.kind == textKind:
			f.Properties[k.name] = v.text
		default:
			f.Properties[k.name] = v.number
		}
	}
	return f
}

func (h *handler) feature(w http.ResponseWriter, r *http.Request) error {
	l, err := h.named(r)
	if err != nil {
		return err
	}
	city := h.City.City()
	i, ok := l.find(city, r.PathValue("feature"))
	if !ok {
		return household.Errorf(household.NotFound, "ogc", "there is no feature %q in %s", r.PathValue("feature"), l.id).
			WithHint("list them with %s/collections/%s/items", Root, l.id)
	}
	root := h.Base(r) + Root + "/collections/" + l.id
	f := l.feature(city, i)
	f.Links = []link{
		{root + "/items/" + url.PathEscape(f.ID), "self", typeGeoJSON, f.ID},
		{root, "collection", typeJSON, l.title},
	}
	return send(w, typeGeoJSON, f)
}
