package walk

import (
	"math"

	"github.com/paulmach/orb"

	"hearthmap/household"
)

// topology says which vertices of the streets are the same place.
type topology struct {
	first  []int32         // of a street's vertices in vertex; len(streets)+1
	vertex []int32         // number of the place of each vertex; equal where ways meet
	byNode map[int64]int32 // place of a source's node id
	uses   []int32         // how many vertices of streets a place has, ends counted twice
}

// unionFind joins numbers into sets; the smallest number stands for its set.
type unionFind []int32

func (u unionFind) find(i int32) int32 {
	for u[i] != i {
		u[i] = u[u[i]]
		i = u[i]
	}
	return i
}

func (u unionFind) union(a, b int32) {
	a, b = u.find(a), u.find(b)
	if a < b {
		u[b] = a
	} else {
		u[a] = b
	}
}

// coordKey is a position rounded to 1e-7°, about a centimetre.
type coordKey [2]int64

func keyOf(p orb.Point) coordKey {
	return coordKey{int64(math.Round(p[0] * 1e7)), int64(math.Round(p[1] * 1e7))}
}

// walkable reports whether the street makes edges.
func walkable(s *household.Street) bool { return s.Foot && len(s.Geom) >= 2 }

// joinVertices finds where walkable streets meet.
func joinVertices(streets []household.Street) *topology {
	t := &topology{first: make([]int32, len(streets)+1), byNode: map[int64]int32{}}
	n, coords := int32(0), false
	for i := range streets {
		t.first[i] = n
		if s := &streets[i]; walkable(s) {
			n += int32(len(s.Geom))
			coords = coords || !hasIDs(s)
		}
	}
	t.first[len(streets)] = n
	sets := make(unionFind, n)
	for i := range sets {
		sets[i] = int32(i)
	}
	t.joinIDs(streets, sets)
	if coords {
		t.joinCoordinates(streets, sets)
	}
	t.vertex = make([]int32, n)
	t.uses = make([]int32, n)
	for i := range sets {
		t.vertex[i] = sets.find(int32(i))
	}
	for id, v := range t.byNode {
		t.byNode[id] = t.vertex[v]
	}
	t.countUses(streets)
	return t
}

func hasIDs(s *household.Street) bool { return len(s.NodeIDs) == len(s.Geom) }

func (t *topology) joinIDs(streets []household.Street, sets unionFind) {
	for i := range streets {
		s := &streets[i]
		if !walkable(s) || !hasIDs(s) {
			continue
		}
		for k, id := range s.NodeIDs {
			if id == 0 {
				continue
			}
			v := t.first[i] + int32(k)
			if w, ok := t.byNode[id]; ok {
				sets.union(v, w)
			} else {
				t.byNode[id] = v
			}
		}
	}
}

// meeting is one vertex at a coordinate.
type meeting struct {
	vertex int32
	layer  int16
	end    bool
	byID   bool
}

// joinCoordinates joins vertices at equal coordinates when their layers are
// equal or when both are ends. Two vertices with node ids are left alone: the
// source has said whether they meet.
func (t *topology) joinCoordinates(streets []household.Street, sets unionFind) {
	at := make(map[coordKey][]meeting, len(sets))
	order := make([]coordKey, 0, len(sets))
	for i := range streets {
		s := &streets[i]
		if !walkable(s) {
			continue
		}
		for k, p := range s.Geom {
			key := keyOf(p)
			m := meeting{
				vertex: t.first[i] + int32(k), layer: s.Layer,
				end: k == 0 || k == len(s.Geom)-1, byID: hasIDs(s) && s.NodeIDs[k] != 0,
			}
			if _, ok := at[key]; !ok {
				order = append(order, key)
			}
			at[key] = append(at[key], m)
		}
	}
	for _, key := range order {
		joinMeetings(at[key], sets)
	}
}

// joinMeetings applies the rule to the vertices of one coordinate.
func joinMeetings(ms []meeting, sets unionFind) {
	if len(ms) < 2 {
		return
	}
	layers := map[int16]int32{} // a vertex without id of each layer
	end := int32(-1)            // an end without id
	for _, m := range ms {
		if m.byID {
			continue
		}
		if _, ok := layers[m.layer]; !ok {
			layers[m.layer] = m.vertex
		}
		if m.end && end < 0 {
			end = m.vertex
		}
	}
	for _, m := range ms {
		if v, ok := layers[m.layer]; ok {
			sets.union(v, m.vertex)
		}
		if m.end && end >= 0 {
			sets.union(end, m.vertex)
		}
	}
}

func (t *topology) countUses(streets []household.Street) {
	for i := range streets {
		if !walkable(&streets[i]) {
			continue
		}
		vs := t.vertex[t.first[i]:t.first[i+1]]
		for _, v := range vs {
			t.uses[v]++
		}
		t.uses[vs[0]]++
		t.uses[vs[len(vs)-1]]++
	}
}

// stretches cuts the streets at places where ways meet, end, or are parted by
// a gate.
func (t *topology) stretches(streets []household.Street, parted func(vertex int32) bool) []stretch {
	var out []stretch
	for i := range streets {
		s := &streets[i]
		if !walkable(s) {
			continue
		}
		vs := t.vertex[t.first[i]:t.first[i+1]]
		start := 0
		line := orb.LineString{s.Geom[0]}
		for k := 1; k < len(vs); k++ {
			if vs[k] != vs[k-1] {
				line = append(line, s.Geom[k])
			}
			if last := k == len(vs)-1; !last && t.uses[vs[k]] < 2 && !parted(vs[k]) {
				continue
			}
			if len(line) > 1 {
				out = append(out, stretch{
					street: int32(i), from: nodeKey{vertex: vs[start]}, to: nodeKey{vertex: vs[k]},
					flags: flagsOf(s), inside: -1, line: line,
				})
			}
			start, line = k, orb.LineString{s.Geom[k]}
		}
	}
	return out
}

func flagsOf(s *household.Street) Flags {
	f := Forward | Backward
	switch {
	case s.FootOneway > 0:
		f = Forward
	case s.FootOneway < 0:
		f = Backward
	}
	if s.Steps {
		f |= Steps
	}
	if s.Crossing != "" {
		f |= Crossing
	}
	if s.NoWheels {
		f |= NoWheels
	}
	if s.Bridge || s.Tunnel || s.Layer != 0 {
		f |= Raised
	}
	return f
}
