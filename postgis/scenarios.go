package postgis

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"hearthmap/household"
)

// Scenarios is the database's household.Scenarios.
type Scenarios struct{ db *DB }

// Scenarios returns the city's scenarios.
func (db *DB) Scenarios() *Scenarios { return &Scenarios{db} }

const scenarioColumns = `id, name, standard, method, profile, changes, content, version, created_by, created_at, updated_by, updated_at`

// List returns all, the last saved first, without their content.
func (s *Scenarios) List(ctx context.Context) ([]household.SavedScenario, error) {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT id, name, standard, method, profile, changes, NULL::jsonb, version, created_by, created_at, updated_by, updated_at
		  FROM scenario ORDER BY updated_at DESC, id DESC`)
	if err != nil {
		return nil, noRows(err, "postgis.Scenarios.List", "")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[household.SavedScenario])
	return list, noRows(err, "postgis.Scenarios.List", "")
}

// ByID returns the scenario of the id.
func (s *Scenarios) ByID(ctx context.Context, id int64) (household.SavedScenario, error) {
	return s.one(ctx, "postgis.Scenarios.ByID", `SELECT `+scenarioColumns+` FROM scenario WHERE id = $1`, id)
}

// ByName returns the scenario of the name, whatever the case of its letters.
func (s *Scenarios) ByName(ctx context.Context, name string) (household.SavedScenario, error) {
	return s.one(ctx, "postgis.Scenarios.ByName", `SELECT `+scenarioColumns+` FROM scenario WHERE lower(name) = lower($1)`, name)
}

func (s *Scenarios) one(ctx context.Context, op, sql string, args ...any) (household.SavedScenario, error) {
	var out household.SavedScenario
	rows, err := s.db.Pool.Query(ctx, sql, args...)
	if err == nil {
		out, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[household.SavedScenario])
	}
	var pg *pgconn.PgError
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return out, noScenario(op)
	case errors.As(err, &pg) && pg.Code == "23505":
		return out, household.Errorf(household.Conflict, op, "there is a scenario of that name already").
			WithHint("choose another name, or open that scenario and save it again")
	}
	return out, noRows(err, op, "")
}

func noScenario(op string) error {
	return household.Errorf(household.NotFound, op, "there is no such scenario; it may have been deleted").
		WithHint("look at the list of saved scenarios")
}

// Save keeps a scenario: a new one when its id is 0.
func (s *Scenarios) Save(ctx context.Context, login string, x household.SavedScenario) (household.SavedScenario, error) {
	const op = "postgis.Scenarios.Save"
	name, err := household.ScenarioName(x.Name)
	if err != nil {
		return x, err
	}
	if x.ID == 0 {
		out, err := s.one(ctx, op, `
			INSERT INTO scenario (name, standard, method, profile, changes, content, created_by, updated_by)
			SELECT $1, $2, $3, $4, $5, $6, $7, $7 WHERE (SELECT count(*) FROM scenario) < $8
			RETURNING `+scenarioColumns, name, x.Standard, x.Method, x.Profile, x.Changes, x.Content, login, household.MaxScenarios)
		if household.CodeOf(err) == household.NotFound {
			return x, household.Errorf(household.Conflict, op, "the city keeps %d scenarios, which is as many as it can", household.MaxScenarios).
				WithHint("delete some that nobody needs")
		}
		return out, err
	}
	out, err := s.one(ctx, op, `
		UPDATE scenario SET name = $2, standard = $3, method = $4, profile = $5, changes = $6, content = $7,
		       version = version + 1, updated_by = $8, updated_at = now()
		 WHERE id = $1 AND $9 IN (0, version) RETURNING `+scenarioColumns,
		x.ID, name, x.Standard, x.Method, x.Profile, x.Changes, x.Content, login, x.Version)
	if household.CodeOf(err) == household.NotFound {
		if _, there := s.ByID(ctx, x.ID); there == nil {
			return x, household.Errorf(household.Conflict, op, "somebody else saved the scenario meanwhile").
				WithHint("open it again, or save under another name")
		}
	}
	return out, err
}

// Delete forgets a scenario.
func (s *Scenarios) Delete(ctx context.Context, id int64) error {
	tag, err := s.db.Pool.Exec(ctx, `DELETE FROM scenario WHERE id = $1`, id)
	if err == nil && tag.RowsAffected() == 0 {
		return noScenario("postgis.Scenarios.Delete")
	}
	return noRows(err, "postgis.Scenarios.Delete", "")
}
