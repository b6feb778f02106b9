package importers

import (
	"errors"
	"slices"
	"strings"

	"hearthmap/geo/crs"
	"hearthmap/household"
)

// The columns that a rejects file has behind those of its source. They tell
// it from other files and are passed over when it is imported, but for two:
// ownCRS is the reference system of its places, so that a mended file needs no
// --crs, and ownShape the shapes of a source that has a column wkt besides.
const (
	ownSheet = "_sheet"
	ownCRS   = "_crs"
	ownShape = "_wkt"
)

var ownColumns = []string{"_row", "_code", "_reason", "_suggestion"}

// isOwn reports whether the column is a rejects file's own.
func isOwn(name string) bool {
	return name == ownSheet || name == ownCRS || name == ownShape || slices.Contains(ownColumns, name)
}

// isRejects reports whether the columns are those of a rejects file.
func isRejects(names []string) bool {
	return !slices.ContainsFunc(ownColumns, func(n string) bool { return !slices.Contains(names, n) })
}

// shapeColumn is the name under which shapes are written beside the columns.
func shapeColumn(names []string) string {
	for _, alias := range placeColumns[2].names {
		if slices.ContainsFunc(names, func(n string) bool { return columnName(n) == columnName(alias) }) {
			return ownShape
		}
	}
	return placeColumns[2].names[0]
}

// carriedCRS is the reference system that a rejects file names in its first
// row; false when the reader's file is none, or names none.
func carriedCRS(f Format, path string, o FileOptions, r Reader) (crs.CRS, bool, error) {
	h, ok := r.(HeaderReader)
	if !ok || o.CRSGiven || !isRejects(h.Header()) {
		return crs.CRS{}, false, nil
	}
	at := slices.Index(h.Header(), ownCRS)
	if at < 0 {
		return crs.CRS{}, false, nil
	}
	first, err := f.OpenReader(path, o)
	if err != nil {
		return crs.CRS{}, false, err
	}
	defer first.Close()
	for {
		rec, err := first.Next()
		var bad *RowError
		if errors.As(err, &bad) {
			continue
		}
		if err != nil || at >= len(rec.Values) {
			return crs.CRS{}, false, nil // reading it for good says what is wrong
		}
		text := strings.TrimSpace(rec.Values[at])
		if text == "" {
			return crs.CRS{}, false, nil
		}
		c, err := crs.Parse(text)
		if err != nil {
			return c, false, household.Errorf(household.Invalid, "importers.Run", "the column %s of the rejects file names no reference system that is known", ownCRS).
				WithHint("write there what the source's was, or name it with --crs: %s", crs.Accepted)
		}
		return c, true, nil
	}
}

// otherCRS rejects a row of a rejects file that names another reference system
// than its first.
func (j *judge) otherCRS(r *row) {
	i := r.layout.crs
	if j.carried == "" || i < 0 || strings.TrimSpace(r.Values[i]) == j.carried {
		return
	}
	r.fail(noField, RejectCoordinates, "the row names another reference system than the first row of the file", "put rows of other reference systems into a file of their own")
}
