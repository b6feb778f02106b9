package people

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hearthmap/household"
	"hearthmap/internal/synthcity"
)

// labelled is a register of made-up people in which some have a second entry,
// damaged as entries of second registers are. truth names the pairs.
type labelled struct {
	list  []Person
	truth map[[2]int64]string // pair → what was done to it
}

// synthetic reads the residents of a made-up city.
func synthetic(tb testing.TB, preset string, seed uint64) []Person {
	tb.Helper()
	dir := tb.TempDir()
	if _, err := synthcity.Generate(tb.Context(), synthcity.Options{Preset: preset, Seed: seed, Dir: dir}); err != nil {
		tb.Fatal(err)
	}
	f, err := os.Open(filepath.Join(dir, synthcity.FileResidents))
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	units, buildings := map[string]int64{}, map[string]int64{}
	number := func(ids map[string]int64, key string) int64 {
		if ids[key] == 0 {
			ids[key] = int64(len(ids) + 1)
		}
		return ids[key]
	}
	relations := map[string]household.Relation{"户主": "head", "配偶": "spouse", "子女": "child", "父母": "parent", "孙子女": "grandchild", "租户": "tenant"}
	var out []Person
	for i, r := range rows[1:] {
		birth, err := time.Parse("2006-01-02", r[3])
		if err != nil {
			tb.Fatal(err)
		}
		n, err := household.ParseResidentID(r[0])
		if err != nil {
			tb.Fatal(err)
		}
		b := number(buildings, r[5])
		unit := number(units, r[5]+"-"+r[6]+"-"+r[7])
		out = append(out, Person{
			ID: int64(i + 1), Number: n, Name: r[1], Sex: n.Sex(), Birth: birth, Phone: r[4], File: 1,
			// Ten buildings in a row stand for a compound, a hundred for a
			// community.
			Homes: []Home{{Unit: unit, Building: b, Compound: 1 + b/10, Area: 1 + b/100, Household: unit, Relation: relations[r[8]], Present: r[9] != "户籍"}},
		})
	}
	return out
}

// label doubles every tenth person of the list with damage, adds twins, and
// counts names and phones.
func label(tb testing.TB, list []Person, seed uint64) labelled {
	tb.Helper()
	r := rand.New(rand.NewPCG(seed, 7))
	l := labelled{list: list, truth: map[[2]int64]string{}}
	all := len(list)
	next := int64(all)
	add := func(p Person) int64 {
		next++
		p.ID = next
		l.list = append(l.list, p)
		return next
	}
	for i := range all {
		p := list[i]
		switch {
		case i%10 == 0:
			d, what := damage(r, p, list)
			l.truth[[2]int64{p.ID, add(d)}] = what
		case i%50 == 1 && len([]rune(p.Name)) > 2: // a twin
			add(twin(tb, r, p))
		}
	}
	names, phones := map[string]int64{}, map[string]int64{}
	for _, p := range l.list {
		names[p.Name]++
		phones[p.Phone]++
	}
	for i := range l.list {
		l.list[i].NameCount, l.list[i].PhoneCount = names[l.list[i].Name], phones[l.list[i].Phone]
	}
	return l
}

// damage makes the entry that a second register has of the person.
func damage(r *rand.Rand, p Person, list []Person) (Person, string) {
	var what []string
	hit := func(share float64, name string) bool {
		if r.Float64() >= share {
			return false
		}
		what = append(what, name)
		return true
	}
	p.File = 2
	if hit(0.95, "no_id") {
		p.Number = ""
	} else { // a second number
		n, err := household.MakeResidentID(fmt.Sprintf("9900%02d", 50+r.IntN(50)), p.Birth, r.IntN(1000))
		if err == nil {
			p.Number, what = n, append(what, "two_ids")
		}
	}
	switch x := r.Float64(); {
	case x < 0.05:
		p.Name, what = typo(r, p.Name), append(what, "typo")
	case x < 0.10:
		p.Name, what = homophone(r, p.Name), append(what, "homophone")
	}
	switch x := r.Float64(); {
	case x < 0.03 && p.Birth.Day() <= 12:
		p.Birth = time.Date(p.Birth.Year(), time.Month(p.Birth.Day()), int(p.Birth.Month()), 0, 0, 0, 0, time.UTC)
		what = append(what, "date_swapped")
	case x < 0.05:
		p.Birth, what = p.Birth.AddDate(0, 0, -10), append(what, "date_slip")
	case x < 0.07:
		p.Birth, what = p.Birth.AddDate(0, 0, -20-r.IntN(25)), append(what, "farmers_calendar")
	}
	if hit(0.25, "moved") {
		p.Homes = list[r.IntN(len(list))].Homes
	}
	switch x := r.Float64(); {
	case x < 0.25:
		p.Phone, what = fmt.Sprintf("101%08d", r.IntN(1e8)), append(what, "phone_changed")
	case x < 0.40:
		p.Phone, what = "", append(what, "no_phone")
	}
	return p, strings.Join(what, "+")
}

