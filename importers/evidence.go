package importers

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"hearthmap/geo/crs"
	"hearthmap/household"
)

// Evidence answers questions about the city that is loaded, so that the
// coordinates of a file can be judged. Implemented by postgis.
type Evidence interface {
	// CityBoxes returns boxes in WGS 84 around the city's areas, a few for
	// the whole; none when no areas are loaded.
	CityBoxes(ctx context.Context) ([]orb.Bound, error)
	// Places answers each question; the answers are as many.
	Places(ctx context.Context, asked []PlaceQuestion) ([]PlaceAnswer, error)
}

// PlaceQuestion is a place in WGS 84 with what the file says lies there.
// Codes are empty when the file does not name them.
type PlaceQuestion struct {
	At                                   orb.Point
	AreaCode, CompoundCode, BuildingCode string
}

// PlaceAnswer is what the city knows of the place. A code that the city does
// not know is as one that was not named.
type PlaceAnswer struct {
	InCity                    bool // within any area
	AreaKnown, InArea         bool
	CompoundKnown, InNamed    bool // within the compound that it names
	BuildingKnown, AtNamed    bool // within 50 m of the building of this code
	OnFootprint, NearBuilding bool // on any building's footprint; within 100 m of one
}

// Candidate is a reference system that the coordinates may be in, with what
// speaks for it.
type Candidate struct {
	CRS    crs.CRS `json:"-"`
	Name   string  `json:"crs"`
	Points int     `json:"points"` // places looked at
	// Of Named places that name an area the city knows, InNamed lie in it;
	// the same for compounds and buildings.
	Named      int `json:"named_areas"`
	InNamed    int `json:"in_named_area"`
	Compounds  int `json:"named_compounds"`
	InCompound int `json:"in_named_compound"`
	Buildings  int `json:"named_buildings"`
	AtBuilding int `json:"at_named_building"`
	InCity     int `json:"in_city"`
	Footprint  int `json:"on_footprint"`
	Near       int `json:"near_building"`
}

// measure is one kind of evidence.
type measure struct {
	what  string // completes "N % of the places lie …"
	of    func(Candidate) (hits, of int)
	exact bool // strong enough to stop an import
	sharp bool // where it agrees, nothing else is asked
}

// measures are the kinds of evidence, the sharpest first.
var measures = [...]measure{
	{"in the compound they name", func(c Candidate) (int, int) { return c.InCompound, c.Compounds }, true, true},
	{"at the building they name", func(c Candidate) (int, int) { return c.AtBuilding, c.Buildings }, true, true},
	{"in the area they name", func(c Candidate) (int, int) { return c.InNamed, c.Named }, true, false},
	{"within the city's areas", func(c Candidate) (int, int) { return c.InCity, c.Points }, true, false},
	{"on a building's footprint", func(c Candidate) (int, int) { return c.Footprint, c.Points }, false, false},
}

// fewPlaces are too few to judge by.
const fewPlaces = 10

// Verdict is what the evidence says about the system a file is read in.
type Verdict struct {
	Given Candidate `json:"-"`
	Best  Candidate `json:"-"`
	// Doubt says that another system fits better; Wrong that the given one
	// does not fit at all, so that nothing may be loaded without a word.
	Doubt bool   `json:"doubt"`
	Wrong bool   `json:"wrong"`
	Text  string `json:"text"`
}

// Judge compares the candidates with the first, which is the one the file
// would be read in.
func Judge(list []Candidate) Verdict {
	if len(list) == 0 || list[0].Points == 0 {
		return Verdict{Text: "no coordinates to judge"}
	}
	v := Verdict{Given: list[0], Best: list[0]}
	for _, m := range measures {
		of := 0
		for _, c := range list {
			_, n := m.of(c)
			of = max(of, n)
		}
		if of < fewPlaces {
			continue
		}
		given := shareOf(m, list[0])
		best, top := list[0], given
		for _, c := range list[1:] {
			if s := shareOf(m, c); s > top+1e-9 {
				best, top = c, s
			}
		}
		gap := 0.1
		if !m.exact {
			gap = 0.15
		}
		if top-given < gap || !m.exact && top < 1.3*given {
			if m.sharp && given >= 0.9 {
				break
			}
			continue
		}
		v.Best, v.Doubt, v.Wrong = best, true, m.exact && given < 0.5 && top > 0.9
		v.Text = fmt.Sprintf("read as %s, %s of %d sampled places lie %s; as %s, %s would",
			v.Given.Name, percent(given), of, m.what, best.Name, percent(top))
		return v
	}
	v.Text = "nothing speaks against " + v.Given.Name
	if v.Given.InCity == 0 && !slices.ContainsFunc(list, func(c Candidate) bool { return c.InCity > 0 }) {
		v.Text = "no sampled place lies in the city's areas in any of the systems tried"
	}
	return v
}

