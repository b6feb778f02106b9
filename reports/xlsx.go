package reports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"hearthmap/household"
)

// maxGaps is how many rows the ranking in a workbook has.
const maxGaps = 200

// workbook is a report being written as XLSX.
type workbook struct {
	f     *excelize.File
	c     *Coverage
	o     Options
	l     Lang
	style styles
}

// writeXLSX writes a workbook: notes, the requirements with a chart, a sheet
// of areas for the level and each larger one, and the ranked gaps.
func writeXLSX(ctx context.Context, w io.Writer, c *Coverage, o Options) (err error) {
	b := &workbook{f: excelize.NewFile(), c: c, o: o, l: o.Lang}
	defer func() { err = errors.Join(err, b.f.Close()) }()
	b.f.SetZipWriter(newSteadyZip)
	if b.style, err = newStyles(b.f); err != nil {
		return err
	}
	if err := b.notes(); err != nil {
		return err
	}
	if err := b.requirements(); err != nil {
		return err
	}
	upper, err := c.above()
	if err != nil {
		return err
	}
	for _, level := range append([]*Coverage{c}, upper...) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := b.areas(level); err != nil {
			return err
		}
	}
	if err := b.gaps(); err != nil {
		return err
	}
	// Without these the library would write the time of the run.
	err = b.f.SetDocProps(&excelize.DocProperties{
		Title: c.title(o), Creator: "Hearthmap", LastModifiedBy: "Hearthmap", Identifier: "sha256:" + c.InputSHA256,
		Created: fixedTime, Modified: fixedTime,
	})
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return b.f.Write(w)
}

// fixedTime stands where a format insists on a time of writing.
const fixedTime = "2000-01-01T00:00:00Z"

// finish sets how a sheet prints.
func (b *workbook) finish(sheet, orientation string, titleRows string) error {
	a4, wide, high := 9, 1, 0
	if err := b.f.SetPageLayout(sheet, &excelize.PageLayoutOptions{Size: &a4, Orientation: &orientation, FitToWidth: &wide, FitToHeight: &high}); err != nil {
		return err
	}
	fit := true
	if err := b.f.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	side, top, bottom, foot := 0.4, 0.5, 0.65, 0.3
	if err := b.f.SetPageMargins(sheet, &excelize.PageLayoutMarginsOptions{
		Left: &side, Right: &side, Top: &top, Bottom: &bottom, Header: &foot, Footer: &foot,
	}); err != nil {
		return err
	}
	if titleRows != "" {
		if err := b.f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: quoteSheet(sheet) + "!" + titleRows, Scope: sheet}); err != nil {
			return err
		}
	}
	return b.f.SetHeaderFooter(sheet, &excelize.HeaderFooterOptions{
		OddFooter: "&L&7 SHA-256 " + b.c.InputSHA256 + "&R&8 &P / &N",
	})
}

func quoteSheet(name string) string { return "'" + strings.ReplaceAll(name, "'", "''") + "'" }

func cell(col, row int) string {
	name, _ := excelize.CoordinatesToCellName(col, row) // both positive
	return name
}

// notes is the first sheet: what this is, and how the numbers were made.
func (b *workbook) notes() error {
	sheet := b.l.pick("说明", "Notes")
	if err := b.f.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	s, on, all := b.c.sum(), b.c.basis(), b.l
	rows := []note{
		{all.pick("范围", "Scope"), b.c.place(b.o)},
		{all.pick("统计层级", "Level"), all.level(b.c.Level)},
		{all.pick("在住人口", "Residents"), grouped(s.People)},
		{all.pick("住宅楼栋", "Residential buildings"), grouped(s.Buildings)},
		{all.pick("全部达标", "All required"), on.all(&s.AllRequired).percent()},
		{all.pick("平均达标率", "Mean share"), on.mean(b.c, &s).percent()},
	}
	set := func(row int, values ...any) error {
		return b.f.SetSheetRow(sheet, cell(1, row), &values)
	}
	if err := errors.Join(
		set(1, b.c.title(b.o)), b.f.SetCellStyle(sheet, "A1", "B1", b.style.title), b.f.SetRowHeight(sheet, 1, 34),
		b.f.SetColWidth(sheet, "A", "A", 20), b.f.SetColWidth(sheet, "B", "B", 96),
	); err != nil {
		return err
	}
	row := 3
	for _, n := range append(append(rows, note{}), b.c.notes(b.l)...) {
		lines := 1 + width(n.Text)/100
		if err := errors.Join(
			set(row, n.Label, n.Text), b.f.SetCellStyle(sheet, cell(1, row), cell(1, row), b.style.label),
			b.f.SetCellStyle(sheet, cell(2, row), cell(2, row), b.style.wrapped), b.f.SetRowHeight(sheet, row, float64(6+15*lines)),
		); err != nil {
			return err
		}
		row++
	}
	hide := false
	return errors.Join(b.finish(sheet, "landscape", ""), b.f.SetSheetView(sheet, 0, &excelize.ViewOptions{ShowGridLines: &hide}))
}

