package importers

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"

	"hearthmap/geo/crs"
	"hearthmap/household"
	"hearthmap/importers/charset"
)

// Mapping says how the files of one source are to be read: what a clerk would
// otherwise have to say at every import. It is written by hand or by
// `hearthmap import inspect --write-mapping`, and read from YAML by
// ReadMapping. The zero value says nothing.
type Mapping struct {
	Kind      Kind   // the kind it is for; empty: any
	Encoding  string // as charset.Parse reads it
	CRS       string // as crs.Parse reads it
	Layer     string // or sheet
	HeaderRow int    // 0: the first row

	// Columns gives names of columns, as the file has them, the field they
	// hold, by its English name; "-" for none.
	Columns map[string]string
	// Constants gives fields the value of every row that has none.
	Constants map[string]string
	// Values gives fields what words of the file stand for.
	Values map[string]map[string]string
	// DateFormats are tried before the usual ones: YYYY, YY, MM, M, DD and D
	// with anything between, such as DD/MM/YYYY.
	DateFormats []string

	Name   string   // base name of the file, for the history
	SHA256 [32]byte // of the file
}

// unused is the field of columns that are to be left alone.
const unused = "-"

// maxMapping bounds a mapping file.
const maxMapping = 1 << 20

// OpenMapping reads the mapping file. Errors are *household.Error and name
// the line.
func OpenMapping(path string) (*Mapping, error) {
	const op = "importers.OpenMapping"
	info, err := os.Stat(path)
	if err != nil {
		return nil, household.Errorf(household.Invalid, op, "cannot open the mapping file: %w", err).WithHint("check its name")
	}
	if !info.Mode().IsRegular() || info.Size() > maxMapping {
		return nil, household.Errorf(household.Invalid, op, "the mapping file is no file, or longer than 1 MiB").
			WithHint("write one with hearthmap import inspect FILE --write-mapping MAPPING.yaml")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, household.Errorf(household.Invalid, op, "cannot read the mapping file: %w", err).WithHint("check that you may read it")
	}
	m, err := ReadMapping(text)
	if err != nil {
		return nil, err
	}
	m.Name, m.SHA256 = filepath.Base(path), sha256.Sum256(text)
	return m, nil
}

// history is what the batch remembers of the mapping.
func (m *Mapping) history(o map[string]string) {
	if m == nil {
		return
	}
	if m.Name != "" {
		o["mapping"] = m.Name
	}
	o["mapping_sha256"] = hex.EncodeToString(m.SHA256[:])
}

// fieldNamed finds the field of the kind by its English name.
func fieldNamed(kind Kind, name string) (field, bool) {
	for _, c := range tableOf(kind).columns {
		if c.names[0] == name {
			return c.field, true
		}
	}
	return 0, false
}

// fieldNames lists the English names of the kind's fields.
func fieldNames(kind Kind) []string {
	var names []string
	for _, c := range tableOf(kind).columns {
		names = append(names, c.names[0])
	}
	return names
}

// applied is a mapping made ready for a kind, for many goroutines to read.
// The nil pointer is no mapping.
type applied struct {
	columns   map[string]field // by columnName; fieldCount for unused
	constants [fieldCount]string
	values    [fieldCount]map[string]string // by wordKey
	dates     []dateFormat
}

// apply checks the mapping against the kind.
func (m *Mapping) apply(kind Kind) (*applied, error) {
	const op = "importers.Mapping"
	if m == nil {
		return nil, nil
	}
	if m.Kind != "" && m.Kind != kind {
		return nil, household.Errorf(household.Invalid, op, "the mapping is for %s, not for %s", m.Kind, kind).
			WithHint("choose the other mapping, or import %s", m.Kind)
	}
	a := &applied{columns: make(map[string]field, len(m.Columns))}
	find := func(name string) (field, error) {
		f, ok := fieldNamed(kind, name)
		if !ok {
			return 0, household.Errorf(household.Invalid, op, "%s have no field %q", kind, name).
				WithHint("use one of: %s", strings.Join(fieldNames(kind), ", "))
		}
		return f, nil
	}
	for column, name := range m.Columns {
		if name == unused {
			a.columns[columnName(column)] = fieldCount
			continue
		}
		f, err := find(name)
		if err != nil {
			return nil, err
		}
		a.columns[columnName(column)] = f
	}
	for name, value := range m.Constants {
		f, err := find(name)
		if err != nil {
			return nil, err
		}
		a.constants[f] = value
	}
	known := newWords()
	for name, words := range m.Values {
		f, err := find(name)
		if err != nil {
			return nil, err
		}
		accepted := known.accepted(f)
		if accepted == nil {
			return nil, household.Errorf(household.Invalid, op, "the values of %s are not words that a mapping can translate", name).
				WithHint("translate words of: %s", strings.Join(wordFields(kind), ", "))
		}
		a.values[f] = make(map[string]string, len(words))
		for from, to := range words {
			if to != "" && !accepted(to) {
				return nil, household.Errorf(household.Invalid, op, "%q is no value of %s", to, name).
					WithHint("use one of: %s", acceptedWords(f))
			}
			a.values[f][wordKey(strings.TrimFunc(from, isSpace))] = to
		}
	}
	for _, s := range m.DateFormats {
		d, ok := parseDateFormat(s)
		if !ok {
			return nil, household.Errorf(household.Invalid, op, "%q is no date format", s).
				WithHint("write YYYY (or YY), MM (or M) and DD (or D) once each, such as DD/MM/YYYY")
		}
		a.dates = append(a.dates, d)
	}
	return a, nil
}

// translate is what the word of the file stands for; "" when it means none.
func (a *applied) translate(f field, word string) string {
	if a == nil || a.values[f] == nil {
		return word
	}
	if to, ok := a.values[f][wordKey(word)]; ok {
		return to
	}
	return word
}

// maxHeaderRow bounds the row of a header that may be named.
const maxHeaderRow = 1000

// fileOptions say how to read the file: the mapping's words, below those that
// the user gave.
func (from Options) fileOptions() (FileOptions, error) {
	const op = "importers.Run"
	m, encoding, system := from.Mapping, from.Encoding, from.CRS
	o := FileOptions{Layer: from.Layer, HeaderRow: from.HeaderRow}
	if m != nil {
		o.Layer = cmp.Or(o.Layer, m.Layer)
		o.HeaderRow = cmp.Or(o.HeaderRow, m.HeaderRow)
		if encoding == "" || strings.EqualFold(encoding, string(charset.Auto)) {
			encoding = m.Encoding
		}
		system = cmp.Or(system, m.CRS)
	}
	if o.HeaderRow < 0 || o.HeaderRow > maxHeaderRow {
		return o, household.Errorf(household.Invalid, op, "the header's row is not a number from 1 to %d", maxHeaderRow).WithHint("count the rows from 1")
	}
	enc, err := charset.Parse(encoding)
	if err != nil {
		return o, err
	}
	o.Encoding, o.CRSGiven = string(enc), system != ""
	if o.CRS, err = crs.Parse(system); err != nil {
		return o, household.Errorf(household.Invalid, op, "%w", err).WithHint("use %s", crs.Accepted)
	}
	return o, nil
}

// Fields lists the English names of the fields that columns of the kind may
// hold.
func Fields(kind Kind) []string { return fieldNames(kind) }
