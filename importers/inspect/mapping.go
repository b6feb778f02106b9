package inspect

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"hearthmap/household"
	"hearthmap/importers"
)

// Mapping writes a mapping file (YAML) that reads the surveyed file as the
// survey did. What the clerk has to decide stands in it as a comment: the
// file can be used as it is.
func Mapping(s *importers.Survey) ([]byte, error) {
	const op = "inspect.Mapping"
	if s.Kind == "" || len(s.Columns) == 0 {
		return nil, household.Errorf(household.Invalid, op, "there is nothing to map: the file's kind is not known, or it has no columns").
			WithHint("name the kind with --kind")
	}
	var b bytes.Buffer
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# How files such as %s are read. Written by hearthmap import inspect;", comment(s.File))
	line("# change what is wrong, and import with --mapping and this file's name.")
	line("version: 1")
	line("kind: %s", s.Kind)
	if s.Encoding != "" {
		if s.EncodingCertain {
			line("encoding: %s", s.Encoding)
		} else {
			line("# encoding: %s   # could not be told for certain", s.Encoding)
		}
	}
	if s.HeaderRow > 1 {
		line("header_row: %d", s.HeaderRow)
	}
	if s.Layer != "" && len(s.Layers) > 1 {
		key := "layer"
		if s.Layers[0].Type == importers.LayerSheet {
			key = "sheet"
		}
		if s.LayerCertain {
			line("%s: %s", key, quote(s.Layer))
		} else {
			line("# %s: %s   # one of %d", key, comment(quote(s.Layer)), len(s.Layers))
		}
	}
	coordinates(line, s)
	columns(line, s)
	values(line, s)
	for _, c := range s.Columns {
		if c.NoDates > 0 {
			line("")
			line("# %d dates in %s are in no known form; this one would be read as", c.NoDates, comment(c.Name))
			line("# date_formats: [DD/MM/YYYY]")
			break
		}
	}
	// What is written must be read: a name that cannot be quoted would show
	// here, not at the next import.
	if _, err := importers.ReadMapping(b.Bytes()); err != nil {
		return nil, household.Errorf(household.Internal, op, "the mapping could not be written: %w", err)
	}
	return b.Bytes(), nil
}

func coordinates(line func(string, ...any), s *importers.Survey) {
	switch {
	case s.CRSFrom == "given":
		line("crs: %s", quote(s.CRS))
	case s.Verdict.Doubt:
		line("# crs: %s   # %s", quote(s.Verdict.Best.Name), comment(s.Verdict.Text))
	}
}

func columns(line func(string, ...any), s *importers.Survey) {
	taken := map[string]bool{}
	for _, c := range s.Columns {
		taken[c.Field] = true
	}
	var free []string
	for _, f := range importers.Fields(s.Kind) {
		if !taken[f] {
			free = append(free, f)
		}
	}
	line("")
	line("# Each column of the file and the field it holds; \"-\" for none.")
	if len(free) > 0 {
		line("# Fields that no column holds: %s.", strings.Join(free, ", "))
	}
	line("columns:")
	for _, c := range s.Columns {
		if strings.HasPrefix(c.Name, "_") { // a rejects file's own
			continue
		}
		field := c.Field
		if field == "" {
			field = `"-"`
		}
		line("  %s: %s", quote(c.Name), field)
	}
	line("")
	line("# Values for all rows that have none, such as area_code: \"990000001001\".")
	line("constants:")
	for _, m := range s.Missing {
		line("  # missing: %s", comment(m))
	}
}

func values(line func(string, ...any), s *importers.Survey) {
	line("")
	line("# Words of the file and what they stand for; \"\" for nothing.")
	line("values:")
	for _, c := range s.Columns {
		if len(c.Words) == 0 {
			continue
		}
		line("  %s:", c.Field)
		for _, w := range c.Words {
			line("    # %s:    # %d times", comment(quote(w.Word)), w.Count)
		}
	}
}

// quote writes a text as a YAML value on one line.
func quote(s string) string {
	n := yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s, Style: yaml.DoubleQuotedStyle}
	if plain(s) {
		return s
	}
	out, err := yaml.Marshal(&n)
	if err != nil {
		return `""`
	}
	return strings.TrimSpace(string(out))
}

// plain reports whether YAML reads the text as it stands.
func plain(s string) bool {
	if s == "" {
		return false
	}
	for i, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= 0x4E00 && r <= 0x9FFF:
		case i > 0 && (r == '_' || r >= '0' && r <= '9'):
		default:
			return false
		}
	}
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
		return false
	}
	return true
}

// comment keeps a text on its line.
func comment(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || r == 0x85 || r == 0x2028 || r == 0x2029 || r == 0xFEFF {
			return ' '
		}
		return r
	}, s)
}
