package coverage

import (
	"crypto/sha256"
	"slices"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
)

// Outcome is what a scenario changes.
type Outcome struct {
	Scenario *Scenario

	w          *WhatIf // before
	under      *WhatIf // with the scenario's gates and paths; w without any
	list       []cityindex.Facility
	facilities map[household.Category]*facilityChanges
	resized    []int32
	provided   map[household.Category]map[int32]provided
	newAt      []int32 // added facility of each rank beyond the city's
	newRank    []int32 // the reverse
	changes    []*changes
	changed    [][]int32 // by requirement: buildings that are reached otherwise, in order
}

func sumOf(parts ...[]byte) [32]byte {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	return [32]byte(h.Sum(nil))
}

// Before is the coverage without the scenario.
func (o *Outcome) Before() *Result { return o.w.base }

// Facilities are the city's, those that close too, in their order and with
// what the scenario changes of them, followed by those it adds. Facility in a
// Reach is a place in this list. It must not be changed.
func (o *Outcome) Facilities() []cityindex.Facility { return o.list }

// Reach is how building b meets requirement i after the changes.
func (o *Outcome) Reach(i, b int) Reach {
	x := o.changes[i].of(o.under.base.fields[i], int32(b))
	return o.w.base.reach(i, x)
}

// reach makes a Reach of what a field says.
func (r *Result) reach(i int, x reached) Reach {
	out := Reach{Status: Unreachable, Decimetres: x.decimetres, Facility: x.facility, Reason: reasons[x.reason]}
	switch {
	case out.Decimetres >= 0 && out.Decimetres <= r.circle[i]:
		out.Status = Covered
	case out.Decimetres >= 0 || out.Reason == BeyondBound:
		out.Status = Uncovered
	}
	return out
}

// Changed lists the buildings whose Reach of requirement i differs, in order.
// It must not be changed.
func (o *Outcome) Changed(i int) []int32 { return o.changed[i] }

// merge adds what the facilities change to what the ground changed, and drops
// what is as before.
func (o *Outcome) merge(i int) {
	all := append(o.changed[i], o.changes[i].building...)
	slices.Sort(all)
	all = slices.Compact(all)
	f := o.w.base.fields[i]
	o.changed[i] = slices.DeleteFunc(all, func(b int32) bool {
		return o.changes[i].of(o.under.base.fields[i], b) == reached{f.decimetres[b], f.facility[b], f.reason[b]}
	})
}

// Change is how a building fares.
type Change uint8

// The changes, the most important last.
const (
	Same    Change = iota // perhaps another facility, as far
	Farther               // covered or not as before, but farther
	Nearer
	Lost   // covered no longer
	Gained // newly covered
)

// String returns the word used in JSON.
func (c Change) String() string {
	return [...]string{"same", "farther", "nearer", "lost", "gained"}[c]
}

// ChangeOf is how building b fares by requirement i.
func (o *Outcome) ChangeOf(i, b int) Change {
	before, after := o.w.base.Reach(i, b), o.Reach(i, b)
	switch {
	case before.Status != Covered && after.Status == Covered:
		return Gained
	case before.Status == Covered && after.Status != Covered:
		return Lost
	case uint32(after.Decimetres) < uint32(before.Decimetres): // none, -1, is farthest
		return Nearer
	case uint32(after.Decimetres) > uint32(before.Decimetres):
		return Farther
	}
	return Same
}
