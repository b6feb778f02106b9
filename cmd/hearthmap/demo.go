package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/alexedwards/argon2id"

	"hearthmap/geo/cityindex"
	"hearthmap/household"
	"hearthmap/importers"
	"hearthmap/internal/synthcity"
	"hearthmap/postgis"
	"hearthmap/web"
)

type demoCommand struct {
	Addr           string `help:"Address to listen on; without it 127.0.0.1:8080, or any free port when that is taken."`
	Preset         string `help:"The made-up city: village or town." default:"town"`
	Seed           uint64 `help:"Another seed, another city." default:"1"`
	Open           bool   `help:"Open the page in a browser." default:"true" negatable:""`
	ExitAfterReady bool   `help:"End once the page answers, for scripts."`
}

const demoAddr = "127.0.0.1:8080"

// Run makes, loads and serves a town.
func (c demoCommand) Run(ctx context.Context, con *console, s *settings) error {
	if s.City == "city" { // the default: leave a real city alone
		s.City = "demo"
	}
	listener, err := c.listen(con)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }()
	return s.withDB(ctx, con, func(db *postgis.DB) error {
		if err := c.fill(ctx, con, db); err != nil {
			return err
		}
		con.say("Loading the map and computing coverage …")
		live, err := loadLive(ctx, db)
		if err != nil {
			return err
		}
		accounts, err := demoAccounts(ctx, db, live.City())
		if err != nil {
			return err
		}
		jobs, err := s.openImports(con, db, 0)
		if err != nil {
			return err
		}
		defer jobs.Close()
		standards, err := s.library(con)
		if err != nil {
			return err
		}
		data, err := s.dataDir(con)
		if err != nil {
			return err
		}
		svc, err := newServiceOf(db, live, standards, data, web.Config{Demo: accounts, Imports: jobs})
		if err != nil {
			return err
		}
		defer svc.reports.Close()
		svc.stop = jobs.Stop
		return c.serve(ctx, con, svc, listener)
	})
}

func (c demoCommand) listen(con *console) (net.Listener, error) {
	addr := c.Addr
	if addr == "" {
		addr = demoAddr
	}
	l, err := net.Listen("tcp", addr)
	if err != nil && c.Addr == "" {
		con.say("%s is taken by another program; using a free port instead.", addr)
		l, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return nil, listenError(addr, err)
	}
	return l, nil
}

