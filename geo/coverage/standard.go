package coverage

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync"

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
//	  "source": "…", "url": "…", "note": "…",
//	  "requirements": [
//	    {"category": "bank", "minutes": 15, "metres": 1000, "required": true,
//	     "group": "age_60_up", "clause": "…", "source": "…", "verified": false}
//	  ]
//	}
//
// Category is one of household.Categories or a city's own; minutes and metres
// are positive; group is one of the Groups or missing for everyone; verified
// says that the distance was compared with its source. A category may stand
// once at each level of minutes. Ids of requirements are made, not written.
type Standard struct {
	ID           string        `json:"id"`
	NameZh       string        `json:"name_zh"`
	NameEn       string        `json:"name_en"`
	Source       string        `json:"source"`
	URL          string        `json:"url,omitempty"`
	Note         string        `json:"note,omitempty"`
	Requirements []Requirement `json:"requirements"`
}

//go:embed standards/*.json
var standardFiles embed.FS

// builtin reads the standards that come with the product, once.
var builtin = sync.OnceValues(func() ([]*Standard, error) {
	entries, err := standardFiles.ReadDir("standards")
	if err != nil {
		return nil, err
	}
	var all []*Standard
	for _, e := range entries {
		data, err := standardFiles.ReadFile(path.Join("standards", e.Name()))
		if err != nil {
			return nil, err
		}
		s, err := ParseStandard(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		all = append(all, s)
	}
	return all, nil
})

// DefaultStandard is the id of the standard that is used unless told.
const DefaultStandard = "gb50180-2018"

// Standards lists the standards that come with the product, by id.
func Standards() []*Standard {
	all, _ := builtin() // TestStandards keeps them readable
	return slices.Clone(all)
}

// StandardByID finds a standard that comes with the product; the empty id is
// DefaultStandard. The error is NotFound and names those there are.
func StandardByID(id string) (*Standard, error) {
	if id == "" {
		id = DefaultStandard
	}
	all, err := builtin()
	if err != nil {
		return nil, household.Errorf(household.Internal, "coverage.StandardByID", "%w", err)
	}
	var ids []string
	for _, s := range all {
		if s.ID == id {
			return s, nil
		}
		ids = append(ids, s.ID)
	}
	return nil, household.Errorf(household.NotFound, "coverage.StandardByID", "there is no standard %q", id).
		WithHint("one of: %s", strings.Join(ids, ", "))
}

// ParseStandard reads a standard's file and checks it. Errors are Invalid and
// name the line of the list that is wrong.
func ParseStandard(data []byte) (*Standard, error) {
	const op = "coverage.ParseStandard"
	bad := func(format string, args ...any) error {
		return household.Errorf(household.Invalid, op, "standard: "+format, args...).
			WithHint("see the format in the documentation of package coverage, and standards/gb50180-2018.json")
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
	if len(s.Requirements) == 0 {
		return nil, bad("it has no requirements")
	}
	levels := map[household.Category]int{}
	seen := map[string]bool{}
	for i, r := range s.Requirements {
		key := levelID(r.Category, r.Minutes)
		switch {
		case r.Category == "" || strings.ContainsAny(string(r.Category), "@, \t\n"):
			return nil, bad("requirement %d: category %q is not an identifier", i+1, r.Category)
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
