package ogc

import (
	"encoding/json"
	"net/http"
	"strings"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
)

// Options is what a Handler needs; all fields are required.
type Options struct {
	City *cityindex.Live
	// Base is this server's address as the client knows it, without a slash
	// at the end.
	Base func(*http.Request) string
	// Fail answers with an error.
	Fail func(http.ResponseWriter, error)
}

// Root is where the service lies.
const Root = "/ogc"

type handler struct{ Options }

// Handler serves everything below Root. Who may call it is the caller's
// business.
func Handler(o Options) http.Handler {
	h := &handler{o}
	mux := http.NewServeMux()
	route := func(path string, allowed []string, do func(http.ResponseWriter, *http.Request) error) {
		mux.HandleFunc("GET "+Root+path, func(w http.ResponseWriter, r *http.Request) {
			err := checkQuery(r, allowed)
			if err == nil {
				err = do(w, r)
			}
			if err != nil {
				o.Fail(w, err)
			}
		})
	}
	route("", formatOnly, h.landing)
	route("/{$}", formatOnly, h.landing)
	route("/conformance", formatOnly, h.conformance)
	route("/api", formatOnly, h.api)
	route("/collections", formatOnly, h.collections)
	route("/collections/{collection}", formatOnly, h.collection)
	route("/collections/{collection}/queryables", formatOnly, h.queryables)
	route("/collections/{collection}/items", nil, h.items)
	route("/collections/{collection}/items/{feature}", formatOnly, h.feature)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		o.Fail(w, household.Errorf(household.NotFound, "ogc", "there is no such address in the OGC API").
			WithHint("start at %s", Root))
	})
	return mux
}

var formatOnly = []string{"f"}

// checkQuery refuses what the standard wants refused: parameters that are
// not described, and formats that are not offered. A nil list leaves the
// names to the caller.
func checkQuery(r *http.Request, allowed []string) error {
	q := r.URL.Query()
	if f := q.Get("f"); f != "" && f != "json" && f != "geojson" {
		return household.Errorf(household.Invalid, "ogc", "there is no format %q here", f).WithHint("leave f out, or use f=json")
	}
	if allowed == nil {
		return nil
	}
	for name := range q {
		if !contains(allowed, name) {
			return unknownParameter(name, allowed)
		}
	}
	return nil
}

func unknownParameter(name string, allowed []string) error {
	return household.Errorf(household.Invalid, "ogc", "there is no parameter %q here", name).
		WithHint("there are %s", strings.Join(allowed, ", "))
}

func contains(list []string, s string) bool {
	for _, have := range list {
		if have == s {
			return true
		}
	}
	return false
}

type link struct {
	Href  string `json:"href"`
	Rel   string `json:"rel"`
	Type  string `json:"type,omitempty"`
	Title string `json:"title,omitempty"`
}

const (
	typeJSON    = "application/json"
	typeGeoJSON = "application/geo+json"
	typeSchema  = "application/schema+json"
	typeOpenAPI = "application/vnd.oai.openapi+json;version=3.0"
	crs84       = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
)

func send(w http.ResponseWriter, mediaType string, v any) error {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Cache-Control", "private, no-cache")
	_ = json.NewEncoder(w).Encode(v) // an error means that the client has left
	return nil
}

func (h *handler) landing(w http.ResponseWriter, r *http.Request) error {
	root := h.Base(r) + Root
	name := h.City.City().Name()
	return send(w, typeJSON, map[string]any{
		"title":       "Hearthmap 装户图: " + name,
		"description": "Areas, compounds, buildings with their counts, and facilities of the household map. No persons.",
		"links": []link{
			{root, "self", typeJSON, "this document"},
			{root + "/api", "service-desc", typeOpenAPI, "the API's description"},
			{root + "/conformance", "conformance", typeJSON, "what it conforms to"},
			{root + "/collections", "data", typeJSON, "the collections"},
		},
	})
}

// conformsTo lists the conformance classes that the tests of this package
// hold the handler to.
var conformsTo = []string{
	"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
	"http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
	"http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
	"http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
	"http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
}

func (h *handler) conformance(w http.ResponseWriter, _ *http.Request) error {
	return send(w, typeJSON, map[string]any{"conformsTo": conformsTo})
}
