package postgis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
)

// Limits of a search.
const (
	maxQuery   = 100 // characters of a query
	maxHits    = 100
	candidates = 400 // partial matches looked at, per kind
	minShare   = 0.6 // of a query's bigrams that a partial match must have
)

// Search finds compounds, buildings, units, facilities, areas and, within the
// caller's rights, persons. Exact codes come first, then rooms, then names by
// how much of the query they hold.
func (r *Registry) Search(ctx context.Context, p household.Principal, text string, limit int) ([]household.Hit, error) {
	const op = "postgis.Registry.Search"
	if err := needMap(p); err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(text) > maxQuery {
		return nil, household.Errorf(household.Invalid, op, "the search text is longer than %d characters", maxQuery).
			WithHint("search for a part of it")
	}
	limit = max(1, min(limit, maxHits))
	q := household.ParseQuery(text)
	hits := []household.Hit{}
	if q.Text == "" {
		return hits, nil
	}
	merged, err := r.db.mergedInto(ctx, p, q)
	if err != nil {
		return nil, err
	}
	err = r.db.as(ctx, p, func(tx pgx.Tx, _ rights) error {
		s := search{tx: tx, r: r, q: q, limit: limit, merged: merged}
		steps := []func(context.Context) ([]household.Hit, error){s.codes, s.rooms, s.names}
		if p.Role.SeesPersons() {
			steps = append(steps, s.persons)
		}
		for _, step := range steps {
			found, err := step(ctx)
			if err != nil {
				return err
			}
			hits = append(hits, found...)
		}
		return nil
	})
	if err != nil {
		var known *household.Error
		if errors.As(err, &known) {
			return nil, err
		}
		// The cause may repeat the query, which may be a person's name.
		return nil, household.Errorf(household.Internal, op, "the search failed in the database")
	}
	slices.SortStableFunc(hits, func(a, b household.Hit) int { return cmp.Compare(b.Score, a.Score) })
	hits = dedupe(hits)
	return hits[:min(limit, len(hits))], nil
}

func dedupe(hits []household.Hit) []household.Hit {
	type key struct{ kind, code string }
	seen := map[key]bool{}
	return slices.DeleteFunc(hits, func(h household.Hit) bool {
		k := key{h.Kind, h.Code}
		was := seen[k]
		seen[k] = true
		return was
	})
}

// search is one search under way.
type search struct {
	tx    pgx.Tx
	r     *Registry
	q     household.Query
	limit int
	// merged are the people into whom entries with this number were merged.
	merged []int64
}

// hitColumns fits scanHits: kind, code, title, detail, lon, lat, building, score.
func (s *search) scanHits(ctx context.Context, sql string, args ...any) ([]household.Hit, error) {
	rows, err := s.tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	var out []household.Hit
	var h household.Hit
	_, err = pgx.ForEachRow(rows, []any{&h.Kind, &h.Code, &h.Title, &h.Detail, &h.Lon, &h.Lat, &h.BuildingCode, &h.Score}, func() error {
		out = append(out, h)
		return nil
	})
	return out, err
}

const unitHit = `
	SELECT 'unit', u.code, concat(coalesce(nullif(b.address, ''), concat(c.name, b.name)), ' ', e.number, '单元', u.room),
	       concat_ws(' · ', nullif(c.name, ''), nullif(b.name, ''), u.floor || '层'), ST_X(b.point), ST_Y(b.point), b.code, %s::float8
	  FROM unit u JOIN building b ON b.id = u.building_id JOIN entrance e ON e.id = u.entrance_id
	  LEFT JOIN compound c ON c.id = b.compound_id
	 WHERE u.ended_on IS NULL AND `

const buildingHit = `
	SELECT 'building', b.code, coalesce(nullif(b.address, ''), nullif(concat(c.name, b.name), ''), b.code),
	       concat_ws(' · ', nullif(c.name, ''), nullif(b.name, ''), a.name), ST_X(b.point), ST_Y(b.point), b.code, %s::float8
	  FROM building b LEFT JOIN compound c ON c.id = b.compound_id LEFT JOIN area a ON a.id = b.area_id
	 WHERE b.ended_on IS NULL AND `

// codes finds what has exactly this code.
func (s *search) codes(ctx context.Context) ([]household.Hit, error) {
	return s.scanHits(ctx, fmt.Sprintf(unitHit, "100")+`u.code = $1
		UNION ALL `+fmt.Sprintf(buildingHit, "100")+`b.code = $1
		UNION ALL SELECT 'compound', code, coalesce(nullif(name, ''), code), '', ST_X(ST_PointOnSurface(geom)), ST_Y(ST_PointOnSurface(geom)), '', 100
		            FROM compound WHERE code = $1 AND ended_on IS NULL
		UNION ALL SELECT 'facility', code, coalesce(nullif(name, ''), code), category, ST_X(geom), ST_Y(geom), '', 100
		            FROM facility WHERE code = $1 AND ended_on IS NULL
		UNION ALL SELECT 'area', code, name, level, ST_X(ST_PointOnSurface(geom)), ST_Y(ST_PointOnSurface(geom)), '', 100
		            FROM area WHERE code = $1 AND ended_on IS NULL
		UNION ALL SELECT 'area', code, name, 'grid', ST_X(ST_PointOnSurface(geom)), ST_Y(ST_PointOnSurface(geom)), '', 100
		            FROM grid WHERE code = $1 AND ended_on IS NULL`, s.q.Code)
}

