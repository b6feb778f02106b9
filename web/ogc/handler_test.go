package ogc

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb/geojson"

	"hearthmap/internal/testdata"
)

type itemsBody struct {
	Type     string             `json:"type"`
	Matched  int                `json:"numberMatched"`
	Returned int                `json:"numberReturned"`
	Links    []link             `json:"links"`
	Features []*geojson.Feature `json:"features"`
}

func (b itemsBody) link(rel string) string {
	for _, l := range b.Links {
		if l.Rel == rel {
			return l.Href
		}
	}
	return ""
}

func TestPagesHoldEverythingOnce(t *testing.T) {
	const n = 137
	root := serve(t, madeCity(t, n))
	for _, query := range []string{"limit=25", "limit=1000", "limit=137", "limit=25&bbox=122,40,125,43", "limit=25&filter=floors%3E%3D0"} {
		var codes []string
		pages := 0
		for next := root + "/ogc/collections/buildings/items?" + query; next != ""; pages++ {
			var page itemsBody
			if status := get(t, next, &page); status != http.StatusOK {
				t.Fatalf("%s: %d", next, status)
			}
			if page.Returned != len(page.Features) || page.Type != "FeatureCollection" {
				t.Fatalf("%s: says %d features, has %d", next, page.Returned, len(page.Features))
			}
			if query != "limit=25&filter=floors%3E%3D0" && page.Matched != n {
				t.Fatalf("%s: %d matched, want %d", next, page.Matched, n)
			}
			for _, f := range page.Features {
				codes = append(codes, f.ID.(string))
			}
			next = page.link("next")
		}
		if !slices.IsSorted(codes) || len(slices.Compact(slices.Clone(codes))) != len(codes) {
			t.Errorf("%s: features out of order or twice", query)
		}
		if query == "limit=25" && (len(codes) != n || pages != 6) {
			t.Errorf("%d features on %d pages, want %d on 6", len(codes), pages, n)
		}
		if query != "limit=25&filter=floors%3E%3D0" && len(codes) != n {
			t.Errorf("%s: %d features, want %d", query, len(codes), n)
		}
	}
}

func TestFeatureIsWhatTheCitySays(t *testing.T) {
	city := madeCity(t, 20)
	root := serve(t, city)
	var f geojson.Feature
	if status := get(t, root+"/ogc/collections/buildings/items/B0007", &f); status != http.StatusOK {
		t.Fatal(status)
	}
	i, _ := city.Building("B0007")
	b := city.BuildingAt(i)
	if f.ID != "B0007" || f.Properties["people"] != float64(b.Counts.People) || f.Properties["use"] != string(b.Use) || f.Properties["area_code"] != "990001" {
		t.Errorf("%v, want %+v", f.Properties, b)
	}
	if f.Geometry.Bound() != b.Geom.Bound() {
		t.Errorf("lies at %v, want %v", f.Geometry.Bound(), b.Geom.Bound())
	}
	var areas itemsBody
	get(t, root+"/ogc/collections/areas/items?level=community", &areas)
	var people float64
	for i := range int32(20) {
		if c := city.CommunityOf(i); c >= 0 && city.AreaAt(c).Code == "990001" {
			people += float64(city.BuildingAt(i).Counts.People)
		}
	}
	if len(areas.Features) != 1 || areas.Features[0].Properties["people"] != people || people == 0 {
		t.Errorf("areas: %+v, want one with %v people", areas.Features, people)
	}
}

