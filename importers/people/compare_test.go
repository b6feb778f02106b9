package people

import (
	"slices"
	"testing"
	"time"

	"hearthmap/household"
)

func day(s string) time.Time {
	t, err := time.Parse("2006-01-02", s)
	if err != nil {
		panic(err)
	}
	return t
}

func id(t *testing.T, area, birth string, seq int) household.ResidentID {
	t.Helper()
	n, err := household.MakeResidentID(area, day(birth), seq)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// city is as large as the largest there is: what is certain there is certain
// everywhere.
const city = 9_060_000

func TestCompare(t *testing.T) {
	home := func(unit, building int64) []Home {
		return []Home{{
			Unit: unit, Building: building, Compound: building / 10, Area: building / 100, Household: unit, Present: true,
			Relation: household.RelationChild,
		}}
	}
	number := id(t, "990001", "1962-03-08", 21)
	base := Person{
		ID: 1, Number: number, Name: "王桂兰", Sex: household.Female, Birth: day("1962-03-08"), Phone: "a",
		NameCount: 900, PhoneCount: 2, Homes: home(11, 101), File: 1,
	}
	change := func(edit func(*Person)) Person {
		p := base
		p.ID, p.File = 2, 2
		edit(&p)
		return p
	}
	bare := func(edit func(*Person)) Person {
		return change(func(p *Person) { p.Number = ""; edit(p) })
	}
	other := id(t, "990002", "1962-03-08", 21)
	cases := []struct {
		name string
		b    Person
		want Verdict
		cap  Cap
	}{
		{"the same number, all else wrong", change(func(p *Person) { p.Name, p.Phone, p.Homes = "李四", "", nil }), Same, ""},
		{"no number, all else equal", bare(func(*Person) {}), Same, ""},
		{"no number, moved, same phone", bare(func(p *Person) { p.Homes = home(999, 9999) }), Same, ""},
		{"no number, no phone, same unit", bare(func(p *Person) { p.Phone = "" }), Same, ""},
		{"no number, another phone, same unit", bare(func(p *Person) { p.Phone = "b" }), Same, ""},
		{"name and birth only", bare(func(p *Person) { p.Phone, p.Homes = "", home(999, 9999) }), Doubtful, ""},
		{"name and birth, another phone and home", bare(func(p *Person) { p.Phone, p.Homes = "b", home(999, 9999) }), Doubtful, ""},
		{"a homophone", bare(func(p *Person) { p.Name = "王桂蓝" }), Same, ""},
		{"a character off", bare(func(p *Person) { p.Name = "王桂芳" }), Doubtful, ""},
		{"a character missing", bare(func(p *Person) { p.Name = "王兰" }), Same, ""},
		{"day and month swapped, same phone", bare(func(p *Person) { p.Birth = day("1962-08-03") }), Same, ""},
		{"the farmers' calendar", bare(func(p *Person) { p.Birth = day("1962-02-03") }), Doubtful, CapBirth},
		{"the day unknown", bare(func(p *Person) { p.Birth = day("1962-01-01") }), Doubtful, CapBirth},
		{"the sex wrong", bare(func(p *Person) { p.Sex = household.Male }), Doubtful, ""},
		{"two numbers, all else equal", change(func(p *Person) { p.Number = other }), Doubtful, ""},
		{"two numbers of other birth, name and home equal", change(func(p *Person) {
			p.Number, p.Birth, p.Phone = id(t, "990001", "1985-01-30", 21), day("1985-01-30"), "b"
		}), Different, ""},
		{"two numbers, name and birth only", change(func(p *Person) {
			p.Number, p.Phone, p.Homes = id(t, "990077", "1962-03-08", 345), "b", home(999, 9999)
		}), Different, ""},
		{"another woman of the house", bare(func(p *Person) { p.Name, p.Birth, p.Phone = "李秀英", day("1970-10-20"), "b" }), Different, ""},
		{"a namesake in the building", bare(func(p *Person) { p.Birth, p.Phone, p.Homes = day("1991-12-25"), "b", home(12, 101) }), Different, ""},
	}
	m := New(DefaultTable(city))
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := m.Compare(&base, &c.b)
			if r.Verdict != c.want || c.cap != "" && r.Capped != c.cap {
				t.Errorf("%s %.1f %s, want %s %s: %v", r.Verdict, r.Score, r.Capped, c.want, c.cap, r.Reasons)
			}
			back := m.Compare(&c.b, &base)
			if back.Verdict != r.Verdict || back.Score != r.Score {
				t.Errorf("the other way round: %s %.1f", back.Verdict, back.Score)
			}
		})
	}
}

