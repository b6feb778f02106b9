package reports

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"

	"hearthmap/geo/coverage"
)

//go:embed coverage.html.tmpl
var coverageTemplate string

// How many gaps, and columns of the matrix, a page shows.
const (
	pageGaps    = 8
	areaGaps    = 2
	pageWeak    = 12
	pageColumns = 48
)

// page is what the template of the HTML report shows.
type page struct {
	Lang               Lang
	Title, Place, Line string
	Hash               string
	Footer             string
	Figures            []figure
	Maps               []*areaMap
	Shades             []shade
	Bars               []bars
	Weak               []bar // beside a single map
	Gaps               []gapRow
	Missing, Served    string // headings of the gaps
	Matrices           []matrix
	Notes              []note
	Standard           []standardRow
	Word               map[string]string
}

type figure struct{ Label, Value, Note string }

// bars are the requirements of one level of minutes.
type bars struct {
	Title string
	Rows  []bar
}

// Whole reports whether the rows are few enough to stay together in a column.
func (b bars) Whole() bool { return len(b.Rows) <= 20 }

// bar is one requirement: lengths in hundredths of the whole.
type bar struct {
	Name, Text, Detail    string
	Covered, Missing, Cut float64 // widths
	MissingAt, CutAt      float64
	Empty                 bool
	Group                 string
}

type gapRow struct {
	Rank                               int
	Area, Name, Missing, Served, Share string
	Class, Median                      string
}

// matrix is a table of areas by requirements; a standard of very many
// requirements makes several.
type matrix struct {
	Title  string
	Groups []span
	Names  []string
	Rows   []matrixRow
	Width  string // of a column, in per cent
}

type span struct {
	Text string
	Size int
}

type matrixRow struct {
	Code, Name, People string
	Cells              []matrixCell
	Total              bool
}

type matrixCell struct{ Class, Text string }

type standardRow struct{ Name, Minutes, Metres, Required, Group, Verified, Source string }

func writeHTML(w io.Writer, c *Coverage, o Options) error {
	t, err := template.New("coverage").Parse(coverageTemplate)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, newPage(c, o)); err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

func newPage(c *Coverage, o Options) *page {
	l, s, on := o.Lang, c.sum(), c.basis()
	p := &page{
		Lang: l, Title: c.title(o), Place: c.place(o), Hash: c.InputSHA256, Shades: shades(), Notes: c.notes(l), Word: words(l),
		Line: l.standard(c.result.Standard) + l.pick("　·　", " · ") + l.method(c.Method) + l.pick("　·　", " · ") + l.profile(c.Profile) +
			l.pick("　·　按", " · by ") + l.level(c.Level),
		Footer:  l.pick("数据指纹 SHA-256 ", "Input SHA-256 ") + c.InputSHA256,
		Missing: l.pick("未覆盖（"+l.unit(on)+"）", "Not covered ("+l.unit(on)+")"), Served: l.pick("服务对象", "Served"),
	}
	all, mean := on.all(&s.AllRequired), on.mean(c, &s)
	p.Figures = []figure{
		{l.pick("在住人口", "Residents"), yes(s.People > 0, grouped(s.People), dash), grouped(s.Buildings) + l.pick(" 栋住宅楼", " residential buildings")},
		{l.pick("统计单元", "Areas"), grouped(c.named()), l.levels(c.Level)},
		{l.pick("平均达标率", "Mean share"), mean.percent(), l.pick("必配设施，按服务人数平均", "of needs for required categories met")},
		{l.pick("全部达标", "All required"), all.percent(), grouped(all.Part) + l.pick(" "+l.unit(on)+"到达全部必配设施", " "+l.unit(on)+" reach all of them")},
	}
	p.Maps = c.maps(o, on, all)
	p.Bars = c.bars(l, on, &s)
	if len(p.Maps) == 1 {
		p.Weak = c.weakest(l, on, &s)
	}
	for n, g := range c.gaps(pageGaps, areaGaps) {
		a, r := &c.Areas[g.Area], on.of(g.Total)
		p.Gaps = append(p.Gaps, gapRow{
			Rank: n + 1, Area: l.area(a), Name: l.requirement(&c.Requirements[g.Requirement]), Missing: grouped(g.Missing),
			Served: grouped(r.Whole), Share: r.percent(), Class: tint(r), Median: metres(g.Total, g.Total.MedianMetres, dash),
		})
	}
	for from := 0; from < len(c.Requirements); from += pageColumns {
		p.Matrices = append(p.Matrices, c.matrix(l, on, &s, from, min(from+pageColumns, len(c.Requirements))))
	}
	for i := range c.Requirements {
		q := &c.Requirements[i]
		p.Standard = append(p.Standard, standardRow{
			Name: l.category(q), Minutes: l.minutes(q.Minutes), Metres: fmt.Sprintf("%g", q.Metres), Group: l.group(q.Group),
			Required: yes(q.Required, "●", "○"), Verified: yes(q.Verified, l.pick("已核", "yes"), l.pick("※ 未核", "※ no")), Source: q.Source,
		})
	}
	return p
}

