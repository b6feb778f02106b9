package reports

import (
	"errors"

	"github.com/xuri/excelize/v2"

	"hearthmap/geo/coverage"
)

// Columns of an areas sheet before those of the requirements.
const fixedColumns = 6

// areas is the sheet of a level: a row for each area, a column for each
// requirement. It is streamed, since there may be thousands of rows.
func (b *workbook) areas(c *Coverage) error {
	sheet, l := b.sheetOf(c.Level), b.l
	if _, err := b.f.NewSheet(sheet); err != nil {
		return err
	}
	// The stream writes the sheet's properties when made.
	if err := b.finish(sheet, "landscape", "$2:$3"); err != nil {
		return err
	}
	s, err := b.f.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	width := fixedColumns + len(c.Requirements)
	if err := errors.Join(
		s.SetColWidth(1, 1, 24), s.SetColWidth(2, 2, 22), s.SetColWidth(3, 4, 11), s.SetColWidth(5, 6, 10),
		s.SetColWidth(fixedColumns+1, max(width, fixedColumns+1), 9.5),
		s.SetPanes(&excelize.Panes{Freeze: true, XSplit: 2, YSplit: 3, TopLeftCell: "C4", ActivePane: "bottomRight"}),
		s.SetRow("A1", []any{excelize.Cell{StyleID: b.style.title, Value: c.title(b.o) + l.pick(" · 按", " · by ") + l.level(c.Level)}}, excelize.RowOpts{Height: 30}),
	); err != nil {
		return err
	}
	if err := b.areaHead(s, c); err != nil {
		return err
	}
	first, on := 4, c.basis()
	row := make([]any, 0, width)
	for n := range c.Areas {
		row = b.areaRow(row[:0], c, &c.Areas[n], on, false)
		if err := s.SetRow(cell(1, first+n), row); err != nil {
			return err
		}
	}
	last := first + len(c.Areas) - 1
	sum := c.sum()
	sum.Name, sum.NameEn = "合计", "Total"
	if err := s.SetRow(cell(1, last+1), b.areaRow(row[:0], c, &sum, on, true)); err != nil {
		return err
	}
	// All this belongs to the part of the sheet that is written by Flush.
	if last >= first {
		if err := errors.Join(
			b.colourScale(sheet, cell(5, first)+":"+cell(width, last)),
			b.f.AutoFilter(sheet, cell(1, 3)+":"+cell(width, last), nil),
		); err != nil {
			return err
		}
	}
	return s.Flush()
}

// areaHead writes the two rows of headings: minutes above, joined where they
// are the same, and names.
func (b *workbook) areaHead(s *excelize.StreamWriter, c *Coverage) error {
	l := b.l
	top, names := []any{}, []any{}
	for _, h := range []string{
		l.pick("编码", "Code"), l.pick("名称", "Name"), l.pick("在住人口", "Residents"), l.pick("住宅楼栋", "Buildings"),
		l.pick("全部达标", "All required"), l.pick("平均达标率", "Mean share"),
	} {
		top = append(top, excelize.Cell{StyleID: b.style.head})
		names = append(names, excelize.Cell{StyleID: b.style.head, Value: h})
	}
	start := 0
	for i := range c.Requirements {
		q := &c.Requirements[i]
		label := excelize.Cell{StyleID: b.style.head}
		if i == 0 || c.Requirements[i-1].Minutes != q.Minutes {
			start = i
			label.Value = l.minutes(q.Minutes)
		}
		top = append(top, label)
		names = append(names, excelize.Cell{StyleID: b.style.head, Value: l.category(q) + mark(q)})
		if end := i+1 == len(c.Requirements) || c.Requirements[i+1].Minutes != q.Minutes; end && i > start {
			if err := s.MergeCell(cell(fixedColumns+1+start, 2), cell(fixedColumns+1+i, 2)); err != nil {
				return err
			}
		}
	}
	return errors.Join(s.SetRow("A2", top, excelize.RowOpts{Height: 18}), s.SetRow("A3", names, excelize.RowOpts{Height: 62}))
}

func (b *workbook) areaRow(row []any, c *Coverage, a *coverage.AreaReport, on basis, total bool) []any {
	text, count, percent := b.style.text, b.style.count, b.style.percent
	if total {
		text, count, percent = b.style.totalText, b.style.totalCount, b.style.totalPercent
	}
	row = append(
		row, excelize.Cell{StyleID: text, Value: a.Code}, excelize.Cell{StyleID: text, Value: b.l.area(a)},
		excelize.Cell{StyleID: count, Value: a.People}, excelize.Cell{StyleID: count, Value: a.Buildings},
		excelize.Cell{StyleID: percent, Value: shareCell(on.all(&a.AllRequired))}, excelize.Cell{StyleID: percent, Value: shareCell(on.mean(c, a))},
	)
	for i := range a.Totals {
		row = append(row, excelize.Cell{StyleID: percent, Value: shareCell(on.of(&a.Totals[i]))})
	}
	return row
}