// Relatives share home, phone, surname and often more. They are never the
// same, in a village and in a city.
func TestRelativesStayApart(t *testing.T) {
	at := func(r household.Relation) []Home {
		return []Home{{Unit: 7, Building: 70, Compound: 700, Area: 7000, Household: 77, Relation: r, Present: true}}
	}
	person := func(n household.ResidentID, name, birth string, s household.Sex, r household.Relation, file int64) Person {
		return Person{Number: n, Name: name, Birth: day(birth), Sex: s, Phone: "mother's", PhoneCount: 3, NameCount: 2, Homes: at(r), File: file}
	}
	const child, head = household.RelationChild, household.RelationHead
	cases := []struct {
		name string
		a, b Person
		want Verdict // the most it may be
	}{
		{
			"twins with numbers",
			person(id(t, "990001", "2015-05-05", 11), "刘子轩", "2015-05-05", household.Male, child, 1),
			person(id(t, "990001", "2015-05-05", 13), "刘子涵", "2015-05-05", household.Male, child, 1), Different,
		},
		{
			"twins without numbers in one file",
			person("", "刘子轩", "2015-05-05", household.Male, child, 1),
			person("", "刘子涵", "2015-05-05", household.Male, child, 1), Different,
		},
		{
			"twins whose names sound alike in one file",
			person("", "刘子轩", "2015-05-05", household.Male, child, 1),
			person("", "刘梓轩", "2015-05-05", household.Male, child, 1), Doubtful,
		},
		{
			"twins in two files, one without number",
			person(id(t, "990001", "2015-05-05", 11), "刘子轩", "2015-05-05", household.Male, child, 1),
			person("", "刘子涵", "2015-05-05", household.Male, child, 2), Doubtful,
		},
		{
			"twins of two letters",
			person("", "刘轩", "2015-05-05", household.Male, child, 1),
			person("", "刘涵", "2015-05-05", household.Male, child, 2), Doubtful,
		},
		{
			"brother and sister of one birth",
			person("", "刘子轩", "2015-05-05", household.Male, child, 1),
			person("", "刘子萱", "2015-05-05", household.Female, child, 2), Doubtful,
		},
		{
			"father and son with like names",
			person(id(t, "990001", "1960-01-11", 11), "刘国强", "1960-01-11", household.Male, head, 1),
			person("", "刘国伟", "1986-07-02", household.Male, child, 2), Different,
		},
		{
			"father and son who sound alike",
			person("", "刘志强", "1960-01-11", household.Male, head, 1),
			person("", "刘智强", "1986-07-02", household.Male, child, 2), Different,
		},
		{
			"father and son, a digit of the year apart",
			person("", "刘国强", "1955-01-11", household.Male, head, 1),
			person("", "刘国伟", "1985-01-11", household.Male, child, 2), Doubtful,
		},
		{
			"brothers of the same generation name",
			person("", "刘文龙", "1990-02-03", household.Male, child, 1),
			person("", "刘文虎", "1991-02-03", household.Male, child, 2), Doubtful,
		},
	}
	rank := []Verdict{Different, Doubtful, Same}
	for _, n := range []int64{600, 20_000, city} {
		m := New(DefaultTable(n))
		for _, c := range cases {
			r := m.Compare(&c.a, &c.b)
			if slices.Index(rank, r.Verdict) > slices.Index(rank, c.want) {
				t.Errorf("%s among %d: %s %.1f, want at most %s: %v", c.name, n, r.Verdict, r.Score, c.want, r.Reasons)
			}
		}
	}
}

