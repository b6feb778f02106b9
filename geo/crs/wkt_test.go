package crs_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"hearthmap/geo/crs"
)

const (
	esriWGS84   = `GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`
	esriCGCS    = `GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`
	esriXian    = `GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",SPHEROID["Xian_1980",6378140.0,298.257]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`
	esriBeijing = `GEOGCS["GCS_Beijing_1954",DATUM["D_Beijing_1954",SPHEROID["Krasovsky_1940",6378245.0,298.3]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`
	ogcCGCS     = `GEOGCS["China Geodetic Coordinate System 2000",DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101,AUTHORITY["EPSG","1024"]],AUTHORITY["EPSG","1043"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4490"]]`
	wkt2GK      = `PROJCRS["CGCS2000 / 3-degree Gauss-Kruger zone 41",BASEGEOGCRS["China Geodetic Coordinate System 2000",DATUM["China 2000",ELLIPSOID["CGCS2000",6378137,298.257222101,LENGTHUNIT["metre",1]]],PRIMEM["Greenwich",0,ANGLEUNIT["degree",0.0174532925199433]],ID["EPSG",4490]],CONVERSION["3-degree Gauss-Kruger zone 41",METHOD["Transverse Mercator",ID["EPSG",9807]],PARAMETER["Latitude of natural origin",0,ANGLEUNIT["degree",0.0174532925199433],ID["EPSG",8801]],PARAMETER["Longitude of natural origin",123,ANGLEUNIT["degree",0.0174532925199433],ID["EPSG",8802]],PARAMETER["Scale factor at natural origin",1,SCALEUNIT["unity",1],ID["EPSG",8805]],PARAMETER["False easting",41500000,LENGTHUNIT["metre",1],ID["EPSG",8806]],PARAMETER["False northing",0,LENGTHUNIT["metre",1],ID["EPSG",8807]]],CS[Cartesian,2],AXIS["northing (X)",north,ORDER[1],LENGTHUNIT["metre",1]],AXIS["easting (Y)",east,ORDER[2],LENGTHUNIT["metre",1]],ID["EPSG",4529]]`
)

// projected is an ESRI definition upon the geographic one.
func projected(geographic, method, meridian, easting string, more ...string) string {
	s := `PROJCS["x",` + geographic + `,PROJECTION["` + method + `"],PARAMETER["False_Easting",` + easting +
		`],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",` + meridian + `],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]`
	return strings.NewReplacer(more...).Replace(s)
}

func TestParseWKT(t *testing.T) {
	for name, k := range map[string]struct{ in, want string }{
		"WGS 84, ESRI":     {esriWGS84, "EPSG:4326"},
		"with a mark":      {"\uFEFF" + esriWGS84 + "\r\n", "EPSG:4326"},
		"CGCS2000, ESRI":   {esriCGCS, "EPSG:4490"},
		"CGCS2000, OGC":    {ogcCGCS, "EPSG:4490"},
		"round brackets":   {strings.NewReplacer("[", "(", "]", ")").Replace(esriCGCS), "EPSG:4490"},
		"spaced":           {strings.ReplaceAll(ogcCGCS, ",", " ,\n  "), "EPSG:4490"},
		"no zone":          {projected(esriCGCS, "Gauss_Kruger", "123.0", "500000.0"), "EPSG:4550"},
		"zone in easting":  {projected(esriCGCS, "Gauss_Kruger", "123.0", "41500000.0"), "EPSG:4529"},
		"OGC method":       {projected(ogcCGCS, "Transverse_Mercator", "123", "500000"), "EPSG:4550"},
		"own meridian":     {projected(esriCGCS, "Gauss_Kruger", "123.5", "500000.0"), "gk:123.5,500000"},
		"6-degree zone 21": {projected(esriCGCS, "Gauss_Kruger", "123", "21500000"), "EPSG:4499"},
		"own easting":      {projected(esriWGS84, "Transverse_Mercator", "104", "0"), "gk:104,0"},
		"WKT 2":            {wkt2GK, "EPSG:4529"},
		"with a height":    {`COMPD_CS["a",` + ogcCGCS + `,VERT_CS["h",VERT_DATUM["d",2005],UNIT["metre",1]]]`, "EPSG:4490"},
		"Mars":             {strings.ReplaceAll(esriWGS84, "GCS_WGS_1984", "GCS_GCJ_02"), "gcj02"},
		"QGIS, unknown":    {strings.ReplaceAll(esriWGS84, "WGS_1984", "Unknown"), "EPSG:4326"},
	} {
		got, err := crs.ParseWKT(k.in)
		if err != nil || got.String() != k.want {
			t.Errorf("%s: %v %v, want %s", name, got, err, k.want)
			continue
		}
		if again, err := crs.Parse(got.String()); err != nil || !again.Same(got) {
			t.Errorf("%s: %s is read as %v, %v", name, got, again, err)
		}
	}
}

