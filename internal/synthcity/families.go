package synthcity

import (
	"math/rand/v2"

	"hearthmap/household"
)

// family makes the members of a household, its head first.
func (m *peopleMaker) family(kind int) []member {
	r := m.r
	person := func(age int, male bool, rel household.Relation) member {
		return member{age: clampInt(age, 0, 101), male: male, surname: surname(r), relation: rel}
	}
	var out []member
	head := func(age int, male bool) { out = append(out, person(age, male, household.RelationHead)) }
	spouse := func() {
		h := out[0]
		d := between(r, -1, 5)
		if !h.male {
			d = -d
		}
		out = append(out, person(h.age-d, !h.male, household.RelationSpouse))
	}
	kids := func(n, motherAge int) {
		for range n {
			age := clampInt(motherAge-between(r, 23, 33), 0, 40)
			k := person(age, chance(r, 0.52), household.RelationChild)
			k.surname = fatherName(out)
			out = append(out, k)
		}
	}
	switch kind {
	case familyAlone:
		head(m.oldAge(64, 92), chance(r, 0.32))
	case familyElders:
		head(m.oldAge(60, 86), chance(r, 0.85))
		spouse()
	case familySingle:
		head(between(r, 22, 58), chance(r, 0.55))
	case familyCouple:
		head(m.coupleAge(), chance(r, 0.8))
		spouse()
	case familyChild:
		head(m.parentAge(), chance(r, 0.8))
		spouse()
		kids(1+weighted(r, []int{68, 29, 3}), motherOf(out))
		if chance(r, 0.07) { // one parent
			out = append(out[:1], out[2:]...)
		}
	case familyThree:
		head(between(r, 29, 46), chance(r, 0.8))
		if chance(r, 0.35) { // the grandparents hold the register
			out = out[:0]
			head(between(r, 56, 74), chance(r, 0.85))
			spouse()
			child := person(out[0].age-between(r, 24, 30), chance(r, 0.6), household.RelationChild)
			child.surname = fatherName(out)
			out = append(out, child)
			if chance(r, 0.8) {
				out = append(out, person(child.age-between(r, -2, 4), !child.male, household.RelationOther))
			}
			g := person(clampInt(child.age-between(r, 24, 32), 0, 20), chance(r, 0.52), household.RelationGrandchild)
			g.surname = child.surname
			out = append(out, g)
			break
		}
		spouse()
		kids(1+weighted(r, []int{70, 30}), motherOf(out))
		male := chance(r, 0.35)
		parent := person(out[0].age+between(r, 24, 31), male, household.RelationParent)
		if male {
			parent.surname = out[0].surname
		}
		out = append(out, parent)
		if chance(r, 0.55) {
			other := person(parent.age+between(r, -4, 3), !parent.male, household.RelationParent)
			if other.male {
				other.surname = out[0].surname
			}
			out = append(out, other)
		}
	case familyTenants:
		head(between(r, 20, 48), chance(r, 0.6))
		for range between(r, 1, 3) {
			out = append(out, person(clampInt(out[0].age+between(r, -8, 8), 18, 60), chance(r, 0.6), household.RelationTenant))
		}
	}
	return out
}

func motherOf(list []member) int {
	for _, m := range list {
		if !m.male {
			return m.age
		}
	}
	return list[0].age
}

func fatherName(list []member) string {
	for _, m := range list {
		if m.male && m.relation != household.RelationChild {
			return m.surname
		}
	}
	return list[0].surname
}

// surnames by how common they are.
var surnames = []struct {
	zh     string
	weight int
}{
	{"王", 72},
	{"李", 72},
	{"张", 68},
	{"刘", 54},
	{"陈", 45},
	{"杨", 31},
	{"赵", 28},
	{"黄", 22},
	{"周", 21},
	{"吴", 20},
	{"徐", 17},
	{"孙", 16},
	{"胡", 13},
	{"朱", 13},
	{"高", 12},
	{"林", 12},
	{"何", 12},
	{"郭", 12},
	{"马", 11},
	{"罗", 9},
	{"梁", 9},
	{"宋", 8},
	{"郑", 8},
	{"谢", 7},
	{"韩", 7},
	{"唐", 7},
	{"冯", 6},
	{"于", 6},
	{"董", 6},
	{"萧", 1},
	{"程", 5},
	{"曹", 5},
	{"袁", 5},
	{"邓", 5},
	{"许", 5},
	{"傅", 4},
	{"沈", 4},
	{"曾", 4},
	{"彭", 4},
	{"吕", 4},
	{"苏", 4},
	{"卢", 4},
	{"蒋", 4},
	{"蔡", 4},
	{"贾", 4},
	{"丁", 4},
	{"魏", 4},
	{"薛", 3},
	{"叶", 3},
	{"阎", 2},
	{"佟", 2},
	{"关", 3},
	{"欧阳", 1},
}

func surname(r *rand.Rand) string {
	k := r.IntN(surnameTotal)
	for _, s := range surnames {
		if k -= s.weight; k < 0 {
			return s.zh
		}
	}
	return "王"
}

var surnameTotal = func() int {
	t := 0
	for _, s := range surnames {
		t += s.weight
	}
	return t
}()

// Characters of given names by generation (to 1964, to 1989, after) and sex.
var givenChars = [3][2][]rune{
	{[]rune("桂英秀兰玉珍淑华凤芝素琴春梅月云荣香莲芳"), []rune("国德文明志成永福长贵万春树林广生宝山振义庆")},
	{[]rune("丽娜艳敏静红霞燕玲萍雪梅晓丹颖婷洋晶莉娟"), []rune("伟强军勇磊涛斌鹏辉刚健超明亮波东海龙飞宇")},
	{[]rune("子涵欣怡梓萱雨桐诗琪思佳一诺可馨语嫣若汐"), []rune("子轩浩然宇航博文俊杰梓睿奕辰一鸣泽宇嘉懿")},
}

// givenName makes a given name of the time when the person was born.
func givenName(r *rand.Rand, male bool, age int) string {
	gen := 2
	if age > 60 {
		gen = 0
	} else if age > 35 {
		gen = 1
	}
	sex := 0
	if male {
		sex = 1
	}
	list := givenChars[gen][sex]
	a := list[r.IntN(len(list))]
	if chance(r, 0.17) {
		return string(a)
	}
	return string([]rune{a, list[r.IntN(len(list))]})
}
