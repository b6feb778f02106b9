package main

import (
	"cmp"
	"context"
	"fmt"
	"os/user"
	"path/filepath"
	"runtime/debug"
	"strings"

	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/importers/formats"
	"hearthmap/postgis"
)

type importCommand struct {
	Areas      importKind    `cmd:"" help:"Areas of all levels and grids (GeoJSON)."`
	Compounds  importKind    `cmd:"" help:"Compounds with their walls and gates (GeoJSON)."`
	Streets    importKind    `cmd:"" help:"Streets, rivers and railways, land (GeoJSON)."`
	Buildings  importKind    `cmd:"" help:"Buildings and their entrances (GeoJSON, CSV)."`
	Units      importKind    `cmd:"" help:"Units of buildings (CSV)."`
	Residents  importKind    `cmd:"" help:"Residents and their homes (CSV)."`
	Facilities importKind    `cmd:"" help:"Facilities by category (CSV, GeoJSON)."`
	Osm        importKind    `cmd:"" help:"An OpenStreetMap extract: streets, compounds, buildings, facilities (.osm .osm.gz .osm.bz2 .osm.pbf)."`
	Inspect    importInspect `cmd:"" default:"withargs" help:"Show what a file holds and how it would be read, and change nothing; what import FILE does without a kind."`
	List       importList    `cmd:"" help:"List what was imported."`
	Review     importReview  `cmd:"" help:"List the addresses of an import that may mean several buildings."`
	Accept     importAccept  `cmd:"" help:"Bring in a row whose address was doubtful, in the building that is meant."`
	Decline    importDecline `cmd:"" help:"Take a row with a doubtful address off the list."`
	Undo       importUndo    `cmd:"" help:"Take an import back: restore what it changed."`
}

// layerFlags say which table of a file is meant, and where it begins.
type layerFlags struct {
	Layer     string `help:"The layer to read of a GeoPackage or of an archive with several shapefiles. Default: the only one that has the columns." placeholder:"NAME" xor:"layer"`
	Sheet     string `help:"The sheet to read of a workbook. Default: every visible one that has the columns." placeholder:"NAME" xor:"layer"`
	HeaderRow int    `help:"The row that names the columns, from 1. Default: it is found." placeholder:"N"`
}

// langFlag says in which language problems are told.
type langFlag struct {
	Lang string `help:"The language of reasons, suggestions and notes: en or zh. Default: of the terminal (LANG); in a rejects file, of its columns' names." enum:",en,zh" default:""`
}

