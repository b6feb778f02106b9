package main

import (
	"context"

	"hearthmap/internal/synthcity"
)

type synthCommand struct {
	Preset string `help:"village, town, district or shenyang (13 districts, 9.06 million residents, 1.4 GB of files)." default:"town"`
	Seed   uint64 `help:"The same seed gives the same city, to the byte." default:"1"`
	Out    string `help:"Directory to write to." required:"" placeholder:"DIR"`
}

// Run writes the city's files.
func (c synthCommand) Run(ctx context.Context, con *console, s *settings) error {
	sum, err := synthcity.Generate(ctx, synthcity.Options{Preset: c.Preset, Seed: c.Seed, Dir: c.Out})
	if err != nil {
		return err
	}
	if s.JSON {
		return con.printJSON(sum)
	}
	con.say("wrote %d buildings, %d units, %d residents and %d facilities to %s", sum.Buildings, sum.Units, sum.Residents, sum.Facilities, c.Out)
	con.say("load them with: hearthmap import areas %s/areas.geojson, and so on (see %s/README.txt)", c.Out, c.Out)
	return nil
}
