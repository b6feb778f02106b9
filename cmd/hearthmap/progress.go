package main

import (
	"fmt"
	"io"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"hearthmap/importers"
)

// barAfter is how long work may take before a bar is drawn for it.
const barAfter = 500 * time.Millisecond

// bar shows the progress of one import on a terminal, and nothing elsewhere.
type bar struct {
	container *mpb.Progress
	bar       *mpb.Bar
	out       io.Writer
	name      string
	stage     importers.Stage
	rows      int64
}

func (c *console) newBar(name string) *bar {
	b := &bar{name: name}
	if c.terminal() {
		b.out = c.err
	}
	return b
}

// show draws how far the import is.
func (b *bar) show(p importers.Progress) {
	if b.out == nil || b.bar == nil && p.Elapsed < barAfter {
		return
	}
	b.stage, b.rows = p.Stage, p.Rows
	if b.bar == nil {
		b.container = mpb.New(mpb.WithOutput(b.out), mpb.WithWidth(40))
		b.bar = b.container.AddBar(p.Total,
			mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return fmt.Sprintf("%-12s", b.name) })),
			mpb.AppendDecorators(
				decor.Percentage(decor.WCSyncSpace),
				decor.Any(func(decor.Statistics) string { return fmt.Sprintf(" %9d rows  %s", b.rows, b.stage) }),
			),
			mpb.BarRemoveOnComplete())
	}
	b.bar.SetTotal(max(p.Total, 1), false)
	b.bar.SetCurrent(min(p.Read, p.Total-1))
}

// end takes the bar away.
func (b *bar) end() {
	if b.bar != nil {
		b.bar.Abort(true)
		b.container.Wait()
	}
}
