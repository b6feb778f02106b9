package synthcity

import "math"

// Families and ages of a large city. They lean on what the census of 2020
// says of cities in the north-east of China: households of 2.3 people, a
// ninth of the people under fifteen, and the generation of the 1960s, now
// around sixty, the largest of all.

// familyShift is the weight of a kind of family against that of a small town.
var familyShift = [...]int{
	familyAlone: 135, familyElders: 150, familySingle: 160, familyCouple: 110, familyChild: 108, familyThree: 80, familyTenants: 80,
}

func (m *peopleMaker) families(s lifeStyle) []int {
	w := s.families
	if m.old {
		for i := range w {
			w[i] *= familyShift[i]
		}
	}
	return w[:]
}

// oldAge is the age of an old person, of which the younger are the more.
func (m *peopleMaker) oldAge(lo, hi int) int {
	if !m.old {
		return between(m.r, lo, hi)
	}
	return lo - 3 + int(float64(hi-lo+4)*math.Pow(m.r.Float64(), 1.6))
}

// coupleAge is the age of the head of a couple without children at home: such
// as have none yet, and such whose children have gone.
func (m *peopleMaker) coupleAge() int {
	if m.old && chance(m.r, 0.66) {
		return between(m.r, 50, 70)
	}
	return between(m.r, 24, 59)
}

// parentAge is the age of the head of a family with children at home.
func (m *peopleMaker) parentAge() int {
	if m.old && chance(m.r, 0.2) {
		return between(m.r, 46, 60)
	}
	return between(m.r, 27, 54)
}
