package main

import (
	"log/slog"

	"hearthmap/geo/coverage"
	"hearthmap/internal/reportjobs"
)

// openReports makes ready for reports that are asked for through the web.
// Their files are kept in the data directory dir.
func openReports(dir string, engines *coverage.Live) (*reportjobs.Jobs, error) {
	return reportjobs.Open(reportjobs.Options{Coverage: engines, Dir: dir, Log: slog.Default()})
}
