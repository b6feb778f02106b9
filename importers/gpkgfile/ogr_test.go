package gpkgfile

import (
	"testing"

	"hearthmap/importers"
	"hearthmap/importers/geojsonfile"
	"hearthmap/importers/ogrtest"
)

var byOGR = ogrtest.Format{
	Driver: "GPKG", Ending: ".gpkg",
	Open:        func(tb testing.TB, path string) importers.Reader { return open(tb, path, importers.FileOptions{}) },
	OpenGeoJSON: func(path string) (importers.Reader, error) { return geojsonfile.Open(path, importers.FileOptions{}) },
}

func TestAgainstOGR(t *testing.T) {
	byOGR.Test(t, map[string]ogrtest.Case{
		"polygons":     {Kind: ogrtest.Polygons},
		"with heights": {Kind: ogrtest.Polygons, Args: []string{"-dim", "XYZ"}},
		"with both":    {Kind: ogrtest.Lines, Args: []string{"-dim", "XYZM"}},
		"points":       {Kind: ogrtest.Points},
		"zone 37":      {Kind: ogrtest.Polygons, Args: []string{"-t_srs", "EPSG:4525"}},
		"CGCS2000":     {Kind: ogrtest.Lines, Args: []string{"-a_srs", "EPSG:4490"}},
	})
}

func BenchmarkBuildings(b *testing.B) { byOGR.Benchmark(b) }
