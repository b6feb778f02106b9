package main

import (
	"encoding/json"
	"fmt"
	"os"

	"hearthmap/household"
)

// print writes a line of machine output.
func (c *console) print(format string, args ...any) { fmt.Fprintf(c.out, format+"\n", args...) }

// printJSON writes one JSON document.
func (c *console) printJSON(v any) error {
	e := json.NewEncoder(c.out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// terminal reports whether a person watches: bars are drawn for nobody else.
func (c *console) terminal() bool {
	f, ok := c.err.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func cannotWrite(path string, err error) error {
	return household.Errorf(household.Invalid, "hearthmap", "%s cannot be written: %w", path, err).
		WithHint("choose another place, or make room")
}