// lang is the language of what is printed.
func (f langFlag) lang(getenv func(string) string) string {
	if f.Lang != "" {
		return f.Lang
	}
	if strings.HasPrefix(strings.ToLower(cmp.Or(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG"))), "zh") {
		return "zh"
	}
	return "en"
}

func (f layerFlags) layer() string { return cmp.Or(f.Layer, f.Sheet) }

type importKind struct {
	Files    []string `arg:"" name:"file" help:"Files to load, in this order."`
	CRS      string   `help:"Coordinates of the file: wgs84, gcj02, bd09, EPSG:N or gk:MERIDIAN,EASTING. Default: as the file says, else wgs84."`
	Encoding string   `help:"Encoding of the file: auto, utf-8, gb18030, big5, utf-16le or utf-16be." default:"auto"`
	layerFlags
	langFlag
	Mapping string `help:"A mapping file: what the file's columns and words mean. import inspect --write-mapping writes one." placeholder:"FILE.yaml"`
	Mode    string `help:"upsert creates and updates; insert only creates; replace also ends what the file lacks." enum:"upsert,insert,replace" default:"upsert"`
	DryRun  bool   `help:"Say what would happen, and leave everything as it is."`
	Source  string `help:"The department or system the file came from." placeholder:"NAME"`
	Inspect bool   `help:"Show what the file holds and how it would be read, and change nothing."`

	WriteMapping string `help:"With --inspect: write a mapping file to start from." placeholder:"FILE.yaml"`

	Rejects string `help:"Where rejected rows go; by default FILE.rejects.csv in the working directory." placeholder:"FILE.csv"`

	kind importers.Kind
}

// kinds gives each command its kind, which kong cannot know.
func (c *importCommand) kinds() {
	for kind, cmd := range map[importers.Kind]*importKind{
		importers.Areas: &c.Areas, importers.Compounds: &c.Compounds, importers.Streets: &c.Streets,
		importers.Buildings: &c.Buildings, importers.Units: &c.Units, importers.Residents: &c.Residents,
		importers.Facilities: &c.Facilities, importers.OSM: &c.Osm,
	} {
		cmd.kind = kind
	}
}

// importMemory is where the garbage collector starts to work harder, so that
// an import stays below 512 MiB whatever the file.
const importMemory = 400 << 20

// Run imports the files. When some rows were rejected the exit status is 3.
func (c *importKind) Run(ctx context.Context, con *console, s *settings) error {
	if c.Rejects != "" && len(c.Files) > 1 {
		return household.Errorf(household.Invalid, "hearthmap import", "--rejects names one file, but several are imported").
			WithHint("import them one by one, or leave --rejects out")
	}
	if c.Inspect || c.WriteMapping != "" {
		return inspectFiles(ctx, con, s, c.options(""), c.Files, inspectWith{mapping: c.Mapping, write: c.WriteMapping, lang: c.lang(con.getenv)})
	}
	if err := filesExist(c.Files); err != nil {
		return err
	}
	standards, err := s.library(con)
	if err != nil {
		return err
	}
	mapping, err := openMapping(c.Mapping)
	if err != nil {
		return err
	}
	if con.getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(importMemory)
	}
	rejected := false
	err = s.withDB(ctx, con, func(db *postgis.DB) error {
		for _, f := range c.Files {
			o := c.options(f)
			o.Mapping, o.Categories = mapping, ownCategories(standards.All())
			report, err := importFile(ctx, con, db, o)
			if err != nil {
				return err
			}
			if err := con.showReport(s, report, c.lang(con.getenv)); err != nil {
				return err
			}
			rejected = rejected || report.Rejected > 0
		}
		return nil
	})
	if err == nil && rejected {
		return exitError(exitRejected)
	}
	return err
}

func (c *importKind) options(file string) importers.Options {
	return importers.Options{
		File: file, Kind: c.kind, CRS: c.CRS, Encoding: c.Encoding, Mode: importers.Mode(c.Mode), DryRun: c.DryRun,
		Layer: c.layer(), HeaderRow: c.HeaderRow, SourceName: c.Source, Lang: c.Lang, RejectsPath: c.Rejects,
	}
}

// importFile imports one file and shows a bar meanwhile.
func importFile(ctx context.Context, con *console, db *postgis.DB, o importers.Options) (importers.Report, error) {
	b := con.newBar(string(o.Kind))
	defer b.end()
	o.Formats, o.Progress, o.Account = formats.All(), b.show, operator()
	return importers.Run(ctx, o, db)
}

// operator is who runs the command, for the history.
func operator() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}

func (c *console) showReport(s *settings, r importers.Report, lang string) error {
	if s.JSON {
		return c.printJSON(r)
	}
	what := "imported"
	if r.DryRun {
		what = "would import"
	}
	c.print("%s %s from %s: read %d, created %d, updated %d, unchanged %d, rejected %d (%.1f s, %.0f rows/s)",
		what, r.Kind, filepath.Base(r.File), r.Read, r.Created, r.Updated, r.Unchanged, r.Rejected, r.Elapsed.Seconds(), r.RowsPerSecond())
	for _, n := range r.Notes {
		c.say("note: %s", importers.TextOf(n).In(lang))
	}
	if r.RejectsFile != "" {
		c.say("rejected rows are in %s, each with its reason; mend them and import that file again", r.RejectsFile)
	}
	return nil
}

type importList struct{}

// Run lists the batches, the newest first.
func (importList) Run(ctx context.Context, con *console, s *settings) error {
	return s.withDB(ctx, con, func(db *postgis.DB) error {
		list, err := db.Batches(ctx)
		if err != nil {
			return err
		}
		if s.JSON {
			return con.printJSON(list)
		}
		for _, b := range list {
			con.print("%6d  %s  %-10s %-30s %s", b.ID, b.StartedAt.Local().Format("2006-01-02 15:04"), b.Kind, b.FileName, outcome(b))
		}
		if len(list) == 0 {
			con.say("nothing was imported into %s yet", fmt.Sprintf("%q", s.City))
		}
		return nil
	})
}

// outcome says what a batch did.
func outcome(b importers.BatchInfo) string {
	if b.Undoes != 0 {
		return fmt.Sprintf("undid %d: reversed %d, kept %d, failed %d", b.Undoes, b.Updated, b.Unchanged, b.Rejected)
	}
	s := fmt.Sprintf("created %d, updated %d, unchanged %d, rejected %d", b.Created, b.Updated, b.Unchanged, b.Rejected)
	if b.Doubtful > 0 {
		s += fmt.Sprintf(" (%d addresses to review)", b.Doubtful)
	}
	if b.UndoneAt != nil {
		s += " (undone)"
	}
	return s
}