// maps are the maps of the first page: the requirement asked for, the mean
// share, and all required unless everywhere is the same.
func (c *Coverage) maps(o Options, on basis, all ratio) []*areaMap {
	l := o.Lang
	var list []*areaMap
	add := func(title string, share func(n int) ratio) {
		if m := c.mapOf(l, title, share); m != nil {
			list = append(list, m)
		}
	}
	for i := range c.Requirements {
		if c.Requirements[i].ID == o.Map {
			add(l.requirement(&c.Requirements[i]), func(n int) ratio { return on.of(&c.Areas[n].Totals[i]) })
		}
	}
	add(l.pick("平均达标率", "Mean share of required categories"), func(n int) ratio { return on.mean(c, &c.Areas[n]) })
	if o.Map == "" && all.Part > 0 && all.Part < all.Whole {
		add(l.pick("全部达标", "All required categories"), func(n int) ratio { return on.all(&c.Areas[n].AllRequired) })
	}
	return list
}

// weakest are the required categories with the smallest shares.
func (c *Coverage) weakest(l Lang, on basis, s *coverage.AreaReport) []bar {
	var order []int
	for i := range c.Requirements {
		if c.Requirements[i].Required && on.of(&s.Totals[i]).ok() {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(on.of(&s.Totals[a]).share(), on.of(&s.Totals[b]).share())
	})
	var list []bar
	for _, i := range order[:min(pageWeak, len(order))] {
		b := newBar(l, on, &c.Requirements[i], &s.Totals[i])
		b.Name, b.Group = l.category(&c.Requirements[i]), l.minutes(c.Requirements[i].Minutes)
		list = append(list, b)
	}
	return list
}

func (c *Coverage) bars(l Lang, on basis, s *coverage.AreaReport) []bars {
	var list []bars
	for i := range c.Requirements {
		q, t := &c.Requirements[i], &s.Totals[i]
		if i == 0 || c.Requirements[i-1].Minutes != q.Minutes {
			list = append(list, bars{Title: fmt.Sprintf(l.pick("%d分钟生活圈", "%d-minute circle"), q.Minutes)})
		}
		last := &list[len(list)-1]
		last.Rows = append(last.Rows, newBar(l, on, q, t))
	}
	return list
}

func newBar(l Lang, on basis, q *Requirement, t *coverage.AreaTotal) bar {
	r := on.of(t)
	b := bar{
		Name: l.category(q) + mark(q), Text: r.percent(), Empty: !r.ok(),
		Detail: grouped(r.Part) + " / " + grouped(r.Whole), Covered: hundredths(r.Part, r.Whole),
	}
	if q.Group != coverage.Everyone {
		b.Group = l.group(q.Group)
	}
	cut := int64(0)
	if on == byPeople {
		cut = t.Unreachable
	}
	b.Missing, b.Cut = hundredths(r.Whole-r.Part-cut, r.Whole), hundredths(cut, r.Whole)
	b.MissingAt = b.Covered
	b.CutAt = math.Round((b.Covered+b.Missing)*100) / 100
	return b
}

