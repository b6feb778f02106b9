package importers

import "hearthmap/geo/crs"

// CRSReader is a Reader of a file that names its own reference system, which
// counts unless the user named another.
type CRSReader interface {
	Reader
	// CRS returns the system; false when the file does not say.
	CRS() (crs.CRS, bool)
}

// NotingReader is a Reader with remarks on the whole file for the report,
// such as deleted rows it skipped. They hold no values of persons; they are
// asked for after the last record.
type NotingReader interface {
	Reader
	Notes() []string
}

// crsOf is the reference system of the reader's coordinates: the user's word
// before the file's.
func crsOf(r Reader, o FileOptions) crs.CRS {
	if o.CRSGiven {
		return o.CRS
	}
	if own, ok := r.(CRSReader); ok {
		if c, ok := own.CRS(); ok {
			return c
		}
	}
	return o.CRS
}
