package siting

import "slices"

// essential leaves out demands that are served whenever another one is, and
// sites that serve nobody whom another one does not serve too. That changes
// nothing where everybody has to be served, without capacities or values.
func (n *instance) essential() *instance {
	const rounds = 4
	for range rounds {
		before := len(n.demand)
		bySite := make([][]int32, n.sites())
		for j := range bySite {
			bySite[j] = n.demand[n.first[j]:n.first[j+1]]
		}
		byDemand := turn(bySite, len(n.people))
		implied := make([]bool, len(n.people))
		contained(byDemand, bySite, implied, func(_, superset int32) { implied[superset] = true })
		for j := range bySite {
			bySite[j] = slices.DeleteFunc(slices.Clone(bySite[j]), func(i int32) bool { return implied[i] })
		}
		byDemand = turn(bySite, len(n.people))
		useless := make([]bool, n.sites())
		contained(bySite, byDemand, useless, func(subset, _ int32) { useless[subset] = true })
		out := &instance{people: n.people, first: []int{0}, scale: n.scale}
		for j, list := range bySite {
			if len(list) == 0 || useless[j] {
				continue
			}
			out.demand = append(out.demand, list...)
			out.first = append(out.first, len(out.demand))
			out.name = append(out.name, n.name[j])
		}
		out, _ = out.merge(nil)
		out.most = make([]int64, len(out.people))
		for i := range out.most {
			out.most[i] = out.scale
		}
		n = out
		if len(n.demand) == before {
			break
		}
	}
	return n
}

// turn lists, for each of count numbers, the lists that hold it.
func turn(lists [][]int32, count int) [][]int32 {
	out := make([][]int32, count)
	for l, list := range lists {
		for _, i := range list {
			out[i] = append(out[i], int32(l))
		}
	}
	return out
}

// contained reports pairs of lists of which the first is part of the second.
// Lists marked gone are left out, also when see marks them on the way, so that
// of equal lists one stays. holders is turn(lists).
func contained(lists, holders [][]int32, gone []bool, see func(subset, superset int32)) {
	sign := make([]uint64, len(lists)) // a list's bits are part of its superset's
	for l, list := range lists {
		for _, i := range list {
			sign[l] |= 1 << (mix(uint64(i)) & 63)
		}
	}
	for l, list := range lists {
		if gone[l] || len(list) == 0 {
			continue
		}
		rarest := list[0]
		for _, i := range list {
			if len(holders[i]) < len(holders[rarest]) {
				rarest = i
			}
		}
		for _, m := range holders[rarest] {
			if int(m) == l || gone[m] || gone[l] || len(lists[m]) < len(list) || sign[l]&^sign[m] != 0 {
				continue
			}
			if subset(list, lists[m]) {
				see(int32(l), m)
			}
		}
	}
}

// subset reports whether all of a, ascending, is in b, ascending.
func subset(a, b []int32) bool {
	at := 0
	for _, x := range a {
		for at < len(b) && b[at] < x {
			at++
		}
		if at == len(b) || b[at] != x {
			return false
		}
		at++
	}
	return true
}