func hundredths(part, whole int64) float64 {
	return float64(int(ratio{part, whole}.share()*10000+0.5)) / 100
}

func (c *Coverage) matrix(l Lang, on basis, s *coverage.AreaReport, from, to int) matrix {
	m := matrix{Width: fmt.Sprintf("%.3f", 80/float64(to-from+2))}
	for i := from; i < to; i++ {
		q := &c.Requirements[i]
		if i == from || c.Requirements[i-1].Minutes != q.Minutes {
			m.Groups = append(m.Groups, span{Text: l.minutes(q.Minutes)})
		}
		m.Groups[len(m.Groups)-1].Size++
		m.Names = append(m.Names, l.category(q))
	}
	row := func(a *coverage.AreaReport) matrixRow {
		r := matrixRow{Code: a.Code, Name: l.area(a), People: grouped(a.People)}
		if a.People == 0 {
			r.People = dash
		}
		add := func(v ratio) { r.Cells = append(r.Cells, matrixCell{tint(v), v.whole()}) }
		add(on.all(&a.AllRequired))
		add(on.mean(c, a))
		for i := from; i < to; i++ {
			add(on.of(&a.Totals[i]))
		}
		return r
	}
	for n := range c.Areas {
		m.Rows = append(m.Rows, row(&c.Areas[n]))
	}
	total := row(s)
	total.Total, total.Name = true, l.pick("合计", "Total")
	m.Rows = append(m.Rows, total)
	return m
}

// words are the fixed texts of the template.
func words(l Lang) map[string]string {
	m := map[string]string{}
	for _, w := range [][3]string{
		{"maps", "各单元覆盖情况", "Where people are covered"},
		{"bars", "各类设施覆盖率", "Share covered by category"},
		{"weak", "最薄弱的必配设施", "The weakest required categories"},
		{"gaps", "最大的服务缺口", "Where most people lack a service"},
		{"matrix", "各单元、各类设施覆盖率（%）", "Share covered by area and category (%)"},
		{"notes", "方法说明", "How this was computed"},
		{"standard", "采用的标准", "The standard used"},
		{"none", "无人居住", "nobody lives here"},
		{"water", "水域", "water"},
		{"covered", "已覆盖", "covered"},
		{"uncovered", "超出距离", "too far"},
		{"unreachable", "无法到达", "unreachable"},
		{"area", "单元", "Area"},
		{"people", "在住人口", "Residents"},
		{"category", "设施类别", "Category"},
		{"share", "覆盖率", "Share"},
		{"median", "中位距离（米）", "Median metres"},
		{"all", "全部达标", "All required"},
		{"mean", "平均达标率", "Mean share"},
		{"level", "级别", "Level"},
		{"metres", "距离（米）", "Metres"},
		{"required", "必配", "Required"},
		{"group", "服务人群", "Group"},
		{"verified", "核对", "Verified"},
		{"source", "数值来源", "Source of the value"},
		{"eachgap", fmt.Sprintf("每个单元最多列%d项，完整排名见 XLSX", areaGaps), fmt.Sprintf("at most %d rows for an area; the XLSX has the whole ranking", areaGaps)},
		{"nogaps", "没有缺口。", "There are no gaps."},
		{"nomap", "各单元没有边界数据，未绘制地图。", "The areas have no boundaries, so there is no map."},
		{"mark", "※ 该项距离尚未与标准原文核对。", "※ The distance was not compared with the standard's text yet."},
		{"page", "第 ", "page "},
		{"kicker", "装户图 · 服务圈分析", "Hearthmap · service circles"},
	} {
		m[w[0]] = l.pick(w[1], w[2])
	}
	return m
}
