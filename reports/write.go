package reports

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"hearthmap/household"
)

// Format is a kind of file.
type Format string

// The formats, each named as its file's ending.
const (
	XLSX    Format = "xlsx"
	CSV     Format = "csv"
	HTML    Format = "html"
	PDF     Format = "pdf"
	GeoJSON Format = "geojson"
	JSON    Format = "json"
)

// Formats lists the formats.
var Formats = []Format{XLSX, CSV, HTML, PDF, GeoJSON, JSON}

// ContentType is the media type of the format.
func (f Format) ContentType() string {
	switch f {
	case XLSX:
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	case CSV:
		return "text/csv; charset=utf-8"
	case HTML:
		return "text/html; charset=utf-8"
	case PDF:
		return "application/pdf"
	case GeoJSON:
		return "application/geo+json"
	}
	return "application/json"
}

// FormatOf reads the format off a file's ending, or off the bare ending. The
// error is Invalid and lists the formats.
func FormatOf(path string) (Format, error) {
	ending := strings.ToLower(strings.TrimPrefix(filepath.Ext(path), "."))
	if ending == "" {
		ending = strings.ToLower(path)
	}
	for _, f := range Formats {
		if string(f) == ending {
			return f, nil
		}
	}
	return "", household.Errorf(household.Invalid, "reports.FormatOf", "%q does not end in a format a report can have", path).
		WithHint("one of: .xlsx .csv .html .pdf .geojson .json")
}

// Lang is the language of a report.
type Lang string

// The languages.
const (
	Chinese Lang = "zh"
	English Lang = "en"
)

// Options say how a report looks. The zero value is a Chinese report with the
// usual title.
type Options struct {
	Lang  Lang   // Chinese, or English; empty is Chinese
	Title string // empty: the usual one
	City  string // name of the city; empty: from the areas
	// Map is the id of a requirement that colours the first map of HTML and
	// PDF; empty: the mean of, and all, required categories.
	Map string
	// Chromium is the browser that prints PDF; empty: $HEARTHMAP_CHROMIUM, or
	// the first of the usual names in the PATH.
	Chromium string
}

// WriteCoverage writes the coverage in a format. The error is Unavailable
// when a PDF is asked for and there is no browser to print it, Invalid for an
// option that names nothing, the context's, or the writer's.
func WriteCoverage(ctx context.Context, w io.Writer, f Format, c *Coverage, o Options) error {
	o, err := o.check(c)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	switch f {
	case CSV:
		return writeCSV(w, c)
	case JSON:
		return writeJSON(w, c)
	case GeoJSON:
		return writeGeoJSON(w, c)
	case XLSX:
		return writeXLSX(ctx, w, c, o)
	case HTML:
		return writeHTML(w, c, o)
	case PDF:
		return writePDF(ctx, w, c, o)
	}
	_, err = FormatOf(string(f))
	return err
}

func (o Options) check(c *Coverage) (Options, error) {
	if c == nil || c.result == nil {
		return o, household.Errorf(household.Internal, "reports.WriteCoverage", "the coverage was not made by NewCoverage")
	}
	switch o.Lang {
	case "":
		o.Lang = Chinese
	case Chinese, English:
	default:
		return o, household.Errorf(household.Invalid, "reports.WriteCoverage", "there is no report in language %q", o.Lang).
			WithHint("one of: zh, en")
	}
	if o.Map != "" {
		i, err := c.result.Lookup(o.Map)
		if err != nil {
			return o, err
		}
		o.Map = c.Requirements[i].ID
	}
	return o, nil
}

// SaveCoverage writes the coverage to a file, in the format of its ending.
// The file appears whole or not at all. Errors are those of FormatOf and
// WriteCoverage, or Unavailable when the place cannot be written.
func SaveCoverage(ctx context.Context, path string, c *Coverage, o Options) error {
	f, err := FormatOf(path)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := WriteCoverage(ctx, &b, f, c, o); err != nil {
		return err
	}
	return replaceFile(path, b.Bytes())
}

// replaceFile writes beside the file and renames, so that a reader never
// meets half a report and a failure leaves the old one.
func replaceFile(path string, content []byte) (err error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return household.Errorf(household.Invalid, "reports.SaveCoverage", "%s is a directory", path).
			WithHint("name a file in it, such as %s", filepath.Join(path, "coverage"+filepath.Ext(path)))
	}
	t, err := os.CreateTemp(filepath.Dir(path), ".hearthmap-*"+filepath.Ext(path))
	if err != nil {
		return cannotWrite(path, err)
	}
	defer func() {
		if err != nil {
			_ = t.Close()
			_ = os.Remove(t.Name())
			err = cannotWrite(path, err)
		}
	}()
	if _, err = t.Write(content); err != nil {
		return err
	}
	// CreateTemp makes files for the owner only; a report is for sharing.
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	if err = t.Chmod(mode); err != nil {
		return err
	}
	if err = t.Sync(); err != nil {
		return err
	}
	if err = t.Close(); err != nil {
		return err
	}
	return os.Rename(t.Name(), path)
}

// cannotWrite says what stands in the way of a file, and what to do.
func cannotWrite(path string, err error) error {
	e := household.Errorf(household.Unavailable, "reports.SaveCoverage", "%s cannot be written: %w", path, err)
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return e.WithHint("make room on the disk, or choose another place")
	case errors.Is(err, fs.ErrNotExist):
		return e.WithHint("make the directory first: mkdir -p %s", filepath.Dir(path))
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return e.WithHint("choose a directory you may write to")
	}
	return e.WithHint("choose another place")
}
