package coverage

import (
	"cmp"
	"slices"
	"sort"
)

// spectrum is how the people and buildings of a slot are spread over
// distances: so many within each. It is what medians of a changed city are
// counted from: its sums and the few that change give the new sums at any
// distance.
type spectrum struct {
	at        []int32 // decimetres, ascending, each once
	people    []int64 // within so far
	buildings []int64
}

// spectrumOf is the spectrum of requirement i in a slot before, kept.
func (w *WhatIf) spectrumOf(i int, s int32) *spectrum {
	key := quantileKey{int32(i), s}
	w.mu.Lock()
	sp := w.spectra[key]
	w.mu.Unlock()
	if sp != nil {
		return sp
	}
	p, group, f := w.places(), w.base.Requirements[i].Group.number(), w.base.fields[i]
	ways := make([]walked, 0, len(p.in(s)))
	for _, b := range p.in(s) {
		if d := f.decimetres[b]; d >= 0 {
			ways = append(ways, walked{d, p.weight[b][group]})
		}
	}
	sp = newSpectrum(ways)
	w.mu.Lock()
	w.spectra[key] = sp
	w.mu.Unlock()
	return sp
}

func newSpectrum(ways []walked) *spectrum {
	slices.SortFunc(ways, func(a, b walked) int { return cmp.Compare(a.decimetres, b.decimetres) })
	sp := &spectrum{}
	var people, buildings int64
	for k, x := range ways {
		people += int64(x.people)
		buildings++
		if k+1 < len(ways) && ways[k+1].decimetres == x.decimetres {
			continue
		}
		sp.at = append(sp.at, x.decimetres)
		sp.people, sp.buildings = append(sp.people, people), append(sp.buildings, buildings)
	}
	return sp
}

// within is how many people and buildings are within a distance.
func (sp *spectrum) within(d int32) (people, buildings int64) {
	k, found := slices.BinarySearch(sp.at, d)
	if !found {
		k--
	}
	if k < 0 {
		return 0, 0
	}
	return sp.people[k], sp.buildings[k]
}

// shift is what changes at a distance; in a list, at all up to it.
type shift struct {
	at                int32
	people, buildings int64
}

// shifts are the changes of some buildings in order of distance, summed up.
type shifts []shift

// add moves a building's people from one distance to another; -1 is none.
func (l *shifts) add(from, to, people int32) {
	if from >= 0 {
		*l = append(*l, shift{from, -int64(people), -1})
	}
	if to >= 0 {
		*l = append(*l, shift{to, int64(people), 1})
	}
}

func (l shifts) sum() {
	slices.SortFunc(l, func(a, b shift) int { return cmp.Compare(a.at, b.at) })
	for k := 1; k < len(l); k++ {
		l[k].people += l[k-1].people
		l[k].buildings += l[k-1].buildings
	}
}

// within is by how many more people and buildings are within a distance.
func (l shifts) within(d int32) (people, buildings int64) {
	k := sort.Search(len(l), func(k int) bool { return l[k].at > d }) - 1
	if k < 0 {
		return 0, 0
	}
	return l[k].people, l[k].buildings
}

// quantiles are median and 90th percentile in metres after the shifts, which
// have been summed up; see quantilesIn.
func (sp *spectrum) quantiles(l shifts) (median, p90 float64) {
	var most int32
	if len(sp.at) > 0 {
		most = sp.at[len(sp.at)-1]
	}
	if len(l) > 0 {
		most = max(most, l[len(l)-1].at)
	}
	people := func(d int32) int64 {
		a, _ := sp.within(d)
		b, _ := l.within(d)
		return a + b
	}
	count := people
	if people(most) == 0 {
		count = func(d int32) int64 {
			_, a := sp.within(d)
			_, b := l.within(d)
			return a + b
		}
	}
	all := count(most)
	if all == 0 {
		return 0, 0
	}
	least := func(need int64) float64 {
		return float64(sort.Search(int(most), func(d int) bool { return count(int32(d)) >= need })) / 10
	}
	return least((all + 1) / 2), least((9*all + 9) / 10)
}
