package synthcity

import (
	"math/rand/v2"
	"strings"
	"time"

	"hearthmap/household"
)

// lifeStyle says who lives in a kind of housing. The shares of families are
// weights, in the order of the family kinds.
type lifeStyle struct {
	vacant, away, floating, poor float64
	families                     [7]int
}

// Kinds of families.
const (
	familyAlone   = iota // an old person alone
	familyElders         // an old couple
	familySingle         // a younger person
	familyCouple         // a younger couple
	familyChild          // parents and children
	familyThree          // three generations
	familyTenants        // people who share a flat
)

var (
	styleSlab    = lifeStyle{0.10, 0.015, 0.10, 0.020, [7]int{9, 16, 11, 16, 33, 11, 4}}
	styleDorm    = lifeStyle{0.09, 0.02, 0.10, 0.035, [7]int{22, 29, 8, 9, 18, 9, 5}}
	styleMid     = lifeStyle{0.11, 0.01, 0.07, 0.006, [7]int{4, 10, 11, 20, 41, 12, 2}}
	styleTower   = lifeStyle{0.15, 0.008, 0.06, 0.002, [7]int{2, 6, 13, 25, 44, 8, 2}}
	styleMixed   = lifeStyle{0.12, 0.015, 0.24, 0.015, [7]int{6, 10, 18, 16, 28, 8, 14}}
	styleOld     = lifeStyle{0.13, 0.03, 0.36, 0.050, [7]int{14, 14, 18, 12, 22, 6, 14}}
	styleVillage = lifeStyle{0.12, 0.05, 0.05, 0.030, [7]int{10, 22, 4, 9, 25, 28, 2}}
)

// idCounter hands out sequence numbers of identity numbers: by area, day of
// birth and sex. It is all that is remembered of the people.
type idCounter struct{ next [100][]uint16 }

func newIDCounter() *idCounter { return &idCounter{} }

// days counted from 1 January 1900; two counters a day.
const idDays = 60000

func (n *idCounter) take(area int, birth time.Time, male bool) int {
	if n.next[area] == nil {
		n.next[area] = make([]uint16, 2*idDays)
	}
	day := int(birth.Sub(time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)) / (24 * time.Hour))
	k := 2 * day
	if male {
		k++
	}
	v := int(n.next[area][k])
	n.next[area][k]++
	// Stride 137 goes through all 500 numbers of a sex.
	seq := 2 * ((v*137 + day*59) % 500)
	if male {
		seq++
	}
	return seq
}

// peopleMaker fills the flats of one block with people.
type peopleMaker struct {
	r     *rand.Rand
	area  int // the last two digits of the identity numbers of those born here
	u     use
	last  bool // its homes make up what is missing of the residents
	homes []home
	old   bool // ages and families as in the north-east: small families, many old people
}

func (c *city) newPeople(f *face) *peopleMaker {
	cm := &c.plan.comms[c.plan.grids[f.grid].comm]
	return &peopleMaker{r: c.rng(rngPeople, f.id), area: c.plan.offs[cm.office].district + 1, u: f.use, old: c.pre.metro != nil}
}

// member is a person of a household on the way to the file.
type member struct {
	age       int
	male      bool
	surname   string
	relation  household.Relation
	residency household.Residency
	tags      []string
}

// fill writes the household of one home, or none.
func (w *crowd) fill(m *peopleMaker, h home) {
	r, s := m.r, h.style
	kind, list := w.household(m, s)
	if list == nil {
		w.vacant++
		return
	}
	w.households++
	status := household.ResidencyResident
	switch {
	case kind == familyTenants || chance(r, s.floating) && kind != familyAlone:
		status = household.ResidencyFloating
	case chance(r, s.away):
		status = household.ResidencyRegistered
	case chance(r, 0.06):
		status = household.ResidencyElsewhere
	}
	poor := chance(r, s.poor)
	area := m.area
	if status == household.ResidencyFloating {
		area = 50 + r.IntN(50)
	}
	for i := range list {
		p := &list[i]
		p.residency = status
		if status == household.ResidencyResident && p.relation == household.RelationChild && p.age >= 18 && chance(r, 0.25) {
			p.residency = household.ResidencyRegistered // studies or works elsewhere
		}
		m.tag(p, kind, poor)
		a := area
		if p.relation == household.RelationSpouse && chance(r, 0.15) {
			a = 20 + r.IntN(30) // married in from another county
		}
		w.put(m, p, a, h)
	}
}

func weighted(r *rand.Rand, weights []int) int {
	total := 0
	for _, w := range weights {
		total += w
	}
	k := r.IntN(total)
	for i, w := range weights {
		if k -= w; k < 0 {
			return i
		}
	}
	return 0
}

// tag adds the labels that services need to know of.
func (m *peopleMaker) tag(p *member, family int, poor bool) {
	r := m.r
	add := func(tag string, share float64) {
		if chance(r, share) {
			p.tags = append(p.tags, tag)
		}
	}
	if poor {
		p.tags = append(p.tags, "低保")
	}
	if p.age >= 60 {
		add("特困", 0.004)
		add("残疾", 0.06)
	} else {
		add("残疾", 0.018)
	}
	if family == familyAlone && p.residency.Present() {
		p.tags = append(p.tags, "独居老人")
	}
	if p.male && p.age > 22 {
		add("退役军人", 0.035)
	}
	if p.relation == household.RelationGrandchild && m.u == useVillage && p.age < 15 {
		add("留守儿童", 0.35)
	}
	if p.age > 25 {
		add("党员", 0.09)
	}
}

func (w *crowd) put(m *peopleMaker, p *member, area int, h home) {
	r := m.r
	birth := w.today.AddDate(-p.age, 0, -1-r.IntN(364))
	id, err := household.MakeResidentID("9900"+two(area), birth, w.ids.take(area, birth, p.male))
	if err != nil {
		w.fail(err)
		return
	}
	sex := "女"
	if p.male {
		sex = "男"
	}
	phone := ""
	if p.age >= 12 && !(p.age > 80 && chance(r, 0.4)) {
		digits := make([]byte, 8)
		for i := range digits {
			digits[i] = byte('0' + r.IntN(10))
		}
		phone = "100" + string(digits)
	}
	w.residents++
	if p.residency.Present() {
		w.present++
	}
	w.row(string(id), p.surname+givenName(r, p.male, p.age), sex, birth.Format("2006-01-02"), phone,
		h.building, h.door, h.room, relationWords[p.relation], residencyWords[p.residency], strings.Join(p.tags, ";"))
}

func two(n int) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }

var relationWords = map[household.Relation]string{
	household.RelationHead: "户主", household.RelationSpouse: "配偶", household.RelationChild: "子女", household.RelationParent: "父母",
	household.RelationGrandchild: "孙子女", household.RelationSibling: "兄弟姐妹", household.RelationTenant: "租户", household.RelationOther: "其他",
}

var residencyWords = map[household.Residency]string{
	household.ResidencyResident: "常住", household.ResidencyFloating: "流动", household.ResidencyRegistered: "户籍",
	household.ResidencyElsewhere: "人户分离",
}
