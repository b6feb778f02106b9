// Package formats lists the file formats that the importers read, for
// importers.Run.
package formats

import (
	"hearthmap/importers"
	"hearthmap/importers/csvfile"
	"hearthmap/importers/geojsonfile"
	"hearthmap/importers/gpkgfile"
	"hearthmap/importers/osmfile"
	"hearthmap/importers/shapefile"
	"hearthmap/importers/xlsxfile"
)

// All returns the formats, those with the more telling marks first.
func All() []importers.Format {
	return []importers.Format{
		osmfile.Format(), xlsxfile.Format(), gpkgfile.Format(), shapefile.Format(), geojsonfile.Sequence(), geojsonfile.Format(), csvfile.Format(),
	}
}
