package importers

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"hearthmap/geo/crs"
	"hearthmap/household"
	"hearthmap/importers/charset"
)

// mappingKeys are the keys of a mapping file.
var mappingKeys = []string{"version", "kind", "encoding", "crs", "layer", "sheet", "header_row", "columns", "constants", "values", "date_formats"}

// mappingError is a mistake in a mapping file, at a line.
func mappingError(line int, hint, format string, args ...any) *household.Error {
	e := household.Errorf(household.Invalid, "importers.ReadMapping", "the mapping file, line %d: %s", line, fmt.Sprintf(format, args...))
	return e.WithHint("%s", hint)
}

// ReadMapping reads a mapping file (YAML). Unknown keys, fields and words are
// errors that name the line.
func ReadMapping(text []byte) (m *Mapping, err error) {
	defer func() { // the parser is another's, and the text anybody's
		if v := recover(); v != nil {
			m, err = nil, mappingError(1, "write it in the form that hearthmap import inspect --write-mapping gives", "it is not YAML")
		}
	}()
	if len(text) > maxMapping {
		return nil, mappingError(1, "keep it below 1 MiB", "the file is too long")
	}
	var doc yaml.Node
	d := yaml.NewDecoder(strings.NewReader(strings.TrimPrefix(string(text), "\uFEFF")))
	if err := d.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return &Mapping{}, nil
		}
		return nil, yamlError(err)
	}
	var more yaml.Node
	if err := d.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, mappingError(max(1, more.Line), "keep one of them", "the file holds a second document")
	}
	r := mappingReader{m: &Mapping{}, words: newWords()}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 || isNull(doc.Content[0]) {
		return r.m, nil
	}
	if err := r.root(doc.Content[0]); err != nil {
		return nil, err
	}
	return r.m, nil
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

