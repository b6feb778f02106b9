package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"hearthmap/geo/coverage"
	"hearthmap/geo/crs"
	"hearthmap/geo/siting"
	"hearthmap/household"
	"hearthmap/importers/charset"
	"hearthmap/postgis"
)

type sitingCommand struct {
	walking
	Category   string  `help:"A category of the standard; bank@10 for one level of several." required:"" placeholder:"ID"`
	N          int     `short:"n" help:"How many new facilities; lscp finds the number." placeholder:"K"`
	Model      string  `help:"mclp: most people within the circle; lscp: fewest sites for a share of all who can be reached; pmedian: fewest metres walked." enum:"mclp,lscp,pmedian" default:"mclp"`
	Share      float64 `help:"lscp: the share to cover of those who can be reached." default:"1" placeholder:"0..1"`
	Candidates string  `help:"Choose among the places of this file (CSV or GeoJSON: code, name, lon, lat) instead of building plots." placeholder:"FILE"`
	CRS        string  `name:"crs" help:"Reference system of the file: wgs84, gcj02, bd09 or EPSG:N." default:"wgs84"`
	Plots      int     `help:"How many building plots to look at, at most." placeholder:"N"`
	Group      string  `help:"Who counts: everyone, age_0_2, age_3_5, age_6_14, age_60_up, age_80_up. Left out: whom the category serves." placeholder:"GROUP"`
	Capacity   int64   `help:"People that each new facility can serve." placeholder:"N"`
	Far        float64 `help:"pmedian: longer ways count as so many metres; twice the circle unless given." placeholder:"METRES"`
	Seconds    float64 `help:"Stop searching after so long and say how good the answer is." placeholder:"S"`
	Out        string  `help:"Write the sites to this file: .geojson, .csv or .json." placeholder:"FILE"`
}

// Run plans the sites and prints or writes them.
func (c sitingCommand) Run(ctx context.Context, con *console, s *settings) error {
	write, err := sitesWriter(c.Out)
	if err != nil {
		return err
	}
	q := siting.Request{
		Requirement: c.Category, Model: siting.Model(c.Model), N: c.N, Share: c.Share, Method: coverage.Method(c.Method), Profile: coverage.Profile(c.Profile),
		Group: c.Group, Capacity: c.Capacity, MaxPlots: c.Plots, Far: c.Far, Seconds: c.Seconds,
	}
	if q.Model != siting.LSCP && q.N == 0 {
		return household.Errorf(household.Invalid, "hearthmap siting", "how many new facilities?").WithHint("--n 3")
	}
	if q.Standard, err = s.standard(con, c.Standard, ""); err != nil {
		return err
	}
	if c.Candidates != "" {
		if q.Candidates, err = readCandidates(c.Candidates, c.CRS); err != nil {
			return err
		}
	}
	at, err := household.ParseWeekMinute(c.At)
	if err != nil {
		return err
	}
	return s.withDB(ctx, con, func(db *postgis.DB) error {
		data, err := c.load(ctx, db)
		if err != nil {
			return err
		}
		plan, err := siting.Run(ctx, coverage.New(data, coverage.At(at)), q)
		if err != nil {
			return err
		}
		if c.Out != "" {
			var text bytes.Buffer
			if err := write(&text, plan); err != nil {
				return err
			}
			if err := os.WriteFile(c.Out, text.Bytes(), 0o644); err != nil {
				return cannotWrite(c.Out, err)
			}
			con.say("wrote %s", c.Out)
		}
		switch {
		case s.JSON:
			return con.printJSON(plan)
		case c.Out == "":
			con.printPlan(plan)
		}
		con.sayProof(plan)
		return nil
	})
}

func readCandidates(path, system string) ([]siting.Candidate, error) {
	from, err := crs.Parse(system)
	if err != nil {
		return nil, household.Errorf(household.Invalid, "hearthmap siting", "there is no reference system %q", system).WithHint("one of: %s", crs.Accepted)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, household.Errorf(household.NotFound, "hearthmap siting", "%s cannot be read: %w", path, err).WithHint("give the path of a CSV or GeoJSON file")
	}
	found := charset.Candidates(raw[:min(len(raw), charset.DetectBytes)], len(raw) <= charset.DetectBytes, nil)
	encoding := charset.UTF8
	if len(found) > 0 {
		encoding = found[0].Encoding
	}
	text, err := io.ReadAll(charset.NewReader(bytes.NewReader(raw), encoding))
	if err != nil {
		return nil, err
	}
	return siting.ParseCandidates(string(text), from.ToWGS84)
}

