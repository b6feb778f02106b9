package coverage_test

import (
	"context"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/osmfile"
	"hearthmap/internal/testdata"
)

// extract reads an OpenStreetMap extract into a snapshot, without a database:
// ids are places in the lists, everybody lives in no area.
func extract(tb testing.TB, name string) *cityindex.Data {
	tb.Helper()
	source, err := osmfile.Open(testdata.Path(tb, "osm/"+name))
	if err != nil {
		tb.Fatal(err)
	}
	defer source.Close()
	d := &cityindex.Data{City: name}
	var doors []household.Entrance
	err = source.Each(context.Background(), func(it importers.Item) error {
		add(d, &doors, it.Entity)
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	ids := map[string]int64{}
	for _, b := range d.Buildings {
		ids[b.Code] = b.ID
	}
	for i, e := range doors {
		if e.Located {
			d.Entrances = append(d.Entrances, cityindex.Entrance{
				ID: int64(i + 1), BuildingID: ids[e.BuildingCode], Number: e.Number, NodeID: e.NodeID, Geom: e.Geom,
			})
		}
	}
	return d
}

func add(d *cityindex.Data, doors *[]household.Entrance, entity importers.Entity) {
	switch x := entity.(type) {
	case household.Street:
		d.Streets = append(d.Streets, cityindex.Street{ID: int64(len(d.Streets) + 1), Street: x})
	case household.Compound:
		d.Compounds = append(d.Compounds, cityindex.Compound{ID: int64(len(d.Compounds) + 1), Code: x.Code, Walled: x.Walled, Geom: x.Geom})
	case household.Gate:
		d.Gates = append(d.Gates, cityindex.Gate{ID: int64(len(d.Gates) + 1), Code: x.Code, Kind: x.Kind, Open: x.Open, NodeID: x.NodeID, Geom: x.Geom})
	case household.Barrier:
		d.Barriers = append(d.Barriers, x)
	case household.Land:
		d.Land = append(d.Land, cityindex.Land{ID: int64(len(d.Land) + 1), Code: x.Code, Kind: x.Kind, Geom: x.Geom})
	case household.Building:
		b := cityindex.Building{ID: int64(len(d.Buildings) + 1), Code: x.Code, Use: x.Use, Geom: x.Geom}
		if p, ok := x.Geom.(orb.Point); ok {
			b.Point = p
		} else {
			b.Point, _ = planar.CentroidArea(x.Geom)
		}
		d.Buildings = append(d.Buildings, b)
	case household.Entrance:
		*doors = append(*doors, x)
	case household.Facility:
		d.Facilities = append(d.Facilities, cityindex.Facility{ID: int64(len(d.Facilities) + 1), Code: x.Code, Category: x.Category, Geom: x.Geom})
	}
}
