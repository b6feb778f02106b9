package importers

import (
	"fmt"
	"slices"
	"strings"

	"hearthmap/household"
)

// Layer is one of the tables that a file may hold several of: a sheet of a
// workbook, a layer of a GeoPackage, a shapefile or table of an archive.
type Layer struct {
	Name    string    `json:"name"`
	Type    LayerType `json:"type"`
	Columns []string  `json:"columns"`              // empty when there is no table
	Shapes  bool      `json:"shapes"`               // its records have geometries
	Rows    int64     `json:"rows"`                 // -1: not known before it is read
	Header  int       `json:"header_row,omitempty"` // of a sheet: the row that names the columns, from 1
	Hidden  bool      `json:"hidden,omitempty"`
	Read    bool      `json:"read"` // the survey is of it
	// Lacks says which columns of the kind it lacks; such a layer is not read.
	Lacks []string `json:"lacks,omitempty"`
}

// LayerType is what a file calls its tables.
type LayerType string

// The types of layers.
const (
	LayerOfShapes LayerType = "layer"
	LayerOfRows   LayerType = "table"
	LayerSheet    LayerType = "sheet"
)

// Fitness is how a layer suits the kind that is to be read from it.
type Fitness struct {
	Missing []string // required fields that no column holds
	// Alike says that the columns are more like the kind's than like any
	// other's: such a layer is not passed over in silence.
	Alike bool
}

// fitOf judges layers for a kind.
func fitOf(kind Kind, m *applied) func(Layer) Fitness {
	if tableOf(kind).columns == nil {
		return nil
	}
	return func(l Layer) Fitness {
		t := tableOf(kind)
		at, err := t.arrange(l.Columns, m)
		if err != nil { // reading it says what is wrong
			return Fitness{Alike: true}
		}
		f := Fitness{Missing: t.lacks(at, m, l.Shapes)}
		if len(f.Missing) > 0 {
			own, most := 0, 0
			for _, c := range guessKind("", l.Columns, nil) {
				if most = max(most, c.Known); c.Kind == kind {
					own = c.Known
				}
			}
			f.Alike = own >= 3 && own == most
		}
		return f
	}
}

// ChooseLayer picks the layer that is to be read, of a file of which one at a
// time is read: the one that o names, or the only one that fits. It returns
// its place in the list and a remark on what is left out.
//
// When several fit, or none, the error (*household.Error) names them.
func ChooseLayer(list []Layer, o FileOptions) (i int, notes []string, err error) {
	const op = "importers.ChooseLayer"
	if o.Layer != "" {
		i, err := NamedLayer(list, o.Layer)
		return i, nil, err
	}
	fits, lacking := fittingLayers(list, o)
	if slices.ContainsFunc(fits, func(i int) bool { return list[i].Shapes }) {
		fits = slices.DeleteFunc(fits, func(i int) bool { return !list[i].Shapes })
	}
	switch {
	case len(list) == 1:
		return 0, nil, nil
	case len(fits) == 1:
		i = fits[0]
		return i, []string{fmt.Sprintf("layer %s was read; not read: %s", quoteName(list[i].Name), layerNames(list, i))}, nil
	case len(fits) == 0:
		return 0, nil, household.Errorf(household.Invalid, op, "none of the file's %d layers has the columns that are needed: %s", len(list), strings.Join(lacking, "; ")).
			WithHint("name the layer with --layer, and say with --mapping what its columns mean (hearthmap import inspect writes such a file)")
	}
	names := make([]Layer, len(fits))
	for k, i := range fits {
		names[k] = list[i]
	}
	return 0, nil, household.Errorf(household.Invalid, op, "the file holds %d layers that may be meant: %s", len(names), layerNames(names, -1)).
		WithHint("name the one to read with --layer %s", argument(names[0].Name))
}

