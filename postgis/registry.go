package postgis

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
)

// Registry is the database's household.Registry. Persons are read as the
// role hearthmap_web with the caller's scope set, so that row-level security
// bounds every query, whatever its text.
type Registry struct{ db *DB }

// Registry returns the city's register.
func (db *DB) Registry() *Registry { return &Registry{db} }

// rights are what a principal's scope means in this database.
type rights struct {
	grids, areas []int64 // ids of grids, and of communities
}

// resolve turns the codes of a scope into ids: grids as they are, areas into
// the communities below them.
func (db *DB) resolve(ctx context.Context, p household.Principal) (rights, error) {
	var r rights
	if !p.Role.SeesPersons() || len(p.Scope) == 0 {
		return r, nil
	}
	err := db.Pool.QueryRow(ctx, `
		WITH RECURSIVE below AS (
			SELECT id FROM area WHERE code = ANY ($1)
			UNION
			SELECT a.id FROM area a JOIN below b ON a.parent_id = b.id)
		SELECT (SELECT coalesce(array_agg(id), '{}') FROM grid WHERE code = ANY ($1)),
		       (SELECT coalesce(array_agg(id), '{}') FROM below)`, textArray(p.Scope)).Scan(&r.grids, &r.areas)
	return r, noRows(err, "postgis.Registry", "")
}

// as runs fn in a transaction that sees only what the principal may see.
func (db *DB) as(ctx context.Context, p household.Principal, fn func(pgx.Tx, rights) error) error {
	r, err := db.resolve(ctx, p)
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, db.Pool, func(tx pgx.Tx) error {
		// SET takes no parameters; what is put together here is a known role
		// and numbers.
		role := household.Role("")
		if p.Role.Valid() {
			role = p.Role
		}
		_, err := tx.Exec(ctx, fmt.Sprintf(
			`SET LOCAL ROLE hearthmap_web; SET LOCAL app.role = '%s'; SET LOCAL app.grids = '%s'; SET LOCAL app.areas = '%s'`,
			role, joinIDs(r.grids), joinIDs(r.areas)))
		if err != nil {
			return noRows(err, "postgis.Registry", "")
		}
		return fn(tx, r)
	})
}