const given = "桂英秀兰玉珍国德文明志成丽娜艳敏伟强军勇子涵欣怡浩然宇航"

func typo(r *rand.Rand, name string) string {
	c, g := []rune(name), []rune(given)
	c[1+r.IntN(len(c)-1)] = g[r.IntN(len(g))]
	return string(c)
}

var alike = map[rune]rune{
	'桂': '贵', '英': '瑛', '秀': '绣', '兰': '蓝', '玉': '钰', '珍': '真', '国': '帼', '德': '得', '文': '闻', '志': '智', '成': '诚', '伟': '炜',
	'军': '君', '勇': '永', '涵': '晗', '欣': '心', '怡': '宜', '浩': '皓', '宇': '雨', '丽': '莉', '静': '婧', '红': '虹', '敏': '闽',
}

func homophone(r *rand.Rand, name string) string {
	c := []rune(name)
	for i := 1; i < len(c); i++ {
		if to, ok := alike[c[i]]; ok {
			c[i] = to
			return string(c)
		}
	}
	return typo(r, name)
}

// twin makes a brother or sister of one birth, of the same home and, where it
// is the mother's, phone; half of them without numbers.
func twin(tb testing.TB, r *rand.Rand, p Person) Person {
	tb.Helper()
	c := []rune(p.Name)
	g := []rune(given)
	last := c[len(c)-1]
	for c[len(c)-1] == last {
		c[len(c)-1] = g[r.IntN(len(g))]
	}
	p.Name = string(c)
	if r.IntN(2) == 0 {
		p.Number = ""
		p.File = 1 + r.Int64N(2)
		return p
	}
	n, err := household.MakeResidentID(string(p.Number[:6]), p.Birth, (int(p.Number[14]-'0')*100+int(p.Number[15]-'0')*10+int(p.Number[16]-'0')+202)%1000)
	if err != nil {
		tb.Fatal(err)
	}
	p.Number = n
	return p
}

// figures are what a labelled set says of blocking and verdicts.
type figures struct {
	people, truth, candidates, blocked int // blocked: true pairs among the candidates
	same, sameTrue                     int // called the same; rightly
	listed, listedTrue                 int // the same or doubtful
	missed                             map[string]int
}

func measure(l labelled) figures {
	f := figures{people: len(l.list), truth: len(l.truth), missed: map[string]int{}}
	byID := make(map[int64]*Person, len(l.list))
	for i := range l.list {
		byID[l.list[i].ID] = &l.list[i]
	}
	found := map[[2]int64]bool{}
	m := New(DefaultTable(int64(len(l.list))))
	pairs, _ := Candidates(l.list, DefaultLimits)
	f.candidates = len(pairs)
	for _, p := range pairs {
		_, yes := l.truth[[2]int64{p.A, p.B}]
		v := m.Compare(byID[p.A], byID[p.B]).Verdict
		count := func(n *int, when bool) {
			if when {
				*n++
			}
		}
		count(&f.blocked, yes)
		count(&f.same, v == Same)
		count(&f.sameTrue, v == Same && yes)
		count(&f.listed, v != Different)
		count(&f.listedTrue, v != Different && yes)
		if v != Different {
			found[[2]int64{p.A, p.B}] = true
		}
	}
	for p, what := range l.truth {
		if !found[p] {
			f.missed[what]++
		}
	}
	return f
}

func ratio(a, b int) float64 { return float64(a) / float64(max(b, 1)) }

// TestLabelled asserts the figures of docs/guide/people.md and, with -v,
// prints them.
func TestLabelled(t *testing.T) {
	sets := []struct {
		preset string
		seeds  []uint64
	}{{"village", []uint64{1, 2, 3}}, {"town", []uint64{1}}}
	for _, s := range sets {
		if s.preset == "town" && testing.Short() {
			continue
		}
		for _, seed := range s.seeds {
			f := measure(label(t, synthetic(t, s.preset, seed), seed))
			precision, certain := ratio(f.sameTrue, f.same), ratio(f.sameTrue, f.truth)
			listed, recall, blocked := ratio(f.listedTrue, f.listed), ratio(f.listedTrue, f.truth), ratio(f.blocked, f.truth)
			t.Logf("%s seed %d: %d entries, %d true pairs, %d candidates hold %.4f of them; same: precision %.4f recall %.4f (%d); "+
				"same or doubtful: precision %.4f recall %.4f (%d); missed %v",
				s.preset, seed, f.people, f.truth, f.candidates, blocked, precision, certain, f.same, listed, recall, f.listed, f.missed)
			if precision < 0.995 || certain < 0.70 || recall < 0.95 || listed < 0.6 || blocked < 0.97 {
				t.Errorf("%s seed %d is below what the guide promises", s.preset, seed)
			}
		}
	}
}