func TestRefusals(t *testing.T) {
	root := serve(t, madeCity(t, 3)) + "/ogc"
	items := "/collections/buildings/items?"
	for path, want := range map[string]int{
		"": 200, "/": 200, "/conformance": 200, "/api": 200, "/collections": 200, "/collections/areas": 200,
		"/collections/facilities/queryables": 200, "/collections/compounds/items": 200,
		"/conformance?f=json": 200, items + "datetime=2026-01-01T00:00:00Z/..": 200, items + "use=residential": 200,
		"/nothing": 404, "/collections/residents": 404, "/collections/residents/items": 404, "/collections/buildings/items/B9": 404,
		"?f=html": 400, "/collections?x=1": 400,
		items + "limit=0": 400, items + "limit=x": 400, items + "offset=-1": 400, items + "limit=1&limit=2": 400, items + "name_=x": 400,
		items + "bbox=1,2,3": 400, items + "bbox=1,2,3,x": 400, items + "bbox=3,2,1,4": 400, items + "bbox=NaN,2,3,4": 400, items + "bbox=1,2,0,3,4,9": 200,
		items + "bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326": 400, items + "datetime=yesterday": 400, items + "datetime=../../..": 400,
		items + "filter-lang=cql2-json": 400, items + "floors=x": 400, items + "resident=x": 400,
	} {
		if got := get(t, root+path, nil); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
}

func TestWrongFilters(t *testing.T) {
	root := serve(t, madeCity(t, 3)) + "/ogc/collections/buildings/items?filter="
	deep := strings.Repeat("(", 100) + "TRUE" + strings.Repeat(")", 100)
	for filter, want := range map[string]string{
		"use = ": "the end", "use = 3": "a text with a number", "floors = '3'": "a text with a number",
		"resident = 'x'": "no property", "use = 'x": "does not end", "use ! 'x'": "a comparison", "(use = 'x'": ")",
		"use = 'x' use": "AND, OR", "floors BETWEEN 1 OR 2": "AND", "use IN ()": "a property or a value", "use LIKE 3": "a text",
		"use IS 3": "NULL", deep: "nested", "S_INTERSECTS(geom, BBOX(1,2,3,4))": "geometry", "S_INTERSECTS(geometry, BBOX(1,2,3))": "3 numbers",
		"S_INTERSECTS(geometry, LINE(1 2))": "POLYGON", "S_INTERSECTS(geometry, POLYGON((1 2, 3 4, 5 6)))": "closed ring", "floors = 1e": "no number",
		"S_INTERSECTS(geometry, POINT(1 2, 3 4))": "one position", "NOT NOT": "a property or a value",
	} {
		res, err := http.Get(root + url.QueryEscape(filter))
		if err != nil {
			t.Fatal(err)
		}
		text := make([]byte, 400)
		n, _ := res.Body.Read(text)
		res.Body.Close()
		if res.StatusCode != http.StatusBadRequest || !strings.Contains(string(text[:n]), want) {
			t.Errorf("%.40s: %d %s, want 400 with %q", filter, res.StatusCode, text[:n], want)
		}
	}
}

// TestDescriptionMatchesAnswers holds the OpenAPI document, the queryables
// and the features to one another.
func TestDescriptionMatchesAnswers(t *testing.T) {
	root := serve(t, madeCity(t, 5)) + "/ogc"
	var doc struct {
		Paths map[string]map[string]struct {
			Parameters []struct{ Name, In string } `json:"parameters"`
		} `json:"paths"`
	}
	get(t, root+"/api", &doc)
	for _, l := range all {
		var page itemsBody
		get(t, root+"/collections/"+l.id+"/items?limit=1", &page)
		var schema struct {
			Properties map[string]any `json:"properties"`
		}
		get(t, root+"/collections/"+l.id+"/queryables", &schema)
		described := map[string]bool{}
		for _, p := range doc.Paths["/collections/"+l.id+"/items"]["get"].Parameters {
			described[p.Name] = true
		}
		for name := range page.Features[0].Properties {
			if schema.Properties[name] == nil || !described[name] {
				t.Errorf("%s: property %q is not described", l.id, name)
			}
		}
		for _, name := range itemParameters {
			if name != "f" && !described[name] {
				t.Errorf("%s: parameter %q is not described", l.id, name)
			}
		}
	}
	for path := range doc.Paths {
		path = strings.ReplaceAll(path, "{featureId}", "B0001")
		if strings.Contains(path, "B0001") && !strings.Contains(path, "buildings") {
			continue
		}
		if status := get(t, root+path, nil); status != http.StatusOK {
			t.Errorf("%s is described and answers %d", path, status)
		}
	}
}

// TestGDAL reads every collection as QGIS would, by GDAL's OAPIF driver.
func TestGDAL(t *testing.T) {
	tool := testdata.Tool(t, "ogr2ogr")
	city := madeCity(t, 230)
	root := serve(t, city)
	run := func(args ...string) itemsBody {
		t.Helper()
		out, err := exec.Command(tool, append([]string{"-f", "GeoJSON", "/vsistdout/", "OAPIF:" + root + "/ogc"}, args...)...).Output()
		if err != nil {
			t.Fatalf("ogr2ogr %v: %v", args, err)
		}
		var b itemsBody
		if err := json.Unmarshal(out, &b); err != nil {
			t.Fatalf("ogr2ogr %v: %v", args, err)
		}
		return b
	}
	for _, l := range all {
		if got := run(l.id); len(got.Features) != l.len(city) {
			t.Errorf("%s: GDAL reads %d features, want %d", l.id, len(got.Features), l.len(city))
		}
	}
	want := 0
	for i := range city.Data().Buildings {
		if city.Data().Buildings[i].Use == "residential" {
			want++
		}
	}
	if got := run("buildings", "-where", "use = 'residential'"); len(got.Features) != want {
		t.Errorf("GDAL filters %d residential buildings, want %d", len(got.Features), want)
	}
	b := city.Data().Buildings[9].Geom.Bound()
	got := run("buildings", "-spat", fmt.Sprint(b.Min[0]), fmt.Sprint(b.Min[1]), fmt.Sprint(b.Max[0]), fmt.Sprint(b.Max[1]))
	if !slices.ContainsFunc(got.Features, func(f *geojson.Feature) bool { return f.Properties["code"] == "B0009" }) {
		t.Errorf("GDAL's box of B0009 holds %d features, not that one", len(got.Features))
	}
}