func joinIDs(ids []int64) string {
	s := make([]string, len(ids))
	for i, id := range ids {
		s[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(s, ",")
}

// sees reports whether the rights cover a building.
func (r rights) sees(grid, area int64) bool {
	return contains(r.grids, grid) || contains(r.areas, area)
}

func contains(ids []int64, id int64) bool {
	for _, v := range ids {
		if v == id && id != 0 {
			return true
		}
	}
	return false
}

// place is where a building lies, for deciding rights.
type place struct{ id, grid, area int64 }

const buildingCardSQL = `
	SELECT b.id, coalesce(b.grid_id, 0), coalesce(b.area_id, 0),
	       b.code, b.name, b.address, b.use, b.floors, b.height, b.built_year,
	       coalesce(c.code, ''), coalesce(c.name, ''), coalesce(a.code, ''), coalesce(a.name, ''),
	       coalesce(g.code, ''), coalesce(g.name, ''), ST_X(b.point), ST_Y(b.point),
	       (SELECT count(*) FROM entrance e WHERE e.building_id = b.id AND e.ended_on IS NULL),
	       (SELECT count(*) FROM unit u WHERE u.building_id = b.id AND u.ended_on IS NULL),
	       coalesce((SELECT sum(n.households) FROM unit_count n JOIN unit u ON u.id = n.unit_id WHERE u.building_id = b.id), 0),
	       coalesce((SELECT sum(n.people) FROM unit_count n JOIN unit u ON u.id = n.unit_id WHERE u.building_id = b.id), 0)
	  FROM building b
	  LEFT JOIN compound c ON c.id = b.compound_id
	  LEFT JOIN area a ON a.id = b.area_id
	  LEFT JOIN grid g ON g.id = b.grid_id
	 WHERE b.code = $1 AND b.ended_on IS NULL`

func buildingCard(ctx context.Context, tx pgx.Tx, code string) (household.BuildingCard, place, error) {
	var b household.BuildingCard
	var at place
	err := tx.QueryRow(ctx, buildingCardSQL, code).Scan(&at.id, &at.grid, &at.area,
		&b.Code, &b.Name, &b.Address, &b.Use, &b.Floors, &b.Height, &b.BuiltYear,
		&b.CompoundCode, &b.CompoundName, &b.AreaCode, &b.AreaName, &b.GridCode, &b.GridName, &b.Lon, &b.Lat,
		&b.Entrances, &b.Units, &b.Households, &b.People)
	return b, at, noRows(err, "postgis.Registry.Building", "there is no building %q", code)
}

// Building returns the building's card: counts, no persons.
func (r *Registry) Building(ctx context.Context, p household.Principal, code string) (household.BuildingCard, error) {
	var b household.BuildingCard
	if err := needMap(p); err != nil {
		return b, err
	}
	err := r.db.as(ctx, p, func(tx pgx.Tx, _ rights) (err error) {
		b, _, err = buildingCard(ctx, tx, code)
		return err
	})
	return b, err
}

func needMap(p household.Principal) error {
	if p.Role.SeesMap() {
		return nil
	}
	return household.Errorf(household.Forbidden, "postgis.Registry", "the role %q does not see the map", p.Role).
		WithHint("sign in with an account that may")
}

// Unit returns a unit with its households; their members only by right.
func (r *Registry) Unit(ctx context.Context, p household.Principal, code string) (household.UnitCard, error) {
	const op = "postgis.Registry.Unit"
	var u household.UnitCard
	if err := needMap(p); err != nil {
		return u, err
	}
	err := r.db.as(ctx, p, func(tx pgx.Tx, rt rights) error {
		var id int64
		var at place
		var address, building, compound string
		err := tx.QueryRow(ctx, `
			SELECT u.id, b.id, coalesce(b.grid_id, 0), coalesce(b.area_id, 0), u.code, b.code, b.address, b.name,
			       coalesce(c.name, ''), e.number, u.floor, u.room, u.use, u.area_m2, coalesce(n.people, 0)
			  FROM unit u JOIN building b ON b.id = u.building_id JOIN entrance e ON e.id = u.entrance_id
			  LEFT JOIN compound c ON c.id = b.compound_id
			  LEFT JOIN unit_count n ON n.unit_id = u.id
			 WHERE u.code = $1 AND u.ended_on IS NULL`, code).
			Scan(&id, &at.id, &at.grid, &at.area, &u.Code, &u.Building, &address, &building, &compound,
				&u.Entrance, &u.Floor, &u.Room, &u.Use, &u.AreaM2, &u.People)
		if err != nil {
			return noRows(err, op, "there is no unit %q", code)
		}
		u.Address = unitAddress(address, compound, building, u.Entrance, u.Room)
		u.Persons = rt.sees(at.grid, at.area)
		u.Households, err = r.households(ctx, tx, id, u.Persons)
		return err
	})
	return u, err
}

// unitAddress puts an address into words, without saying the compound or the
// building twice.
func unitAddress(address, compound, building, entrance, room string) string {
	var b strings.Builder
	b.WriteString(address)
	for _, part := range []string{compound, building} {
		if part != "" && !strings.Contains(b.String(), part) {
			b.WriteString(part)
		}
	}
	fmt.Fprintf(&b, "%s单元%s室", entrance, room)
	return b.String()
}

func (r *Registry) households(ctx context.Context, tx pgx.Tx, unit int64, persons bool) ([]household.HouseholdCard, error) {
	const op = "postgis.Registry.Unit"
	rows, err := tx.Query(ctx, `
		SELECT household_id, people FROM household_count WHERE unit_id = $1 ORDER BY household_id`, unit)
	if err != nil {
		return nil, noRows(err, op, "")
	}
	list := []household.HouseholdCard{}
	var h household.HouseholdCard
	if _, err := pgx.ForEachRow(rows, []any{&h.ID, &h.People}, func() error {
		list = append(list, h)
		return nil
	}); err != nil {
		return nil, noRows(err, op, "")
	}
	if !persons {
		return list, nil
	}
	people, err := r.people(ctx, tx, `rc.unit_id = $1`, unit)
	if err != nil {
		return nil, err
	}
	for i := range list {
		for _, p := range people {
			if p.household == list[i].ID {
				list[i].Members = append(list[i].Members, p.PersonCard)
			}
		}
	}
	return list, nil
}

// personRow is a card with the household it belongs to.
type personRow struct {
	household.PersonCard
	household int64
	building  string
	lon, lat  float64
}

// people reads the persons of current residences that the transaction's role
// may see, heads first. where speaks of rc (residence) and r (resident).
func (r *Registry) people(ctx context.Context, tx pgx.Tx, where string, args ...any) ([]personRow, error) {
	const op = "postgis.Registry"
	rows, err := tx.Query(ctx, `
		SELECT r.id, r.name, r.sex, coalesce(extract(year FROM age(r.birth_date)), -1)::int, r.id_cipher, r.phone_cipher,
		       rc.relation, rc.residency, rc.household_id, u.code, b.code, b.address, b.name, coalesce(c.name, ''), e.number, u.room,
		       ST_X(b.point), ST_Y(b.point),
		       (SELECT coalesce(array_agg(DISTINCT t.kind ORDER BY t.kind), '{}') FROM tag t
		         WHERE t.resident_id = r.id AND t.valid_to IS NULL)
		  FROM residence rc JOIN resident r ON r.id = rc.resident_id
		  JOIN unit u ON u.id = rc.unit_id JOIN entrance e ON e.id = u.entrance_id
		  JOIN building b ON b.id = rc.building_id LEFT JOIN compound c ON c.id = b.compound_id
		 WHERE rc.valid_to IS NULL AND `+where+`
		 ORDER BY rc.household_id, rc.relation <> 'head', r.birth_date, r.id LIMIT 500`, args...)
	if err != nil {
		return nil, noRows(err, op, "")
	}
	defer rows.Close()
	var out []personRow
	for rows.Next() {
		var p personRow
		var idCipher, phoneCipher []byte
		var address, building, compound, entrance, room string
		if err := rows.Scan(&p.ID, &p.Name, &p.Sex, &p.Age, &idCipher, &phoneCipher, &p.Relation, &p.Residency,
			&p.household, &p.UnitCode, &p.building, &address, &building, &compound, &entrance, &room, &p.lon, &p.lat, &p.Tags); err != nil {
			return nil, noRows(err, op, "")
		}
		id, phone, err := r.unseal(idCipher, phoneCipher)
		if err != nil {
			return nil, err
		}
		p.IDNumber = household.ResidentID(id).Masked()
		p.Phone = household.MaskPhone(phone)
		p.Address = unitAddress(address, compound, building, entrance, room)
		out = append(out, p)
	}
	return out, noRows(rows.Err(), op, "")
}

// Resident returns a person's card, masked.
func (r *Registry) Resident(ctx context.Context, p household.Principal, id int64) (household.PersonCard, error) {
	const op = "postgis.Registry.Resident"
	var card household.PersonCard
	err := r.db.as(ctx, p, func(tx pgx.Tx, _ rights) error {
		people, err := r.people(ctx, tx, `r.id = $1`, id)
		if err != nil {
			return err
		}
		if len(people) == 0 {
			// The same answer whether the person does not exist or lives
			// elsewhere: who is registered is itself protected.
			return household.Errorf(household.NotFound, op, "there is no such person in your area")
		}
		card = people[0].PersonCard
		return nil
	})
	return card, err
}
