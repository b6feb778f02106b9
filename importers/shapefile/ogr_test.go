package shapefile

import (
	"testing"

	"hearthmap/importers"
	"hearthmap/importers/geojsonfile"
	"hearthmap/importers/ogrtest"
)

var byOGR = ogrtest.Format{
	Driver: "ESRI Shapefile", Ending: ".shp",
	Open:        func(tb testing.TB, path string) importers.Reader { return open(tb, path, importers.FileOptions{}) },
	OpenGeoJSON: func(path string) (importers.Reader, error) { return geojsonfile.Open(path, importers.FileOptions{}) },
}

func TestAgainstOGR(t *testing.T) {
	byOGR.Test(t, map[string]ogrtest.Case{
		"GBK polygons":   {Kind: ogrtest.Polygons, Args: []string{"-lco", "ENCODING=GBK"}},
		"UTF-8 polygons": {Kind: ogrtest.Polygons, Args: []string{"-lco", "ENCODING=UTF-8"}},
		"with heights":   {Kind: ogrtest.Polygons, Args: []string{"-lco", "ENCODING=GBK", "-dim", "XYZ", "-lco", "SHPT=POLYGONZ"}},
		"with measures":  {Kind: ogrtest.Lines, Args: []string{"-lco", "ENCODING=GBK", "-dim", "XYM", "-lco", "SHPT=ARCM"}},
		"lines":          {Kind: ogrtest.Lines, Args: []string{"-lco", "ENCODING=GBK"}},
		"points":         {Kind: ogrtest.Points, Args: []string{"-lco", "ENCODING=GBK"}},
		"zone 37":        {Kind: ogrtest.Polygons, Args: []string{"-lco", "ENCODING=GBK", "-t_srs", "EPSG:4525"}},
	})
}

func BenchmarkBuildings(b *testing.B) { byOGR.Benchmark(b, "-lco", "ENCODING=GBK") }