func shareOf(m measure, c Candidate) float64 {
	hits, of := m.of(c)
	if of == 0 {
		return 0
	}
	return float64(hits) / float64(of)
}

func percent(share float64) string {
	p := 100 * share
	if p > 0 && p < 1 || p > 99 && p < 100 {
		return fmt.Sprintf("%.1f %%", p)
	}
	return fmt.Sprintf("%.0f %%", p)
}

// Err is the verdict as an error, when it must not be passed over.
func (v Verdict) Err() error {
	if !v.Wrong {
		return nil
	}
	return household.Errorf(household.Invalid, "importers.Run", "the file's coordinates are not what they are read as: %s", v.Text).
		WithHint("choose: --crs %s, or --crs %s to read them as they are", v.Best.Name, v.Given.Name)
}

// Note is the verdict as a note, empty when there is no doubt.
func (v Verdict) Note() string {
	if !v.Doubt {
		return ""
	}
	return "check the coordinates: " + v.Text + "; say which it is with --crs"
}

// sampled is a place as the file has it.
type sampled struct {
	at orb.Point
	q  PlaceQuestion
}

// sampler keeps at most limit places, spread evenly over all it is shown.
type sampler struct {
	limit, step, n int
	kept           []sampled
}

func (s *sampler) wants() bool {
	s.n++
	return (s.n-1)%max(1, s.step) == 0
}

func (s *sampler) keep(p sampled) {
	s.step = max(1, s.step)
	s.kept = append(s.kept, p)
	if len(s.kept) < 2*s.limit {
		return
	}
	half := s.kept[:0]
	for i := 0; i < len(s.kept); i += 2 {
		half = append(half, s.kept[i])
	}
	s.kept, s.step = half, 2*s.step
}

// places thins the sample to the limit.
func (s *sampler) places() []sampled {
	if len(s.kept) <= s.limit {
		return s.kept
	}
	out := make([]sampled, 0, s.limit)
	for i := range s.limit {
		out = append(out, s.kept[i*len(s.kept)/s.limit])
	}
	return out
}

// place is where the file says the row lies, unconverted; false when it says
// nothing or nonsense.
func (r *row) place() (orb.Point, bool) {
	g := r.Geometry
	if g == nil {
		if text := r.raw(fWKT); text != "" {
			g, _ = parseWKT(text) // nil when it is none: the import rejects it
		} else {
			lon, ok1 := parseFloat(r.raw(fLon))
			lat, ok2 := parseFloat(r.raw(fLat))
			return orb.Point{lon, lat}, ok1 && ok2
		}
	}
	if g == nil {
		return orb.Point{}, false
	}
	b := g.Bound()
	c := b.Center()
	return c, !b.IsEmpty() && !math.IsNaN(c[0]+c[1]) && !math.IsInf(c[0]+c[1], 0)
}

// question is what the row says of its place.
func (r *row) question(kind Kind) PlaceQuestion {
	q := PlaceQuestion{AreaCode: fold(r.raw(fAreaCode)), CompoundCode: fold(r.raw(fCompound))}
	switch kind {
	case Buildings:
		q.BuildingCode = fold(r.raw(fCode))
	case Areas:
		q.AreaCode = fold(r.raw(fParent))
	}
	for _, c := range []*string{&q.AreaCode, &q.CompoundCode, &q.BuildingCode} {
		if strings.IndexByte(*c, 0) >= 0 {
			*c = ""
		}
	}
	return q
}

