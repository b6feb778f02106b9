package coverage

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"hearthmap/household"
)

// Standard is a planning standard as data: which categories have to be within
// which walking distance.
//
// As a file it is one JSON object:
//
//	{
//	  "id": "gb50180-2018",            lower case, for commands and addresses
//	  "name_zh": "…", "name_en": "…",
//	  "source": "…", "source_zh": "…", "url": "…", "note": "…", "note_zh": "…",
//	  "levels": [
//	    {"minutes": 15, "metres_min": 800, "metres_max": 1000, "verified": true,
//	     "people_min": 50000, "people_max": 100000, "people_verified": true, "source": "…"}
//	  ],
//	  "categories": [
//	    {"id": "milk_station", "name_zh": "奶站", "name_en": "milk station", "codes": ["0907", "奶亭"]}
//	  ],
//	  "requirements": [
//	    {"category": "bank", "minutes": 15, "metres": 1000, "required": true,
//	     "group": "age_60_up", "accepts": ["post"], "tier": "street",
//	     "clause": "…", "source": "…", "source_zh": "…",
//	     "category_verified": false, "verified": false}
//	  ]
//	}
//
// Category is one of household.Categories, or a city's own, which categories
// then names; codes are the words that the bureau's files use for it, and are
// understood when facilities are imported with the standard. Accepts are other
// categories that serve as well. Minutes and metres are positive; group is one
// of the Groups or missing for everyone. Verified says that the distance was
// compared with its source, category_verified that the standard lists the
// category. A category may stand once at each level of minutes. Ids of
// requirements are made, not written.
type Standard struct {
	ID           string        `json:"id"`
	NameZh       string        `json:"name_zh"`
	NameEn       string        `json:"name_en"`
	Source       string        `json:"source"`
	SourceZh     string        `json:"source_zh,omitempty"`
	URL          string        `json:"url,omitempty"`
	Note         string        `json:"note,omitempty"`
	NoteZh       string        `json:"note_zh,omitempty"`
	Levels       []Circle      `json:"levels,omitempty"`
	Categories   []OwnCategory `json:"categories,omitempty"`
	Requirements []Requirement `json:"requirements"`
}

// Circle is a level of a standard: how far and for how many people it is
// meant. A range of zeros is not given.
type Circle struct {
	Minutes        int     `json:"minutes"`
	MetresMin      float64 `json:"metres_min"`
	MetresMax      float64 `json:"metres_max"`
	Verified       bool    `json:"verified"` // metres were compared with the source
	PeopleMin      int64   `json:"people_min,omitempty"`
	PeopleMax      int64   `json:"people_max,omitempty"`
	DwellingsMin   int64   `json:"dwellings_min,omitempty"`
	DwellingsMax   int64   `json:"dwellings_max,omitempty"`
	PeopleVerified bool    `json:"people_verified"` // people and dwellings were compared with the source
	Source         string  `json:"source"`
	SourceZh       string  `json:"source_zh,omitempty"`
}

// OwnCategory names a category of a city, or gives a known one the codes of
// the city's files.
type OwnCategory struct {
	ID     household.Category `json:"id"`
	NameZh string             `json:"name_zh,omitempty"`
	NameEn string             `json:"name_en,omitempty"`
	Codes  []string           `json:"codes,omitempty"`
}

// Info names a category: as the standard does, else as the product knows it.
func (s *Standard) Info(c household.Category) household.CategoryInfo {
	info := c.Info()
	for _, own := range s.Categories {
		if own.ID == c {
			info.Zh, info.En = cmp.Or(own.NameZh, own.NameEn, info.Zh), cmp.Or(own.NameEn, own.NameZh, info.En)
		}
	}
	return info
}

