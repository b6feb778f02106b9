package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"hearthmap/household"
	"hearthmap/postgis"
)

type userCommand struct {
	Add     userAdd     `cmd:"" help:"Add an account; the password is read from standard input, or made and printed."`
	List    userList    `cmd:"" help:"List the accounts."`
	Grant   userGrant   `cmd:"" help:"Set an account's role and areas."`
	Disable userDisable `cmd:"" help:"Lock an account out, or with --undo let it in again."`
	Token   userToken   `cmd:"" help:"Make an API token; it is printed once."`
}

type userAdd struct {
	Login         string   `arg:"" help:"The name to sign in with."`
	Name          string   `help:"The person's name as shown."`
	Role          string   `help:"planner, grid, approver, auditor or admin." required:""`
	Scope         []string `help:"Codes of the areas or grids the account answers for."`
	PasswordStdin bool     `help:"Read the password from standard input."`
}

const minPassword = 10 // characters

// Run adds the account.
func (c userAdd) Run(ctx context.Context, con *console, s *settings) error {
	password, made, err := c.password(con)
	if err != nil {
		return err
	}
	hash, err := argon2id.CreateHash(password, argon2id.DefaultParams)
	if err != nil {
		return err
	}
	return s.withDB(ctx, con, func(db *postgis.DB) error {
		role := household.Role(c.Role)
		id, err := db.Accounts().Create(ctx, household.Account{Login: c.Login, Name: c.Name, Role: role}, hash)
		if err != nil {
			return err
		}
		if err := db.Accounts().SetScope(ctx, c.Login, role, c.Scope); err != nil {
			return err
		}
		if err := audited(ctx, db, "account_create", c.Login); err != nil {
			return err
		}
		if s.JSON {
			return con.printJSON(map[string]any{"id": id, "login": c.Login, "role": c.Role, "scope": c.Scope})
		}
		con.print("added %s (%s)", c.Login, c.Role)
		if made {
			con.print("password: %s", password)
		}
		return nil
	})
}

func (c userAdd) password(con *console) (password string, made bool, err error) {
	if !c.PasswordStdin {
		return rand.Text()[:16], true, nil
	}
	line, err := bufio.NewReader(con.in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", false, err
	}
	password = strings.TrimRight(line, "\r\n")
	if utf8.RuneCountInString(password) < minPassword || len(password) > 200 {
		return "", false, household.Errorf(household.Invalid, "hearthmap user add", "a password has %d to 200 characters", minPassword).
			WithHint("a sentence of four words is easy to remember and hard to guess")
	}
	return password, false, nil
}

// audited records what the command line did to an account.
func audited(ctx context.Context, db *postgis.DB, action, login string) error {
	return db.Audit().Record(ctx, household.AuditEntry{
		Account: "command line", Action: action, Subject: "account:" + login, Result: "ok",
	})
}

type userList struct{}

// Run lists the accounts.
func (userList) Run(ctx context.Context, con *console, s *settings) error {
	return s.withDB(ctx, con, func(db *postgis.DB) error {
		list, err := db.Accounts().List(ctx)
		if err != nil {
			return err
		}
		if s.JSON {
			return con.printJSON(list)
		}
		for _, a := range list {
			state := ""
			if a.Disabled {
				state = "disabled"
			}
			con.print("%-20s %-9s %-40s %s", a.Login, a.Role, strings.Join(a.Scope, ","), state)
		}
		return nil
	})
}

type userGrant struct {
	Login string   `arg:""`
	Role  string   `help:"planner, grid, approver, auditor or admin." required:""`
	Scope []string `help:"Codes of the areas or grids the account answers for."`
}

// Run sets role and scope.
func (c userGrant) Run(ctx context.Context, con *console, s *settings) error {
	return s.withDB(ctx, con, func(db *postgis.DB) error {
		if err := db.Accounts().SetScope(ctx, c.Login, household.Role(c.Role), c.Scope); err != nil {
			return err
		}
		return audited(ctx, db, "account_grant", c.Login)
	})
}

type userDisable struct {
	Login string `arg:""`
	Undo  bool   `help:"Let the account in again."`
}

// Run disables the account.
func (c userDisable) Run(ctx context.Context, con *console, s *settings) error {
	return s.withDB(ctx, con, func(db *postgis.DB) error {
		if err := db.Accounts().SetDisabled(ctx, c.Login, !c.Undo); err != nil {
			return err
		}
		action := "account_disable"
		if c.Undo {
			action = "account_enable"
		}
		return audited(ctx, db, action, c.Login)
	})
}

type userToken struct {
	Login string `arg:""`
	Name  string `help:"What the token is for."`
	Days  int    `help:"After how many days it expires." default:"90"`
}

// Run makes a token.
func (c userToken) Run(ctx context.Context, con *console, s *settings) error {
	if c.Days < 1 || c.Days > 3650 {
		return household.Errorf(household.Invalid, "hearthmap user token", "a token lasts 1 to 3650 days").WithHint("--days 90")
	}
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // it never fails
	token := base64.RawURLEncoding.EncodeToString(raw)
	return s.withDB(ctx, con, func(db *postgis.DB) error {
		expires := time.Now().AddDate(0, 0, c.Days)
		if err := db.Accounts().AddToken(ctx, c.Login, c.Name, sha256.Sum256([]byte(token)), expires); err != nil {
			return err
		}
		if err := audited(ctx, db, "token_create", c.Login); err != nil {
			return err
		}
		if s.JSON {
			return con.printJSON(map[string]any{"token": token, "expires": expires})
		}
		con.print("%s", token)
		return nil
	})
}
