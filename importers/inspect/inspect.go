// Package inspect shows what a file holds before it is imported: format,
// encoding, columns, reference system, problems, each with its evidence, and
// writes a mapping file to start from.
//
// Nothing it prints tells of a person: values of personal and of unknown
// columns are shown by their form only (see importers.ColumnSurvey).
package inspect

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"hearthmap/importers"
)

// Text writes the survey for people, in English or, with "zh", in Chinese.
func Text(w io.Writer, s *importers.Survey, lang string) error {
	p := printer{bufio.NewWriter(w), lang}
	p.line("file      %s, %s, %s", s.File, size(s.Bytes), s.Format)
	p.kind(s)
	p.encoding(s)
	p.layers(s)
	if s.HeaderRow > 1 {
		p.line("header    in row %d", s.HeaderRow)
	}
	p.coordinates(s)
	p.columns(s)
	p.rows(s)
	for _, n := range s.Notes {
		p.line("note      %s", p.say(n))
	}
	return p.w.Flush()
}

// printer keeps the first error in its buffered writer.
type printer struct {
	w    *bufio.Writer
	lang string
}

// line writes a line in the printer's language.
func (p printer) line(format string, args ...any) { fmt.Fprintf(p.w, p.format(format)+"\n", args...) }

// format is the format in the printer's language.
func (p printer) format(en string) string {
	if zh, ok := chinese[en]; ok && p.lang == "zh" {
		return zh
	}
	return en
}

// say is a text of package importers in the printer's language.
func (p printer) say(en string) string { return importers.TextOf(en).In(p.lang) }

// pad fills up to a width in columns of a terminal, where Chinese takes two.
func pad(s string, width int) string {
	for _, r := range s {
		if width--; r >= 0x2E80 {
			width--
		}
	}
	return s + strings.Repeat(" ", max(0, width))
}

func size(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d bytes", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	case n < 1<<30:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
}

func (p printer) kind(s *importers.Survey) {
	switch {
	case s.KindGiven:
		p.line("kind      %s, as given", s.Kind)
	case s.Kind == "":
		p.line("kind      not recognised; name it with --kind to see more")
	case s.KindCertain:
		p.line("kind      %s", s.Kind)
	default:
		p.line("kind      %s, but not for certain: name it with --kind", s.Kind)
	}
	if s.KindGiven {
		return
	}
	for i, c := range s.Kinds {
		if i < 3 && c.Known > 0 {
			p.line("          %-10s %.2f  %s", c.Kind, c.Score, c.Reason)
		}
	}
}

func (p printer) encoding(s *importers.Survey) {
	if s.Encoding == "" {
		return
	}
	if s.EncodingCertain {
		p.line("encoding  %s", s.Encoding)
	} else {
		p.line("encoding  cannot be told; shown as %s. An import needs --encoding", s.Encoding)
	}
	for _, c := range s.Encodings {
		p.line("          %-8s %.2f  %s", c.Encoding, c.Score, c.Reason)
		if !s.EncodingCertain && len(c.Header) > 0 {
			p.line("                         reads %s", strings.Join(c.Header, " | "))
		}
	}
}

// layers lists the sheets or layers of a file with several.
func (p printer) layers(s *importers.Survey) {
	if len(s.Layers) == 0 {
		return
	}
	what, flag := p.format("layers"), "--layer"
	if s.Layers[0].Type == importers.LayerSheet {
		what, flag = p.format("sheets"), "--sheet"
	}
	if len(s.Layers) > 1 && !s.LayerCertain {
		p.line("%s    %s is shown, but not for certain: name the one to read with %s", what, s.Layer, flag)
		what = "      "
	}
	for i, l := range s.Layers {
		if i == 50 {
			p.line("          and %d more", len(s.Layers)-i)
			break
		}
		p.line("%s    %s %s", what, pad(l.Name, 24), p.layerState(l))
		what = "      "
	}
}

// layerState says what becomes of the layer.
func (p printer) layerState(l importers.Layer) string {
	var s string
	switch {
	case l.Read:
		s = p.format("read")
	case l.Hidden:
		s = p.format("not read: hidden")
	case len(l.Columns) == 0:
		s = p.format("not read: no table")
	case len(l.Lacks) > 0:
		s = fmt.Sprintf(p.format("not read: lacks %s"), p.say(strings.Join(l.Lacks, " and ")))
	default:
		s = p.format("not read")
	}
	if l.Rows >= 0 && len(l.Columns) > 0 {
		s += fmt.Sprintf(p.format(", %d rows"), l.Rows)
	}
	if l.Header > 1 {
		s += fmt.Sprintf(p.format(", names in row %d"), l.Header)
	}
	return s
}

func (p printer) coordinates(s *importers.Survey) {
	if s.CRS == "" || s.Verdict.Text == "" || s.Verdict.Text == "no coordinates to judge" {
		return
	}
	from := map[string]string{"given": "as given", "file": "as the file says", "default": "for want of another word"}[s.CRSFrom]
	p.line("crs       %s, %s", s.CRS, p.format(from))
	if len(s.Datums) > 0 {
		p.line("          %-20s %8s %14s %14s %14s %14s", "of places sampled:", "in city", "named area", "named compound", "named building", "on a building")
	}
	for _, c := range s.Datums {
		p.line("          %-20s %8s %14s %14s %14s %14s", c.Name, share(c.InCity, c.Points), share(c.InNamed, c.Named),
			share(c.InCompound, c.Compounds), share(c.AtBuilding, c.Buildings), share(c.Footprint, c.Points))
	}
	mark := ""
	switch {
	case s.Verdict.Wrong && s.CRSFrom != "given":
		mark = " An import needs --crs."
	case s.Verdict.Doubt:
		mark = " Say which it is with --crs."
	}
	p.line("          %s.%s", p.say(s.Verdict.Text), p.format(mark))
}

func share(part, all int) string {
	if all == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(all))
}

func (p printer) columns(s *importers.Survey) {
	if len(s.Columns) == 0 {
		return
	}
	p.line("")
	p.line("columns")
	for _, c := range s.Columns {
		field := c.Field
		switch {
		case field == "":
			field = p.format("not used")
		case c.Mapped:
			field += p.format(" (mapping)")
		}
		p.line("  %s → %s %6d filled  %s", pad(c.Name, 24), pad(field, 24), c.Filled, strings.Join(c.Samples, " | "))
		if c.NoDates > 0 {
			p.line("      %d dates in no known form; see date_formats of mapping files", c.NoDates)
		}
		for _, w := range c.Words {
			p.line("      unknown word %q, %d times", w.Word, w.Count)
		}
	}
	if len(s.Missing) > 0 {
		p.line("  missing: %s", strings.Join(p.fields(s.Missing), "; "))
	}
}

// fields are names of fields in the printer's language.
func (p printer) fields(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = p.say(n)
	}
	return out
}

func (p printer) rows(s *importers.Survey) {
	p.line("")
	p.line("rows      %d: %d good, %d with a problem (duplicates and references are found by import --dry-run)", s.Rows, s.Good, s.Rejected)
	for _, x := range s.Problems {
		column := ""
		if x.Column != "" {
			column = fmt.Sprintf(p.format(" in %s"), x.Column)
		}
		p.line("  %6d × %s%s: %s", x.Count, x.Code, column, p.say(x.Reason))
		rows := make([]string, len(x.Rows))
		for i, r := range x.Rows {
			rows[i] = fmt.Sprint(r)
		}
		hint := ""
		if x.Suggestion != "" {
			hint = "; " + p.say(x.Suggestion)
		}
		p.line("           first in row %s%s", strings.Join(rows, ", "), hint)
	}
}
