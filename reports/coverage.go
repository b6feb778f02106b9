package reports

import (
	"hearthmap/geo/cityindex"
	"hearthmap/geo/coverage"
	"hearthmap/household"
)

// Requirement is a line of a standard with the names of its category.
type Requirement struct {
	coverage.Requirement
	NameZh string `json:"name_zh"`
	NameEn string `json:"name_en"`
}

// Coverage is how the areas of a level meet a standard. As JSON it is what
// GET /api/v1/coverage gives.
type Coverage struct {
	Standard     string                `json:"standard"`
	Level        household.AreaLevel   `json:"level"`
	Area         string                `json:"area,omitempty"`
	Method       coverage.Method       `json:"method"`
	Profile      coverage.Profile      `json:"profile"`
	InputSHA256  string                `json:"input_sha256" doc:"identifies all that the numbers were computed from"`
	Requirements []Requirement         `json:"requirements"`
	Areas        []coverage.AreaReport `json:"areas"`
	Measures     *Measures             `json:"measures,omitempty" doc:"the sections asked for"`

	result *coverage.Result
	own    *coverage.Parts // of NewPolygonCoverage
}

// NewCoverage sums a result over the areas of a level, all of them or those
// in the area of code under. Errors are those of coverage.Result.Totals.
func NewCoverage(r *coverage.Result, level household.AreaLevel, under string) (*Coverage, error) {
	areas, err := r.Totals(level, under)
	if err != nil {
		return nil, err
	}
	return &Coverage{
		Standard: r.Standard.ID, Level: level, Area: under, Method: r.Method, Profile: r.Profile,
		InputSHA256: r.InputSHA256(), Requirements: Requirements(r.Standard, r.Requirements), Areas: areas, result: r,
	}, nil
}

// Requirements names the categories of a standard's lines.
func Requirements(std *coverage.Standard, list []coverage.Requirement) []Requirement {
	out := make([]Requirement, len(list))
	for i, q := range list {
		info := std.Info(q.Category)
		out[i] = Requirement{Requirement: q, NameZh: info.Zh, NameEn: info.En}
	}
	return out
}

func (c *Coverage) data() *cityindex.Data { return c.result.Engine().Data() }

// above lists the same coverage at the larger levels that have areas, the
// nearest first.
func (c *Coverage) above() ([]*Coverage, error) {
	var list []*Coverage
	if c.own != nil {
		return nil, nil // they have no order with the areas
	}
	has := map[household.AreaLevel]bool{}
	for i := range c.data().Areas {
		has[c.data().Areas[i].Level] = true
	}
	floor := household.LevelCity
	if c.Area != "" {
		for i := range c.data().Areas {
			if c.data().Areas[i].Code == c.Area {
				floor = c.data().Areas[i].Level
			}
		}
	}
	inside := false
	for _, level := range household.AreaLevels {
		inside = inside || level == floor
		if level == c.Level {
			break
		}
		if !inside || !has[level] {
			continue
		}
		u, err := NewCoverage(c.result, level, c.Area)
		if err != nil {
			return nil, err
		}
		list = append([]*Coverage{u}, list...)
	}
	return list, nil
}
