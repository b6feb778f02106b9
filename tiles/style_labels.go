package tiles

// Fonts of the machine, Chinese first: without a glyphs address MapLibre takes
// them as CSS families, and the weight from the first one's name.
var (
	fontRegular = arr{"Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei", "sans-serif"}
	fontBold    = arr{"Noto Sans CJK SC Bold", "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei", "sans-serif"}
)

// nameIn is the name in the language, or in the other where it lacks.
func nameIn(lang string) arr {
	if lang == "en" {
		return arr{"coalesce", get("name_en"), get("name"), ""}
	}
	return arr{"coalesce", get("name"), get("name_en"), ""}
}

func (t theme) facilityColor() arr {
	e := arr{"match", get("category")}
	for _, g := range facilityGroups {
		categories := arr{}
		for _, c := range g.categories {
			categories = append(categories, string(c))
		}
		e = append(e, categories, g.color)
	}
	return append(e, t.textSoft)
}

// labels draws facilities and names.
func (t theme) labels(lang string) arr {
	name := nameIn(lang)
	list := arr{
		layer("street-name", "symbol", sourceBase, Streets, obj{
			"minzoom": 13,
			"filter":  arr{"!=", name, ""},
			"layout": obj{
				"symbol-placement": "line", "text-field": name, "text-font": fontRegular, "text-size": stops(13, 10, 18, 15),
				"symbol-spacing": 320, "text-max-angle": 35, "text-padding": 4, "text-letter-spacing": 0.06,
			},
			"paint": t.ink(t.textSoft, 1.4),
		}),
		layer("facility", "circle", sourceBase, Facilities, obj{
			"minzoom": 14,
			"paint": obj{
				"circle-color": t.facilityColor(), "circle-radius": stops(14, 2.4, 16, 4.5, 18, 7),
				"circle-stroke-color": t.halo, "circle-stroke-width": linear(14, 0.8, 17, 1.6),
			},
		}),
		layer("facility-name", "symbol", sourceBase, Facilities, obj{
			"minzoom": 15.5,
			"layout": obj{
				"text-field": name, "text-font": fontRegular, "text-size": linear(15.5, 10.5, 18, 13), "text-anchor": "top",
				"text-offset": arr{0, 0.7}, "text-max-width": 8, "text-optional": true, "text-padding": 3,
			},
			"paint": obj{"text-color": t.facilityColor(), "text-halo-color": t.halo, "text-halo-width": 1.4},
		}),
	}
	for _, l := range []struct {
		kind     string
		from, to float64
		size     arr
		font     arr
		color    string
	}{
		{"building", 16.5, 24, linear(16.5, 10, 19, 13), fontRegular, t.textSoft},
		{"compound", 14, 24, stops(14, 11, 18, 16), fontRegular, t.text},
		{"community", 11.5, 15.5, linear(11.5, 10.5, 15, 14), fontRegular, t.border},
		{"street", 9, 13.5, linear(9, 11, 13, 15), fontBold, t.border},
		{"district", 0, 11, linear(5, 11, 10, 17), fontBold, t.text},
	} {
		list = append(list, layer("name-"+l.kind, "symbol", sourceBase, Labels, obj{
			"minzoom": l.from, "maxzoom": l.to, "filter": arr{"==", get("kind"), l.kind},
			"layout": obj{
				"text-field": name, "text-font": l.font, "text-size": l.size, "text-max-width": 7, "text-padding": 6,
				"symbol-sort-key": arr{"-", 0, arr{"coalesce", get("people"), 0}},
			},
			"paint": t.ink(l.color, 1.8),
		}))
	}
	return list
}

func (t theme) ink(color string, halo float64) obj {
	return obj{"text-color": color, "text-halo-color": t.halo, "text-halo-width": halo}
}
