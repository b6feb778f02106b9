package reports

import (
	"context"
	"slices"
	"strings"

	"hearthmap/geo/coverage"
	"hearthmap/household"
)

// Sections are the measures that Measure adds.
var Sections = []string{"groups", "capacity", "equity", "gaps", "targets", "network", "edge", "radius"}

// Measures are what is told of a coverage besides its totals.
type Measures struct {
	Capacity []CapacityOf    `json:"capacity,omitempty"`
	Equity   []EquityOf      `json:"equity,omitempty"`
	Gaps     []GapsOf        `json:"gaps,omitempty"`
	Targets  []TargetResults `json:"targets,omitempty"`
	// Network is how the streets hang together, and what does not join them.
	Network *coverage.NetworkReport `json:"network,omitempty"`
	Edge    []EdgeOf                `json:"edge,omitempty"`
	Radius  []RadiusOf              `json:"radius,omitempty"`
}

// CapacityOf is the supply of a requirement that each area's people reach.
type CapacityOf struct {
	Requirement     string                  `json:"requirement"`
	Supply          coverage.Supply         `json:"supply"`
	Facilities      int                     `json:"facilities" doc:"that join the network"`
	WithoutCapacity int                     `json:"without_capacity"`
	Offered         float64                 `json:"offered"`
	Reached         float64                 `json:"reached" doc:"the sum of people times access over all of the city"`
	Areas           []coverage.AreaCapacity `json:"areas"`
}

// EquityOf is how evenly a requirement is met, for everyone and each group.
type EquityOf struct {
	Requirement string            `json:"requirement"`
	Groups      []coverage.Equity `json:"groups"`
}

// GapsOf are the largest stretches of ground without a requirement.
type GapsOf struct {
	Requirement string         `json:"requirement"`
	Gaps        []coverage.Gap `json:"gaps"`
}

// EdgeOf lists the areas in which a requirement's circle leaves the data.
type EdgeOf struct {
	Requirement string              `json:"requirement"`
	Areas       []coverage.AreaEdge `json:"areas" doc:"only those in which it does"`
}

// RadiusOf is a requirement by straight distance beside walking.
type RadiusOf struct {
	Requirement string             `json:"requirement"`
	Areas       []coverage.AreaGap `json:"areas"`
}

// TargetResults is every requirement beside a target.
type TargetResults struct {
	Target       coverage.Target    `json:"target"`
	Requirements []coverage.Against `json:"requirements"`
}

// MostGaps is how many gaps of each requirement are listed.
const MostGaps = 20

// Measure adds the sections that are asked for, for one requirement or, when
// it is empty, all; all is every section. Without targets those of the
// product are compared with. Errors are Invalid, NotFound or ctx's.
func (c *Coverage) Measure(ctx context.Context, sections []string, requirement string, targets []string) error {
	want := map[string]bool{}
	for _, s := range sections {
		switch {
		case s == "all":
			for _, known := range Sections {
				want[known] = true
			}
		case slices.Contains(Sections, s):
			want[s] = true
		default:
			return noSection(s)
		}
	}
	list := make([]int, len(c.Requirements))
	for i := range list {
		list[i] = i
	}
	if requirement != "" {
		i, err := c.result.Lookup(requirement)
		if err != nil {
			return err
		}
		list = []int{i}
	}
	parts, err := c.parts()
	if err != nil {
		return err
	}
	if want["groups"] {
		c.Areas = c.result.TotalsOf(parts, coverage.TotalsOptions{Groups: true})
	}
	m := &Measures{}
	for _, i := range list {
		id := c.Requirements[i].ID
		if want["capacity"] || want["equity"] {
			x, err := c.result.Capacity(ctx, i)
			if err != nil {
				return err
			}
			if want["capacity"] {
				m.Capacity = append(m.Capacity, CapacityOf{id, x.Supply, x.Facilities, x.WithoutCapacity, x.Offered, x.Reached, x.Of(parts)})
			}
			if want["equity"] {
				m.Equity = append(m.Equity, EquityOf{id, x.Equity(parts)})
			}
		}
		if want["gaps"] {
			m.Gaps = append(m.Gaps, GapsOf{id, c.result.Gaps(i, MostGaps, parts)})
		}
		if want["edge"] {
			m.Edge = append(m.Edge, EdgeOf{id, c.result.Edge(i, parts)})
		}
		if want["radius"] {
			areas, err := c.result.Gap(ctx, i, parts)
			if err != nil {
				return err
			}
			m.Radius = append(m.Radius, RadiusOf{id, areas})
		}
	}
	if want["network"] {
		m.Network = c.result.Engine().Network(c.Profile)
	}
	if want["targets"] {
		if m.Targets, err = c.against(targets, parts); err != nil {
			return err
		}
	}
	c.Measures = m
	return nil
}

func noSection(s string) error {
	return household.Errorf(household.Invalid, "reports.Measure", "there is no section %q", s).
		WithHint("one or more of: %s, all", strings.Join(Sections, ", "))
}

// against compares with the targets that are named, or with the product's.
func (c *Coverage) against(names []string, parts *coverage.Parts) (out []TargetResults, err error) {
	list := coverage.Targets()
	if len(names) > 0 {
		list = nil
	}
	for _, n := range names {
		t, err := coverage.ParseTarget(n)
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	for _, t := range list {
		out = append(out, TargetResults{t, c.result.Against(t, parts, c.Areas)})
	}
	return out, nil
}
