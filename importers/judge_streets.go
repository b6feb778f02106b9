package importers

import (
	"strconv"

	"github.com/paulmach/orb"

	"hearthmap/household"
)

// street reads a line as a street, or as a barrier when it has a barrier's
// kind, and a polygon as a piece of land.
func (j *judge) street(r *row, add func(Entity)) {
	g := r.shape()
	if g == nil {
		return
	}
	if _, ok := multiPolygon(g); ok {
		add(j.land(r, g))
		return
	}
	lines, ok := multiLine(g)
	if !ok {
		r.fail(fWKT, RejectGeometry, "a street is a line", "draw it as a line; gates belong to the compounds")
		return
	}
	if kind := r.raw(fKind); kind != "" && r.raw(fClass) == "" {
		if _, ok := j.words.barrier[wordKey(kind)]; ok {
			add(j.barrier(r, g, household.BarrierWall))
			return
		}
	}
	s := j.streetWithout(r)
	if s.Code == "" {
		s.Code = geometryCode("street", g)
	}
	code := s.Code
	for i, l := range lines {
		s.Geom = l
		if len(lines) > 1 {
			s.Code = code + "-" + strconv.Itoa(i+1)
		}
		add(s)
	}
}

// streetWithout reads everything of a street but its line.
func (j *judge) streetWithout(r *row) household.Street {
	s := household.Street{Code: r.code(fCode), Name: r.text(fName), NameEn: r.text(fNameEn)}
	class := wordKey(r.text(fClass))
	if zh, ok := j.words.class[class]; ok {
		class = zh
	}
	switch {
	case class == "":
		r.fail(fClass, RejectMissing, "the class of the street is missing", "use OSM's value of highway, such as residential, footway, steps")
	case !tagValue(class):
		r.fail(fClass, RejectValue, "the class of the street is not known", "use OSM's value of highway, such as residential, footway, steps")
	}
	s.Class = class
	const yes, no = "designated permissive use_sidewalk destination both left right viaduct building_passage culvert covered 可 可以 可步行", "none private 不可 禁止 禁行 不可步行"
	s.Foot = r.bool(fFoot, walkable(class), yes, no)
	s.Steps = r.bool(fSteps, class == "steps", yes, no)
	s.Bridge = r.bool(fBridge, false, yes, no)
	s.Tunnel = r.bool(fTunnel, false, yes, no)
	s.Layer = int16(r.integer(fLayer, -20, 20, "the layer"))
	switch wordKey(r.raw(fFootOneway)) {
	case "", "0", "no", "否":
	case "1", "yes", "是":
		s.FootOneway = 1
	case "-1", "reverse":
		s.FootOneway = -1
	default:
		r.fail(fFootOneway, RejectValue, "the direction is neither 1, 0 nor -1", "write 1 along the line, -1 against it, 0 for both ways")
	}
	var ok bool
	if s.Crossing, ok = crossingOf(wordKey(r.raw(fCrossing)), class); !ok {
		r.fail(fCrossing, RejectValue, "the kind of crossing is not known", "write signals, marked, unmarked, or leave it empty")
	}
	s.NoWheels = !r.bool(fWheelchair, true, "designated limited 可 可以 可通行", "不可 禁止 不可通行")
	return s
}

// crossingOf reads how a street crosses a carriageway, in words of OSM or
// Chinese. A street of class crossing without more is an unmarked one.
func crossingOf(word, class string) (household.Crossing, bool) {
	switch word {
	case "signals", "traffic_signals", "信号灯", "红绿灯", "灯控":
		return household.CrossingSignals, true
	case "marked", "zebra", "uncontrolled", "斑马线", "人行横道":
		return household.CrossingMarked, true
	case "unmarked", "无标线", "无":
		return household.CrossingUnmarked, true
	case "", "no", "否":
		if class == "crossing" && word == "" {
			return household.CrossingUnmarked, true
		}
		return "", true
	}
	return "", false
}

// walkable reports whether streets of the class may be walked along unless
// the file says otherwise.
func walkable(class string) bool {
	switch class {
	case "motorway", "motorway_link", "trunk", "trunk_link", "construction", "proposed", "raceway", "bus_guideway", "busway":
		return false
	}
	return true
}

func (j *judge) land(r *row, g orb.Geometry) household.Land {
	l := household.Land{
		Code: r.code(fCode), Name: r.text(fName),
		Kind: word(r, fKind, j.words.land, "", "水域 绿地 农田 居住用地 工业用地 商业用地 公共用地 (water green farm residential industrial commercial public)"),
	}
	if l.Kind == "" {
		r.fail(fKind, RejectMissing, "a polygon without a kind is neither a street nor land", "write the kind of land, such as water or green")
	}
	l.Geom, _ = multiPolygon(g)
	if l.Code == "" {
		l.Code = geometryCode("land", l.Geom)
	}
	return l
}
