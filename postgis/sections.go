package postgis

import (
	"embed"
	"strings"

	"hearthmap/household"
)

//go:embed sql/*.sql
var sqlFiles embed.FS

// section returns one section of a table's file of statements. A section
// begins with a line "-- @name" and ends with the next.
func section(table, name string) (string, error) {
	text, err := sqlFiles.ReadFile("sql/" + table + ".sql")
	if err != nil {
		return "", household.Errorf(household.Internal, "postgis.section", "no statements for the table %s: %w", table, err)
	}
	for _, s := range strings.Split("\n"+string(text), "\n-- @")[1:] {
		head, body, _ := strings.Cut(s, "\n")
		if strings.TrimSpace(head) == name {
			return body, nil
		}
	}
	return "", household.Errorf(household.Internal, "postgis.section", "sql/%s.sql has no section %s", table, name)
}
