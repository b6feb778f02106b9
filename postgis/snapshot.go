package postgis

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
)

// tableList is one table's share of the snapshot.
type tableList string

// The lists, in the order they are loaded.
const (
	listAreas      tableList = "areas"
	listCompounds  tableList = "compounds"
	listGates      tableList = "gates"
	listBarriers   tableList = "barriers"
	listLand       tableList = "land"
	listStreets    tableList = "streets"
	listBuildings  tableList = "buildings"
	listCounts     tableList = "counts"
	listEntrances  tableList = "entrances"
	listFacilities tableList = "facilities"
)

var allLists = []tableList{
	listAreas, listCompounds, listGates, listBarriers, listLand, listStreets,
	listBuildings, listCounts, listEntrances, listFacilities,
}

// LoadCity reads the city for the index: counts, never persons. All tables
// are read in one snapshot of the database, and Data.Seq is the last change
// it contains.
func (db *DB) LoadCity(ctx context.Context) (*cityindex.Data, error) {
	return db.loadLists(ctx, &cityindex.Data{City: db.City}, allLists)
}

// loadLists returns a copy of old with the lists read anew.
func (db *DB) loadLists(ctx context.Context, old *cityindex.Data, lists []tableList) (*cityindex.Data, error) {
	d := *old
	err := pgx.BeginTxFunc(ctx, db.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly},
		func(tx pgx.Tx) error {
			if err := tx.QueryRow(ctx, `SELECT coalesce(max(seq), 0) FROM change`).Scan(&d.Seq); err != nil {
				return err
			}
			for _, p := range lists {
				if p == listCounts && slices.Contains(lists, listBuildings) {
					continue // read with the buildings
				}
				if err := loadList(ctx, tx, &d, p); err != nil {
					return fmt.Errorf("load %s: %w", p, err)
				}
			}
			return nil
		})
	if err != nil {
		return nil, household.Errorf(household.Unavailable, "postgis.LoadCity", "the city could not be read from the database: %w", err).
			WithHint("is the database up and migrated? See `hearthmap db status` and `hearthmap migrate status`")
	}
	return &d, nil
}

func loadList(ctx context.Context, tx pgx.Tx, d *cityindex.Data, p tableList) (err error) {
	switch p {
	case listAreas:
		d.Areas, err = collect(ctx, tx, `
			SELECT id, coalesce(parent_id, 0), code, name, name_en, level, geom FROM area WHERE ended_on IS NULL
			UNION ALL
			SELECT id, coalesce(area_id, 0), code, name, '', 'grid', geom FROM grid WHERE ended_on IS NULL
			ORDER BY 6, 1`,
			func(r pgx.Rows, a *cityindex.Area, g *[]byte) error {
				return r.Scan(&a.ID, &a.ParentID, &a.Code, &a.Name, &a.NameEn, &a.Level, g)
			},
			func(a *cityindex.Area, g orb.Geometry) { a.Geom = multiPolygon(g) })
	case listCompounds:
		d.Compounds, err = collect(ctx, tx, `
			SELECT id, code, name, name_en, coalesce(area_id, 0), walled, geom FROM compound WHERE ended_on IS NULL ORDER BY id`,
			func(r pgx.Rows, c *cityindex.Compound, g *[]byte) error {
				return r.Scan(&c.ID, &c.Code, &c.Name, &c.NameEn, &c.AreaID, &c.Walled, g)
			},
			func(c *cityindex.Compound, g orb.Geometry) { c.Geom = multiPolygon(g) })
	case listGates:
		d.Gates, err = collect(ctx, tx, `
			SELECT id, coalesce(compound_id, 0), code, name, kind, open, hours, coalesce(node_id, 0), geom
			  FROM gate WHERE ended_on IS NULL ORDER BY id`,
			func(r pgx.Rows, c *cityindex.Gate, g *[]byte) error {
				return r.Scan(&c.ID, &c.CompoundID, &c.Code, &c.Name, &c.Kind, &c.Open, &c.Hours, &c.NodeID, g)
			},
			func(c *cityindex.Gate, g orb.Geometry) { c.Geom, _ = g.(orb.Point) })
	case listBarriers:
		d.Barriers, err = collect(ctx, tx, `
			SELECT code, kind, geom FROM barrier WHERE ended_on IS NULL ORDER BY id`,
			func(r pgx.Rows, b *household.Barrier, g *[]byte) error { return r.Scan(&b.Code, &b.Kind, g) },
			func(b *household.Barrier, g orb.Geometry) { b.Geom, _ = g.(orb.MultiLineString) })
	case listLand:
		d.Land, err = collect(ctx, tx, `
			SELECT id, code, name, kind, geom FROM land WHERE ended_on IS NULL ORDER BY id`,
			func(r pgx.Rows, l *cityindex.Land, g *[]byte) error {
				return r.Scan(&l.ID, &l.Code, &l.Name, &l.Kind, g)
			},
			func(l *cityindex.Land, g orb.Geometry) { l.Geom = multiPolygon(g) })
	case listStreets:
		d.Streets, err = collect(ctx, tx, `
			SELECT id, code, name, name_en, class, foot, steps, bridge, tunnel, layer, foot_oneway, crossing, no_wheels, node_ids, geom
			  FROM street WHERE ended_on IS NULL ORDER BY id`,
			func(r pgx.Rows, s *cityindex.Street, g *[]byte) error {
				return r.Scan(&s.ID, &s.Code, &s.Name, &s.NameEn, &s.Class, &s.Foot, &s.Steps, &s.Bridge, &s.Tunnel,
					&s.Layer, &s.FootOneway, &s.Crossing, &s.NoWheels, &s.NodeIDs, g)
			},
			func(s *cityindex.Street, g orb.Geometry) { s.Geom, _ = g.(orb.LineString) })
	case listBuildings:
		d.Buildings, err = loadBuildings(ctx, tx)
		if err == nil {
			err = loadCounts(ctx, tx, d)
		}
	case listCounts: // only people moved
		err = loadCounts(ctx, tx, d)
	case listEntrances:
		d.Entrances, err = collect(ctx, tx, `
			SELECT e.id, e.building_id, e.number, e.kind, coalesce(e.node_id, 0), e.geom
			  FROM entrance e WHERE e.ended_on IS NULL AND e.geom IS NOT NULL ORDER BY e.id`,
			func(r pgx.Rows, e *cityindex.Entrance, g *[]byte) error {
				return r.Scan(&e.ID, &e.BuildingID, &e.Number, &e.Kind, &e.NodeID, g)
			},
			func(e *cityindex.Entrance, g orb.Geometry) { e.Geom, _ = g.(orb.Point) })
	case listFacilities:
		d.Facilities, err = collect(ctx, tx, `
			SELECT id, code, name, name_en, category, capacity, address, coalesce(area_id, 0), geom
			  FROM facility WHERE ended_on IS NULL ORDER BY id`,
			func(r pgx.Rows, f *cityindex.Facility, g *[]byte) error {
				return r.Scan(&f.ID, &f.Code, &f.Name, &f.NameEn, &f.Category, &f.Capacity, &f.Address, &f.AreaID, g)
			},
			func(f *cityindex.Facility, g orb.Geometry) { f.Geom, _ = g.(orb.Point) })
	}
	return err
}

