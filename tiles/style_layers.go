package tiles

// layers are the style's layers, from the ground up.
func (t theme) layers(lang string) arr {
	list := arr{
		obj{"id": "ground", "type": "background", "paint": obj{"background-color": t.ground}},
		t.landFill(),
		layer("coverage-areas", "fill", sourceCoverage, Coverage, obj{
			"maxzoom": 13, "paint": obj{
				"fill-color": t.shareColor(), "fill-opacity": stops(8, 0.75, 12, 0.6, 13, 0.35),
			},
		}),
		layer("water", "fill", sourceBase, Land, obj{
			"filter": arr{"==", get("kind"), "water"}, "paint": obj{"fill-color": t.water},
		}),
		layer("compound", "fill", sourceBase, Compounds, obj{
			"minzoom": 12, "paint": obj{"fill-color": t.compound, "fill-opacity": 0.10},
		}),
	}
	list = append(list, t.streets()...)
	list = append(list, t.buildings()...)
	list = append(list, t.borders()...)
	return append(list, t.labels(lang)...)
}

// layer makes a style layer; more holds what is particular to it.
func layer(id, kind, source string, from Layer, more obj) obj {
	l := obj{"id": id, "type": kind, "source": source, "source-layer": string(from)}
	for k, v := range more {
		l[k] = v
	}
	return l
}

func get(name string) arr { return arr{"get", name} }

// stops interpolates over the zoom: zoom, value, zoom, value …
func stops(pairs ...any) arr {
	return append(arr{"interpolate", arr{"exponential", 1.5}, arr{"zoom"}}, pairs...)
}

func linear(pairs ...any) arr {
	return append(arr{"interpolate", arr{"linear"}, arr{"zoom"}}, pairs...)
}

func (t theme) landFill() obj {
	return layer("land", "fill", sourceBase, Land, obj{
		"filter": arr{"!=", get("kind"), "water"},
		"layout": obj{"fill-sort-key": arr{"match", get("kind"), "green", 5, "public", 4, "commercial", 3, 1}},
		"paint": obj{
			"fill-color": arr{
				"match", get("kind"), "green", t.green, "farm", t.farm, "residential", t.residential,
				"industrial", t.industrial, "commercial", t.commercial, "public", t.public, t.ground,
			},
			"fill-antialias": true,
		},
	})
}

func (t theme) shareColor() arr {
	e := arr{"interpolate", arr{"linear"}, get("share")}
	for i, c := range t.shares {
		e = append(e, float64(i)/float64(len(t.shares)-1), c)
	}
	return arr{"case", arr{">", get("people"), 0}, e, "#e5e2dc"}
}

// streetClass is a group of streets drawn alike; the widths are pixels at
// zooms 12, 15 and 18.
type streetClass struct {
	id      string
	classes arr
	minZoom int
	widths  [3]float64
	color   func(theme) string
}

var streetClasses = []streetClass{
	{"minor", arr{"residential", "unclassified", "living_street", "road", "service", "pedestrian"}, 12, [3]float64{0.6, 3.5, 14}, func(t theme) string { return t.street }},
	{"tertiary", arr{"tertiary", "tertiary_link"}, 11, [3]float64{1.2, 5.5, 22}, func(t theme) string { return t.street }},
	{"secondary", arr{"secondary", "secondary_link"}, 9, [3]float64{1.8, 7, 25}, func(t theme) string { return t.secondary }},
	{"primary", arr{"primary", "primary_link"}, 7, [3]float64{2.4, 8, 28}, func(t theme) string { return t.primary }},
	{"trunk", arr{"trunk", "trunk_link"}, 5, [3]float64{2.8, 9, 30}, func(t theme) string { return t.trunk }},
	{"motorway", arr{"motorway", "motorway_link"}, 5, [3]float64{2.8, 9, 30}, func(t theme) string { return t.motorway }},
}

// streets draws tunnels faintly, then paths, the casings of all classes, and
// then their surfaces, so that crossings look joined; bridges come last.
func (t theme) streets() arr {
	list := arr{layer("street-path", "line", sourceBase, Streets, obj{
		"minzoom": 14,
		"filter":  arr{"in", get("class"), arr{"literal", arr{"footway", "path", "steps", "cycleway", "track", "corridor", "bridleway", "crossing"}}},
		"layout":  obj{"line-cap": "butt", "line-join": "round"},
		"paint": obj{
			"line-color": t.path, "line-width": stops(14, 0.6, 18, 2.5), "line-dasharray": arr{2, 1.5},
			"line-opacity": linear(14, 0.5, 16, 0.9),
		},
	})}
	for _, level := range []struct {
		suffix string
		filter arr
	}{
		{"-tunnel", arr{"==", get("tunnel"), true}},
		{"", arr{"all", arr{"!=", get("tunnel"), true}, arr{"!=", get("bridge"), true}}},
		{"-bridge", arr{"==", get("bridge"), true}},
	} {
		for _, c := range streetClasses {
			list = append(list, t.streetLine(c, "street-"+c.id+"-casing"+level.suffix, level.filter, true))
		}
		for _, c := range streetClasses {
			list = append(list, t.streetLine(c, "street-"+c.id+level.suffix, level.filter, false))
		}
	}
	return list
}

