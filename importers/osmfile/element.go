package osmfile

import (
	"strconv"
	"strings"
	"unique"

	"github.com/paulmach/orb"
)

// tag is one key=value of an element.
type tag struct{ key, value string }

// tags are an element's tags, in the file's order.
type tags []tag

// get returns the value of the key, "" when there is none.
func (ts tags) get(key string) string {
	for i := range ts {
		if ts[i].key == key {
			return ts[i].value
		}
	}
	return ""
}

// is reports whether the key has one of the values.
func (ts tags) is(key string, values ...string) bool {
	return in(ts.get(key), values...)
}

func in(v string, values ...string) bool {
	for _, k := range values {
		if v == k {
			return true
		}
	}
	return false
}

// set reports whether the key is there and does not say no.
func (ts tags) set(key string) bool {
	v := ts.get(key)
	return v != "" && v != "no"
}

// clone copies the tags and their strings, which otherwise keep a whole
// block's table of words in memory. Words that recur are kept once.
func (ts tags) clone() tags {
	if len(ts) == 0 {
		return nil
	}
	c := make(tags, len(ts))
	for i, t := range ts {
		c[i].key = unique.Make(t.key).Value()
		if len(t.value) <= 16 {
			c[i].value = unique.Make(t.value).Value()
		} else {
			c[i].value = strings.Clone(t.value)
		}
	}
	return c
}

// size is about what the tags take in memory once cloned.
func (ts tags) size() int64 {
	n := int64(0)
	for i := range ts {
		n += 32
		if len(ts[i].value) > 16 {
			n += int64(len(ts[i].value))
		}
	}
	return n
}

// pos is a position in units of 1e-7 degrees, as OpenStreetMap stores it.
// Equal positions are equal, which floats read from text need not be.
type pos struct{ lon, lat int32 }

func (p pos) point() orb.Point {
	return orb.Point{float64(p.lon) / 1e7, float64(p.lat) / 1e7}
}

// inWorld reports whether a coordinate pair in 1e-7 degrees is on the earth.
func inWorld(lon, lat int64) bool {
	return lon >= -180e7 && lon <= 180e7 && lat >= -90e7 && lat <= 90e7
}

type way struct {
	id   int64
	refs []int64
	tags tags
}

// closed reports whether the way ends where it begins and can bound an area.
func (w *way) closed() bool {
	return len(w.refs) >= 4 && w.refs[0] == w.refs[len(w.refs)-1]
}

func (w *way) clone() *way {
	return &way{id: w.id, refs: append([]int64(nil), w.refs...), tags: w.tags.clone()}
}

// member is a part of a relation. Kind is 'n', 'w' or 'r'.
type member struct {
	ref  int64
	kind byte
	role string
}

type relation struct {
	id      int64
	members []member
	tags    tags
}

func (r *relation) clone() *relation {
	return &relation{id: r.id, members: append([]member(nil), r.members...), tags: r.tags.clone()}
}

// handler takes the elements of a file in the file's order. What it is given
// is valid until it returns. A nil function skips elements of its type.
type handler struct {
	node     func(id int64, p pos, t tags) error
	badNode  func(id int64) // a node that is not on the earth
	way      func(*way) error
	relation func(*relation) error
}

func nodeCode(id int64) string     { return "osm:n" + strconv.FormatInt(id, 10) }
func wayCode(id int64) string      { return "osm:w" + strconv.FormatInt(id, 10) }
func relationCode(id int64) string { return "osm:r" + strconv.FormatInt(id, 10) }

// Bounds on what one element may hold. OpenStreetMap's own are 2,000 nodes a
// way, 32,000 members a relation and some hundred tags; extracts made by
// other tools go further.
const (
	maxRefs    = 1 << 17
	maxMembers = 1 << 17
	maxTags    = 1 << 12
)