// rooms finds the room of a place, and the building when the room is not on
// record.
func (s *search) rooms(ctx context.Context) ([]household.Hit, error) {
	if s.q.Room == "" {
		return nil, nil
	}
	buildings, err := s.buildings(ctx, s.q.Place)
	if err != nil || len(buildings) == 0 {
		return nil, err
	}
	codes := make([]string, len(buildings))
	score := map[string]float64{}
	for i, b := range buildings {
		codes[i], score[b.Code] = b.Code, b.Score
	}
	units, err := s.scanHits(ctx, fmt.Sprintf(unitHit, "0")+`b.code = ANY ($1) AND u.room = $2 AND ($3 = '' OR e.number = $3)
		ORDER BY u.code LIMIT $4`, codes, s.q.Room, s.q.Entrance, s.limit)
	if err != nil {
		return nil, err
	}
	for i := range units {
		units[i].Score = score[units[i].BuildingCode] + 1
	}
	if len(units) > 0 {
		return units, nil
	}
	for i := range buildings {
		buildings[i].Why = "room_not_on_record"
	}
	return buildings, nil
}

// buildings finds buildings by place, best first.
func (s *search) buildings(ctx context.Context, place string) ([]household.Hit, error) {
	if exact, err := s.scanHits(ctx, fmt.Sprintf(buildingHit, "50")+`b.code = $1`, place); err != nil || len(exact) > 0 {
		return exact, err
	}
	return s.matches(ctx, "building", place)
}

// nameSources are the queries that match names: each gives candidates having
// all ($2) or some of the bigrams $1, with their texts to be scored.
var nameSources = map[string]string{
	"building": `
		SELECT 'building', b.code, coalesce(nullif(b.address, ''), nullif(concat(c.name, b.name), ''), b.code),
		       concat_ws(' · ', nullif(c.name, ''), nullif(b.name, ''), a.name), ST_X(b.point), ST_Y(b.point), b.code,
		       b.grams || coalesce(c.grams, '{}'), concat(c.name, b.name), b.address
		  FROM building b LEFT JOIN compound c ON c.id = b.compound_id LEFT JOIN area a ON a.id = b.area_id
		 WHERE b.ended_on IS NULL AND (b.grams @> $1 OR $2 AND (b.grams && $1 OR c.grams && $1)
		       AND (SELECT count(*) FROM unnest($1::text[]) g WHERE g = ANY (b.grams || coalesce(c.grams, '{}'))) >= $3 * cardinality($1))`,
	"compound": `
		SELECT 'compound', t.code, coalesce(nullif(t.name, ''), t.code), coalesce(a.name, ''),
		       ST_X(ST_PointOnSurface(t.geom)), ST_Y(ST_PointOnSurface(t.geom)), '', t.grams, t.name, t.name_en
		  FROM compound t LEFT JOIN area a ON a.id = t.area_id
		 WHERE t.ended_on IS NULL AND (t.grams @> $1 OR $2 AND t.grams && $1
		       AND (SELECT count(*) FROM unnest($1::text[]) g WHERE g = ANY (t.grams)) >= $3 * cardinality($1))`,
	"facility": `
		SELECT 'facility', t.code, coalesce(nullif(t.name, ''), t.code), t.category, ST_X(t.geom), ST_Y(t.geom), '',
		       t.grams, t.name, t.name_en
		  FROM facility t
		 WHERE t.ended_on IS NULL AND (t.grams @> $1 OR $2 AND t.grams && $1
		       AND (SELECT count(*) FROM unnest($1::text[]) g WHERE g = ANY (t.grams)) >= $3 * cardinality($1))`,
	"area": `
		SELECT 'area', t.code, t.name, t.level, ST_X(ST_PointOnSurface(t.geom)), ST_Y(ST_PointOnSurface(t.geom)), '',
		       t.grams, t.name, t.name_en
		  FROM area t
		 WHERE t.ended_on IS NULL AND (t.grams @> $1 OR $2 AND t.grams && $1
		       AND (SELECT count(*) FROM unnest($1::text[]) g WHERE g = ANY (t.grams)) >= $3 * cardinality($1))`,
}