func (t theme) streetLine(c streetClass, id string, filter arr, casing bool) obj {
	color, extra := c.color(t), 0.0
	if casing {
		color, extra = t.casing, 1.4
	}
	w := c.widths
	opacity := any(1)
	if filter[0] == "==" && filter[1].(arr)[1] == "tunnel" {
		opacity = 0.35
	}
	return layer(id, "line", sourceBase, Streets, obj{
		"minzoom": c.minZoom,
		"filter":  arr{"all", arr{"in", get("class"), arr{"literal", c.classes}}, filter},
		"layout":  obj{"line-cap": "round", "line-join": "round"},
		"paint": obj{
			"line-color": color, "line-opacity": opacity,
			"line-width": stops(5, 0.5+extra/3, 12, w[0]+extra, 15, w[1]+extra, 18, w[2]+extra*1.5),
		},
	})
}

// buildings draws footprints flat, then extruded by height and coloured by
// coverage where people may live.
func (t theme) buildings() arr {
	status := arr{"match", get("status"), "covered", t.covered, "uncovered", t.uncovered, t.unreachable}
	return arr{
		layer("building", "fill", sourceBase, Buildings, obj{
			"minzoom": 13, "filter": arr{"==", arr{"geometry-type"}, "Polygon"},
			"paint": obj{"fill-color": t.building, "fill-outline-color": t.buildingLine, "fill-opacity": linear(13, 0.6, 15, 1)},
		}),
		layer("building-place", "circle", sourceBase, Buildings, obj{
			"minzoom": 14, "filter": arr{"==", arr{"geometry-type"}, "Point"},
			"paint": obj{"circle-color": t.building, "circle-stroke-color": t.buildingLine, "circle-stroke-width": 1, "circle-radius": stops(14, 2, 18, 7)},
		}),
		layer("coverage-place", "circle", sourceCoverage, Coverage, obj{
			"minzoom": 13, "filter": arr{"==", arr{"geometry-type"}, "Point"},
			"paint": obj{"circle-color": status, "circle-stroke-color": t.halo, "circle-stroke-width": 1, "circle-radius": stops(13, 2, 18, 8)},
		}),
		layer("compound-wall", "line", sourceBase, Compounds, obj{
			"minzoom": 13, "filter": arr{"==", get("walled"), true},
			"layout": obj{"line-join": "round"},
			"paint":  obj{"line-color": t.wall, "line-width": stops(13, 0.7, 18, 2.4), "line-dasharray": arr{3, 1.5}, "line-opacity": 0.8},
		}),
		layer("compound-line", "line", sourceBase, Compounds, obj{
			"minzoom": 13, "filter": arr{"!=", get("walled"), true},
			"paint": obj{"line-color": t.compound, "line-width": stops(13, 0.5, 18, 1.4), "line-opacity": 0.7},
		}),
		layer("coverage-3d", "fill-extrusion", sourceCoverage, Coverage, obj{
			"minzoom": 13, "filter": arr{"==", arr{"geometry-type"}, "Polygon"},
			"paint": obj{
				"fill-extrusion-color": arr{
					"case",
					arr{"boolean", arr{"feature-state", "selected"}, false},
					t.selected,
					arr{"in", get("use"), arr{"literal", arr{"residential", "mixed"}}},
					status,
					t.building,
				},
				"fill-extrusion-height":            get("height"),
				"fill-extrusion-opacity":           0.88,
				"fill-extrusion-vertical-gradient": true,
			},
		}),
	}
}

// borders draws the outlines of areas, the finer the level the finer.
func (t theme) borders() arr {
	var list arr
	for _, b := range []struct {
		level    string
		from, to int
		width    arr
		dash     arr
	}{
		{"grid", 15, 24, stops(15, 0.6, 18, 1.4), arr{1, 3}},
		{"community", 11, 24, stops(11, 0.6, 16, 1.8), arr{3, 2}},
		{"street", 9, 24, stops(9, 0.7, 16, 2.4), arr{5, 2, 1, 2}},
		{"district", 0, 24, stops(4, 0.8, 14, 3), arr{8, 2, 1, 2}},
	} {
		list = append(list, layer("area-"+b.level, "line", sourceBase, Areas, obj{
			"minzoom": b.from, "maxzoom": b.to, "filter": arr{"==", get("level"), b.level},
			"layout": obj{"line-join": "round"},
			"paint":  obj{"line-color": t.border, "line-width": b.width, "line-dasharray": b.dash, "line-opacity": linear(10, 0.8, 16, 0.45)},
		}))
	}
	return list
}