func TestNames(t *testing.T) {
	m := New(DefaultTable(city))
	for _, c := range []struct {
		a, b string
		want Code
	}{
		{"王桂兰", "王桂兰", NameEqual},
		{"王桂兰", " 王 桂兰 ", NameEqual},
		{"买买提·艾力", "买买提艾力", NameEqual},
		{"萧军", "肖军", NameVariant},
		{"王桂兰", "王桂蘭", NameVariant},
		{"王桂兰", "王贵兰", NameHomophone},
		{"单小明", "善小明", NameHomophone}, // 单 as a surname is shàn
		{"王桂兰", "王桂芳", NameOneChar},
		{"王桂兰", "李桂兰", NameOneChar},
		{"王桂兰", "王兰桂", NameOrder},
		{"王桂兰", "王桂", NameShort},
		{"王芳", "王强", NameSurname},
		{"王小芳", "王大强", NameSurname},
		{"王芳", "李芳", NameDiffer},
		{"王桂兰", "李志强", NameDiffer},
		{"王桂兰", "", NameMissing},
	} {
		if got := m.name(c.a, c.b); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.a, c.b, got, c.want)
		}
		if got := m.name(c.b, c.a); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.b, c.a, got, c.want)
		}
	}
}

func TestNumbersAndDates(t *testing.T) {
	base := id(t, "990001", "1962-03-08", 21)
	for _, c := range []struct {
		other household.ResidentID
		want  Code
	}{
		{base, NumberEqual},
		{"", NumberMissing},
		{id(t, "990001", "1962-03-08", 23), NumberSequence},
		{id(t, "990055", "1962-03-08", 21), NumberArea},
		{id(t, "990001", "1963-03-08", 21), NumberDigit},
		{id(t, "990001", "1926-03-08", 21), NumberDigit}, // 62 and 26
		{id(t, "990055", "1971-11-30", 123), NumberDiffer},
	} {
		if got := number(base, c.other); got != c.want {
			t.Errorf("%s: %s, want %s", c.other.Masked(), got, c.want)
		}
	}
	for _, c := range []struct {
		a, b string
		want Code
	}{
		{"1962-03-08", "1962-03-08", BirthEqual},
		{"1962-03-08", "1962-08-03", BirthSwapped},
		{"1962-03-08", "1962-03-09", BirthDigit},
		{"1962-03-12", "1962-03-21", BirthDigit},
		{"1962-03-08", "1982-03-08", BirthYear},
		{"1962-03-08", "1926-03-08", BirthYear},
		{"1962-05-18", "1962-01-01", BirthNewYear},
		{"1962-05-18", "1962-04-15", BirthCalendar},
		{"1962-05-18", "1971-09-22", BirthDiffer},
	} {
		if got := birth(day(c.a), day(c.b)); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.a, c.b, got, c.want)
		}
	}
}

func TestEveryCodeHasWordsAndWeights(t *testing.T) {
	table := DefaultTable(city)
	for c := range table.Weights {
		if w := Words[string(c)]; w.Zh == "" || w.En == "" {
			t.Errorf("%s has no text", c)
		}
	}
	for _, c := range []Cap{CapNumbers, CapName, CapBirth, CapSex, CapCoincidence, CapListed} {
		if Word(string(c), true) == string(c) {
			t.Errorf("%s has no text", c)
		}
	}
	if len(Words) != len(table.Weights)+6 {
		t.Errorf("%d texts, %d weights", len(Words), len(table.Weights))
	}
}

func TestOversizedBlocks(t *testing.T) {
	var list []Person
	for i := range int64(60) {
		list = append(list, Person{ID: i + 1, Name: string(rune('一' + i)), Birth: day("1960-01-01").AddDate(0, 0, int(i)), Phone: "landlord"})
	}
	pairs, counts := Candidates(list, Limits{Block: 50, Window: 10})
	c := counts[0]
	if c.Key != "phone_year" || c.Oversized != 1 || c.Largest != 60 || c.Skipped+c.Pairs != 60*59/2 || c.Pairs != int64(len(pairs)) {
		t.Errorf("%+v, %d pairs", c, len(pairs))
	}
	if pairs, _ = Candidates(list, Limits{Block: 60, Window: 10}); len(pairs) != 60*59/2 {
		t.Errorf("%d pairs without a limit", len(pairs))
	}
}
