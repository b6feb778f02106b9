package importers

import (
	"github.com/paulmach/orb"
)

// Kind is what a file holds, as the command line names it.
type Kind string

// The kinds of import.
const (
	Areas      Kind = "areas"
	Compounds  Kind = "compounds"
	Streets    Kind = "streets"
	Buildings  Kind = "buildings"
	Units      Kind = "units"
	Residents  Kind = "residents"
	Facilities Kind = "facilities"
	OSM        Kind = "osm"
)

// Kinds lists the kinds in the order in which a city is loaded.
var Kinds = []Kind{Areas, Compounds, Streets, Buildings, Units, Residents, Facilities, OSM}

// Record is one row or feature as the file has it, before any judgement.
type Record struct {
	// Row is where the clerk finds it: the line a CSV record begins on, the
	// number of a GeoJSON feature (from 1).
	Row   int64
	Sheet string // of a workbook; else empty
	// Names are the column or property names; rows of a table share one
	// slice. Values has the same length.
	Names  []string
	Values []string
	// Geometry is nil unless the format has geometries of its own. Its
	// coordinates are as in the file.
	Geometry orb.Geometry
}

// Reader streams the records of one file. One conformance suite
// (readertest) holds for every implementation.
type Reader interface {
	// Next returns the next record, io.EOF after the last. A *RowError
	// spoils one row and reading may go on; any other error ends the file.
	// The record is valid until the following call.
	Next() (Record, error)
	// Progress returns how many bytes of how many were read. It may be called
	// from any goroutine while another reads.
	Progress() (read, total int64)
	Close() error
}

// HeaderReader is a Reader of a table whose columns are known before its
// first row; required columns are then checked once for the file.
type HeaderReader interface {
	Reader
	Header() []string
}

// ShapeReader is a HeaderReader that tells whether its records have geometries
// of their own besides the columns.
type ShapeReader interface {
	HeaderReader
	Shapes() bool
}

// TextFormat is how a text file is written, so that its rejects file can be
// written alike.
type TextFormat struct {
	Encoding string // utf-8, gb18030, big5
	Comma    byte
	BOM      bool
	CRLF     bool
}

// TextReader is a Reader of a text file.
type TextReader interface {
	Reader
	Text() TextFormat
}

// RowError says that one row could not be read.
type RowError struct {
	Reject Reject
	// Record holds what could be read of the row, for the rejects file. Its
	// Values may be more or fewer than its Names.
	Record Record
}

// Error returns the reason.
func (e *RowError) Error() string { return e.Reject.Reason }

// RejectCode is why a row was rejected, for programs.
type RejectCode string

// The codes of rejects. They are stable: mapping files and tests name them.
const (
	RejectSyntax      RejectCode = "syntax"      // the row cannot be read at all
	RejectMissing     RejectCode = "missing"     // a required value is empty
	RejectValue       RejectCode = "value"       // not a number, a date, a known word
	RejectEncoding    RejectCode = "encoding"    // bytes that are no characters
	RejectResidentID  RejectCode = "resident_id" // fails GB 11643
	RejectCoordinates RejectCode = "coordinates" // outside the world, or the city
	RejectGeometry    RejectCode = "geometry"    // not a valid shape of the wanted kind
	RejectDuplicate   RejectCode = "duplicate"   // the key occurs before in this file
	RejectReference   RejectCode = "reference"   // names something that does not exist
	RejectExists      RejectCode = "exists"      // mode insert: the key exists already
	RejectAddress     RejectCode = "address"     // names no building, or none for certain
)

// Reject is one rejected row, with a reason that holds none of its values:
// reasons are stored and logged, and values may be personal.
type Reject struct {
	Row        int64      `json:"row"`
	Sheet      string     `json:"sheet,omitempty"`
	Column     string     `json:"column,omitempty"`
	Code       RejectCode `json:"code"`
	Reason     string     `json:"reason"`
	Suggestion string     `json:"suggestion,omitempty"`
}

// Entity is one of the subject's things that a Store takes: a
// household.Area (grids are areas at LevelGrid), Compound, Gate, Barrier,
// Land, Street, Building, Entrance, Unit, Resident or Facility, by value.
type Entity any

// Item is one judged record on its way to the store: an entity or a reject.
type Item struct {
	Row    int64
	Sheet  string // of a workbook; else empty
	Entity Entity
	Reject *Reject
	// Address is what the row of a home or person calls its place, when its
	// file has such a column. It is personal.
	Address string
}
