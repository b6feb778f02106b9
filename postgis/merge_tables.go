package postgis

import (
	"fmt"
	"strings"

	"hearthmap/importers"
)

// table is one of the tables that a file's rows go to by their code.
type table struct {
	name string
	// cols are the columns that the resolve section gives; a row is changed
	// when one of them is.
	cols []string
	// follows are columns that follow from the others and are not compared.
	follows []string
	hasGeom bool
	// building is the column with the building a change touches, or "".
	building string
	// found are those of cols that the resolve section finds in the city; the
	// others are the staging table's.
	found []string
	// placed: buildings, facilities … are found in it by place.
	placed bool
}

// tablesInOrder are the tables in the order of merging: what is referred to
// comes first. Areas come level by level, and residents after all.
var tablesInOrder = []table{
	{name: "area", cols: words("name name_en level parent_id geom grams"), hasGeom: true, placed: true},
	{name: "grid", cols: words("name area_id area_given geom grams"), found: words("area_id area_given"), hasGeom: true, placed: true},
	{name: "compound", cols: words("name name_en aliases area_id area_given walled geom grams"), found: words("area_id area_given"), hasGeom: true, placed: true},
	{name: "gate", cols: words("name compound_id kind open hours node_id geom"), found: words("compound_id"), hasGeom: true},
	{name: "barrier", cols: words("kind geom"), hasGeom: true},
	{name: "land", cols: words("name kind geom"), hasGeom: true},
	{
		name:    "street",
		cols:    words("name name_en class foot steps bridge tunnel layer foot_oneway crossing no_wheels node_ids geom"),
		hasGeom: true,
	},
	{
		name:  "building",
		cols:  words("name address use floors height built_year area_id grid_id compound_id area_given compound_given geom grams"),
		found: words("area_id grid_id compound_id area_given compound_given"),
		// The point follows from the geometry.
		follows: words("point"), hasGeom: true, building: "id",
	},
	{name: "entrance", cols: words("building_id number kind node_id geom"), found: words("building_id node_id"), hasGeom: true, building: "building_id"},
	{name: "unit", cols: words("building_id entrance_id floor room use area_m2"), found: words("building_id entrance_id"), building: "building_id"},
	{name: "facility", cols: words("name name_en category capacity address area_id geom grams"), found: words("area_id"), hasGeom: true},
}

func words(s string) []string { return strings.Fields(s) }

// problem is what a merge may find wrong with a row.
type problem struct {
	column, reason, suggestion string
	code                       importers.RejectCode
}

// problems are what the resolve sections call them.
var problems = map[string]problem{
	"parent": {
		"parent_code", "there is no area with the parent's code",
		"import areas first, the larger ones before their parts", importers.RejectReference,
	},
	"level": {
		"parent_code", "the parent is not of a larger level",
		"parts go city, district, street, community, grid", importers.RejectReference,
	},
	"area": {
		"area_code", "there is no area with this code",
		"import areas first, or leave the column empty: the area is then found by place", importers.RejectReference,
	},
	"compound": {
		"compound", "there is no compound with this code, or several have this name",
		"import compounds first, or write the compound's code", importers.RejectReference,
	},
	"building": {
		"building_code", "there is no building with this code",
		"import buildings first", importers.RejectReference,
	},
	"unit": {
		"room", "the building has no such unit",
		"import units first", importers.RejectReference,
	},
	"collision": {
		"code", "something in another building has the same code",
		"change the number so that BUILDING-ENTRANCE-ROOM is unique", importers.RejectDuplicate,
	},
	"exists": {
		"code", "it exists already",
		"import with --mode upsert to update it", importers.RejectExists,
	},
}

// reject makes the reject of a row; firstRow is that of the row it repeats.
func reject(table, what string, row int64, firstRow *int64) importers.Reject {
	if what == "duplicate" {
		r := importers.Reject{
			Row: row, Column: "code", Code: importers.RejectDuplicate,
			Suggestion: "keep one of the rows",
		}
		if firstRow != nil {
			sheet, first := importers.SplitRow(*firstRow)
			r.Reason = fmt.Sprintf("the same is in row %d", first)
			if own, _ := importers.SplitRow(row); own != sheet {
				r.Reason += fmt.Sprintf(" of table %d of the workbook", sheet+1)
			}
		}
		if table == "resident" {
			r.Column = "id_number"
		}
		return r
	}
	p := problems[what]
	if table == "resident" && what == "exists" {
		p.column = "id_number"
	}
	return importers.Reject{Row: row, Column: p.column, Code: p.code, Reason: p.reason, Suggestion: p.suggestion}
}
