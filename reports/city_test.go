package reports_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"hearthmap/geo"
	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/household"
	"hearthmap/reports"
)

var plan = geo.NewPlane(orb.Point{123.4, 41.8})

func at(x, y float64) orb.Point { return plan.LL(orb.Point{x, y}) }

func line(xy ...float64) orb.LineString {
	var l orb.LineString
	for i := 0; i < len(xy); i += 2 {
		l = append(l, at(xy[i], xy[i+1]))
	}
	return l
}

func ring(xy ...float64) orb.Ring { return orb.Ring(line(append(xy, xy[0], xy[1])...)) }

func box(x0, y0, x1, y1 float64) orb.Ring { return ring(x0, y0, x1, y0, x1, y1, x0, y1) }

func street(code string, xy ...float64) cityindex.Street {
	return cityindex.Street{Street: household.Street{Code: code, Class: "footway", Foot: true, Geom: line(xy...)}}
}

func home(id, area int64, people int32, x, y float64) cityindex.Building {
	return cityindex.Building{
		ID: id, Code: fmt.Sprintf("B%d", id), Use: household.UseResidential, Point: at(x, y), AreaID: area,
		Counts: cityindex.Counts{People: people, Age3to5: people / 10, Age60up: people / 4},
	}
}

// tinyTown has one street along y=0 with a kindergarten at 0 and a bus stop
// at 600. 甲 has a hole and is drawn the wrong way round; 空 has no people;
// one building lies in no community, one has no street.
func tinyTown() *cityindex.Data {
	west := box(-1000, -500, 0, 500)
	west.Reverse()
	hole := box(-800, 100, -700, 200)
	return &cityindex.Data{
		City: "tiny",
		Areas: []cityindex.Area{
			{ID: 1, Code: "990000", Name: "样例市", NameEn: "Sample City", Level: household.LevelCity},
			{ID: 2, ParentID: 1, Code: "990001", Name: "样例区", Level: household.LevelDistrict},
			{ID: 3, ParentID: 2, Code: "990001001", Name: "样例街道", Level: household.LevelStreet},
			{ID: 4, ParentID: 3, Code: "990001001001", Name: "甲社区", NameEn: "Jia", Level: household.LevelCommunity, Geom: orb.MultiPolygon{{west, hole}}},
			{ID: 5, ParentID: 3, Code: "990001001002", Name: `乙<script>"&社区`, Level: household.LevelCommunity, Geom: orb.MultiPolygon{{box(0, -500, 1000, 500)}}},
			{ID: 6, ParentID: 3, Code: "990001001003", Name: "=空社区", Level: household.LevelCommunity, Geom: orb.MultiPolygon{{box(1000, -500, 1500, 500)}}},
		},
		Streets: []cityindex.Street{street("s1", -1000, 0, 0, 0, 600, 0, 1000, 0)},
		Land:    []cityindex.Land{{ID: 1, Code: "w", Kind: household.LandWater, Geom: orb.MultiPolygon{{box(-1000, 300, 1500, 340)}}}},
		Buildings: []cityindex.Building{
			home(1, 4, 1200, -250, 10), home(2, 4, 340, -900, 10), home(3, 5, 60, 560, -10), home(4, 5, 5, 500, -450), home(5, 0, 20, 100, 10),
		},
		Facilities: []cityindex.Facility{
			{ID: 1, Code: "k1", Category: "kindergarten", Geom: at(0, -10), AreaID: 5},
			{ID: 2, Code: "b1", Category: "bus_stop", Geom: at(600, -10), AreaID: 5},
		},
	}
}

var tinyStandard = []byte(`{"id":"tiny","name_zh":"样例标准","name_en":"Sample standard","source":"made up","requirements":[
	{"category":"kindergarten","minutes":5,"metres":300,"required":true,"group":"age_3_5","source":"made up","verified":true},
	{"category":"bus_stop","minutes":15,"metres":1000,"required":true,"source":"made up","verified":false},
	{"category":"bus_stop","minutes":5,"metres":300,"required":false,"source":"made up","verified":false},
	{"category":"hospital","minutes":15,"metres":1000,"required":false,"group":"age_80_up","source":"made up","verified":false}]}`)

