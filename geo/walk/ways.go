package walk

import (
	"cmp"
	"slices"
)

// At is the distance in decimetres from a joined place to the nearest target,
// both access legs included, and the target's rank. A pair on one edge walks
// along it when that is shorter.
func (f *Field) At(j Join) (d, rank int32, ok bool) {
	e := &f.g.edges[j.Edge]
	best := unreached
	if l := f.labels[e.From]; l != unreached && (e.Flags&Backward != 0 || j.Offset == 0) {
		best = min(best, l+label(j.Offset)<<32)
	}
	if l := f.labels[e.To]; l != unreached && (e.Flags&Forward != 0 || j.Offset == e.Weight) {
		best = min(best, l+label(e.Weight-j.Offset)<<32)
	}
	if f.holds(j.Edge) {
		f.along(j, e, func(l label) { best = min(best, l) })
	}
	if best != unreached {
		best += label(j.Leg) << 32
	}
	return split(best)
}

// Ways are the ways from a place to the nearest target and to the nearest
// other one. The zero value is not one; Field.Ways makes them.
type Ways struct{ first, second label }

// First is the way to the nearest target, as Field.At gives it.
func (w Ways) First() (d, rank int32, ok bool) { return split(w.first) }

// Second is the way to the nearest target of another rank than the first's.
func (w Ways) Second() (d, rank int32, ok bool) { return split(w.second) }

// see takes one more way into account.
func (w *Ways) see(l label) {
	switch {
	case l < w.first:
		if uint32(l) != uint32(w.first) {
			w.second = w.first
		}
		w.first = l
	case l < w.second && uint32(l) != uint32(w.first):
		w.second = l
	}
}

// Ways are the two nearest targets of a place that joins the network at
// several points. It is for a field that NearestTwo made; of one by Nearest
// only the first way is right.
func (f *Field) Ways(joins ...Join) Ways {
	w := Ways{unreached, unreached}
	for _, j := range joins {
		e := &f.g.edges[j.Edge]
		leg := label(j.Leg) << 32
		from := func(node int32, more label) {
			for _, labels := range [2][]label{f.labels, f.seconds} {
				if len(labels) > 0 && labels[node] != unreached {
					w.see(labels[node] + more + leg)
				}
			}
		}
		if e.Flags&Backward != 0 || j.Offset == 0 {
			from(e.From, label(j.Offset)<<32)
		}
		if e.Flags&Forward != 0 || j.Offset == e.Weight {
			from(e.To, label(e.Weight-j.Offset)<<32)
		}
		if f.holds(j.Edge) {
			f.along(j, e, func(l label) { w.see(l + leg) })
		}
	}
	return w
}

// holds reports whether a target is on the edge.
func (f *Field) holds(edge int32) bool { return f.held[edge>>6]>>(edge&63)&1 != 0 }

// along gives the ways along the edge itself to the targets on it.
func (f *Field) along(j Join, e *Edge, way func(label)) {
	i, _ := slices.BinarySearchFunc(f.onEdge, j.Edge, func(t Target, edge int32) int { return cmp.Compare(t.Join.Edge, edge) })
	for ; i < len(f.onEdge) && f.onEdge[i].Join.Edge == j.Edge; i++ {
		t := &f.onEdge[i]
		d := t.Join.Offset - j.Offset
		switch {
		case d > 0 && e.Flags&Forward == 0, d < 0 && e.Flags&Backward == 0:
			continue
		case d < 0:
			d = -d
		}
		way(label(d+t.Join.Leg)<<32 | label(uint32(t.Rank)))
	}
}

func split(l label) (d, rank int32, ok bool) {
	if l == unreached {
		return -1, -1, false
	}
	return int32(l >> 32), int32(uint32(l)), true
}
