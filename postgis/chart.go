package postgis

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
)

// chartUnit is a room as read for the stacking chart.
type chartUnit struct {
	id       int64
	entrance string
	floor    int16
	household.ChartRoom
	floating, registered int
}

// Chart returns the stacking chart (楼盘表) of a building.
func (r *Registry) Chart(ctx context.Context, p household.Principal, code string) (household.Chart, error) {
	var chart household.Chart
	if err := needMap(p); err != nil {
		return chart, err
	}
	err := r.db.as(ctx, p, func(tx pgx.Tx, rt rights) error {
		card, at, err := buildingCard(ctx, tx, code)
		if err != nil {
			return err
		}
		chart.Building = card
		chart.Persons = rt.sees(at.grid, at.area)
		units, err := chartUnits(ctx, tx, at.id)
		if err != nil {
			return err
		}
		if chart.Persons {
			if err := chartTags(ctx, tx, at.id, units); err != nil {
				return err
			}
		}
		numbers, err := entranceNumbers(ctx, tx, at.id, units)
		if err != nil {
			return err
		}
		chart.Entrances = stack(numbers, units, card.Floors)
		return nil
	})
	return chart, err
}

func chartUnits(ctx context.Context, tx pgx.Tx, building int64) ([]chartUnit, error) {
	const op = "postgis.Registry.Chart"
	rows, err := tx.Query(ctx, `
		SELECT u.id, e.number, u.floor, u.code, u.room, u.use, coalesce(n.people, 0), coalesce(n.households, 0),
		       coalesce(n.floating, 0), coalesce(n.registered, 0)
		  FROM unit u JOIN entrance e ON e.id = u.entrance_id
		  LEFT JOIN unit_count n ON n.unit_id = u.id
		 WHERE u.building_id = $1 AND u.ended_on IS NULL`, building)
	if err != nil {
		return nil, noRows(err, op, "")
	}
	var out []chartUnit
	var u chartUnit
	_, err = pgx.ForEachRow(rows, []any{
		&u.id, &u.entrance, &u.floor, &u.Code, &u.Room, &u.Use, &u.People, &u.Households, &u.floating, &u.registered,
	}, func() error {
		u.State = u.state()
		out = append(out, u)
		return nil
	})
	return out, noRows(err, op, "")
}

func (u chartUnit) state() household.RoomState {
	switch {
	case u.floating > 0:
		return household.RoomFloating
	case u.People > 0:
		return household.RoomResident
	case u.registered > 0:
		return household.RoomRegistered
	case !u.Use.Residential():
		return household.RoomNotHome
	default:
		return household.RoomVacant
	}
}

func chartTags(ctx context.Context, tx pgx.Tx, building int64, units []chartUnit) error {
	rows, err := tx.Query(ctx, `
		SELECT rc.unit_id, array_agg(DISTINCT t.kind ORDER BY t.kind)
		  FROM residence rc JOIN tag t ON t.resident_id = rc.resident_id AND t.valid_to IS NULL
		 WHERE rc.building_id = $1 AND rc.valid_to IS NULL GROUP BY 1`, building)
	if err != nil {
		return noRows(err, "postgis.Registry.Chart", "")
	}
	var id int64
	var tags []household.TagKind
	_, err = pgx.ForEachRow(rows, []any{&id, &tags}, func() error {
		if i := slices.IndexFunc(units, func(u chartUnit) bool { return u.id == id }); i >= 0 {
			units[i].Tags = slices.Clone(tags)
		}
		return nil
	})
	return noRows(err, "postgis.Registry.Chart", "")
}

// entranceNumbers lists the stairwells to show: those with rooms, or all the
// building has when it has no rooms on record.
func entranceNumbers(ctx context.Context, tx pgx.Tx, building int64, units []chartUnit) ([]string, error) {
	var numbers []string
	for _, u := range units {
		numbers = append(numbers, u.entrance)
	}
	if len(units) == 0 {
		rows, err := tx.Query(ctx, `SELECT number FROM entrance WHERE building_id = $1 AND ended_on IS NULL`, building)
		if err != nil {
			return nil, noRows(err, "postgis.Registry.Chart", "")
		}
		if numbers, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
			return nil, noRows(err, "postgis.Registry.Chart", "")
		}
	}
	slices.SortFunc(numbers, compareNatural)
	return slices.Compact(numbers), nil
}

// stack arranges the rooms: every stairwell shows the same floors, from the
// building's highest to its lowest, so that they line up side by side.
func stack(numbers []string, units []chartUnit, floors int16) []household.ChartEntrance {
	top, bottom := floors, int16(1)
	for _, u := range units {
		top, bottom = max(top, u.floor), min(bottom, u.floor)
	}
	top = max(top, 1)
	out := []household.ChartEntrance{}
	for _, n := range numbers {
		e := household.ChartEntrance{Number: n}
		for f := top; f >= bottom; f-- {
			if f == 0 { // there is no floor 0: below 1 comes -1
				continue
			}
			floor := household.ChartFloor{Floor: f, Rooms: []household.ChartRoom{}}
			for _, u := range units {
				if u.entrance == n && u.floor == f {
					floor.Rooms = append(floor.Rooms, u.ChartRoom)
				}
			}
			slices.SortFunc(floor.Rooms, func(a, b household.ChartRoom) int { return compareNatural(a.Room, b.Room) })
			e.Floors = append(e.Floors, floor)
		}
		out = append(out, e)
	}
	return out
}

// compareNatural orders numbers by value and before words: 2 < 10 < 东.
func compareNatural(a, b string) int {
	na, errA := strconv.Atoi(a)
	nb, errB := strconv.Atoi(b)
	switch {
	case errA == nil && errB == nil && na != nb:
		return na - nb
	case errA == nil && errB != nil:
		return -1
	case errA != nil && errB == nil:
		return 1
	}
	return strings.Compare(a, b)
}