// yamlError keeps the line of the parser's error.
func yamlError(err error) error {
	line := 1
	if found := yamlLine.FindStringSubmatch(err.Error()); found != nil {
		line, _ = strconv.Atoi(found[1]) // digits
	}
	return mappingError(max(1, line), "indent with spaces; put quotes around texts with a colon, a # or leading zeros", "it is not YAML")
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

type mappingReader struct {
	m     *Mapping
	words *words
}

func (r *mappingReader) root(n *yaml.Node) error {
	// The kind comes first, whatever the order: fields depend on it.
	err := r.pairs(n, "the file", func(key, value *yaml.Node) error {
		if key.Value != "kind" {
			return nil
		}
		s, err := scalar(value)
		if err != nil {
			return err
		}
		if r.m.Kind = Kind(s); s != "" && (!slices.Contains(Kinds, r.m.Kind) || tableOf(r.m.Kind).columns == nil) {
			return mappingError(value.Line, "use areas, compounds, streets, buildings, units, residents or facilities", "there is no kind %q with columns", s)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.pairs(n, "the file", r.entry)
}

func (r *mappingReader) entry(key, value *yaml.Node) (err error) {
	switch key.Value {
	case "kind":
	case "version":
		if s, err := scalar(value); err != nil || s != "1" {
			return mappingError(value.Line, "write version: 1, or use a newer hearthmap", "the version is not 1")
		}
	case "encoding":
		if r.m.Encoding, err = scalar(value); err != nil {
			return err
		}
		if _, err := charset.Parse(r.m.Encoding); err != nil {
			return mappingError(value.Line, "use "+charset.Accepted, "unknown encoding %q", r.m.Encoding)
		}
	case "crs":
		if r.m.CRS, err = scalar(value); err != nil {
			return err
		}
		if _, err := crs.Parse(r.m.CRS); err != nil {
			return mappingError(value.Line, "use "+crs.Accepted, "unknown reference system %q", r.m.CRS)
		}
	case "layer", "sheet":
		name, err := scalar(value)
		if err != nil || name == "" {
			return err
		}
		if r.m.Layer != "" {
			return mappingError(key.Line, "keep one of them", "layer and sheet say the same")
		}
		r.m.Layer = name
	case "header_row":
		s, err := scalar(value)
		if err != nil {
			return err
		}
		if r.m.HeaderRow, err = strconv.Atoi(s); err != nil || r.m.HeaderRow < 1 || r.m.HeaderRow > 1000 {
			return mappingError(value.Line, "count the rows from 1", "the header's row is not a number from 1 to 1000")
		}
	case "columns":
		return r.columns(value)
	case "constants":
		return r.constants(value)
	case "values":
		return r.values(value)
	case "date_formats":
		return r.dates(value)
	default:
		return mappingError(key.Line, "use only: "+strings.Join(mappingKeys, ", "), "unknown key %q", key.Value)
	}
	return err
}

// pairs calls f for each pair of the mapping n. Keys are texts that occur
// once.
func (r *mappingReader) pairs(n *yaml.Node, what string, f func(key, value *yaml.Node) error) error {
	if isNull(n) {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return mappingError(n.Line, "write it as lines of name: value", "%s is not a list of names and values", what)
	}
	seen := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" {
			return mappingError(key.Line, "write a text before the colon", "a name in %s is not a text", what)
		}
		if first, twice := seen[key.Value]; twice {
			return mappingError(key.Line, "keep one of them", "%q occurs in %s twice (first in line %d)", key.Value, what, first)
		}
		seen[key.Value] = key.Line
		if err := f(key, value); err != nil {
			return err
		}
	}
	return nil
}

// scalar is the text of a value, as it is written: 0012 stays 0012.
func scalar(n *yaml.Node) (string, error) {
	if n.Kind != yaml.ScalarNode {
		return "", mappingError(n.Line, "write a text or a number", "a single value is wanted")
	}
	if isNull(n) {
		return "", nil
	}
	if strings.ContainsRune(n.Value, 0) || len(n.Value) > 1000 {
		return "", mappingError(n.Line, "shorten it", "the value is longer than 1000 bytes, or holds a NUL")
	}
	return n.Value, nil
}

// kinds are those whose fields may be named.
func (r *mappingReader) kinds() []Kind {
	if r.m.Kind != "" {
		return []Kind{r.m.Kind}
	}
	return Kinds
}

// field checks the name of a field.
func (r *mappingReader) field(line int, name string) (field, error) {
	var names []string
	for _, k := range r.kinds() {
		if f, ok := fieldNamed(k, name); ok {
			return f, nil
		}
		names = append(names, fieldNames(k)...)
	}
	slices.Sort(names)
	what := string(r.m.Kind)
	if what == "" {
		what = "the kinds"
	}
	return 0, mappingError(line, "use one of: "+strings.Join(slices.Compact(names), ", "), "%s have no field %q", what, name)
}

func (r *mappingReader) columns(n *yaml.Node) error {
	r.m.Columns = map[string]string{}
	taken := map[string]string{}
	return r.pairs(n, "columns", func(key, value *yaml.Node) error {
		name, err := scalar(value)
		if err != nil {
			return err
		}
		if name == "" { // left open by the clerk: found by its name, if at all
			return nil
		}
		r.m.Columns[key.Value] = name
		if name == unused {
			return nil
		}
		if other, ok := taken[name]; ok {
			return mappingError(value.Line, `write "-" for the one that is not used`, "the columns %q and %q are both %s", other, key.Value, name)
		}
		taken[name] = key.Value
		_, err = r.field(value.Line, name)
		return err
	})
}

func (r *mappingReader) constants(n *yaml.Node) error {
	r.m.Constants = map[string]string{}
	return r.pairs(n, "constants", func(key, value *yaml.Node) error {
		if _, err := r.field(key.Line, key.Value); err != nil {
			return err
		}
		s, err := scalar(value)
		if err == nil && s != "" {
			r.m.Constants[key.Value] = s
		}
		return err
	})
}

func (r *mappingReader) values(n *yaml.Node) error {
	r.m.Values = map[string]map[string]string{}
	return r.pairs(n, "values", func(key, list *yaml.Node) error {
		f, err := r.field(key.Line, key.Value)
		if err != nil {
			return err
		}
		accepted := r.words.accepted(f)
		if accepted == nil {
			return mappingError(key.Line, "translate words of: "+strings.Join(wordFields(r.m.Kind), ", "), "the values of %s are no words", key.Value)
		}
		words := map[string]string{}
		r.m.Values[key.Value] = words
		return r.pairs(list, "the values of "+key.Value, func(from, to *yaml.Node) error {
			s, err := scalar(to)
			if err != nil {
				return err
			}
			if s != "" && !accepted(s) {
				return mappingError(to.Line, "use one of: "+acceptedWords(f), "%q is no value of %s", s, key.Value)
			}
			words[from.Value] = s
			return nil
		})
	})
}

func (r *mappingReader) dates(n *yaml.Node) error {
	if isNull(n) {
		return nil
	}
	list := n.Content
	if n.Kind == yaml.ScalarNode {
		list = []*yaml.Node{n}
	} else if n.Kind != yaml.SequenceNode {
		return mappingError(n.Line, "write a list such as [DD/MM/YYYY]", "the date formats are not a list")
	}
	for _, item := range list {
		s, err := scalar(item)
		if err != nil {
			return err
		}
		if _, ok := parseDateFormat(s); !ok {
			return mappingError(item.Line, "write YYYY (or YY), MM (or M) and DD (or D) once each, such as DD/MM/YYYY", "%q is no date format", s)
		}
		r.m.DateFormats = append(r.m.DateFormats, s)
	}
	return nil
}