// ParseStandard reads a standard's file and checks it. Errors are Invalid and
// name the line of the list that is wrong.
func ParseStandard(data []byte) (*Standard, error) {
	const op = "coverage.ParseStandard"
	bad := func(format string, args ...any) error {
		return household.Errorf(household.Invalid, op, "standard: "+format, args...).
			WithHint("docs/standards.md describes the file; hearthmap coverage standards --show gb50180-2018 prints one to start from")
	}
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	d.DisallowUnknownFields()
	s := &Standard{}
	if err := d.Decode(s); err != nil {
		return nil, bad("not readable as JSON: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, bad("there is text after the end of the object")
	}
	if s.ID == "" || strings.Trim(s.ID, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" {
		return nil, bad("id %q must be lower-case letters, digits and hyphens", s.ID)
	}
	if s.NameZh == "" && s.NameEn == "" {
		return nil, bad("it has neither name_zh nor name_en")
	}
	if err := s.checkCategories(); err != nil {
		return nil, bad("%w", err)
	}
	if err := s.checkLevels(); err != nil {
		return nil, bad("%w", err)
	}
	if len(s.Requirements) == 0 {
		return nil, bad("it has no requirements")
	}
	levels := map[household.Category]int{}
	seen := map[string]bool{}
	for i, r := range s.Requirements {
		key := levelID(r.Category, r.Minutes)
		switch {
		case !identifier(r.Category):
			return nil, bad("requirement %d: category %q is not an identifier", i+1, r.Category)
		case slices.ContainsFunc(r.Accepts, func(c household.Category) bool { return !identifier(c) || c == r.Category }):
			return nil, bad("requirement %d (%s): accepts %q, which must be other categories", i+1, r.Category, r.Accepts)
		case r.Minutes <= 0 || r.Minutes > 120:
			return nil, bad("requirement %d (%s): minutes %d must be between 1 and 120", i+1, r.Category, r.Minutes)
		case !(r.Metres > 0 && r.Metres <= 100000):
			return nil, bad("requirement %d (%s): metres %v must be between 0 and 100000", i+1, r.Category, r.Metres)
		case !r.Group.valid():
			return nil, bad("requirement %d (%s): there is no group %q", i+1, r.Category, r.Group)
		case r.ID != "":
			return nil, bad("requirement %d (%s): id is made from category and minutes and must not be given", i+1, r.Category)
		case seen[key]:
			return nil, bad("requirement %d: %s stands twice at %d minutes", i+1, r.Category, r.Minutes)
		}
		seen[key] = true
		levels[r.Category]++
	}
	for i := range s.Requirements {
		r := &s.Requirements[i]
		r.ID = string(r.Category)
		if levels[r.Category] > 1 {
			r.ID = levelID(r.Category, r.Minutes)
		}
	}
	return s, nil
}

// identifier reports whether a category can stand in commands and addresses.
func identifier(c household.Category) bool {
	return c != "" && !strings.ContainsAny(string(c), "@+, \t\r\n")
}

func (s *Standard) checkCategories() error {
	codes := map[string]household.Category{}
	seen := map[household.Category]bool{}
	for i, c := range s.Categories {
		known := c.ID.Info().Zh != string(c.ID)
		switch {
		case !identifier(c.ID):
			return fmt.Errorf("category %d: id %q is not an identifier", i+1, c.ID)
		case seen[c.ID]:
			return fmt.Errorf("category %d: %s stands twice", i+1, c.ID)
		case !known && c.NameZh == "" && c.NameEn == "":
			return fmt.Errorf("category %d: %s has neither name_zh nor name_en", i+1, c.ID)
		}
		seen[c.ID] = true
		for _, code := range c.Codes {
			if other, taken := codes[code]; taken || strings.TrimSpace(code) == "" {
				return fmt.Errorf("category %d: code %q is empty, or means %s already", i+1, code, other)
			}
			codes[code] = c.ID
		}
	}
	return nil
}

func (s *Standard) checkLevels() error {
	seen := map[int]bool{}
	for i, l := range s.Levels {
		switch {
		case l.Minutes <= 0 || l.Minutes > 120 || seen[l.Minutes]:
			return fmt.Errorf("level %d: minutes %d must be between 1 and 120, and stand once", i+1, l.Minutes)
		case !(l.MetresMin >= 0 && l.MetresMin <= l.MetresMax && l.MetresMax <= 100000):
			return fmt.Errorf("level %d: metres_min %v and metres_max %v are no range", i+1, l.MetresMin, l.MetresMax)
		case l.PeopleMin < 0 || l.PeopleMin > l.PeopleMax, l.DwellingsMin < 0 || l.DwellingsMin > l.DwellingsMax:
			return fmt.Errorf("level %d: people or dwellings are no range", i+1)
		}
		seen[l.Minutes] = true
	}
	return nil
}

func levelID(c household.Category, minutes int) string { return fmt.Sprintf("%s@%d", c, minutes) }

func (g Group) valid() bool {
	switch g {
	case Everyone, Age0to2, Age3to5, Age6to14, Age60up, Age80up:
		return true
	}
	return false
}

// Lookup finds a requirement by its id, by category@minutes, or by category
// alone (its id, Chinese name or an alias), which means the one with the most
// minutes. The error is NotFound.
func (s *Standard) Lookup(id string) (int, error) {
	for i := range s.Requirements {
		if r := &s.Requirements[i]; r.ID == id || levelID(r.Category, r.Minutes) == id {
			return i, nil
		}
	}
	category, ok := household.ParseCategory(id)
	if !ok {
		category = household.Category(id)
	}
	for _, c := range s.Categories {
		if c.NameZh == id || c.NameEn == id || slices.Contains(c.Codes, id) {
			category = c.ID
		}
	}
	best := -1
	for i := range s.Requirements {
		r := &s.Requirements[i]
		if r.Category == category && (best < 0 || r.Minutes > s.Requirements[best].Minutes) {
			best = i
		}
	}
	if best >= 0 {
		return best, nil
	}
	ids := make([]string, len(s.Requirements))
	for i := range s.Requirements {
		ids[i] = s.Requirements[i].ID
	}
	return 0, household.Errorf(household.NotFound, "coverage.Lookup", "standard %s has no category %q", s.ID, id).
		WithHint("one of: %s", strings.Join(ids, ", "))
}

// sha256 is the hash of the standard's contents.
func (s *Standard) sha256() [32]byte {
	data, _ := json.Marshal(s) // strings, numbers and booleans cannot fail
	return sha256.Sum256(data)
}