func TestParseWKTRefuses(t *testing.T) {
	gk := projected(esriCGCS, "Gauss_Kruger", "123.0", "500000.0")
	for name, k := range map[string]struct{ in, reason string }{
		"Beijing 1954":   {esriBeijing, "Beijing 1954"},
		"Xi'an 1980":     {projected(esriXian, "Gauss_Kruger", "123", "500000"), "Xi'an 1980"},
		"NAD 83":         {`GEOGCS["NAD83",DATUM["North_American_Datum_1983",SPHEROID["GRS 1980",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]`, "neither WGS 84 nor CGCS2000"},
		"Mercator":       {projected(esriWGS84, "Mercator_Auxiliary_Sphere", "0", "0"), "not Gauss-Krüger"},
		"UTM":            {projected(esriWGS84, "Transverse_Mercator", "123", "500000", `Factor",1.0`, `Factor",0.9996`), "scale"},
		"local":          {projected(esriCGCS, "Gauss_Kruger", "123", "500000", `Northing",0.0`, `Northing",-4000000`), "local"},
		"feet":           {strings.Replace(gk, `"Meter",1.0`, `"Foot",0.3048`, 1), "metre"},
		"no unit":        {strings.Replace(gk, `,UNIT["Meter",1.0]`, ``, 1), "unit"},
		"no meridian":    {strings.Replace(gk, "Central_Meridian", "x", 1), "central meridian"},
		"not a number":   {projected(esriCGCS, "Gauss_Kruger", "east", "500000"), "not a number"},
		"infinite":       {projected(esriCGCS, "Gauss_Kruger", "123", "1e999"), "not a number"},
		"no method":      {strings.Replace(gk, "PROJECTION", "X", 1), "no projection"},
		"Paris":          {strings.Replace(esriWGS84, `"Greenwich",0.0`, `"Paris",2.33`, 1), "Greenwich"},
		"grads":          {strings.Replace(esriWGS84, "0.0174532925199433", "0.0157", 1), "degrees"},
		"shifted":        {projected(strings.ReplaceAll(esriWGS84, "GCS_WGS_1984", "GCJ02"), "Gauss_Kruger", "123", "500000"), "shifted"},
		"local system":   {`LOCAL_CS["a",UNIT["m",1]]`, "neither"},
		"empty":          {" \n", "empty"},
		"no WKT":         {"+proj=longlat", "not well-known"},
		"cut":            {gk[:len(gk)-1], "cut off"},
		"cut in a quote": {gk[:9], "quote"},
		"behind":         {gk + "]", "last bracket"},
		"deep":           {strings.Repeat("A[", 1000), "deep"},
		"long":           {strings.Repeat(" ", 70_000), "64 KiB"},
		"commas":         {`GEOGCS["a" "b"]`, "comma"},
	} {
		got, err := crs.ParseWKT(k.in)
		var bad *crs.WKTError
		if !errors.As(err, &bad) || bad.Hint == "" || !strings.Contains(err.Error(), k.reason) {
			t.Errorf("%s: %v, %v, want an error of %q", name, got, err, k.reason)
		}
	}
}

// A system that has no EPSG code gives the same place in either order of axes
// (PROJ 9.1.1, domain.md: EPSG:4550 under another name).
func TestOwnMeridian(t *testing.T) {
	c := crs.GaussKrueger(123.25, 1500000)
	back := mustParse(t, c.String())
	p := orb.Point{123.43, 41.8}
	q := back.FromWGS84(p)
	if math.Abs(q[1]-1500000-14947) > 100 {
		t.Errorf("%v", q)
	}
	for _, in := range []orb.Point{q, {q[1], q[0]}} {
		if got := c.ToWGS84(in); !near(got, p, 1e-10) {
			t.Errorf("%v gives %v", in, got)
		}
	}
	for _, bad := range []string{"gk:", "gk:200,0", "gk:1,", "gk:1,x", "gk:NaN,0"} {
		if c, err := crs.Parse(bad); err == nil {
			t.Errorf("%s is read as %v", bad, c)
		}
	}
}

func FuzzParseWKT(f *testing.F) {
	for _, s := range []string{esriWGS84, ogcCGCS, wkt2GK, esriXian, projected(esriCGCS, "Gauss_Kruger", "123.5", "500000.0"), `A["`, `A[[]]`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := crs.ParseWKT(s)
		if err != nil {
			return
		}
		if again, err := crs.Parse(c.String()); err != nil || !again.Same(c) {
			t.Errorf("%v is read as %v, %v", c, again, err)
		}
	})
}