// fittingLayers are the places of the layers that fit, and what the others
// lack.
func fittingLayers(list []Layer, o FileOptions) (fits []int, lacking []string) {
	for i, l := range list {
		if o.Fit == nil {
			fits = append(fits, i)
			continue
		}
		if f := o.Fit(l); len(f.Missing) == 0 {
			fits = append(fits, i)
		} else if len(lacking) < shownLayers {
			lacking = append(lacking, quoteName(l.Name)+" lacks "+strings.Join(f.Missing, " and "))
		}
	}
	return fits, lacking
}

// NamedLayer finds the layer of the name: as it is written, or else without
// regard to case and width, or by the last part of its path.
func NamedLayer(list []Layer, name string) (int, error) {
	for _, same := range []func(string) bool{
		func(n string) bool { return n == name },
		func(n string) bool { return household.Fold(n) == household.Fold(name) },
		func(n string) bool {
			return household.Fold(n[strings.LastIndexByte(n, '/')+1:]) == household.Fold(name)
		},
	} {
		if i := slices.IndexFunc(list, func(l Layer) bool { return same(l.Name) }); i >= 0 {
			return i, nil
		}
	}
	what, flag := "layer", "--layer"
	if len(list) > 0 && list[0].Type == LayerSheet {
		what, flag = "sheet", "--sheet"
	}
	return 0, household.Errorf(household.Invalid, "importers.NamedLayer", "the file has no %s %s; it has: %s", what, quoteName(name), layerNames(list, -1)).
		WithHint("name one of them with %s", flag)
}

const shownLayers = 20

// layerNames lists the names, the one at the place but left out.
func layerNames(list []Layer, but int) string {
	var names []string
	for i, l := range list {
		if i == but {
			continue
		}
		if len(names) == shownLayers {
			names = append(names, fmt.Sprintf("and %d more", len(list)-i))
			break
		}
		n := quoteName(l.Name)
		if l.Hidden {
			n += " (hidden)"
		}
		names = append(names, n)
	}
	return strings.Join(names, ", ")
}

// quoteName is a name made safe to print.
func quoteName(name string) string {
	if r := []rune(name); len(r) > 60 {
		name = string(r[:60]) + "…"
	}
	return fmt.Sprintf("%q", name)
}

// argument is a name as a shell takes it.
func argument(name string) string {
	for _, r := range name {
		if r < 0x80 && !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' || r == '.' || r == '/') {
			return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
		}
	}
	return name
}

// maxHeaderRows is how deep a header is looked for below titles.
const maxHeaderRows = 10

// headerBelow looks for the header of a text file below titles: when the
// first row lacks what o wants and one of the next has it all, that row is
// written into o and returned; else 0 is. Workbooks find it sheet by sheet.
func headerBelow(f Format, path string, o *FileOptions) int {
	if o.HeaderRow > 0 || o.Fit == nil || f.OpenReader == nil {
		return 0
	}
	try := *o
	names, ok := textHeader(f, path, &try)
	if !ok || len(o.Fit(Layer{Columns: names}).Missing) == 0 {
		return 0
	}
	for row := 2; row <= maxHeaderRows; row++ {
		try.HeaderRow = row
		names, ok := textHeader(f, path, &try)
		if !ok {
			return 0 // no table begins there
		}
		if len(o.Fit(Layer{Columns: names}).Missing) == 0 {
			o.HeaderRow, o.Encoding = row, try.Encoding
			return row
		}
	}
	return 0
}

// textHeader returns the header of a text file, and writes its encoding into
// o; false when it is none or cannot be read: reading it for good says why.
func textHeader(f Format, path string, o *FileOptions) ([]string, bool) {
	r, err := f.OpenReader(path, *o)
	if err != nil {
		return nil, false
	}
	defer r.Close()
	h, header := r.(HeaderReader)
	t, text := r.(TextReader)
	if !header || !text {
		return nil, false
	}
	o.Encoding = t.Text().Encoding
	return h.Header(), true
}
