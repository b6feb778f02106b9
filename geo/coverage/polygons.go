package coverage

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"hearthmap/household"
)

// MostPolygons and mostVertices bound what ParsePolygons takes.
const (
	MostPolygons = 5000
	mostVertices = 1_000_000
)

// ParsePolygons reads areas of one's own from GeoJSON: a Polygon, a
// MultiPolygon, a Feature or a FeatureCollection, in WGS 84. The properties
// code 编码 (or the feature's id), name 名称 and name_en name them; those
// without a code are called after their number. Errors are Invalid and name
// the feature.
func ParsePolygons(data []byte) ([]Polygon, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	var head struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, badPolygons("not readable as JSON: %w", err)
	}
	var features []*geojson.Feature
	switch head.Type {
	case "FeatureCollection":
		fc, err := geojson.UnmarshalFeatureCollection(data)
		if err != nil {
			return nil, badPolygons("%w", err)
		}
		features = fc.Features
	case "Feature":
		f, err := geojson.UnmarshalFeature(data)
		if err != nil {
			return nil, badPolygons("%w", err)
		}
		features = append(features, f)
	default:
		g, err := geojson.UnmarshalGeometry(data)
		if err != nil {
			return nil, badPolygons("type %q is none of GeoJSON's areas", head.Type)
		}
		features = append(features, geojson.NewFeature(g.Geometry()))
	}
	switch n := len(features); {
	case n == 0:
		return nil, badPolygons("there is no polygon in it")
	case n > MostPolygons:
		return nil, badPolygons("there are %d polygons; at most %d", n, MostPolygons)
	}
	list := make([]Polygon, len(features))
	seen := map[string]int{}
	vertices := 0
	for i, f := range features {
		p, n, err := polygonOf(f)
		if err != nil {
			return nil, badPolygons("feature %d: %w", i+1, err)
		}
		if vertices += n; vertices > mostVertices {
			return nil, badPolygons("there are more than %d vertices", mostVertices)
		}
		p.Code = cmp.Or(p.Code, fmt.Sprint(i+1))
		p.Name = cmp.Or(p.Name, p.NameEn, p.Code)
		p.NameEn = cmp.Or(p.NameEn, p.Name)
		if before, twice := seen[p.Code]; twice {
			return nil, badPolygons("features %d and %d have the same code %q", before, i+1, p.Code)
		}
		seen[p.Code] = i + 1
		list[i] = p
	}
	return list, nil
}

func badPolygons(format string, args ...any) error {
	return household.Errorf(household.Invalid, "coverage.ParsePolygons", "polygons: "+format, args...).
		WithHint("give a GeoJSON Polygon, MultiPolygon, Feature or FeatureCollection in WGS 84, at most %d areas", MostPolygons)
}

// polygonOf checks a feature and counts its vertices.
func polygonOf(f *geojson.Feature) (p Polygon, vertices int, err error) {
	switch g := f.Geometry.(type) {
	case orb.Polygon:
		p.Geom = orb.MultiPolygon{g}
	case orb.MultiPolygon:
		p.Geom = g
	case nil:
		return p, 0, fmt.Errorf("it has no geometry")
	default:
		return p, 0, fmt.Errorf("it is a %s, no area", g.GeoJSONType())
	}
	if len(p.Geom) == 0 {
		return p, 0, fmt.Errorf("its geometry is empty")
	}
	for _, polygon := range p.Geom {
		if len(polygon) == 0 {
			return p, 0, fmt.Errorf("its geometry is empty")
		}
		for _, ring := range polygon {
			vertices += len(ring)
			if len(ring) < 4 || ring[0] != ring[len(ring)-1] {
				return p, 0, fmt.Errorf("a ring has fewer than four positions, or does not end where it begins")
			}
			for _, at := range ring {
				if !(math.Abs(at[0]) <= 180 && math.Abs(at[1]) <= 90) {
					return p, 0, fmt.Errorf("%v, %v is no longitude and latitude", at[0], at[1])
				}
			}
		}
	}
	text := func(keys ...string) string {
		for _, k := range keys {
			if v, ok := f.Properties[k]; ok && v != nil {
				if s := strings.TrimSpace(fmt.Sprint(v)); s != "" {
					return s
				}
			}
		}
		return ""
	}
	p.Code, p.Name, p.NameEn = text("code", "编码"), text("name", "名称"), text("name_en")
	if p.Code == "" && f.ID != nil {
		p.Code = fmt.Sprint(f.ID)
	}
	return p, vertices, nil
}
