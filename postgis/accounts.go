package postgis

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"hearthmap/household"
)

// Accounts is the database's household.Accounts.
type Accounts struct{ db *DB }

// Accounts returns the city's accounts.
func (db *DB) Accounts() *Accounts { return &Accounts{db} }

const accountColumns = `id, login, name, role, scope, disabled, created_at`

// Create adds an account.
func (s *Accounts) Create(ctx context.Context, a household.Account, passwordHash string) (int64, error) {
	const op = "postgis.Accounts.Create"
	if !a.Role.Valid() {
		return 0, household.Errorf(household.Invalid, op, "there is no role %q", a.Role).
			WithHint("use one of planner, grid, approver, auditor, admin")
	}
	var id int64
	err := s.db.Pool.QueryRow(ctx, `
		INSERT INTO account (login, name, role, scope, password_hash) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		a.Login, a.Name, a.Role, textArray(a.Scope), passwordHash).Scan(&id)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" {
		return 0, household.Errorf(household.Conflict, op, "there is an account %q already", a.Login).
			WithHint("choose another name, or change the account with `hearthmap user grant`")
	}
	return id, noRows(err, op, "")
}

// List returns all accounts by login.
func (s *Accounts) List(ctx context.Context) ([]household.Account, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT `+accountColumns+` FROM account ORDER BY login`)
	if err != nil {
		return nil, noRows(err, "postgis.Accounts.List", "")
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[household.Account])
}

// ByLogin returns the account and its password hash.
func (s *Accounts) ByLogin(ctx context.Context, login string) (household.Account, string, error) {
	var a household.Account
	var hash string
	err := s.db.Pool.QueryRow(ctx, `SELECT `+accountColumns+`, password_hash FROM account WHERE login = $1`, login).
		Scan(&a.ID, &a.Login, &a.Name, &a.Role, &a.Scope, &a.Disabled, &a.Created, &hash)
	return a, hash, noRows(err, "postgis.Accounts.ByLogin", "there is no account %q", login)
}

// ByID returns the account.
func (s *Accounts) ByID(ctx context.Context, id int64) (household.Account, error) {
	return s.one(ctx, `SELECT `+accountColumns+` FROM account WHERE id = $1`, id)
}

func (s *Accounts) one(ctx context.Context, sql string, args ...any) (household.Account, error) {
	rows, err := s.db.Pool.Query(ctx, sql, args...)
	if err != nil {
		return household.Account{}, noRows(err, "postgis.Accounts", "")
	}
	a, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[household.Account])
	return a, noRows(err, "postgis.Accounts", "there is no such account")
}

// SetScope sets the role and the areas or grids of an account. Every code of
// the scope has to exist.
func (s *Accounts) SetScope(ctx context.Context, login string, role household.Role, scope []string) error {
	const op = "postgis.Accounts.SetScope"
	if !role.Valid() {
		return household.Errorf(household.Invalid, op, "there is no role %q", role).
			WithHint("use one of planner, grid, approver, auditor, admin")
	}
	var missing string
	err := s.db.Pool.QueryRow(ctx, `
		SELECT c FROM unnest($1::text[]) c
		 WHERE NOT EXISTS (SELECT FROM area WHERE code = c) AND NOT EXISTS (SELECT FROM grid WHERE code = c)
		 LIMIT 1`, textArray(scope)).Scan(&missing)
	if err == nil {
		return household.Errorf(household.Invalid, op, "there is no area or grid %q", missing).
			WithHint("import areas first, or look the code up with `hearthmap lookup`")
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return noRows(err, op, "")
	}
	return s.update(ctx, op, login, `UPDATE account SET role = $2, scope = $3 WHERE login = $1`, role, textArray(scope))
}

// SetDisabled locks an account out, or lets it in again.
func (s *Accounts) SetDisabled(ctx context.Context, login string, disabled bool) error {
	return s.update(ctx, "postgis.Accounts.SetDisabled", login,
		`UPDATE account SET disabled = $2, failures = 0 WHERE login = $1`, disabled)
}

func (s *Accounts) update(ctx context.Context, op, login, sql string, args ...any) error {
	tag, err := s.db.Pool.Exec(ctx, sql, append([]any{login}, args...)...)
	if err == nil && tag.RowsAffected() == 0 {
		err = pgx.ErrNoRows
	}
	return noRows(err, op, "there is no account %q", login)
}

// AddToken stores the hash of an API token.
func (s *Accounts) AddToken(ctx context.Context, login, name string, hash [32]byte, expires time.Time) error {
	return s.update(ctx, "postgis.Accounts.AddToken", login, `
		INSERT INTO api_token (account_id, name, sha256, expires_at)
		SELECT id, $2, $3, $4 FROM account WHERE login = $1`, name, hash[:], expires)
}

// ByToken returns the account of a token that has not expired.
func (s *Accounts) ByToken(ctx context.Context, hash [32]byte) (household.Account, error) {
	return s.one(ctx, `
		SELECT `+accountColumns+` FROM account
		 WHERE NOT disabled AND id = (SELECT account_id FROM api_token WHERE sha256 = $1 AND expires_at > now())`, hash[:])
}

// failureWindow is after how long failed sign-ins are forgotten.
const failureWindow = 15 * time.Minute

// NoteSignIn records a sign-in or a failed one, and returns how many failures
// in a row there have been within the last quarter of an hour.
func (s *Accounts) NoteSignIn(ctx context.Context, login string, ok bool) (int, error) {
	var failures int
	err := s.db.Pool.QueryRow(ctx, `
		UPDATE account SET
			failures = CASE WHEN $2 THEN 0
			                WHEN failed_at < now() - $3::interval THEN 1 ELSE failures + 1 END,
			failed_at = CASE WHEN $2 THEN failed_at ELSE now() END
		 WHERE login = $1 RETURNING failures`, login, ok, failureWindow).Scan(&failures)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil // an unknown login leaves no trace to count
	}
	return failures, noRows(err, "postgis.Accounts.NoteSignIn", "")
}

// Failures returns how many sign-ins in a row failed within the last quarter
// of an hour.
func (s *Accounts) Failures(ctx context.Context, login string) (int, error) {
	var n int
	err := s.db.Pool.QueryRow(ctx, `
		SELECT coalesce(sum(failures), 0) FROM account WHERE login = $1 AND failed_at > now() - $2::interval`,
		login, failureWindow).Scan(&n)
	return n, noRows(err, "postgis.Accounts.Failures", "")
}
