package synthcity

import (
	"fmt"
	"strconv"

	"hearthmap/geo/crs"
	"hearthmap/household"
)

func (w *writers) area(c *city, code string, n areaName, level household.AreaLevel, parent string, polygons [][][]pt) {
	w.feature(w.areas, c.multi(polygons),
		prop{"code", code}, prop{"name", n.zh}, prop{"name_en", n.en}, prop{"level", string(level)}, prop{"parent_code", parent})
}

func (w *writers) street(c *city, code string, s street) {
	w.feature(w.streets, c.lineString(s.line),
		prop{"code", code}, prop{"name", s.name.zh}, prop{"name_en", s.name.en}, prop{"class", s.class}, prop{"foot", true},
		prop{"steps", s.steps}, prop{"bridge", s.bridge}, prop{"tunnel", s.tunnel}, prop{"layer", s.layer})
}

// putBarrier writes a line that nobody crosses but on a street.
func (c *city) putBarrier(kind, name string, line []pt) {
	c.serials.barrier++
	c.out.feature(c.out.streets, c.lineString(line),
		prop{"code", fmt.Sprintf("X%05d", c.serials.barrier)}, prop{"name", name}, prop{"kind", kind})
}

// putLand writes ground for the base map.
func (c *city) putLand(kind string, n areaName, rings ...[]pt) {
	c.serials.land++
	c.out.feature(c.out.streets, c.polygon(rings...),
		prop{"code", fmt.Sprintf("L%06d", c.serials.land)}, prop{"name", n.zh}, prop{"name_en", n.en}, prop{"kind", kind})
}

func (c *city) putCompound(n areaName, walled bool, area string, ring []pt) string {
	c.serials.compound++
	c.sum.Compounds++
	code := fmt.Sprintf("C%06d", c.serials.compound)
	c.out.feature(c.out.compounds, c.polygon(ring),
		prop{"code", code}, prop{"name", n.zh}, prop{"name_en", n.en}, prop{"walled", walled}, prop{"area_code", area})
	return code
}

func (c *city) putGate(name, compound string, open bool, at pt) {
	c.serials.gate++
	c.sum.Gates++
	c.out.feature(c.out.compounds, c.point(at),
		prop{"code", fmt.Sprintf("G%06d", c.serials.gate)}, prop{"name", name}, prop{"kind", "gate"},
		prop{"compound_code", compound}, prop{"open", open})
}

// facility is a place of service on its way to the file.
type facility struct {
	name     string
	category household.Category
	capacity int
	address  string
	at       pt
}

// putFacility writes a facility, its place in GCJ-02.
func (c *city) putFacility(f facility) {
	c.serials.facility++
	c.sum.Facilities++
	q := crs.GCJ02.FromWGS84(c.ll(f.at))
	c.out.row(c.out.facilities, "\n", fmt.Sprintf("F%06d", c.serials.facility), f.name, f.category.Info().Zh,
		strconv.FormatFloat(q[0], 'f', 7, 64), strconv.FormatFloat(q[1], 'f', 7, 64), strconv.Itoa(f.capacity), f.address)
}

// door is an entrance of a building.
type door struct {
	number string
	kind   string
	at     pt
}

// flat is a unit of a building.
type flat struct {
	door  string
	floor int
	room  string
	use   household.Use
	area  float64
}

var useWords = map[household.Use]string{
	household.UseResidential: "住宅", household.UseMixed: "商住", household.UseCommercial: "商业", household.UseOffice: "办公",
	household.UseIndustrial: "工业", household.UsePublic: "公共", household.UseUtility: "配套", household.UseOther: "其他",
}

// building is a building with its doors and units; it lives only until it is
// written.
type building struct {
	name, address string
	use           household.Use
	floors        int
	height        float64
	year          int
	area          string
	compound      string // code
	rings         [][]pt
	doors         []door
	flats         []flat
	homes         lifeStyle
}

// putBuilding writes the building, its doors, its units, and the people in
// them when the block is done.
func (c *city) putBuilding(b *building, people *peopleMaker) string {
	c.serials.building++
	c.sum.Buildings++
	code := fmt.Sprintf("B%06d", c.serials.building)
	c.out.feature(c.out.buildings, c.polygon(b.rings...),
		prop{"code", code}, prop{"name", b.name}, prop{"address", b.address}, prop{"floors", b.floors}, prop{"height", b.height},
		prop{"use", string(b.use)}, prop{"built_year", b.year}, prop{"area_code", b.area}, prop{"compound", b.compound})
	for _, d := range b.doors {
		c.sum.Entrances++
		c.out.feature(c.out.buildings, c.point(d.at),
			prop{"kind", "entrance"}, prop{"building_code", code}, prop{"number", d.number}, prop{"entrance_kind", d.kind})
	}
	for _, f := range b.flats {
		c.sum.Units++
		c.out.row(c.out.units, "\r\n", code, f.door, strconv.Itoa(f.floor), f.room, useWords[f.use], strconv.FormatFloat(f.area, 'f', 1, 64))
		if f.use == household.UseResidential {
			c.sum.Dwellings++
			people.homes = append(people.homes, home{code, f.door, f.room, b.homes})
		}
	}
	return code
}
