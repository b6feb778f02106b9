package postgis

import (
	"context"

	"hearthmap/importers"
	"hearthmap/importers/match"
)

var _ importers.AddressBook = (*DB)(nil)

// AddressBook yields the city's buildings with the names of their compounds
// and areas, from the city down.
func (db *DB) AddressBook(ctx context.Context, yield func(match.Building) error) error {
	const op = "postgis.AddressBook"
	rows, err := db.Pool.Query(ctx, `
		WITH RECURSIVE chain AS (
			SELECT id, ARRAY[name] AS names FROM area WHERE parent_id IS NULL AND ended_on IS NULL
			UNION ALL
			SELECT a.id, c.names || a.name FROM area a JOIN chain c ON a.parent_id = c.id WHERE a.ended_on IS NULL)
		SELECT b.code, b.name, b.address, coalesce(c.code, ''), coalesce(c.name, ''), coalesce(c.aliases, '{}'), coalesce(h.names, '{}')
		  FROM building b
		  LEFT JOIN compound c ON c.id = b.compound_id AND c.ended_on IS NULL
		  LEFT JOIN chain h ON h.id = b.area_id
		 WHERE b.ended_on IS NULL
		 ORDER BY b.id`)
	if err != nil {
		return loadError(op, err)
	}
	defer rows.Close()
	var b match.Building
	for rows.Next() {
		b.Areas, b.Aliases = b.Areas[:0], b.Aliases[:0]
		if err := rows.Scan(&b.Code, &b.Name, &b.Address, &b.CompoundCode, &b.CompoundName, &b.Aliases, &b.Areas); err != nil {
			return loadError(op, err)
		}
		if err := yield(b); err != nil {
			return err
		}
	}
	return loadError(op, rows.Err())
}
