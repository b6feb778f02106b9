package osmfile

import (
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"hearthmap/geo"
	"hearthmap/household"
	"hearthmap/importers"
)

// emitBuilding yields the building that an area is, and notes whose doors are
// on its outline: lines are the nodes of its ways.
func (c *city) emitBuilding(id int64, code string, t tags, lines [][]int64, geom func() (orb.MultiPolygon, error)) error {
	tally := &c.stats.Buildings
	if t.get("building") == "" {
		return nil
	}
	tally.Tagged++
	if reason := noBuilding(t); reason != "" {
		tally.skip(reason)
		return nil
	}
	g, err := geom()
	if err != nil {
		return c.reject(id, tally, importers.RejectGeometry, "building: "+err.Error(), suggestion(err))
	}
	b := c.newBuilding(code, t, interior(g))
	b.Geom = footprint(g)
	if b.Address == "" {
		b.Address = c.addressWithin(g)
	}
	if b.Address != "" {
		c.stats.Addressed++
	}
	for _, refs := range lines {
		for _, ref := range refs {
			if owner, ok := c.doors[ref]; ok && owner == "" {
				c.doors[ref] = code
			}
		}
	}
	tally.Imported++
	return c.emit(id, b)
}

// emitPointBuilding yields a building that is mapped as a node.
func (c *city) emitPointBuilding(p *point) error {
	if p.tags.get("building") == "" {
		return nil
	}
	c.stats.Buildings.Tagged++
	// Entrances of buildings are sometimes tagged building=entrance.
	reason := noBuilding(p.tags)
	if p.tags.is("building", "entrance") || p.tags.set("entrance") {
		reason = "an entrance, not a building"
	}
	if reason != "" {
		c.stats.Buildings.skip(reason)
		return nil
	}
	b := c.newBuilding(nodeCode(p.id), p.tags, p.p.point())
	b.Geom = p.p.point()
	if b.Address != "" {
		c.stats.Addressed++
	}
	c.stats.Buildings.Imported++
	return c.emit(p.id, b)
}

// noBuilding returns why an element with building=* is no building, or "".
func noBuilding(t tags) string {
	switch {
	case t.is("building", "no"):
		return "building=no"
	case t.is("location", "underground"):
		return "underground"
	}
	return ""
}

func (c *city) newBuilding(code string, t tags, at orb.Point) household.Building {
	return household.Building{
		Code:      code,
		Name:      t.get("name"),
		Address:   address(t),
		Use:       c.use(t, at),
		Floors:    floors(t.get("building:levels")),
		Height:    height(t.get("height")),
		BuiltYear: builtYear(t.get("start_date")),
	}
}

// floors reads building:levels: "6", "6.5", "3;4" (the first).
func floors(s string) int16 {
	s, _, _ = strings.Cut(s, ";")
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(v > 0 && v < 250) {
		return 0
	}
	return int16(math.Round(v))
}

// height reads metres ("12", "12.5 m") or feet and inches (`40'`, `40'6"`,
// "40 ft").
func height(s string) float32 {
	s = strings.ToLower(strings.TrimSpace(s))
	unit := 1.0
	inches := 0.0
	switch {
	case strings.Contains(s, "'"):
		feet, rest, _ := strings.Cut(s, "'")
		s, unit = feet, 0.3048
		if rest = strings.TrimSpace(strings.TrimRight(rest, "\"'")); rest != "" {
			v, err := strconv.ParseFloat(rest, 64)
			if err != nil {
				return 0
			}
			inches = v
		}
	case strings.HasSuffix(s, "ft"):
		s, unit = strings.TrimSuffix(s, "ft"), 0.3048
	default:
		s = strings.TrimSuffix(s, "m")
	}
	v, err := strconv.ParseFloat(strings.Replace(strings.TrimSpace(s), ",", ".", 1), 64)
	v = v*unit + inches*0.0254
	if err != nil || !(v > 0 && v < 1500) {
		return 0
	}
	return float32(v)
}

