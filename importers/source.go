package importers

import (
	"context"

	"hearthmap/geo/crs"
	"hearthmap/household"
)

// Source gives the judged items of one file, in the file's order. A table or
// GeoJSON file becomes one by NewTabular; a file that must be seen as a whole
// (an OpenStreetMap extract) implements it itself.
type Source interface {
	// Each reads the file from its beginning and hands over every item. One
	// record of the file may give several items, which then share their Row.
	// A record that cannot be used gives one item with a Reject, and reading
	// goes on; an error ends the file: *household.Error when the user can
	// mend it, the context's error, or yield's own, unchanged. Each is called
	// once, from one goroutine. Items may be kept after yield returns.
	Each(ctx context.Context, yield func(Item) error) error
	// Progress returns how many bytes of how many were read. It never goes
	// back, and may be called from any goroutine while Each runs.
	Progress() (read, total int64)
	// Records returns how many records (rows, features, OSM objects that
	// are of use) were read so far, rejected ones included. It may be called
	// from any goroutine while Each runs.
	Records() int64
	// Notes are remarks on the whole file for the report, such as unknown
	// columns; they hold no values of persons. Call it after Each.
	Notes() []string
	Close() error
}

// FileOptions say how to read a file.
type FileOptions struct {
	// Encoding is as charset.Parse reads it; empty is auto. Formats with an
	// encoding of their own ignore it.
	Encoding string
	// Layer is the sheet of a workbook, or the layer or table of another file,
	// that is to be read; empty: every sheet that fits, the only layer that
	// fits. Fit says which do; nil: all. HeaderRow is the row that names the
	// columns, from 1; 0: the format finds it. Formats without them ignore
	// them.
	Layer     string
	Fit       func(Layer) Fitness
	HeaderRow int
	// CRS is the reference system of the file's coordinates; the zero value
	// is WGS 84. Readers of records leave coordinates as they are; a Source
	// returns WGS 84.
	CRS crs.CRS
	// CRSGiven says that the user named the CRS, so that what the file itself
	// says about its reference system does not count.
	CRSGiven bool
	// Categories are a city's own categories of facilities, and further words
	// (Aliases) for known ones; they go before the product's.
	Categories []household.CategoryInfo
}

// Format is a kind of file. Exactly one of OpenReader and OpenSource is set.
type Format struct {
	Name       string   // csv, geojson, osm
	Extensions []string // lower case, with the dot: ".csv", ".osm.pbf"
	Kinds      []Kind   // the kinds it may hold
	// Sniff reports whether the first bytes of a file (up to 4 KiB) look like
	// this format; it decides when the extension does not.
	Sniff      func(head []byte) bool
	OpenReader func(path string, o FileOptions) (Reader, error)
	OpenSource func(path string, kind Kind, o FileOptions) (Source, error)
	// Layers lists what a file holds, in its order, whatever o.Layer and o.Fit
	// say. It is nil for formats whose files hold one table.
	Layers func(path string, o FileOptions) ([]Layer, error)
	// Parts lists the files that are read with the one that is named, itself
	// among them, in an order that depends on the format only. It is nil for
	// formats of one file.
	Parts func(path string) ([]string, error)
}
