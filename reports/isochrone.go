package reports

import (
	"github.com/paulmach/orb"

	"hearthmap/geo/coverage"
)

// Isochrone is an isochrone as GeoJSON: a feature for each time, the longest
// first, so that the shorter ones are drawn over it.
type Isochrone struct {
	Type     string             `json:"type" enum:"FeatureCollection"`
	Features []IsochroneFeature `json:"features"`
}

// IsochroneFeature is one time's area, for maps, and who walks from it,
// counted by building.
type IsochroneFeature struct {
	Type       string              `json:"type" enum:"Feature"`
	Properties IsochroneProperties `json:"properties"`
	Geometry   MultiPolygon        `json:"geometry"`
}

// MultiPolygon is a geometry of GeoJSON.
type MultiPolygon struct {
	Type        string           `json:"type" enum:"MultiPolygon"`
	Coordinates orb.MultiPolygon `json:"coordinates" doc:"polygons, rings, positions; empty where nothing is reached"`
}

// IsochroneProperties are the numbers of a time.
type IsochroneProperties struct {
	Minutes    int                   `json:"minutes"`
	Metres     float64               `json:"metres"`
	Profile    coverage.Profile      `json:"profile"`
	People     int64                 `json:"people" doc:"in residential buildings whose walk is short enough"`
	Buildings  int64                 `json:"buildings" doc:"residential"`
	Groups     []coverage.GroupCount `json:"groups"`
	Lon        float64               `json:"lon"`
	Lat        float64               `json:"lat"`
	Reason     coverage.Reason       `json:"reason,omitempty" doc:"why the place joins no street"`
	CellMetres float64               `json:"cell_metres" doc:"the area's border is off by two of these at most; counts are not"`
}

// NewIsochrone writes an isochrone as GeoJSON.
func NewIsochrone(i *coverage.Isochrone) *Isochrone {
	out := &Isochrone{Type: "FeatureCollection", Features: []IsochroneFeature{}}
	for k := len(i.Bands) - 1; k >= 0; k-- {
		b := &i.Bands[k]
		area := b.Area
		if area == nil {
			area = orb.MultiPolygon{}
		}
		out.Features = append(out.Features, IsochroneFeature{
			Type: "Feature", Geometry: MultiPolygon{Type: "MultiPolygon", Coordinates: area},
			Properties: IsochroneProperties{
				Minutes: b.Minutes, Metres: b.Metres, Profile: i.Profile, People: b.People, Buildings: b.Buildings, Groups: b.Groups,
				Lon: i.At[0], Lat: i.At[1], Reason: i.Reason, CellMetres: i.CellMetres,
			},
		})
	}
	return out
}
