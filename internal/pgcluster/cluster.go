package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
)

// Superuser is the role that owns the cluster and every database in it.
const Superuser = "hearthmap"

// Options say where and how a cluster runs.
type Options struct {
	// Dir is the cluster's own directory, made when it is missing. Nothing
	// else belongs there. Started by root, it is given to the server's user,
	// who must be able to enter all its parents.
	Dir string
	// Port is the loopback port; 0 takes the port of the last start if it is
	// free, else any free port.
	Port int
	// Log, if set, is told what takes time or is out of the ordinary.
	Log func(message string)
	// BinDir is where initdb and postgres are; empty to look for them.
	BinDir string
	// Ephemeral is for tests: small, not crash-safe, and when this process
	// ends in any way, the server is stopped and Dir removed.
	Ephemeral bool
}

// Cluster is a running server that this process uses.
type Cluster struct {
	dir      string
	port     int
	socket   string // directory of the unix socket; empty when there is none
	password string
	pid      int
	stamp    string // tells this run of the server from others of the same pid
	started  bool
	account  account
	users    *fileLock
	child    *child    // nil when another process started the server
	watchdog *watchdog // nil unless ephemeral
}

// Start makes the cluster in opts.Dir if there is none, starts its server
// unless it is running, and returns once it takes connections. Errors are of
// *household.Error.
func Start(ctx context.Context, opts Options) (*Cluster, error) {
	const op = "pgcluster.Start"
	log := opts.Log
	if log == nil {
		log = func(string) {}
	}
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, explainFS(op, opts.Dir, err)
	}
	account, err := chooseAccount()
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir, account: account}
	if err := c.makeDir(ctx); err != nil {
		return nil, err
	}
	lock, err := lockFile(ctx, c.file("start.lock"), syscall.LOCK_EX, func() {
		log("another process is starting or stopping the database in " + dir + "; waiting for it")
	})
	if err != nil {
		return nil, lockError(op, dir, err)
	}
	defer lock.release()
	if c.users, err = lockFile(ctx, c.file("users.lock"), syscall.LOCK_SH, nil); err != nil {
		return nil, lockError(op, dir, err)
	}
	if err := c.attachOrLaunch(ctx, opts, log); err != nil {
		c.users.release()
		c.watchdog.end()
		return nil, err
	}
	return c, nil
}

func (c *Cluster) attachOrLaunch(ctx context.Context, opts Options, log func(string)) error {
	if p, ok := c.running(); ok {
		if opts.Port != 0 && opts.Port != p.port {
			log(fmt.Sprintf("the database runs already, on port %d", p.port))
		}
		if err := c.attach(ctx, p); err != nil {
			return err
		}
		return c.probe(ctx)
	}
	if opts.Port != 0 { // before the long work
		if _, err := c.choosePort(opts.Port, nil); err != nil {
			return err
		}
	}
	if opts.Ephemeral {
		var err error
		if c.watchdog, err = watch(c.dir); err != nil {
			return household.Errorf(household.Unavailable, "pgcluster.Start", "cannot watch over the test database: %w", err)
		}
	}
	bin, err := c.prepare(ctx, opts, log)
	if err != nil {
		return err
	}
	if err := c.launch(ctx, bin, opts, log); err != nil {
		return err
	}
	if err := c.probe(ctx); err != nil {
		c.shutdown(context.WithoutCancel(ctx)) // the probe's error is the one that matters
		return err
	}
	return nil
}

func lockError(op, dir string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return household.Errorf(household.Unavailable, op, "gave up waiting for another process that starts or stops the database in %s: %w", dir, err).
			WithHint("wait for the other command to end, then repeat")
	}
	return explainFS(op, dir, err)
}

// probe connects once and looks for what Hearthmap needs.
func (c *Cluster) probe(ctx context.Context) error {
	const op = "pgcluster.Start"
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return household.Errorf(household.Unavailable, op, "the database in %s runs but does not answer: %w", c.dir, err).
			WithHint("see %s", c.file("postgres.log"))
	}
	defer conn.Close(ctx)
	return needExtensions(ctx, conn)
}

