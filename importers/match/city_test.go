package match_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"hearthmap/importers/match"
	"hearthmap/internal/synthcity"
)

// home is a building of the labelled set, and what is true of it.
type home struct {
	in                        match.Building
	city, district, community string
	street                    string
	road, number              string // of the address
	compound, building        string
	codeOfCompound            string
	entrance                  int
	floors                    int
}

// labelCity is a made-up city with its addresses taken apart by its own rules.
type labelCity struct {
	homes     []home
	compounds map[string]string   // code → name
	aliases   map[string][]string // code → other names
	names     map[string]bool     // of compounds and roads
}

var (
	estateAddress = regexp.MustCompile(`^(\D+?)(\d+)号(\D+(?:[一二三四五六七八九十]+期)?)(\d+)号楼$`)
	houseAddress  = regexp.MustCompile(`^(\D+)(\d+)号$`)
)

type feature struct {
	Properties struct {
		Kind, Code, Name, Level, Address, Use, Compound string
		Parent                                          string `json:"parent_code"`
		Area                                            string `json:"area_code"`
		Of                                              string `json:"building_code"`
		Floors                                          int
	}
}

func features(tb testing.TB, path string) []feature {
	tb.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	var doc struct{ Features []feature }
	if err := json.Unmarshal(raw, &doc); err != nil {
		tb.Fatal(err)
	}
	return doc.Features
}

// loadCity makes the city and gives some compounds the names of others, and
// some an old name.
func loadCity(tb testing.TB, preset string, seed uint64) *labelCity {
	tb.Helper()
	dir := tb.TempDir()
	if _, err := synthcity.Generate(tb.Context(), synthcity.Options{Preset: preset, Seed: seed, Dir: dir}); err != nil {
		tb.Fatal(err)
	}
	r := rand.New(rand.NewPCG(seed, 7))
	c := &labelCity{compounds: map[string]string{}, aliases: map[string][]string{}, names: map[string]bool{}}
	type area struct{ name, level, parent string }
	areas := map[string]area{}
	for _, f := range features(tb, filepath.Join(dir, synthcity.FileAreas)) {
		areas[f.Properties.Code] = area{f.Properties.Name, f.Properties.Level, f.Properties.Parent}
	}
	renamed := c.nameCompounds(features(tb, filepath.Join(dir, synthcity.FileCompounds)), r)
	doors := map[string]int{}
	all := features(tb, filepath.Join(dir, synthcity.FileBuildings))
	for _, f := range all {
		if f.Properties.Kind == "entrance" {
			doors[f.Properties.Of]++
		}
	}
	for _, f := range all {
		p := f.Properties
		if p.Kind != "" {
			continue
		}
		h := home{codeOfCompound: p.Compound, entrance: max(1, doors[p.Code]), floors: max(1, p.Floors)}
		if m := estateAddress.FindStringSubmatch(p.Address); m != nil {
			h.road, h.number, h.compound, h.building = m[1], m[2], m[3], m[4]
			if n, ok := renamed[p.Compound]; ok {
				h.compound = n
			}
			p.Address = h.road + h.number + "号" + h.compound + h.building + "号楼"
		} else if m := houseAddress.FindStringSubmatch(p.Address); m != nil {
			if p.Use != "residential" { // shops share the number of their street
				h = home{}
			} else if m[1][len(m[1])-len("村"):] == "村" {
				h.compound, h.building = m[1], m[2]
			} else {
				h.road, h.number = m[1], m[2]
			}
		}
		h.in = match.Building{Code: p.Code, Name: p.Name, Address: p.Address, CompoundCode: p.Compound, CompoundName: c.compounds[p.Compound], Aliases: c.aliases[p.Compound]}
		for code := p.Area; code != ""; code = areas[code].parent {
			a := areas[code]
			h.in.Areas = append(h.in.Areas, a.name)
			switch a.level {
			case "city":
				h.city = a.name
			case "district":
				h.district = a.name
			case "street":
				h.street = a.name
			case "community":
				h.community = a.name
			}
		}
		c.homes = append(c.homes, h)
		c.names[h.road], c.names[h.compound] = true, true
	}
	if len(c.homes) == 0 {
		tb.Fatal("the city has no buildings")
	}
	return c
}

// nameCompounds names one compound in ten like another, and gives one in six
// an old name.
func (c *labelCity) nameCompounds(list []feature, r *rand.Rand) map[string]string {
	renamed := map[string]string{}
	var codes []string
	for _, f := range list {
		if f.Properties.Kind == "" && f.Properties.Name != "" {
			c.compounds[f.Properties.Code] = f.Properties.Name
			codes = append(codes, f.Properties.Code)
		}
	}
	slices.Sort(codes)
	for i, code := range codes {
		if i > 0 && (i == 1 || r.IntN(10) == 0) {
			c.compounds[code] = c.compounds[codes[r.IntN(i)]]
			renamed[code] = c.compounds[code]
		} else if r.IntN(6) == 0 {
			c.aliases[code] = []string{fmt.Sprintf("%s厂%s宿舍", []string{"搪瓷", "锅炉", "印染", "毛巾"}[r.IntN(4)], []string{"一", "二", "三", "南", "北"}[r.IntN(5)])}
		}
	}
	return renamed
}

func (c *labelCity) index() *match.Index {
	b := match.NewBuilder()
	for _, h := range c.homes {
		b.Add(h.in)
	}
	return b.Build()
}
