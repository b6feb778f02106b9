package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
)

// metrics are the service's Prometheus metrics, in a registry of its own.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

func newMetrics(city *cityindex.Live) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "hearthmap_http_request_seconds", Help: "Duration of HTTP requests.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route", "method", "status"}),
	}
	m.registry.MustRegister(m.requests, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "hearthmap_city_seq", Help: "The last change that the city in memory holds.",
		}, func() float64 {
			if c := city.City(); c != nil {
				return float64(c.Seq())
			}
			return 0
		}))
	return m
}

// observe counts a request under the first part of its path: codes and ids
// are no labels.
func (m *metrics) observe(r *http.Request, status int, d time.Duration) {
	route, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if route == "api" {
		if parts := strings.Split(r.URL.Path, "/"); len(parts) > 3 {
			route = "api/" + parts[3]
		}
	}
	switch {
	case status == http.StatusNotFound:
		route = "none" // or anyone could make any number of labels
	case route == "":
		route = "page"
	}
	m.requests.WithLabelValues(route, r.Method, strconv.Itoa(status)).Observe(d.Seconds())
}

func (s *Server) routeHealth(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("ok\n"))
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if s.City.City() == nil {
			s.writeProblem(w, household.Errorf(household.Unavailable, "web", "the city is being loaded").
				WithHint("try again in a few seconds"))
			return
		}
		_, _ = w.Write([]byte("ready\n"))
	})
	mux.Handle("GET /metrics", s.authenticated(promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{})))
}