// width is how many columns of a fixed font a text takes: two for Chinese.
func width(s string) int {
	n := 0
	for _, r := range s {
		if r >= 0x2E80 {
			n++
		}
		n++
	}
	return n
}

// requirements is the sheet of the standard's lines, with a chart.
func (b *workbook) requirements() error {
	l, sum, on := b.l, b.c.sum(), b.c.basis()
	sheet := l.pick("分项汇总", "Requirements")
	if _, err := b.f.NewSheet(sheet); err != nil {
		return err
	}
	unit := l.unit(on)
	head := []any{
		l.pick("设施类别", "Category"), l.pick("级别", "Level"), l.pick("距离（米）", "Metres"), l.pick("必配", "Required"),
		l.pick("服务人群", "Group"), l.pick("服务对象（"+unit+"）", "Served ("+unit+")"), l.pick("已覆盖", "Covered"),
		l.pick("未覆盖", "Not covered"), l.pick("覆盖率", "Share"), l.pick("设施数", "Facilities"), l.pick("数值来源", "Source"),
	}
	if err := errors.Join(
		b.f.SetSheetRow(sheet, "A1", &[]any{l.pick("各类设施覆盖情况", "Coverage by category")}),
		b.f.SetCellStyle(sheet, "A1", "A1", b.style.title), b.f.SetRowHeight(sheet, 1, 30),
		b.f.SetSheetRow(sheet, "A3", &head), b.f.SetCellStyle(sheet, "A3", "K3", b.style.head), b.f.SetRowHeight(sheet, 3, 32),
	); err != nil {
		return err
	}
	last := 3
	for i := range b.c.Requirements {
		q, r := &b.c.Requirements[i], on.of(&sum.Totals[i])
		last = 4 + i
		row := []any{
			l.category(q) + mark(q), l.minutes(q.Minutes), q.Metres, l.pick(yes(q.Required, "是", "–"), yes(q.Required, "yes", dash)), l.group(q.Group),
			r.Whole, r.Part, r.Whole - r.Part, shareCell(r), sum.Totals[i].Facilities, q.Source,
		}
		if err := errors.Join(
			b.f.SetSheetRow(sheet, cell(1, last), &row),
			b.f.SetCellStyle(sheet, cell(1, last), cell(2, last), b.style.text), b.f.SetCellStyle(sheet, cell(3, last), cell(3, last), b.style.count),
			b.f.SetCellStyle(sheet, cell(4, last), cell(5, last), b.style.text), b.f.SetCellStyle(sheet, cell(6, last), cell(8, last), b.style.count),
			b.f.SetCellStyle(sheet, cell(9, last), cell(9, last), b.style.percent), b.f.SetCellStyle(sheet, cell(10, last), cell(10, last), b.style.count),
			b.f.SetCellStyle(sheet, cell(11, last), cell(11, last), b.style.text),
		); err != nil {
			return err
		}
	}
	widths := []float64{26, 9, 11, 8, 14, 16, 12, 12, 10, 9, 70}
	for i, v := range widths {
		name, _ := excelize.ColumnNumberToName(i + 1)
		if err := b.f.SetColWidth(sheet, name, name, v); err != nil {
			return err
		}
	}
	return errors.Join(
		b.colourScale(sheet, "I4:"+cell(9, last)), b.chart(sheet, last),
		b.f.SetPanes(sheet, &excelize.Panes{Freeze: true, XSplit: 1, YSplit: 3, TopLeftCell: "B4", ActivePane: "bottomRight"}),
		b.finish(sheet, "landscape", "$3:$3"),
	)
}

func yes(v bool, a, b string) string {
	if v {
		return a
	}
	return b
}

func shareCell(r ratio) any {
	if !r.ok() {
		return dash
	}
	return r.rounded()
}