// names finds things by name: those that hold the whole query, and, when
// there are few, those that hold most of it.
func (s *search) names(ctx context.Context) ([]household.Hit, error) {
	var out []household.Hit
	for _, kind := range []string{"area", "compound", "building", "facility"} {
		found, err := s.matches(ctx, kind, s.q.Code)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

func (s *search) matches(ctx context.Context, kind, text string) ([]household.Hit, error) {
	grams := household.Grams(strings.Fields(text)...)
	if len(grams) == 0 {
		return nil, nil
	}
	for _, partial := range []bool{false, true} {
		if partial && !strings.ContainsFunc(text, unicode.IsLetter) {
			break // bigrams of digits say nothing
		}
		rows, err := s.tx.Query(ctx, nameSources[kind]+` ORDER BY 2 LIMIT `+strconv.Itoa(candidates),
			textArray(grams), partial, minShare)
		if err != nil {
			return nil, err
		}
		var out []household.Hit
		var h household.Hit
		var have []string
		var name, other string
		_, err = pgx.ForEachRow(rows, []any{&h.Kind, &h.Code, &h.Title, &h.Detail, &h.Lon, &h.Lat, &h.BuildingCode, &have, &name, &other}, func() error {
			h.Score = score(household.Fold(text), grams, have, household.Fold(name), household.Fold(other)) + kindBonus[kind]
			h.Why = ""
			if partial {
				h.Why = "partly"
			}
			out = append(out, h)
			return nil
		})
		if err != nil {
			return nil, err
		}
		if len(out) > 0 {
			slices.SortStableFunc(out, func(a, b household.Hit) int { return cmp.Compare(b.Score, a.Score) })
			return out[:min(len(out), s.limit)], nil
		}
	}
	return nil, nil
}

// kindBonus puts the larger thing first where names match alike.
var kindBonus = map[string]float64{"area": 0.3, "compound": 0.4, "building": 0.2, "facility": 0.1}

// score rates a match: 40 for the name itself, 30 for its beginning, 20 for a
// part of it; less what share of the query is missing, and a little for
// names that are not much longer than the query.
func score(query string, grams, have []string, names ...string) float64 {
	hit := 0
	for _, g := range grams {
		if slices.Contains(have, g) {
			hit++
		}
	}
	best := 10 * float64(hit) / float64(len(grams))
	for _, n := range names {
		if n == "" {
			continue
		}
		closeness := float64(len(query)) / float64(max(len(n), len(query)))
		switch {
		case n == query:
			best = max(best, 40)
		case strings.HasPrefix(n, query):
			best = max(best, 30+closeness)
		case strings.HasSuffix(n, query):
			best = max(best, 25+closeness)
		case strings.Contains(n, query):
			best = max(best, 20+closeness)
		}
	}
	return best
}

// mergedInto finds the people into whom entries with the number that is
// searched for were merged: they go by another one now. The owner looks; what
// is found is then read with the caller's rights.
func (db *DB) mergedInto(ctx context.Context, p household.Principal, q household.Query) ([]int64, error) {
	if db.Keys == nil || !p.Role.SeesPersons() || q.ID == "" && q.Phone == "" {
		return nil, nil
	}
	var id, phone []byte
	if q.ID != "" {
		id = db.Keys.Blind(fieldID, string(q.ID))
	}
	if q.Phone != "" {
		phone = db.Keys.Blind(fieldPhone, q.Phone)
	}
	rows, err := db.Pool.Query(ctx, `SELECT resident_id FROM resident_alias WHERE match_hash = $1
		UNION SELECT merged_into FROM resident WHERE phone_hash = $2 AND merged_into IS NOT NULL`, id, phone)
	if err != nil {
		return nil, noRows(err, "postgis.Registry.Search", "")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return list, noRows(err, "postgis.Registry.Search", "")
}

// persons finds people by identity number, phone or name, as far as the
// transaction's role may see them.
func (s *search) persons(ctx context.Context) ([]household.Hit, error) {
	type attempt struct {
		where string
		arg   any
		score float64
	}
	var tries []attempt
	keys := s.r.db.Keys
	if len(s.merged) > 0 {
		tries = append(tries, attempt{`r.id = ANY ($1)`, s.merged, 85})
	}
	if keys != nil && s.q.ID != "" {
		tries = append(tries, attempt{`r.match_hash = $1`, keys.Blind(fieldID, string(s.q.ID)), 90})
	}
	if keys != nil && s.q.Phone != "" {
		tries = append(tries, attempt{`r.phone_hash = $1`, keys.Blind(fieldPhone, s.q.Phone), 80})
	}
	if keys != nil && s.q.PhoneTail != "" {
		tries = append(tries, attempt{`r.phone_tail = $1`, keys.Blind(fieldPhoneTail, s.q.PhoneTail), 35})
	}
	if n := utf8.RuneCountInString(s.q.Text); n >= 2 && n <= 20 && s.q.Room == "" {
		tries = append(tries, attempt{`r.grams @> $1`, textArray(household.Grams(s.q.Text)), 30})
	}
	var out []household.Hit
	for _, t := range tries {
		people, err := s.r.people(ctx, s.tx, t.where, t.arg)
		if err != nil {
			return nil, err
		}
		for _, p := range people {
			h := household.Hit{
				Kind: "person", Code: strconv.FormatInt(p.ID, 10), Title: p.Name, Detail: p.Address,
				Lon: p.lon, Lat: p.lat, BuildingCode: p.building, Score: t.score,
			}
			if household.Fold(p.Name) == s.q.Text {
				h.Score += 15
			}
			out = append(out, h)
		}
	}
	return out[:min(len(out), s.limit)], nil
}