// builtYear reads the year of "1998", "1998-05", "~1900" or "C19" (unknown).
func builtYear(s string) int16 {
	s = strings.TrimLeft(s, "~ <>")
	if len(s) < 4 || len(s) > 4 && s[4] != '-' {
		return 0
	}
	y, err := strconv.Atoi(s[:4])
	if err != nil || y < 1000 || y > 2200 {
		return 0
	}
	return int16(y)
}

// buildingUses maps values of building=* that say what the building is for.
var buildingUses = map[string]household.Use{
	"apartments": household.UseResidential, "residential": household.UseResidential, "house": household.UseResidential,
	"detached": household.UseResidential, "semidetached_house": household.UseResidential, "semi": household.UseResidential,
	"terrace": household.UseResidential, "bungalow": household.UseResidential, "dormitory": household.UseResidential,
	"villa": household.UseResidential, "farm": household.UseResidential, "cabin": household.UseResidential,
	"static_caravan": household.UseResidential, "houseboat": household.UseResidential, "ger": household.UseResidential,
	"tree_house": household.UseResidential, "annexe": household.UseResidential, "stilt_house": household.UseResidential,
	"mixed": household.UseMixed, "mixed_use": household.UseMixed,
	"commercial": household.UseCommercial, "retail": household.UseCommercial, "supermarket": household.UseCommercial,
	"kiosk": household.UseCommercial, "hotel": household.UseCommercial, "shop": household.UseCommercial,
	"mall": household.UseCommercial, "restaurant": household.UseCommercial, "market": household.UseCommercial,
	"office": household.UseOffice, "offices": household.UseOffice,
	"industrial": household.UseIndustrial, "warehouse": household.UseIndustrial, "factory": household.UseIndustrial,
	"manufacture": household.UseIndustrial, "hangar": household.UseIndustrial,
	"school": household.UsePublic, "university": household.UsePublic, "college": household.UsePublic,
	"kindergarten": household.UsePublic, "hospital": household.UsePublic, "clinic": household.UsePublic,
	"civic": household.UsePublic, "public": household.UsePublic, "government": household.UsePublic, "townhall": household.UsePublic,
	"church": household.UsePublic, "cathedral": household.UsePublic, "chapel": household.UsePublic,
	"mosque": household.UsePublic, "temple": household.UsePublic, "synagogue": household.UsePublic,
	"shrine": household.UsePublic, "monastery": household.UsePublic, "religious": household.UsePublic,
	"train_station": household.UsePublic, "transportation": household.UsePublic, "fire_station": household.UsePublic,
	"museum": household.UsePublic, "library": household.UsePublic, "stadium": household.UsePublic, "grandstand": household.UsePublic,
	"sports_hall": household.UsePublic, "sports_centre": household.UsePublic, "theatre": household.UsePublic,
	"pavilion": household.UsePublic, "toilets": household.UsePublic, "terminal": household.UsePublic, "castle": household.UsePublic,
	"garage": household.UseUtility, "garages": household.UseUtility, "carport": household.UseUtility,
	"parking": household.UseUtility, "shed": household.UseUtility, "hut": household.UseUtility, "roof": household.UseUtility,
	"greenhouse": household.UseUtility, "barn": household.UseUtility, "farm_auxiliary": household.UseUtility,
	"stable": household.UseUtility, "cowshed": household.UseUtility, "sty": household.UseUtility, "silo": household.UseUtility,
	"service": household.UseUtility, "transformer_tower": household.UseUtility, "water_tower": household.UseUtility,
	"storage_tank": household.UseUtility, "bunker": household.UseUtility, "guardhouse": household.UseUtility,
	"gatehouse": household.UseUtility, "boathouse": household.UseUtility, "bridge": household.UseUtility, "container": household.UseUtility,
	"substation": household.UseUtility, "digester": household.UseUtility, "tank": household.UseUtility,
	"ruins": household.UseOther, "construction": household.UseOther, "collapsed": household.UseOther, "tower": household.UseOther,
	"abandoned": household.UseOther, "demolished": household.UseOther,
}

