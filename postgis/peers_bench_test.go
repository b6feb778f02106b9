package postgis

import (
	"bufio"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hearthmap/importers"
	"hearthmap/importers/formats"
	"hearthmap/internal/pgcluster/pgtest"
	"hearthmap/internal/testdata"
)

// peerBuildings is the number of buildings in the benchmark's files.
const peerBuildings = 40_000

// buildingsFile writes houses of several shapes as GeoJSON, with the columns
// of a bureau's register.
func buildingsFile(b *testing.B) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "buildings.geojson")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprint(w, `{"type":"FeatureCollection","features":[`)
	for i := range peerBuildings {
		if i > 0 {
			fmt.Fprint(w, ",")
		}
		x, y := 123.2+float64(i%200)*6e-4, 41.5+float64(i/200)*4e-4
		at := func(dx, dy float64) string { return fmt.Sprintf("[%.7f,%.7f]", x+dx*1e-5, y+dy*1e-5) }
		// An L, a slab with stairwells, or a square.
		ring := [][2]float64{{0, 0}, {24, 0}, {24, 24}, {0, 24}}
		switch i % 3 {
		case 0:
			ring = [][2]float64{{0, 0}, {30, 0}, {30, 12}, {12, 12}, {12, 25}, {0, 25}}
		case 1:
			ring = [][2]float64{{0, 0}, {48, 0}, {48, 12}, {38, 12}, {38, 13}, {34, 13}, {34, 12}, {14, 12}, {14, 13}, {10, 13}, {10, 12}, {0, 12}}
		}
		var points []string
		for _, p := range append(ring, ring[0]) {
			points = append(points, at(p[0], p[1]))
		}
		fmt.Fprintf(w, `
{"type":"Feature","properties":{"code":"B%06d","name":"%d号楼","address":"文化路%d号阳光小区%d号楼","floors":%d,"use":"住宅","year":%d},`+
			`"geometry":{"type":"Polygon","coordinates":[[%s]]}}`, i, i%40+1, i/40+1, i%40+1, i%30+1, 1970+i%50, strings.Join(points, ","))
	}
	fmt.Fprint(w, "]}")
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

// peerTool is the path of a peer; the benchmark is skipped without it.
func peerTool(b *testing.B, name, pack string) string {
	b.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		b.Skipf("%s is not here; to compare with it: apt-get install %s", name, pack)
	}
	return path
}

// libpq is a database's URL as parameters of libpq, which all peers take.
func libpq(b *testing.B, raw string) (params string, parts map[string]string) {
	b.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		b.Fatal(err)
	}
	parts = map[string]string{"dbname": strings.TrimPrefix(u.Path, "/"), "user": u.User.Username(), "host": u.Hostname(), "port": u.Port()}
	if p, ok := u.User.Password(); ok {
		parts["password"] = p
	}
	for _, key := range []string{"host", "port"} {
		if v := u.Query().Get(key); v != "" {
			parts[key] = v
		}
	}
	var list []string
	for key, v := range parts {
		if v != "" {
			list = append(list, key+"='"+v+"'")
		}
	}
	return strings.Join(list, " "), parts
}

// runPeer times a program.
func runPeer(b *testing.B, env []string, name string, args ...string) time.Duration {
	b.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	began := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%s: %v: %s", filepath.Base(name), err, out)
	}
	return time.Since(began)
}

// importTimed imports a file into a new city.
func importTimed(b *testing.B, path string, kind importers.Kind, min int64) (time.Duration, *DB) {
	b.Helper()
	db := openTown(b)
	began := time.Now()
	rep, err := importers.Run(b.Context(), importers.Options{
		File: path, Kind: kind, Formats: formats.All(), RejectsPath: filepath.Join(b.TempDir(), "rejects.csv"),
	}, db)
	if err != nil {
		b.Fatal(err)
	}
	if rep.Created < min {
		b.Fatalf("created %d of %d", rep.Created, min)
	}
	return time.Since(began), db
}

// BenchmarkBuildingsAgainstOGR loads one register of buildings, in three
// formats, into one server: by ogr2ogr into a table with a spatial index, and
// by a whole import into an empty city. The import does more: it checks every
// row, keeps codes unique, compares with what is there, and writes the change log.
// The floor is a bare COPY of the rows that result, then building the same
// indexes, without reading any file. Each is the best of the rounds.
func BenchmarkBuildingsAgainstOGR(b *testing.B) {
	ogr := peerTool(b, "ogr2ogr", "gdal-bin")
	source := buildingsFile(b)
	dir := b.TempDir()
	files := map[string]string{"geojson": source, "shapefile": filepath.Join(dir, "b.shp"), "geopackage": filepath.Join(dir, "b.gpkg")}
	runPeer(b, nil, ogr, "-lco", "ENCODING=UTF-8", files["shapefile"], source)
	runPeer(b, nil, ogr, "-f", "GPKG", files["geopackage"], source)
	for _, name := range []string{"shapefile", "geopackage", "geojson"} {
		b.Run(name, func(b *testing.B) {
			ours, theirs, floor := time.Duration(1<<62), time.Duration(1<<62), time.Duration(1<<62)
			for b.Loop() {
				target, _ := libpq(b, pgtest.Database(b))
				theirs = min(theirs, runPeer(b, nil, ogr, "-f", "PostgreSQL", "PG:"+target, files[name], "-nln", "building", "-nlt", "PROMOTE_TO_MULTI"))
				took, db := importTimed(b, files[name], importers.Buildings, peerBuildings)
				ours, floor = min(ours, took), min(floor, rawCopy(b, db, true, "building"))
			}
			b.ReportMetric(peerBuildings/ours.Seconds(), "rows/s")
			b.ReportMetric(peerBuildings/theirs.Seconds(), "ogr2ogr_rows/s")
			b.ReportMetric(theirs.Seconds()/ours.Seconds(), "x-ogr2ogr")
			b.ReportMetric(100*floor.Seconds()/ours.Seconds(), "%of_copy_then_index")
		})
	}
}

// BenchmarkExtractAgainstOSM2PGSQL loads one extract into one server: by
// osm2pgsql with its default style (points, lines, roads and polygons of all
// tags it knows, with spatial indexes), and by a whole import (streets,
// compounds with gates, buildings with entrances, facilities; checked and
// related, with the change log). Each is the best of the rounds.
func BenchmarkExtractAgainstOSM2PGSQL(b *testing.B) {
	tool := peerTool(b, "osm2pgsql", "osm2pgsql")
	for _, name := range []string{"liechtenstein", "monaco"} {
		b.Run(name, func(b *testing.B) {
			path := testdata.Path(b, "osm/"+name+".osm.pbf")
			ours, theirs := time.Duration(1<<62), time.Duration(1<<62)
			for b.Loop() {
				_, p := libpq(b, pgtest.Database(b))
				theirs = min(theirs, runPeer(b, []string{"PGPASSWORD=" + p["password"]}, tool,
					"--create", "--latlong", "-d", p["dbname"], "-U", p["user"], "-H", p["host"], "-P", p["port"], path))
				took, _ := importTimed(b, path, importers.OSM, 1000)
				ours = min(ours, took)
			}
			b.ReportMetric(ours.Seconds(), "s")
			b.ReportMetric(theirs.Seconds(), "osm2pgsql_s")
			b.ReportMetric(theirs.Seconds()/ours.Seconds(), "x-osm2pgsql")
		})
	}
}
