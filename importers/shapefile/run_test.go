package shapefile

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"hearthmap/geo/crs"
	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/importertest"
)

const zone41 = `PROJCS["CGCS2000_3_Degree_GK_CM_123E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],PARAMETER["Central_Meridian",123.0],UNIT["Meter",1.0]]`

// Through the whole pipeline: the .prj counts, --crs counts before it, and
// what is rejected comes back with its shape, to be mended.
func TestImport(t *testing.T) {
	c, err := crs.Parse("EPSG:4550")
	if err != nil {
		t.Fatal(err)
	}
	var ring []orb.Point
	for _, p := range []orb.Point{{123.43, 41.8}, {123.43, 41.801}, {123.431, 41.801}, {123.431, 41.8}, {123.43, 41.8}} {
		q := c.FromWGS84(p)
		ring = append(ring, orb.Point{q[1], q[0]}) // the easting first, as in all shapefiles
	}
	shp, shx := shpFiles(partsRecord(5, ring), partsRecord(5, ring), nullRecord())
	f := files{
		".shp": shp, ".shx": shx, ".prj": []byte(zone41), ".cpg": []byte("GBK"),
		".dbf": dbfFile(3, 0x4D, []field{{gbk("楼栋编码"), 'C', 10, 0}, {gbk("名称"), 'C', 20, 0}, {gbk("层数"), 'N', 3, 0}},
			[]string{"B1", gbk("一号楼"), "18"}, []string{"B2", gbk("二号楼"), "***"}, []string{"B3", gbk("三号楼"), "6"}),
	}
	path := f.save(t, ".shp")
	for _, k := range []struct {
		system   string
		rejected int64
		inBatch  string
	}{{"", 2, "EPSG:4550"}, {"EPSG:4326", 3, "EPSG:4326"}, {"EPSG:4529", 3, "EPSG:4529"}} {
		store := &importertest.Store{}
		rejects := filepath.Join(t.TempDir(), "rejects.csv")
		report, err := importers.Run(context.Background(), importers.Options{
			File: path, Kind: importers.Buildings, Formats: []importers.Format{Format()}, CRS: k.system, RejectsPath: rejects,
		}, store)
		if err != nil {
			t.Fatal(err)
		}
		if report.Rejected != k.rejected || report.Read != 3 {
			t.Errorf("%q: read %d, rejected %d: %v", k.system, report.Read, report.Rejected, report.Codes)
		}
		if k.system != "" {
			if !mention(report.Notes, "the .prj says EPSG:4550 and --crs says "+k.inBatch) {
				t.Errorf("%q: notes %q", k.system, report.Notes)
			}
			continue
		}
		b, ok := store.Table("building")["B1"].(household.Building)
		if !ok || b.Name != "一号楼" || !near(b.Geom, orb.Point{123.4305, 41.8005}) {
			t.Errorf("%+v", b)
		}
		text, err := os.ReadFile(rejects)
		if err != nil || !strings.Contains(string(text), "二号楼") || !strings.Contains(string(text), "POLYGON((") || strings.Contains(string(text), "一号楼") {
			t.Errorf("rejects %s, %v", text, err)
		}
	}
}

func near(g orb.Geometry, p orb.Point) bool {
	if g == nil {
		return false
	}
	c := g.Bound().Center()
	return c[0]-p[0] < 1e-6 && p[0]-c[0] < 1e-6 && c[1]-p[1] < 1e-6 && p[1]-c[1] < 1e-6
}
