package pgcluster

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"hearthmap/household"
)

// prepare finds the programs, makes the data directory if there is none, and
// writes the settings.
func (c *Cluster) prepare(ctx context.Context, opts Options, log func(string)) (Binaries, error) {
	const op = "pgcluster.Start"
	major, err := c.dataVersion()
	if err != nil {
		return Binaries{}, err
	}
	bin, err := FindBinaries(opts.BinDir, major)
	if err != nil {
		return bin, err
	}
	if err := c.makeSocketDir(); err != nil {
		return bin, explainFS(op, c.dir, err)
	}
	if major == 0 {
		log("making the database in " + c.dir)
		if err := c.initdb(ctx, bin, opts.Ephemeral); err != nil {
			return bin, err
		}
	} else if err := c.loadPassword(ctx, bin, log); err != nil {
		return bin, err
	}
	return bin, c.write("data/hearthmap.conf", settings(machineMemory(), opts.Ephemeral))
}

// dataVersion is the major version that made the data directory, 0 if there
// is none.
func (c *Cluster) dataVersion() (int, error) {
	text, err := os.ReadFile(filepath.Join(c.dataDir(), "PG_VERSION"))
	if err == nil {
		if major, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
			return major, nil
		}
	}
	if _, statErr := os.Lstat(c.dataDir()); errors.Is(statErr, os.ErrNotExist) {
		return 0, nil
	}
	// initdb's work is moved here when it is whole, so this is nothing of ours.
	return 0, household.Errorf(household.Conflict, "pgcluster.Start", "%s exists and is no database", c.dataDir()).
		WithHint("move it away, or %s", elsewhere)
}

// initdb makes the data directory. It is made under another name and moved
// when whole: what a killed initdb leaves is never taken for a database.
func (c *Cluster) initdb(ctx context.Context, bin Binaries, ephemeral bool) error {
	const op = "pgcluster.initdb"
	half := c.file("data.new")
	if err := os.RemoveAll(half); err != nil {
		return explainFS(op, c.dir, err)
	}
	c.password = rand.Text()
	if err := c.write("password", c.password+"\n"); err != nil {
		return err
	}
	args := []string{
		"--pgdata", half, "--username", Superuser, "--pwfile", c.file("password"), "--auth", "scram-sha-256",
		"--encoding", "UTF8", "--locale", "C.UTF-8", "--data-checksums", "--no-instructions",
	}
	if ephemeral {
		args = append(args, "--no-sync")
	}
	if out, err := c.account.command(ctx, c.dir, bin.path("initdb"), args...).CombinedOutput(); err != nil {
		return explain(op, c.dir, "making the database failed", string(out), commandError(ctx, err))
	}
	conf, err := os.OpenFile(filepath.Join(half, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return explainFS(op, c.dir, err)
	}
	_, err = conf.WriteString("\ninclude_if_exists = 'hearthmap.conf'\ninclude_if_exists = '../local.conf'\n")
	if err = errors.Join(err, conf.Sync(), conf.Close(), os.Rename(half, c.dataDir())); err != nil {
		return explainFS(op, c.dir, err)
	}
	return nil
}

// commandError prefers the reason why a program was ended over how it ended.
func commandError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// loadPassword reads the superuser's password. A lost one is replaced: whoever
// may write the data directory may do anything anyway.
func (c *Cluster) loadPassword(ctx context.Context, bin Binaries, log func(string)) error {
	const op = "pgcluster.Start"
	err := c.readPassword()
	if err == nil {
		return nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return explainFS(op, c.dir, err)
	}
	log("the password file is gone; setting a new password")
	c.password = rand.Text()
	cmd := c.account.command(ctx, c.dir, bin.path("postgres"), "--single", "-D", c.dataDir(), "postgres")
	cmd.Stdin = strings.NewReader("alter role " + Superuser + " password '" + c.password + "';\n")
	out, err := cmd.CombinedOutput()
	if err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			out = nil
		}
		return explain(op, c.dir, "setting a new password failed", string(out), commandError(ctx, err))
	}
	return c.write("password", c.password+"\n")
}

func (c *Cluster) readPassword() error {
	text, err := os.ReadFile(c.file("password"))
	if err != nil {
		return err
	}
	c.password = strings.TrimSpace(string(text))
	return nil
}

// maxSocketPath is the longest path of a unix socket: 107 bytes on Linux, 103
// on macOS.
const maxSocketPath = 103

func (c *Cluster) makeSocketDir() error {
	dir := c.file("socket")
	if len(dir)+len("/.s.PGSQL.65535.lock") > maxSocketPath {
		c.socket = ""
		return nil
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	c.socket = dir
	return c.account.own(dir)
}

// write puts a file of mode 0600 in the cluster's directory, whole or not at
// all, and gives it to the server's user.
func (c *Cluster) write(name, text string) error {
	const op = "pgcluster.write"
	path := c.file(name)
	temp := path + ".new"
	err := os.WriteFile(temp, []byte(text), 0o600)
	if err == nil {
		err = errors.Join(os.Chmod(temp, 0o600), c.account.own(temp))
	}
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		return explainFS(op, c.dir, err)
	}
	return nil
}
