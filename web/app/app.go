// Package app holds the front end: its source, built by `make build` into
// dist, and dist itself, embedded into the program.
package app

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Dist is the built front end. Before `make build` it is empty.
func Dist() (fs.FS, error) { return fs.Sub(dist, "dist") }