// chart draws a bar for each requirement beside the table.
func (b *workbook) chart(sheet string, last int) error {
	zero, one, gap, oneColour := 0.0, 1.0, uint(35), false
	at := quoteSheet(sheet)
	return b.f.AddChart(sheet, "M3", &excelize.Chart{
		Type: excelize.Bar,
		Series: []excelize.ChartSeries{{
			Name: at + "!$I$3", Categories: fmt.Sprintf("%s!$A$4:$B$%d", at, last), Values: fmt.Sprintf("%s!$I$4:$I$%d", at, last),
			Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"2B8CBE"}},
		}},
		Title:     excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: b.l.pick("各类设施覆盖率", "Share covered by category"), Font: &excelize.Font{Size: 14, Bold: true, Color: "1F2A33", Family: chineseFont}}}},
		Legend:    excelize.ChartLegend{Position: "none"},
		Dimension: excelize.ChartDimension{Width: 720, Height: uint(120 + 22*(last-3))},
		XAxis:     excelize.ChartAxis{ReverseOrder: true, Font: excelize.Font{Size: 9, Family: chineseFont}},
		YAxis: excelize.ChartAxis{
			Minimum: &zero, Maximum: &one, MajorUnit: 0.2, MajorGridLines: true, NumFmt: excelize.ChartNumFmt{CustomNumFmt: "0%"},
			Font: excelize.Font{Size: 9},
		},
		PlotArea: excelize.ChartPlotArea{ShowVal: true, NumFmt: excelize.ChartNumFmt{CustomNumFmt: "0.0%"}},
		GapWidth: &gap, VaryColors: &oneColour,
	})
}

// gaps is the ranking of what is missing.
func (b *workbook) gaps() error {
	l := b.l
	sheet := l.pick("缺口排名", "Gaps")
	if _, err := b.f.NewSheet(sheet); err != nil {
		return err
	}
	unit := l.unit(b.c.basis())
	head := []any{
		l.pick("排名", "Rank"), l.pick("编码", "Code"), l.pick(l.level(b.c.Level), "Area"), l.pick("设施类别", "Category"), l.pick("级别", "Level"),
		l.pick("未覆盖（"+unit+"）", "Not covered ("+unit+")"), l.pick("其中无法到达", "of these unreachable"), l.pick("服务对象", "Served"),
		l.pick("覆盖率", "Share"), l.pick("中位距离（米）", "Median metres"), l.pick("单元内设施数", "Facilities inside"),
	}
	if err := errors.Join(
		b.f.SetSheetRow(sheet, "A1", &[]any{fmt.Sprintf(l.pick("服务缺口排名（前%d位）", "Where most people lack a service (top %d)"), maxGaps)}),
		b.f.SetCellStyle(sheet, "A1", "A1", b.style.title), b.f.SetRowHeight(sheet, 1, 30),
		b.f.SetSheetRow(sheet, "A3", &head), b.f.SetCellStyle(sheet, "A3", "K3", b.style.head), b.f.SetRowHeight(sheet, 3, 32),
	); err != nil {
		return err
	}
	on, last := b.c.basis(), 3
	for n, g := range b.c.gaps(maxGaps, maxGaps) {
		a, q, r := &b.c.Areas[g.Area], &b.c.Requirements[g.Requirement], on.of(g.Total)
		last = 4 + n
		unreachable, median := any(g.Total.Unreachable), any(dash)
		if on == byBuildings {
			unreachable = dash
		}
		if hasDistance(g.Total) {
			median = g.Total.MedianMetres
		}
		row := []any{n + 1, a.Code, l.area(a), l.category(q) + mark(q), l.minutes(q.Minutes), g.Missing, unreachable, r.Whole, shareCell(r), median, g.Total.Facilities}
		if err := errors.Join(
			b.f.SetSheetRow(sheet, cell(1, last), &row),
			b.f.SetCellStyle(sheet, cell(1, last), cell(5, last), b.style.text), b.f.SetCellStyle(sheet, cell(6, last), cell(8, last), b.style.count),
			b.f.SetCellStyle(sheet, cell(9, last), cell(9, last), b.style.percent), b.f.SetCellStyle(sheet, cell(10, last), cell(10, last), b.style.metres),
			b.f.SetCellStyle(sheet, cell(11, last), cell(11, last), b.style.count),
		); err != nil {
			return err
		}
	}
	for i, v := range []float64{7, 24, 24, 26, 9, 16, 14, 12, 10, 14, 12} {
		name, _ := excelize.ColumnNumberToName(i + 1)
		if err := b.f.SetColWidth(sheet, name, name, v); err != nil {
			return err
		}
	}
	if last > 3 {
		if err := errors.Join(b.colourScale(sheet, "I4:"+cell(9, last)), b.f.AutoFilter(sheet, "A3:"+cell(11, last), nil)); err != nil {
			return err
		}
	}
	return errors.Join(
		b.f.SetPanes(sheet, &excelize.Panes{Freeze: true, XSplit: 3, YSplit: 3, TopLeftCell: "D4", ActivePane: "bottomRight"}),
		b.finish(sheet, "landscape", "$3:$3"),
	)
}

// sheetOf is the name of the sheet of a level.
func (b *workbook) sheetOf(level household.AreaLevel) string {
	return b.l.pick("按"+b.l.level(level), "By "+string(level))
}
