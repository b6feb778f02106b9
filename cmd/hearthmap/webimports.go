package main

import (
	"log/slog"

	"hearthmap/importers/formats"
	"hearthmap/internal/importjobs"
	"hearthmap/postgis"
)

// openImports makes ready for imports through the web. Uploaded files are
// kept in the data directory; limit is the size of the largest in bytes, 0
// for the default.
func (s *settings) openImports(con *console, db *postgis.DB, limit int64) (*importjobs.Jobs, error) {
	dir, err := s.dataDir(con)
	if err != nil {
		return nil, err
	}
	return importjobs.Open(importjobs.Options{
		Store: db, Audit: db.Audit(), Formats: formats.All(), Dir: dir, Limit: limit, Log: slog.Default(),
	})
}
