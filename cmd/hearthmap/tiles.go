package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"hearthmap/geo/coverage"
	"hearthmap/household"
	"hearthmap/postgis"
	"hearthmap/tiles"
)

type tilesCommand struct {
	Export tilesExport `cmd:"" help:"Write the map's tiles to a PMTiles archive, for a CDN or a desktop GIS."`
}

type tilesExport struct {
	Out      string `arg:"" name:"OUT.pmtiles" help:"The archive. An export that was stopped goes on where it was."`
	Layers   string `help:"Layers of the tiles, joined by commas; all by default." placeholder:"NAMES"`
	Zooms    string `help:"Zooms, one or a range." default:"0-16" placeholder:"FROM-TO"`
	Standard string `help:"The planning standard of the layer coverage; coverage standards lists them." placeholder:"ID"`
	Category string `help:"The category that the layer coverage shows; all required ones by default." placeholder:"ID"`
}

// Run writes the archive.
func (c tilesExport) Run(ctx context.Context, con *console, s *settings) error {
	o := tiles.ExportOptions{Layers: tiles.Layers, Standard: c.Standard, Category: c.Category, Program: versionName()}
	var err error
	if o.MinZoom, o.MaxZoom, err = parseZooms(c.Zooms); err != nil {
		return err
	}
	if c.Layers != "" {
		if o.Layers, err = tiles.ParseLayers(c.Layers); err != nil {
			return err
		}
	}
	standards, err := s.library(con)
	if err != nil {
		return err
	}
	return s.withDB(ctx, con, func(db *postgis.DB) error {
		live, err := loadLive(ctx, db)
		if err != nil {
			return err
		}
		service := tiles.NewService(live, tiles.CoverageOf(coverage.NewLive(live, coverage.WithStandards(standards))), tiles.Options{CacheBytes: -1})
		b := con.newExportBar()
		o.Progress = b.show
		began := time.Now()
		result, err := service.Export(ctx, c.Out, o)
		b.end()
		if errors.Is(err, context.Canceled) {
			con.say("what is done is kept in %s.tiles and %s.journal; the same command goes on from there", c.Out, c.Out)
		}
		if err != nil {
			return err
		}
		if s.JSON {
			return con.printJSON(result)
		}
		con.say("wrote %s: %d tiles (%d different), %.1f MB, in %.1f s", c.Out, result.Tiles, result.Different, float64(result.Bytes)/1e6, time.Since(began).Seconds())
		return nil
	})
}

// parseZooms reads one zoom, or two with a dash between.
func parseZooms(text string) (low, high int, err error) {
	first, last, isRange := strings.Cut(text, "-")
	if !isRange {
		last = first
	}
	low, errLow := strconv.Atoi(strings.TrimSpace(first))
	high, errHigh := strconv.Atoi(strings.TrimSpace(last))
	if errLow != nil || errHigh != nil || low < 0 || high < low || high > tiles.ArchiveMaxZoom {
		return 0, 0, household.Errorf(household.Invalid, "hearthmap tiles export", "%q are no zooms", text).
			WithHint("--zooms 0-%d, or less; deeper than %d maps enlarge", tiles.ArchiveMaxZoom, tiles.ArchiveMaxZoom)
	}
	return low, high, nil
}

// exportBar shows how far an export is on a terminal; elsewhere it only says
// whether an earlier one is continued.
type exportBar struct {
	con       *console
	out       io.Writer
	container *mpb.Progress
	bar       *mpb.Bar
	began     time.Time
	now       atomic.Pointer[tiles.ExportProgress] // read by the bar's own goroutine
}

func (c *console) newExportBar() *exportBar {
	b := &exportBar{con: c}
	if c.terminal() {
		b.out = c.err
	}
	return b
}

func (b *exportBar) show(p tiles.ExportProgress) {
	if b.began.IsZero() {
		b.began = time.Now()
		switch {
		case p.Stale:
			b.con.say("an earlier export of another state of the city, or with other options, is dropped: it begins again")
		case p.Start > 0:
			b.con.say("goes on with an earlier export: %d of %d places are done", p.Start, p.Total)
		}
	}
	if b.out == nil || b.bar == nil && time.Since(b.began) < barAfter {
		return
	}
	if b.now.Store(&p); b.bar == nil {
		b.container = mpb.New(mpb.WithOutput(b.out), mpb.WithWidth(40))
		b.bar = b.container.AddBar(int64(p.Total),
			mpb.PrependDecorators(decor.Name("tiles ")),
			mpb.AppendDecorators(
				decor.Percentage(decor.WCSyncSpace),
				decor.Any(func(decor.Statistics) string { return b.text() }),
			),
			mpb.BarRemoveOnComplete())
	}
	b.bar.SetCurrent(min(int64(p.Done), int64(p.Total)-1))
}

// text is the rate, the size so far and the time that is left.
func (b *exportBar) text() string {
	p, passed := b.now.Load(), time.Since(b.began).Seconds()
	rate := float64(p.Done-p.Start) / max(passed, 0.001)
	left := "–"
	if rate > 0 {
		left = (time.Duration(float64(p.Total-p.Done)/rate) * time.Second).String()
	}
	return fmt.Sprintf("  %.0f/s  %.1f MB  ETA %s", rate, float64(p.Bytes)/1e6, left)
}

// end takes the bar away.
func (b *exportBar) end() {
	if b.bar != nil {
		b.bar.Abort(true)
		b.container.Wait()
	}
}
