// Package layers keeps the shape of the house: which package may import
// which, who may touch which library, and how long a file may be. Its test is
// the linter.
//
// The table is that of docs/architecture.md. A package that is not in it
// fails: say first where it belongs.
package layers

// anything allows every package of the project.
const anything = "..."

// row says what a package, or with a final /... all packages below it, may
// import of the project, and, unless libraries is nil, of third parties. Tests
// are free.
type row struct {
	pkg       string
	may       []string // a final /... allows all below
	libraries []string // module paths; nil allows all that are not guarded
}

// orb is the geometry library, allowed nearly everywhere.
const orb = "github.com/paulmach/orb"

const rtree = "github.com/tidwall/rtree"

// pinyin says how characters sound: names are misheard more often than misread.
const pinyin = "github.com/mozillazg/go-pinyin"

// sync holds errgroup: the heavy searches run on all cores.
const sync = "golang.org/x/sync"

// The rows go from the bottom of the house to its top; the first that fits a
// package counts.
//
// household is the subject's vocabulary and holds the errors that every layer
// shares, so every layer may import it.
var table = []row{
	{"geo", nil, []string{orb}},
	{"household", []string{"geo"}, []string{orb}},
	{"household/address", nil, []string{}},
	{"household/audit", []string{"household"}, []string{}},
	{"geo/crs", []string{"geo", "household"}, []string{orb}},
	{"geo/hexgrid", []string{"geo", "household"}, []string{orb, h3}},
	{"geo/cityindex", []string{"geo", "geo/hexgrid", "household"}, []string{orb, rtree}},
	{"geo/walk", []string{"geo", "household"}, []string{orb, rtree}},
	{"geo/coverage", []string{"geo", "geo/cityindex", "geo/coverage/access", "geo/hexgrid", "geo/walk", "household"}, []string{orb, rtree, sync}},
	{"geo/coverage/access", nil, nil},
	{"geo/siting", []string{"geo", "geo/cityindex", "geo/walk", "geo/coverage", "household"}, []string{orb, rtree, sync}},
	{"tiles", []string{"geo", "geo/cityindex", "geo/coverage", "geo/hexgrid", "household", "tiles/..."}, nil},
	{"tiles/...", []string{"geo", "household", "tiles/..."}, nil},
	{"importers", []string{"household", "geo", "geo/crs", "importers/charset", "importers/match", "household/address"}, nil},
	{"importers/match", []string{"household/address"}, []string{pinyin}},
	{"importers/charset", []string{"household"}, nil},
	{"importers/people", []string{"household"}, []string{pinyin}},
	{"importers/ogrtest", []string{"importers", "geo/crs", "internal/testdata"}, nil}, // used by tests only
	{"importers/...", []string{"importers/...", "household", "geo", "geo/crs"}, nil},
	{"migrations", []string{"household"}, nil},
	{"postgis", []string{"household", "household/audit", "geo/...", "importers/...", "migrations"}, nil},
	{"reports", []string{"household", "geo", "geo/cityindex", "geo/coverage"}, nil},
	{"web", []string{"household", "geo/...", "tiles", "reports", "web/..."}, nil},
	{"web/...", []string{"household", "geo/...", "tiles", "reports", "web/..."}, nil},

	{"internal/layers", nil, []string{}},
	{"internal/testdata", nil, []string{}},
	{"internal/pgcluster", []string{"household"}, nil},
	{"internal/pgcluster/pgtest", []string{"household", "internal/pgcluster", "migrations"}, nil},
	{"internal/synthcity", []string{"geo", "geo/crs", "household"}, nil},
	{"internal/importjobs", []string{"household", "importers/..."}, []string{orb}},
	{"internal/jobs", nil, []string{}},
	{"internal/reportjobs", []string{"household", "geo/coverage", "internal/jobs", "reports"}, []string{}},
	{"internal/bench", []string{anything}, nil},
	{"cmd/...", []string{anything}, nil},
}

const (
	h3  = "github.com/uber/h3-go"
	pgx = "github.com/jackc/pgx"
	// goGeom is how geometry reaches the database's wire format.
	goGeom = "github.com/twpayne/go-geom"
)

// guards says who alone may touch a library: cgo, and the database's driver,
// stay in few places.
var guards = map[string][]string{
	h3:     {"geo/hexgrid"},
	pgx:    {"postgis", "migrations", "internal/pgcluster", "internal/pgcluster/pgtest", "internal/bench", "cmd/..."},
	goGeom: {"postgis"},
}

// maxLines is the longest a file may be. One subject fits into less.
const maxLines = 600

// written lists the kinds of files that people write, and so must read.
var written = map[string]bool{
	".go": true, ".sql": true, ".sh": true, ".ts": true, ".vue": true, ".js": true, ".mjs": true, ".css": true,
}
