package synthcity

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/paulmach/orb"

	"hearthmap/geo"
	"hearthmap/household"
)

// Options says which city to make and where to write it.
type Options struct {
	Preset string // one of Presets
	Seed   uint64
	Dir    string // made when it does not exist; files in it are overwritten
	// Today is the day that ages are counted from. Zero: 2026-01-01.
	Today time.Time
	// Progress, if set, is called after every block with the share done.
	Progress func(done, total int)
}

// Summary counts what was written. Residents counts rows of residents.csv;
// Present those of them who live at their address.
type Summary struct {
	Areas      map[household.AreaLevel]int `json:"areas"`
	Compounds  int                         `json:"compounds"`
	Gates      int                         `json:"gates"`
	Streets    int                         `json:"streets"`
	Buildings  int                         `json:"buildings"`
	Entrances  int                         `json:"entrances"`
	Units      int                         `json:"units"`
	Dwellings  int                         `json:"dwellings"`
	Vacant     int                         `json:"vacant"`
	Households int                         `json:"households"`
	Residents  int                         `json:"residents"`
	Present    int                         `json:"present"`
	Facilities int                         `json:"facilities"`
	Files      []string                    `json:"files"`
}

// The files, in the order in which they are imported.
const (
	FileAreas      = "areas.geojson"
	FileCompounds  = "compounds.geojson"
	FileStreets    = "streets.geojson"
	FileBuildings  = "buildings.geojson"
	FileUnits      = "units.csv"
	FileResidents  = "residents.csv"
	FileFacilities = "facilities.csv"
	FileReadme     = "README.txt"
)

// Files lists the files that Generate writes.
var Files = []string{FileAreas, FileCompounds, FileStreets, FileBuildings, FileUnits, FileResidents, FileFacilities, FileReadme}

// origin is where the middle of every made-up city lies: fields near Shenyang.
var origin = orb.Point{123.20, 41.60}

// turn is the angle of the city's grid against north, radians.
const turn = 0.096

// city is the state of one run.
type city struct {
	opt      Options
	pre      preset
	today    time.Time
	plane    geo.Plane
	middle   pt // of the lattice, which comes to lie on origin
	plan     *plan
	out      *writers
	crowd    *crowd
	quota    *quota // what the villages of a large city still owe; nil: nothing
	sum      Summary
	serials  serials
	estates  int         // housing estates named so far
	useCount map[use]int // blocks built so far, for their names
}

// serials are the last numbers given.
type serials struct{ street, barrier, land, compound, gate, building, facility int }

// Generate makes the city and writes its files into opt.Dir.
func Generate(ctx context.Context, opt Options) (Summary, error) {
	pre, err := presetOf(opt.Preset)
	if err != nil {
		return Summary{}, err
	}
	if opt.Today.IsZero() {
		opt.Today = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if err := os.MkdirAll(opt.Dir, 0o755); err != nil {
		return Summary{}, household.Errorf(household.Invalid, "synthcity.Generate", "cannot make the directory: %w", err).
			WithHint("name a directory that can be written")
	}
	c := &city{opt: opt, pre: pre, today: opt.Today, plane: geo.NewPlane(origin)}
	c.sum.Areas = map[household.AreaLevel]int{}
	c.sum.Files = Files
	c.makePlan()
	if pre.metro != nil {
		c.quota = c.newQuota()
	}
	if c.out, err = openWriters(opt.Dir); err != nil {
		return Summary{}, err
	}
	aim := 0
	if pre.metro != nil {
		aim = pre.metro.residents
	}
	c.crowd = newCrowd(c.today, c.out.residents, aim)
	err = c.write(ctx)
	if werr := c.crowd.end(&c.sum); err == nil {
		err = werr
	}
	if cerr := c.out.close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(opt.Dir, FileReadme), []byte(c.readme()), 0o644)
	}
	return c.sum, err
}

// write emits the areas, the plan's own features, and then block by block.
func (c *city) write(ctx context.Context) error {
	c.writeAreas()
	c.writeStreets()
	c.writeRiver()
	c.writeRailway()
	c.writeBusStops()
	c.writeMetro()
	for k, i := range c.order() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if c.plan.faces[i].kind == faceBlock {
			c.writeBlock(&c.plan.faces[i])
		}
		if c.opt.Progress != nil {
			c.opt.Progress(k+1, len(c.plan.faces))
		}
		if c.out.err != nil {
			return c.out.err
		}
	}
	return c.out.err
}

// rng returns the random numbers of one subject, such as one block: they do
// not depend on what was made before.
func (c *city) rng(kind, id int) *rand.Rand {
	return rand.New(rand.NewPCG(c.opt.Seed^0x9E3779B97F4A7C15, uint64(kind)<<40|uint64(id)))
}

// Kinds of random streams.
const (
	rngLattice = iota + 1
	rngEdge
	rngCell
	rngBlock
	rngPeople
	rngZone
	rngCommunity
	rngOffice
)

// ll maps a position of the city's frame to longitude and latitude.
func (c *city) ll(p pt) orb.Point {
	d := sub(p, c.middle)
	s, k := math.Sincos(turn)
	return c.plane.LL(orb.Point{d[0]*k - d[1]*s, d[0]*s + d[1]*k})
}

// uniform is a number from lo to hi.
func uniform(r *rand.Rand, lo, hi float64) float64 { return lo + (hi-lo)*r.Float64() }

// between is a whole number from lo to hi, both included.
func between(r *rand.Rand, lo, hi int) int { return lo + r.IntN(hi-lo+1) }

// chance is true with the probability.
func chance(r *rand.Rand, probability float64) bool { return r.Float64() < probability }