func run(t testing.TB, d *cityindex.Data, standard []byte, level household.AreaLevel) *reports.Coverage {
	t.Helper()
	var q coverage.Request
	if standard != nil {
		s, err := coverage.ParseStandard(standard)
		if err != nil {
			t.Fatal(err)
		}
		q.Standard = s
	}
	r, err := coverage.New(d).Run(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	c, err := reports.NewCoverage(r, level, "")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// checkered is a city of n × n communities with streets between them, some
// buildings in each and facilities strewn about, for pictures and figures.
func checkered(n, homes int) *cityindex.Data {
	const side = 450.0
	rnd := rand.New(rand.NewPCG(7, 11))
	d := &cityindex.Data{City: "checkered", Areas: []cityindex.Area{{ID: 1, Code: "990000", Name: "样例市", Level: household.LevelCity}}}
	bend := func(i, j int) (float64, float64) {
		x, y := float64(i)*side, float64(j)*side
		return x + 110*math.Sin(y/700+1), y + 90*math.Sin(x/900)
	}
	districts := (n + 7) / 8
	for k := range districts {
		d.Areas = append(d.Areas, cityindex.Area{ID: int64(2 + k), ParentID: 1, Code: fmt.Sprintf("9900%02d", k+1), Name: fmt.Sprintf("第%d区", k+1), Level: household.LevelDistrict})
	}
	names := []rune("春晖安宁和平长青文华永兴泰山北陵东湖西塔南市光明向阳")
	for j := range n {
		var along []float64
		for i := range n + 1 {
			x, y := bend(i, j)
			along = append(along, x, y)
			if i < n {
				x1, y1 := bend(i+1, j)
				x2, y2 := bend(i+1, j+1)
				x3, y3 := bend(i, j+1)
				id := int64(100 + j*n + i)
				d.Areas = append(d.Areas, cityindex.Area{
					ID: id, ParentID: int64(2 + i/8), Code: fmt.Sprintf("9900%02d%06d", i/8+1, j*n+i),
					Name:  string([]rune{names[rnd.IntN(len(names))], names[rnd.IntN(len(names))]}) + "社区",
					Level: household.LevelCommunity, Geom: orb.MultiPolygon{{ring(x, y, x1, y1, x2, y2, x3, y3)}},
				})
				for range homes {
					u, v := rnd.Float64(), rnd.Float64()
					bx, by := bend(i, j)
					b := home(int64(len(d.Buildings)+1), id, int32(rnd.IntN(400)), bx+u*side, by+v*side)
					b.Counts.Age0to2, b.Counts.Age6to14 = b.Counts.People/30, b.Counts.People/9
					if (i*7+j*3)%29 == 0 {
						b.Counts = cityindex.Counts{}
					}
					d.Buildings = append(d.Buildings, b)
				}
			}
		}
		d.Streets = append(d.Streets, street(fmt.Sprintf("h%d", j), along...))
	}
	for i := range n + 1 {
		var up []float64
		for j := range n {
			x, y := bend(i, j)
			up = append(up, x, y)
		}
		d.Streets = append(d.Streets, street(fmt.Sprintf("v%d", i), up...))
	}
	for k, info := range household.Categories {
		for f := range 1 + n*n*(k%7+1)/30 {
			x, y := rnd.Float64()*side*float64(n), math.Pow(rnd.Float64(), 1.4)*side*float64(n)
			d.Facilities = append(d.Facilities, cityindex.Facility{ID: int64(len(d.Facilities) + 1), Code: fmt.Sprintf("%s-%d", info.ID, f), Category: info.ID, Geom: at(x, y)})
		}
	}
	var bank []float64
	for i := range n + 1 {
		x, y := bend(i, n*2/3)
		bank = append(bank, x, y+60)
	}
	for i := n; i >= 0; i-- {
		x, y := bend(i, n*2/3)
		bank = append(bank, x, y+190)
	}
	d.Land = append(d.Land, cityindex.Land{ID: 1, Code: "river", Kind: household.LandWater, Geom: orb.MultiPolygon{{ring(bank...)}}})
	return d
}