// printPlan prints a line a site.
func (c *console) printPlan(p *siting.Plan) {
	what := "people"
	if p.Model == siting.PMedian {
		what = "m_saved"
	}
	c.print("%3s %-24s %11s %10s %10s %10s  %s", "no", "code", "lon", "lat", what, "covered", "name")
	for _, x := range p.Sites {
		c.print("%3d %-24s %11.6f %10.6f %10.0f %10d  %s", x.Rank, x.Code, x.Lon, x.Lat, x.Gain, x.After, x.Name)
	}
}

// sayProof says in words what is known about better answers.
func (c *console) sayProof(p *siting.Plan) {
	info := p.Candidates
	c.say("%s: %d of %d %s covered before, %d after; chosen from %d %s", p.NameEn, p.Before, p.People, p.Unit, p.After, info.Used, info.Source)
	if info.Cell > 0 {
		c.say("the %d plots were thinned to %d: one for each square of %.0f m", info.Given, info.Used, info.Cell)
	}
	if info.NoWay > 0 {
		c.say("%d candidates do not join the network", info.NoWay)
	}
	switch {
	case p.Short:
		c.say("the target of %d was not reached", p.Target)
	case p.Optimal:
		c.say("proved: no other choice is better")
	case p.Model == siting.LSCP:
		c.say("proved: at least %d sites are needed; %d were found", p.Least, len(p.Sites))
	default:
		c.say("proved: the best can be at most %.2f %% better", 100*(p.Bound-p.Gain)/max(p.Gain, 1))
	}
	if p.Stopped {
		c.say("stopped by --seconds: another machine may answer differently")
	}
	if p.Model == siting.PMedian {
		c.say("mean way %.0f m before, %.0f m after; ways count up to %.0f m", p.MeanBefore, p.MeanAfter, p.FarMetres)
	}
}

// sitesWriter chooses the format by the file's name.
func sitesWriter(path string) (func(io.Writer, *siting.Plan) error, error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case "":
		if path == "" {
			return nil, nil
		}
	case ".json":
		return func(w io.Writer, p *siting.Plan) error {
			e := json.NewEncoder(w)
			e.SetIndent("", "  ")
			e.SetEscapeHTML(false)
			return e.Encode(p)
		}, nil
	case ".csv":
		return writeSitesCSV, nil
	case ".geojson":
		return writeSitesGeoJSON, nil
	}
	return nil, household.Errorf(household.Invalid, "hearthmap siting", "%s has no known format", path).WithHint("name it .geojson, .csv or .json")
}

func writeSitesCSV(w io.Writer, p *siting.Plan) error {
	out := csv.NewWriter(w)
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	_ = out.Write([]string{"rank", "code", "name", "category", "lon", "lat", "gain", "total", "covered"})
	for _, s := range p.Sites {
		_ = out.Write([]string{
			strconv.Itoa(s.Rank), s.Code, s.Name, string(p.Category), strconv.FormatFloat(s.Lon, 'f', 7, 64), strconv.FormatFloat(s.Lat, 'f', 7, 64),
			number(s.Gain), number(s.Total), strconv.FormatInt(s.After, 10),
		})
	}
	out.Flush()
	return out.Error()
}

func writeSitesGeoJSON(w io.Writer, p *siting.Plan) error {
	fc := geojson.NewFeatureCollection()
	for _, s := range p.Sites {
		f := geojson.NewFeature(orb.Point{s.Lon, s.Lat})
		f.Properties = geojson.Properties{
			"rank": s.Rank, "code": s.Code, "name": s.Name, "category": string(p.Category), "gain": s.Gain, "total": s.Total, "covered": s.After,
		}
		fc.Append(f)
	}
	text, err := json.MarshalIndent(fc, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}