func loadBuildings(ctx context.Context, tx pgx.Tx) ([]cityindex.Building, error) {
	return collect(ctx, tx, `
		SELECT id, code, name, address, use, floors, height, built_year,
		       coalesce(area_id, 0), coalesce(grid_id, 0), coalesce(compound_id, 0), ST_X(point), ST_Y(point), geom
		  FROM building WHERE ended_on IS NULL ORDER BY id`,
		func(r pgx.Rows, b *cityindex.Building, g *[]byte) error {
			return r.Scan(&b.ID, &b.Code, &b.Name, &b.Address, &b.Use, &b.Floors, &b.Height, &b.BuiltYear,
				&b.AreaID, &b.GridID, &b.CompoundID, &b.Point[0], &b.Point[1], g)
		},
		func(b *cityindex.Building, g orb.Geometry) { b.Geom = g })
}

// loadCounts sets the counts of d's buildings, in a fresh slice: the old one
// belongs to a snapshot that is in use.
func loadCounts(ctx context.Context, tx pgx.Tx, d *cityindex.Data) error {
	buildings := make([]cityindex.Building, len(d.Buildings))
	copy(buildings, d.Buildings)
	at := make(map[int64]int, len(buildings))
	for i := range buildings {
		buildings[i].Counts = cityindex.Counts{}
		at[buildings[i].ID] = i
	}
	var id int64
	var c cityindex.Counts
	rows, err := tx.Query(ctx, `
		SELECT building_id, people, households, age_0_2, age_3_5, age_6_14, age_60_up, age_80_up FROM building_count`)
	if err != nil {
		return err
	}
	_, err = pgx.ForEachRow(rows, []any{
		&id, &c.People, &c.Households, &c.Age0to2, &c.Age3to5, &c.Age6to14, &c.Age60up, &c.Age80up,
	}, func() error {
		if i, ok := at[id]; ok {
			buildings[i].Counts = c
		}
		return nil
	})
	if err != nil {
		return err
	}
	var units int32
	rows, err = tx.Query(ctx, `SELECT building_id, count(*) FROM unit WHERE ended_on IS NULL GROUP BY 1`)
	if err != nil {
		return err
	}
	_, err = pgx.ForEachRow(rows, []any{&id, &units}, func() error {
		if i, ok := at[id]; ok {
			buildings[i].Counts.Units = units
		}
		return nil
	})
	d.Buildings = buildings
	return err
}

// collect reads rows whose last column is a geometry.
func collect[T any](ctx context.Context, tx pgx.Tx, sql string,
	scan func(pgx.Rows, *T, *[]byte) error, place func(*T, orb.Geometry),
) ([]T, error) {
	rows, err := tx.Query(ctx, sql)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	var ewkb []byte
	for rows.Next() {
		var v T
		if err := scan(rows, &v, &ewkb); err != nil {
			return nil, err
		}
		g, err := decodeGeom(ewkb)
		if err != nil {
			return nil, err
		}
		place(&v, g)
		out = append(out, v)
	}
	return out, rows.Err()
}

func multiPolygon(g orb.Geometry) orb.MultiPolygon {
	switch g := g.(type) {
	case orb.MultiPolygon:
		return g
	case orb.Polygon:
		return orb.MultiPolygon{g}
	}
	return nil
}
