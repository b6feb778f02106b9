package osmfile

import (
	"strconv"
	"strings"

	"hearthmap/household"
	"hearthmap/importers"
)

// entrance returns the kind of entrance and whether the node is one.
func (ts tags) entrance() (kind string, ok bool) {
	v := ts.get("entrance")
	switch v {
	case "", "no":
		return "", false
	case "main":
		return "main", true
	case "staircase", "home":
		return "stairwell", true
	case "service", "garage", "delivery":
		return "service", true
	case "emergency", "fire_exit":
		return "emergency", true
	}
	return "", true
}

// emitEntrance yields the entrance that a node is.
func (c *city) emitEntrance(p *point) error {
	if p.tags.get("entrance") == "" {
		return nil
	}
	tally := &c.stats.Entrances
	tally.Tagged++
	kind, ok := p.tags.entrance()
	if !ok {
		tally.skip("entrance=no")
		return nil
	}
	building := c.doors[p.id]
	if building == "" {
		return c.reject(p.id, tally, importers.RejectReference, "entrance: on the outline of no building in the file",
			"make the entrance a node of the building's outline on openstreetmap.org")
	}
	e := household.Entrance{
		BuildingCode: building,
		Number:       c.entranceNumber(building, p),
		Kind:         kind,
		Geom:         p.p.point(),
		Located:      true,
		NodeID:       p.id,
	}
	tally.Imported++
	return c.emit(p.id, e)
}

// entranceNumber returns what is written at the door, made unique within the
// building by the node's id.
func (c *city) entranceNumber(building string, p *point) string {
	id := "n" + strconv.FormatInt(p.id, 10)
	number := strings.TrimSpace(first(p.tags, "ref", "addr:unit", "addr:staircase", "name"))
	switch {
	case number == "":
		number = id
	case c.numbers[building+"-"+number]:
		number += " " + id
	}
	c.numbers[building+"-"+number] = true
	return number
}
