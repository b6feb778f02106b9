package cityindex

import (
	"fmt"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"hearthmap/household"
)

// drawData draws a small city near (120, 30): nested areas, buildings in and
// out of them, references to nothing.
func drawData(t *rapid.T) *Data {
	d := &Data{City: "town", Seq: 7}
	drawAreas(t, d)
	for i := range rapid.IntRange(0, 4).Draw(t, "compounds") {
		d.Compounds = append(d.Compounds, Compound{ID: int64(i + 1), Code: fmt.Sprint("C", i), Geom: orb.MultiPolygon{drawBox(t)}})
		d.Gates = append(d.Gates, Gate{ID: int64(i + 1), CompoundID: drawID(t, 5), Code: fmt.Sprint("G", i), Geom: drawPoint(t)})
	}
	d.Buildings = drawBuildings(t)
	for i := range rapid.IntRange(0, 20).Draw(t, "entrances") {
		d.Entrances = append(d.Entrances, Entrance{ID: int64(i + 1), BuildingID: drawID(t, 50), Number: fmt.Sprint(i), Geom: drawPoint(t)})
	}
	for i := range rapid.IntRange(0, 10).Draw(t, "facilities") {
		d.Facilities = append(d.Facilities, Facility{
			ID: int64(i*2 + 1), Code: fmt.Sprint("F", i), AreaID: drawID(t, 8), Geom: drawPoint(t),
			Category: rapid.SampledFrom([]household.Category{"clinic", "park"}).Draw(t, "category"),
		})
	}
	for i := range rapid.IntRange(0, 10).Draw(t, "streets") {
		d.Streets = append(d.Streets, Street{ID: int64(i + 1), Street: household.Street{Geom: orb.LineString{drawPoint(t), drawPoint(t)}}})
		d.Land = append(d.Land, Land{ID: int64(i + 1), Geom: orb.MultiPolygon{drawBox(t)}})
	}
	return d
}

func drawAreas(t *rapid.T, d *Data) {
	levels := household.AreaLevels[:4]
	n := rapid.IntRange(0, 9).Draw(t, "areas")
	for i := range n {
		a := Area{ID: int64(i + 1), Code: fmt.Sprint("A", i), Level: levels[min(i, 3)], Geom: orb.MultiPolygon{drawBox(t)}}
		if i > 0 {
			a.ParentID = rapid.Int64Range(0, int64(i)).Draw(t, "parent")
		}
		d.Areas = append(d.Areas, a)
	}
	for i := range rapid.IntRange(0, 5).Draw(t, "grids") {
		d.Areas = append(d.Areas, Area{
			ID: int64(i + 1), Code: fmt.Sprint("W", i), Level: household.LevelGrid, ParentID: drawID(t, 10),
			Geom: orb.MultiPolygon{drawBox(t)},
		})
	}
}

func drawBuildings(t *rapid.T) []Building {
	var list []Building
	for i := range rapid.IntRange(0, 40).Draw(t, "buildings") {
		b := Building{
			ID: int64(i + 1), Code: fmt.Sprint("B", i), AreaID: drawID(t, 10), GridID: drawID(t, 6), CompoundID: drawID(t, 5),
			Use: rapid.SampledFrom([]household.Use{household.UseResidential, household.UseOffice}).Draw(t, "use"), Counts: drawCounts(t),
		}
		switch rapid.IntRange(0, 2).Draw(t, "shape") {
		case 0:
			b.Geom = drawPoint(t)
		case 1:
			b.Geom = drawBox(t)
		default:
			b.Geom = orb.MultiPolygon{drawBox(t), drawBox(t)}
		}
		b.Point = b.Geom.Bound().Center()
		list = append(list, b)
	}
	return list
}

func drawCounts(t *rapid.T) Counts {
	n := rapid.Int32Range(0, 500)
	return Counts{
		People: n.Draw(t, "people"), Households: n.Draw(t, "households"), Units: n.Draw(t, "units"), Age0to2: n.Draw(t, "0 to 2"),
		Age3to5: n.Draw(t, "3 to 5"), Age6to14: n.Draw(t, "6 to 14"), Age60up: n.Draw(t, "60 up"), Age80up: n.Draw(t, "80 up"),
	}
}

// drawID draws an id up to n, 0 for none; some have no owner.
func drawID(t *rapid.T, n int64) int64 { return rapid.Int64Range(0, n).Draw(t, "id") }

func drawPoint(t *rapid.T) orb.Point {
	c := rapid.Float64Range(0, 0.1)
	return orb.Point{120 + c.Draw(t, "lon"), 30 + c.Draw(t, "lat")}
}

func drawBox(t *rapid.T) orb.Polygon {
	p := drawPoint(t)
	s := rapid.Float64Range(0.0001, 0.05)
	return orb.Bound{Min: p, Max: orb.Point{p[0] + s.Draw(t, "w"), p[1] + s.Draw(t, "h")}}.ToPolygon()
}

func drawBound(t *rapid.T) orb.Bound {
	return orb.MultiPoint{drawPoint(t), drawPoint(t)}.Bound()
}
