// Command hearthmap is the electronic household map: it keeps a city's areas,
// buildings, units and residents in PostGIS, loads them from the files of
// departments, computes who reaches which service on foot, and serves the map.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv)
	stop()
	os.Exit(code)
}