// use says what a building is for: its own value, else what is in it, else
// the ground it stands on, else a dwelling, as most buildings are.
func (c *city) use(t tags, at orb.Point) household.Use {
	if u, ok := buildingUses[t.get("building")]; ok {
		if u == household.UseResidential && t.set("shop") {
			return household.UseMixed
		}
		return u
	}
	if u := useOfContent(t); u != "" {
		return u
	}
	c.stats.UseGuessed++
	if u := c.groundUse(at); u != "" {
		return u
	}
	return household.UseResidential
}

func useOfContent(t tags) household.Use {
	switch {
	case t.is("amenity", "restaurant", "fast_food", "cafe", "bar", "pub", "bank", "marketplace", "fuel", "cinema", "nightclub"),
		t.is("tourism", "hotel", "hostel", "guest_house", "motel"), t.set("shop"):
		return household.UseCommercial
	case t.is("amenity", "parking", "bicycle_parking", "shelter", "waste_transfer_station"), t.set("power"), t.is("man_made", "storage_tank", "water_tower", "silo", "wastewater_plant", "pumping_station"):
		return household.UseUtility
	case t.set("amenity"), t.set("healthcare"), t.set("leisure"), t.is("tourism", "museum", "gallery", "attraction"),
		t.set("historic"), t.is("office", "government", "diplomatic"), t.is("railway", "station"), t.is("public_transport", "station"), t.is("aeroway", "terminal"):
		return household.UsePublic
	case t.set("office"):
		return household.UseOffice
	case t.is("man_made", "works"), t.set("industrial"), t.set("craft"):
		return household.UseIndustrial
	}
	return ""
}

// ground is a piece of land whose use tells that of the buildings on it.
type ground struct {
	use  household.Use
	size float64
	code string
	geom orb.MultiPolygon
}

func groundUse(t tags) household.Use {
	switch {
	case t.is("landuse", "residential"):
		return household.UseResidential
	case t.is("landuse", "commercial", "retail"):
		return household.UseCommercial
	case t.is("landuse", "industrial", "railway", "port", "depot"):
		return household.UseIndustrial
	case t.is("landuse", "education", "religious", "military", "institutional"), t.is("amenity", "school", "university", "college", "hospital", "kindergarten"):
		return household.UsePublic
	case t.is("landuse", "farmyard", "farmland", "allotments", "greenhouse_horticulture"):
		return household.UseOther
	case t.is("landuse", "construction"):
		return household.UseOther
	}
	return ""
}

func (c *city) addGround(code string, t tags, g orb.MultiPolygon) error {
	use := groundUse(t)
	if use == "" || t.get("building") != "" {
		return nil
	}
	b := g.Bound()
	c.ground.Insert(b.Min, b.Max, &ground{use, geoArea(g), code, g})
	return c.hold(96 + pointsIn(g)*16)
}

// groundUse returns the use of the smallest piece of land around the place.
func (c *city) groundUse(at orb.Point) household.Use {
	var best *ground
	c.ground.Search(at, at, func(_, _ [2]float64, g *ground) bool {
		if contains(g.geom, at) && (best == nil || g.size < best.size || g.size == best.size && g.code < best.code) {
			best = g
		}
		return true
	})
	if best == nil {
		return ""
	}
	return best.use
}

func pointsIn(mp orb.MultiPolygon) int64 {
	n := int64(0)
	for _, p := range mp {
		for _, r := range p {
			n += int64(len(r))
		}
	}
	return n
}

// geoArea is the area in square metres.
func geoArea(mp orb.MultiPolygon) float64 {
	plane := geo.NewPlane(mp.Bound().Center())
	sum := 0.0
	for _, p := range mp {
		for _, r := range p {
			a := 0.0
			for i := 1; i < len(r); i++ {
				u, v := plane.XY(r[i-1]), plane.XY(r[i])
				a += u[0]*v[1] - v[0]*u[1]
			}
			sum += a / 2 // holes run the other way
		}
	}
	return sum
}
