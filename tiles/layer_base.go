package tiles

import "hearthmap/household"

func landSpec() spec {
	return spec{
		about: "ground of the base map", minZoom: 0, draw: drawLand,
		fields: []property{{"kind", "String"}, {"name", "String"}},
	}
}

func drawLand(r *render) error {
	r.pen.tolerance = tolerance(r.z, 2)
	return r.each(r.city.LandIn, func(i int32) {
		l := &r.city.Data().Land[i]
		if !r.begin(l.ID, l.Geom) {
			return
		}
		r.layer.String(0, string(l.Kind))
		r.text(1, l.Name)
		r.end()
	})
}

// tolerance is the simplification of base geometry by zoom, in tile units; a
// unit is an eighth of a screen pixel. From zoom 15 nothing is left out.
func tolerance(z int, coarse float64) float64 {
	switch {
	case z >= 15:
		return 0
	case z >= 13:
		return 1
	default:
		return coarse
	}
}

func streetsSpec() spec {
	return spec{
		about: "streets and paths; main classes only below zoom 12", minZoom: 5, draw: drawStreets,
		fields: []property{
			{"class", "String"},
			{"name", "String"},
			{"name_en", "String"},
			{"bridge", "Boolean"},
			{"tunnel", "Boolean"},
			{"layer", "Number"},
			{"foot", "Boolean"},
		},
	}
}

func drawStreets(r *render) error {
	r.pen.tolerance = tolerance(r.z, 4)
	return r.each(r.city.StreetsIn, func(i int32) {
		s := &r.city.Data().Streets[i]
		if r.z < streetZoom(s.Class) || !r.begin(s.ID, s.Geom) {
			return
		}
		r.layer.String(0, s.Class)
		r.text(1, s.Name)
		r.text(2, s.NameEn)
		r.layer.Bool(3, s.Bridge)
		r.layer.Bool(4, s.Tunnel)
		r.layer.Int(5, int64(s.Layer))
		r.layer.Bool(6, s.Foot)
		r.end()
	})
}

// streetZoom is the first zoom that shows streets of the class.
func streetZoom(class string) int {
	switch class {
	case "motorway", "trunk":
		return 5
	case "primary":
		return 7
	case "secondary":
		return 9
	case "tertiary", "motorway_link", "trunk_link", "primary_link":
		return 11
	case "residential", "unclassified", "living_street", "secondary_link", "tertiary_link", "road":
		return 12
	case "service", "pedestrian":
		return 13
	}
	return 14
}

func compoundsSpec() spec {
	return spec{
		about: "housing estates (小区)", minZoom: 12, draw: drawCompounds,
		fields: []property{
			{"code", "String"},
			{"name", "String"},
			{"name_en", "String"},
			{"walled", "Boolean"},
			{"people", "Number"},
			{"buildings", "Number"},
		},
	}
}

func drawCompounds(r *render) error {
	r.pen.tolerance = tolerance(r.z, 1)
	return r.each(r.city.CompoundsIn, func(i int32) {
		k := r.city.CompoundAt(i)
		if !r.begin(k.ID, k.Geom) {
			return
		}
		t := r.city.CompoundTotals(i)
		r.layer.String(0, k.Code)
		r.text(1, k.Name)
		r.text(2, k.NameEn)
		r.layer.Bool(3, k.Walled)
		r.layer.Int(4, int64(t.People))
		r.layer.Int(5, int64(t.Buildings))
		r.end()
	})
}

func buildingsSpec() spec {
	return spec{
		about: "footprints of buildings (楼栋)", minZoom: 13, draw: drawBuildings,
		fields: []property{
			{"code", "String"},
			{"name", "String"},
			{"floors", "Number"},
			{"height", "Number"},
			{"use", "String"},
			{"people", "Number"},
			{"units", "Number"},
		},
	}
}

func drawBuildings(r *render) error {
	r.pen.tolerance = tolerance(r.z, 1)
	return r.each(r.city.BuildingsIn, func(i int32) {
		b := r.city.BuildingAt(i)
		if !r.begin(b.ID, b.Geom) {
			return
		}
		r.layer.String(0, b.Code)
		r.text(1, b.Name)
		r.layer.Int(2, int64(b.Floors))
		r.layer.Double(3, height(b.Height, b.Floors, b.Use))
		r.layer.String(4, string(b.Use))
		r.layer.Int(5, int64(b.Counts.People))
		r.layer.Int(6, int64(b.Counts.Units))
		r.end()
	})
}

// height is the building's height in metres; where it is unknown, three for
// each floor, and two floors where those are unknown too.
func height(metres float32, floors int16, use household.Use) float64 {
	switch {
	case metres > 0:
		return tenths(metres)
	case floors > 0:
		return 3 * float64(floors)
	case use == household.UseUtility:
		return 3
	}
	return 6
}

func facilitiesSpec() spec {
	return spec{
		about: "places of service", minZoom: 13, draw: drawFacilities,
		fields: []property{
			{"code", "String"}, {"name", "String"}, {"name_en", "String"}, {"category", "String"}, {"capacity", "Number"},
		},
	}
}

func drawFacilities(r *render) error {
	return r.each(r.city.FacilitiesIn, func(i int32) {
		f := r.city.FacilityAt(i)
		if !r.begin(f.ID, f.Geom) {
			return
		}
		r.layer.String(0, f.Code)
		r.text(1, f.Name)
		r.text(2, f.NameEn)
		r.layer.String(3, string(f.Category))
		if f.Capacity > 0 {
			r.layer.Int(4, int64(f.Capacity))
		}
		r.end()
	})
}
