package tiles

import (
	"encoding/json"
	"net/url"

	"hearthmap/household"
)

// StyleOptions choose a style.
type StyleOptions struct {
	Base     string // the server's address, such as "https://map.example"
	Lang     string // "en" prefers English names; all else Chinese
	Standard string // of the coverage; empty for the default
	Category string // a requirement's id; empty for the default
}

// The sources of the style.
const (
	sourceBase     = "hearthmap"
	sourceCoverage = "coverage"
)

// Short forms for the JSON of styles and their expressions.
type (
	obj = map[string]any
	arr = []any
)

// Style returns the MapLibre style (version 8) of the household map: the base
// map from our own layers, and the coverage on it. It names no other server,
// and no glyphs: MapLibre draws all text with the fonts of the machine, from
// the families in text-font. Layers can be restyled by their ids: coverage-3d,
// coverage-areas, building, facility, compound-wall, area-*, street-*. The
// feature state "selected" marks a building; metadata holds the legend.
func (s *Service) Style(o StyleOptions) ([]byte, error) {
	if s.coverage != nil && (o.Standard != "" || o.Category != "") {
		if _, _, err := s.coverage.Resolve(o.Standard, o.Category); err != nil {
			return nil, err
		}
	}
	city := s.live.City()
	style := obj{
		"version": 8,
		"name":    "Hearthmap",
		"light":   styleLight(),
		"sources": obj{
			sourceBase:     s.source([]Layer{Land, Areas, Compounds, Streets, Buildings, Facilities, Labels}, o.Base, nil),
			sourceCoverage: s.source([]Layer{Coverage}, o.Base, coverageQuery(o)),
		},
		"layers":   lightTheme().layers(o.Lang),
		"metadata": obj{"hearthmap:legend": lightTheme().legend()},
	}
	if city.HasBounds() {
		c := city.Bounds().Center()
		style["center"] = arr{c[0], c[1]}
		style["zoom"] = 14
	}
	return json.Marshal(style)
}

// styleLight is the light on buildings that stand up.
func styleLight() obj {
	return obj{"anchor": "viewport", "color": "#ffffff", "intensity": 0.25, "position": arr{1.3, 200, 35}}
}

func (s *Service) source(layers []Layer, base string, query url.Values) obj {
	t := s.TileJSON(layers, base, query)
	return obj{
		"type": "vector", "tiles": t.Tiles, "minzoom": t.MinZoom, "maxzoom": t.MaxZoom, "bounds": t.Bounds,
		"attribution": "",
	}
}

func coverageQuery(o StyleOptions) url.Values {
	q := url.Values{}
	if o.Standard != "" {
		q.Set("standard", o.Standard)
	}
	if o.Category != "" {
		q.Set("category", o.Category)
	}
	return q
}

// theme is the colours of a style.
type theme struct {
	ground, water, green, farm, residential, industrial, commercial, public string
	casing, street, motorway, trunk, primary, secondary, path               string
	building, buildingLine, wall, compound, border                          string
	text, textSoft, halo, waterText                                         string
	covered, uncovered, unreachable, selected                               string
	shares                                                                  []string // from none covered to all
}

// lightTheme is calm, so that the coverage stands out. Teal against amber is
// told apart with any of the common kinds of colour blindness, and the three
// states differ in lightness too; blue is kept for what is selected and water.
func lightTheme() theme {
	return theme{
		ground: "#f5f2ec", water: "#b3d3e6", green: "#d3e5c8", farm: "#eaedd8", residential: "#efebe4", industrial: "#e9e5ec",
		commercial: "#f4e9e0", public: "#f0e8d6",
		casing: "#d5cdbf", street: "#ffffff", motorway: "#f3c16f", trunk: "#f8d48b", primary: "#fce4ae", secondary: "#fff3d1",
		path:     "#c4b59f",
		building: "#ddd6cb", buildingLine: "#c6bdaf", wall: "#93826f", compound: "#b8a58c", border: "#8d7f9c",
		text: "#3c3a36", textSoft: "#6f6a62", halo: "#ffffff", waterText: "#4f86a6",
		covered: "#2c8c83", uncovered: "#eaa83f", unreachable: "#7e3354", selected: "#2f62e0",
		shares: []string{"#c9742a", "#e59b45", "#f2cf94", "#efece2", "#a9d3c9", "#4fa89c", "#1d6f67"},
	}
}

// legend says what the colours of the coverage mean.
func (t theme) legend() obj {
	shares := arr{}
	for i, c := range t.shares {
		shares = append(shares, obj{"share": float64(i) / float64(len(t.shares)-1), "color": c})
	}
	groups := arr{}
	for _, g := range facilityGroups {
		groups = append(groups, obj{"group": g.id, "zh": g.zh, "en": g.en, "color": g.color, "categories": g.categories})
	}
	return obj{
		"status": arr{
			obj{"status": "covered", "zh": "已覆盖", "en": "covered", "color": t.covered},
			obj{"status": "uncovered", "zh": "未覆盖", "en": "not covered", "color": t.uncovered},
			obj{"status": "unreachable", "zh": "无法到达", "en": "unreachable", "color": t.unreachable},
		},
		"share":      shares,
		"facilities": groups,
	}
}

// facilityGroup is a group of categories that share a colour.
type facilityGroup struct {
	id, zh, en, color string
	categories        []household.Category
}

var facilityGroups = []facilityGroup{
	{"education", "教育", "education", "#7a5fb0", []household.Category{"kindergarten", "nursery", "primary_school", "middle_school"}},
	{"health", "医疗", "health", "#cf4a52", []household.Category{"health_centre", "clinic", "hospital", "pharmacy"}},
	{"elderly", "养老", "elderly care", "#c0679f", []household.Category{
		"nursing_home", "elderly_care_home", "elderly_day_care", "elderly_care_station", "elderly_canteen", "elderly_complex",
	}},
	{"culture", "文体", "culture and sport", "#3f8f6b", []household.Category{
		"culture_centre", "culture_station", "large_sports_ground", "medium_sports_ground", "small_sports_ground",
		"outdoor_fitness", "gym", "park",
	}},
	{"service", "公共服务", "public services", "#3d74ad", []household.Category{
		"service_centre", "service_station", "police", "post", "telecom", "bank", "self_service_kiosk", "emergency_shelter",
		"emergency_station", "emergency_supply_street", "emergency_supply_district",
	}},
	{"commerce", "商业", "commerce", "#b97a1b", []household.Category{
		"mall", "supermarket", "convenience_store", "food_market", "restaurant", "laundry", "hairdresser",
		"fresh_food", "breakfast", "cafe", "printing", "housekeeping", "repair", "pet_service",
	}},
	{"transport", "交通", "transport", "#50616f", []household.Category{"bus_stop", "metro_station"}},
	{"environment", "环卫", "sanitation", "#6c8a34", []household.Category{"public_toilet", "recycling_point", "waste_station"}},
}
