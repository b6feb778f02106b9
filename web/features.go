package web

import (
	"net/http"

	"hearthmap/web/ogc"
)

// routeFeatures offers the city to QGIS and its like.
func (s *Server) routeFeatures(mux *http.ServeMux) {
	features := s.seesMap(ogc.Handler(ogc.Options{City: s.City, Base: s.base, Fail: func(w http.ResponseWriter, err error) {
		p := problemOf(s.log, err)
		if p.Status == http.StatusUnprocessableEntity {
			// OGC 17-069r4 wants 400 for parameters that it does not allow.
			p.Status, p.Title = http.StatusBadRequest, http.StatusText(http.StatusBadRequest)
		}
		sendProblem(w, p)
	}}))
	mux.Handle("GET "+ogc.Root, features)
	mux.Handle("GET "+ogc.Root+"/", features)
}