// fill generates the town and loads it, unless it was loaded before.
func (c demoCommand) fill(ctx context.Context, con *console, db *postgis.DB) error {
	source := fmt.Sprintf("demo %s %d", c.Preset, c.Seed)
	batches, err := db.Batches(ctx)
	if err != nil {
		return err
	}
	loaded := map[importers.Kind]bool{}
	for _, b := range batches {
		if b.Source == source { // what was imported through the page besides may stay
			loaded[b.Kind] = true
		}
	}
	if len(batches) > 0 && len(loaded) == 0 {
		return household.Errorf(household.Conflict, "hearthmap demo", "the city %q holds other data than this demonstration's", db.City).
			WithHint("hearthmap demo --city demo2, or: hearthmap serve --city %s to see what is there", db.City)
	}
	if len(loaded) == len(demoFiles) {
		con.say("The town is there from last time.")
		return nil
	}
	dir, err := os.MkdirTemp("", "hearthmap-demo-*")
	if err != nil {
		return cannotWrite(os.TempDir(), err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	con.say("Making up a %s …", c.Preset)
	if _, err := synthcity.Generate(ctx, synthcity.Options{Preset: c.Preset, Seed: c.Seed, Dir: dir}); err != nil {
		return err
	}
	for _, f := range demoFiles {
		o := f
		o.File, o.SourceName = filepath.Join(dir, f.File), source
		report, err := importFile(ctx, con, db, o)
		if err != nil {
			return err
		}
		con.say("  %-11s %6d rows, %d created, %d rejected (%.1f s)", report.Kind, report.Read, report.Created, report.Rejected, report.Elapsed.Seconds())
		if report.Rejected > 0 {
			con.say("  rejected rows: %s", report.RejectsFile)
		}
	}
	return nil
}

// demoFiles are the town's files, in the order they have to be loaded.
var demoFiles = []importers.Options{
	{Kind: importers.Areas, File: synthcity.FileAreas},
	{Kind: importers.Compounds, File: synthcity.FileCompounds},
	{Kind: importers.Streets, File: synthcity.FileStreets},
	{Kind: importers.Buildings, File: synthcity.FileBuildings},
	{Kind: importers.Units, File: synthcity.FileUnits, Encoding: "gb18030"},
	{Kind: importers.Residents, File: synthcity.FileResidents, Encoding: "utf-8"},
	{Kind: importers.Facilities, File: synthcity.FileFacilities, Encoding: "utf-8", CRS: "gcj02"},
}

// demoPassword is on the sign-in page of the demonstration, which holds
// made-up people only.
const demoPassword = "hearthmap-demo"

// demoAccounts makes an account of each role when they are missing. The grid
// worker and the approver get the busiest grid and its street.
func demoAccounts(ctx context.Context, db *postgis.DB, city *cityindex.City) ([]web.DemoAccount, error) {
	grid, street := busiest(city)
	names := map[household.Role]string{
		household.RolePlanner: "周岚", household.RoleGrid: "林小禾", household.RoleApprover: "何建平",
		household.RoleAuditor: "沈砚", household.RoleAdmin: "方启明",
	}
	hash, err := argon2id.CreateHash(demoPassword, argon2id.DefaultParams)
	if err != nil {
		return nil, err
	}
	var list []web.DemoAccount
	for _, role := range household.Roles {
		login := "demo-" + string(role)
		_, err := db.Accounts().Create(ctx, household.Account{Login: login, Name: names[role], Role: role}, hash)
		if err != nil && household.CodeOf(err) != household.Conflict {
			return nil, err
		}
		var scope []string
		switch {
		case role == household.RoleGrid && grid != "":
			scope = []string{grid}
		case role == household.RoleApprover && street != "":
			scope = []string{street}
		}
		if err := db.Accounts().SetScope(ctx, login, role, scope); err != nil {
			return nil, err
		}
		list = append(list, web.DemoAccount{Login: login, Password: demoPassword, Name: names[role], Role: role})
	}
	return list, nil
}

// busiest finds the grid with most people and the street it lies in.
func busiest(city *cityindex.City) (grid, street string) {
	most := int32(-1)
	for _, g := range city.AreasOfLevel(household.LevelGrid) {
		if n := city.AreaTotals(g).People; n > most {
			most, grid, street = n, city.AreaAt(g).Code, ""
			for up := city.Parent(g); up != cityindex.None; up = city.Parent(up) {
				if a := city.AreaAt(up); a.Level == household.LevelStreet {
					street = a.Code
				}
			}
		}
	}
	return grid, street
}

func (c demoCommand) serve(ctx context.Context, con *console, svc *service, listener net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	served := make(chan error, 1)
	go func() { served <- svc.serve(ctx, listener) }()
	url := fmt.Sprintf("http://%s/", listener.Addr())
	if err := awaitPage(ctx, url); err != nil {
		cancel()
		return errors.Join(err, <-served)
	}
	con.print("%s", url)
	if c.ExitAfterReady {
		cancel()
		return <-served
	}
	con.say("The map is at %s – sign in with one click. Stop with Ctrl-C.", url)
	if c.Open {
		openBrowser(ctx, url)
	}
	return <-served
}

// awaitPage waits until the page answers.
func awaitPage(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
			return household.Errorf(household.Unavailable, "hearthmap demo", "the page does not answer as it should (status %d)", res.StatusCode).
				WithHint("was the program built with `make build`? See `hearthmap doctor`")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// openBrowser opens the page where there is a screen to show it; failing is
// no error, since the address was printed.
func openBrowser(ctx context.Context, url string) {
	if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return
	}
	if open, err := exec.LookPath("xdg-open"); err == nil {
		_ = exec.CommandContext(ctx, open, url).Start()
	}
}