// makeDir makes the cluster's directory and makes sure that the server's user
// gets there.
func (c *Cluster) makeDir(ctx context.Context) error {
	const op = "pgcluster.Start"
	if err := makeParents(filepath.Dir(c.dir)); err != nil {
		return explainFS(op, c.dir, err)
	}
	if err := os.Mkdir(c.dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return explainFS(op, c.dir, err)
	}
	info, err := os.Stat(c.dir)
	if err != nil {
		return explainFS(op, c.dir, err)
	}
	if !info.IsDir() {
		return explainFS(op, c.dir, syscall.ENOTDIR)
	}
	if err := c.account.own(c.dir); err != nil {
		return explainFS(op, c.dir, err)
	}
	return c.account.reach(ctx, c.dir)
}

// makeParents makes the directories so that other users can enter, whatever
// the umask: the server may run as another user.
func makeParents(dir string) error {
	if info, err := os.Stat(dir); err == nil {
		if !info.IsDir() {
			return &os.PathError{Op: "mkdir", Path: dir, Err: syscall.ENOTDIR}
		}
		return nil
	}
	if err := makeParents(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		if errors.Is(err, os.ErrExist) {
			return nil
		}
		return err
	}
	return os.Chmod(dir, 0o755)
}

func (c *Cluster) file(name string) string { return filepath.Join(c.dir, name) }
func (c *Cluster) dataDir() string         { return c.file("data") }

// Dir is the cluster's directory.
func (c *Cluster) Dir() string { return c.dir }

// Port is the loopback port that the server listens on.
func (c *Cluster) Port() int { return c.port }

// Started reports whether this process started the server, rather than found
// it running.
func (c *Cluster) Started() bool { return c.started }

// URL is the connection URL of the database, through the unix socket where
// there is one. It holds the password.
func (c *Cluster) URL(database string) string {
	if c.socket == "" {
		return c.TCPURL(database)
	}
	u := url.URL{Scheme: "postgres", User: url.UserPassword(Superuser, c.password), Path: "/" + database}
	u.RawQuery = url.Values{"host": {c.socket}, "port": {strconv.Itoa(c.port)}, "sslmode": {"disable"}}.Encode()
	return u.String()
}

// TCPURL is the connection URL of the database over the loopback interface,
// for programs that know nothing of unix sockets. It holds the password.
func (c *Cluster) TCPURL(database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(Superuser, c.password),
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port)), Path: "/" + database,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

// CreateDatabase makes the database if there is none of that name.
func (c *Cluster) CreateDatabase(ctx context.Context, name string) error {
	const op = "pgcluster.CreateDatabase"
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return household.Errorf(household.Unavailable, op, "cannot connect to the private database: %w", err).
			WithHint("see %s", c.file("postgres.log"))
	}
	defer conn.Close(ctx)
	var exists bool
	err = conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", name).Scan(&exists)
	if err == nil && !exists {
		_, err = conn.Exec(ctx, "create database "+pgx.Identifier{name}.Sanitize())
		if sqlState(err) == "42P04" || sqlState(err) == "23505" {
			err = nil // another process made it meanwhile
		}
	}
	if err != nil {
		return household.Errorf(household.Unavailable, op, "cannot create the database %q: %w", name, err)
	}
	return nil
}

// Keep lets the server run on after its last user has left, until StopDir or
// the end of the machine.
func (c *Cluster) Keep() error {
	path := c.file("keep")
	err := os.WriteFile(path, []byte(c.stamp), 0o600)
	if err == nil {
		err = c.account.own(path)
	}
	if err != nil {
		return explainFS("pgcluster.Keep", c.dir, err)
	}
	return nil
}

// Stop ends this process's use of the server. The last user stops the server,
// unless it is kept; others leave it running. When ctx ends first, the server
// is told to stop at once and recovers at its next start.
func (c *Cluster) Stop(ctx context.Context) error {
	if c.users == nil {
		return nil // stopped before
	}
	defer func() {
		c.users.release()
		c.users = nil
		c.watchdog.end()
	}()
	// Nobody may start or find the server between the look and the stop. A
	// process that is shutting down must not hang here, so it is stopped all
	// the same once ctx has ended.
	lock, err := lockFile(ctx, c.file("start.lock"), syscall.LOCK_EX, nil)
	if err == nil {
		defer lock.release()
	}
	if !c.users.alone() || c.kept() {
		return nil
	}
	return c.shutdown(ctx)
}

func (c *Cluster) kept() bool {
	text, err := os.ReadFile(c.file("keep"))
	return err == nil && string(text) == c.stamp
}
