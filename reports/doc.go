// Package reports writes what a bureau circulates: the coverage of a city as
// CSV, JSON, GeoJSON, XLSX, HTML and PDF.
//
//	c, err := reports.NewCoverage(result, household.LevelCommunity, "")
//	err = reports.SaveCoverage(ctx, "coverage.xlsx", c, reports.Options{})
//
// All formats show the numbers of coverage.Result.Totals. None holds the time
// of writing: the same input gives the same bytes, and the hash of the input
// stands in each.
package reports
