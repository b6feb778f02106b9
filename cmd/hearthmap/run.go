package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/alecthomas/kong"

	"hearthmap/household"
)

// Exit statuses, as the contract has them.
const (
	exitDone     = 0
	exitFailed   = 1
	exitUsage    = 2
	exitRejected = 3 // done, but some rows were rejected
)

// commandLine is every command and flag.
type commandLine struct {
	settings

	Demo      demoCommand      `cmd:"" help:"Make a town, load it, and serve its map: the whole way in one command."`
	DB        dbCommand        `cmd:"" name:"db" help:"The private PostGIS cluster in the data directory."`
	Migrate   migrateCommand   `cmd:"" help:"The schema of the city."`
	Synth     synthCommand     `cmd:"" help:"Write a made-up city, as the files a bureau would hand over."`
	Import    importCommand    `cmd:"" help:"Load files into the city."`
	Coverage  coverageCommand  `cmd:"" help:"Who reaches which service on foot."`
	Isochrone isochroneCommand `cmd:"" help:"Who walks to a place within some minutes, as GeoJSON."`
	Siting    sitingCommand    `cmd:"" help:"Where the next facilities should go, with a proved bound."`
	Lookup    lookupCommand    `cmd:"" help:"Find compounds, buildings, units, facilities and areas."`
	User      userCommand      `cmd:"" help:"Accounts of the service."`
	People    peopleCommand    `cmd:"" help:"The same person under two entries: compare, review, merge."`
	Audit     auditCommand     `cmd:"" help:"The audit trail: check it, export it."`
	Tiles     tilesCommand     `cmd:"" help:"Tiles of the map as files."`
	Serve     serveCommand     `cmd:"" help:"Serve the map."`
	Doctor    doctorCommand    `cmd:"" help:"Say what is missing on this machine, and how to get it."`
	Version   versionCommand   `cmd:"" help:"Say which build this is."`
	OpenAPI   openAPICommand   `cmd:"" name:"openapi" hidden:"" help:"Print the description of the HTTP API."`
}

// console is what a command reads from and writes to: machine output goes to
// out, everything else to err.
type console struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
}

// say writes a line for people.
func (c *console) say(format string, args ...any) { fmt.Fprintf(c.err, format+"\n", args...) }

// exitError ends the program with a status other than 1, without a message.
type exitError int

// Error describes the status.
func (e exitError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// kongExit carries kong's wish to exit out of its parser.
type kongExit int

// run is the program, apart from its process: it never exits, and knows
// nothing of the world but what it is given.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, getenv func(string) string) (code int) {
	con := &console{in: stdin, out: stdout, err: stderr, getenv: getenv}
	defer func() {
		switch v := recover().(type) {
		case nil:
		case kongExit:
			code = int(v)
		default:
			con.say("hearthmap: something went wrong that should not have: %v", v)
			con.say("try: run it again with --verbose, and report what it prints")
			code = exitFailed
		}
	}()
	var cl commandLine
	cl.Import.kinds()
	parser, err := newParser(&cl, con)
	if err != nil {
		con.say("hearthmap: %v", err)
		return exitUsage
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	kctx, err := parser.Parse(args)
	if err != nil {
		con.say("hearthmap: %v", err)
		con.say("try: hearthmap --help")
		return exitUsage
	}
	level := slog.LevelInfo
	if cl.Verbose {
		level = slog.LevelDebug
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level})))
	kctx.BindTo(ctx, (*context.Context)(nil))
	return con.finish(kctx.Run(con, &cl.settings))
}

func newParser(cl *commandLine, con *console) (*kong.Kong, error) {
	resolver, err := settingsResolver(con.getenv)
	if err != nil {
		return nil, err
	}
	return kong.New(cl,
		kong.Name("hearthmap"),
		kong.Description("装户图 Hearthmap: the electronic household map.\n\n"+
			"Every flag can be set in the environment as HEARTHMAP_FLAG_NAME, or in hearthmap.toml."),
		kong.Writers(con.out, con.err),
		kong.Exit(func(code int) { panic(kongExit(code)) }),
		kong.Resolvers(resolver),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
	)
}

// finish prints an error as a user should see it, and picks the exit status.
func (c *console) finish(err error) int {
	var status exitError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &status):
		return int(status)
	case errors.Is(err, context.Canceled):
		c.say("hearthmap: stopped; nothing was half-written")
		return exitFailed
	}
	var e *household.Error
	if errors.As(err, &e) {
		c.say("hearthmap: %s", e.Message)
		if e.Hint != "" {
			c.say("try: %s", e.Hint)
		}
		return exitFailed
	}
	c.say("hearthmap: %v", err)
	return exitFailed
}