// candidates are the systems worth trying: given first, then what the
// numbers allow.
func candidates(places []sampled, given crs.CRS, city []orb.Bound) []crs.CRS {
	list := []crs.CRS{given}
	add := func(c crs.CRS) {
		if !slices.ContainsFunc(list, c.Same) {
			list = append(list, c)
		}
	}
	xs, ys := make([]float64, len(places)), make([]float64, len(places))
	for i, p := range places {
		xs[i], ys[i] = p.at[0], p.at[1]
	}
	slices.Sort(xs)
	slices.Sort(ys)
	x, y := xs[len(xs)/2], ys[len(ys)/2]
	if math.Abs(x) <= 180 && math.Abs(y) <= 180 {
		for _, c := range []crs.CRS{crs.WGS84, crs.GCJ02, crs.BD09} {
			add(c)
		}
		if math.Abs(x) <= 90 { // it may be the latitude
			for _, c := range []crs.CRS{crs.WGS84, crs.GCJ02, crs.BD09} {
				add(c.Swapped())
			}
		}
		return list
	}
	for _, c := range planes(x, y, city) {
		add(c)
	}
	return list
}

// planes are the Gauss-Krüger systems that metres such as x and y may be in.
func planes(x, y float64, city []orb.Bound) []crs.CRS {
	easting, other := x, y
	if math.Abs(easting) > math.Abs(other) {
		easting, other = other, easting
	}
	if other > 1.05e7 { // beyond every northing: an easting with its zone
		easting = other
	}
	var list []crs.CRS
	if zone := math.Floor(easting / 1e6); zone >= 13 {
		switch {
		case zone >= 25 && zone <= 45:
			list = append(list, crs.GaussKrueger(zone*3, zone*1e6+500000))
		case zone <= 23:
			list = append(list, crs.GaussKrueger(zone*6-3, zone*1e6+500000))
		}
		return list
	}
	if len(city) == 0 {
		return nil
	}
	box := city[0]
	for _, b := range city[1:] {
		box = box.Union(b)
	}
	lon := box.Center()[0]
	for _, m := range []float64{math.Round(lon/3) * 3, math.Floor(lon/3) * 3, math.Ceil(lon/3) * 3, math.Round((lon-3)/6)*6 + 3} {
		list = append(list, crs.GaussKrueger(m, 500000))
	}
	// A local system: the meridian, to half a degree, that puts the places
	// into the city.
	perDegree := metresPerDegree * math.Cos(box.Center()[1]*math.Pi/180)
	for _, fe := range []float64{500000, 0} {
		list = append(list, crs.GaussKrueger(math.Round(2*(lon-(easting-fe)/perDegree))/2, fe))
	}
	return list
}

// weighPlaces asks the evidence about the places under each system.
func weighPlaces(ctx context.Context, ev Evidence, places []sampled, systems []crs.CRS) ([]Candidate, error) {
	list := make([]Candidate, len(systems))
	for i, system := range systems {
		c := &list[i]
		c.CRS, c.Name, c.Points = system, system.String(), len(places)
		var asked []PlaceQuestion
		for _, p := range places {
			at := system.ToWGS84(p.at)
			if !(math.Abs(at[0]) <= 180) || !(math.Abs(at[1]) <= 90) { // NaN as well
				// It names what it does not lie in.
				continue
			}
			q := p.q
			q.At = at
			asked = append(asked, q)
		}
		if len(asked) == 0 {
			continue
		}
		answers, err := ev.Places(ctx, asked)
		if err != nil {
			return nil, err
		}
		for _, a := range answers {
			c.add(a)
		}
	}
	// A place that a system cannot even convert still names its area.
	for _, whole := range list {
		for i := range list {
			list[i].Named = max(list[i].Named, whole.Named)
			list[i].Compounds = max(list[i].Compounds, whole.Compounds)
			list[i].Buildings = max(list[i].Buildings, whole.Buildings)
		}
	}
	return list, nil
}

func (c *Candidate) add(a PlaceAnswer) {
	for _, x := range []struct {
		yes bool
		n   *int
	}{
		{a.AreaKnown, &c.Named},
		{a.AreaKnown && a.InArea, &c.InNamed},
		{a.CompoundKnown, &c.Compounds},
		{a.CompoundKnown && a.InNamed, &c.InCompound},
		{a.BuildingKnown, &c.Buildings},
		{a.BuildingKnown && a.AtNamed, &c.AtBuilding},
		{a.InCity, &c.InCity},
		{a.OnFootprint, &c.Footprint},
		{a.NearBuilding, &c.Near},
	} {
		if x.yes {
			*x.n++
		}
	}
}
