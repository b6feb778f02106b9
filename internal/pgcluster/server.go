package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"hearthmap/household"
)

// child is a server that this process started.
type child struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended and been waited for
}

// launch starts the server and waits until it takes connections. A port that
// is taken between the look and the start, and a killed server whose last
// processes have not ended, are tried again.
func (c *Cluster) launch(ctx context.Context, bin Binaries, opts Options, log func(string)) error {
	const op = "pgcluster.Start"
	avoid := map[int]bool{}
	for attempt := 0; ; attempt++ {
		port, err := c.choosePort(opts.Port, avoid)
		if err != nil {
			return err
		}
		// The record of a dead server; running has made sure of that.
		if err := os.Remove(c.pidPath()); err != nil && !errors.Is(err, os.ErrNotExist) {
			return explainFS(op, c.dir, err)
		}
		err = c.launchOn(ctx, bin, port, log)
		switch {
		case err == nil:
			c.started = true
			return c.write("port", strconv.Itoa(port)+"\n")
		case errors.Is(err, errPortTaken) && opts.Port == 0 && attempt < 5:
			avoid[port] = true
		case errors.Is(err, errStillDown) && attempt < 50:
			if sleep(ctx, 200*time.Millisecond) != nil {
				return err
			}
		default:
			return err
		}
	}
}

func (c *Cluster) launchOn(ctx context.Context, bin Binaries, port int, log func(string)) error {
	const op, doing = "pgcluster.Start", "starting the database failed"
	logPath := c.file("postgres.log")
	out, offset, err := c.openLog(logPath)
	if err != nil {
		return explainFS(op, c.dir, err)
	}
	defer out.Close() // the server has its own
	// Not bound to ctx: the server must end by a shutdown, not by a kill.
	cmd := c.account.command(context.WithoutCancel(ctx), c.dir, bin.path("postgres"), "-D", c.dataDir(),
		"-c", "port="+strconv.Itoa(port), "-c", "listen_addresses=127.0.0.1",
		"-c", "unix_socket_directories="+c.socket, "-c", "unix_socket_permissions=0700")
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		return explain(op, c.dir, doing, "", err)
	}
	k := &child{cmd: cmd, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // how it ended stands in its log
		close(k.done)
	}()
	c.child, c.port, c.pid = k, port, cmd.Process.Pid
	began, told := time.Now(), false
	for {
		p, err := readPidFile(c.pidPath())
		if err == nil && p.pid == c.pid && p.status == "ready" {
			c.stamp = p.stamp
			return nil
		}
		select {
		case <-k.done:
			return explain(op, c.dir, doing, readFrom(logPath, offset), errors.New("the server ended at once; see "+logPath))
		case <-ctx.Done():
			c.shutdown(context.WithoutCancel(ctx)) // ctx's end is the error that matters
			return household.Errorf(household.Unavailable, op, "%s: %w", doing, context.Cause(ctx))
		case <-time.After(10 * time.Millisecond):
		}
		if !told && time.Since(began) > 3*time.Second {
			told = true
			log("the database is recovering from an unclean end; this can take a while")
		}
	}
}

// openLog opens the server's log for appending, emptied when it has grown
// long, and returns its length.
func (c *Cluster) openLog(path string) (*os.File, int64, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil {
		err = c.account.own(path)
	}
	if err == nil && info.Size() > 16*mib {
		if err = f.Truncate(0); err == nil {
			return f, 0, nil
		}
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// choosePort returns a loopback port that is free at this moment.
func (c *Cluster) choosePort(wanted int, avoid map[int]bool) (int, error) {
	const op = "pgcluster.Start"
	if wanted != 0 {
		if free(wanted) {
			return wanted, nil
		}
		e := household.Errorf(household.Unavailable, op, "port %d is taken by another program", wanted).
			WithHint("choose another port, or none: a free one is then found")
		e.Err = errPortTaken
		return 0, e
	}
	if text, err := os.ReadFile(c.file("port")); err == nil {
		port, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err == nil && port > 0 && port < 65536 && !avoid[port] && free(port) {
			return port, nil
		}
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, household.Errorf(household.Unavailable, op, "no loopback port can be had: %w", err).
			WithHint("see that the loopback interface is up (ip link set lo up)")
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func free(port int) bool {
	l, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	l.Close()
	return true
}

// attach uses the server that another process started.
func (c *Cluster) attach(ctx context.Context, p pidFile) error {
	const op = "pgcluster.Start"
	for p.status != "ready" {
		if sleep(ctx, 20*time.Millisecond) != nil {
			return household.Errorf(household.Unavailable, op, "gave up waiting for the database in %s: %w", c.dir, context.Cause(ctx))
		}
		var ok bool
		if p, ok = c.running(); !ok {
			return household.Errorf(household.Unavailable, op, "the database in %s ended while it was starting", c.dir).
				WithHint("see %s", c.file("postgres.log"))
		}
	}
	c.port, c.pid, c.stamp, c.socket = p.port, p.pid, p.stamp, p.socket
	if err := c.readPassword(); err != nil {
		return explainFS(op, c.dir, err)
	}
	return nil
}

// shutdown stops the server: fast, so that clients are sent away and nothing
// need be recovered; at once when ctx ends first.
func (c *Cluster) shutdown(ctx context.Context) error {
	const op = "pgcluster.Stop"
	if err := syscall.Kill(c.pid, syscall.SIGINT); err != nil && !errors.Is(err, syscall.ESRCH) {
		return household.Errorf(household.Forbidden, op, "cannot stop the database in %s: %w", c.dir, err).
			WithHint("stop it as the user who started it")
	}
	if c.waitGone(ctx) == nil {
		return nil
	}
	_ = syscall.Kill(c.pid, syscall.SIGQUIT) // it may have ended meanwhile
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if c.waitGone(last) != nil {
		return household.Errorf(household.Unavailable, op, "the database in %s does not stop", c.dir).
			WithHint("kill -9 %d; it recovers at the next start", c.pid)
	}
	return nil
}

func (c *Cluster) waitGone(ctx context.Context) error {
	if c.child != nil {
		select {
		case <-c.child.done:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for alive(c.pid, c.dataDir()) {
		if err := sleep(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// pidFile is what a server writes into postmaster.pid.
type pidFile struct {
	pid    int
	stamp  string // pid and start time
	port   int
	socket string
	status string // starting, stopping, ready, standby; empty early on
}

func (c *Cluster) pidPath() string { return filepath.Join(c.dataDir(), "postmaster.pid") }

func readPidFile(path string) (pidFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return pidFile{}, err
	}
	lines := strings.Split(string(text), "\n")
	for len(lines) < 8 {
		lines = append(lines, "")
	}
	p := pidFile{stamp: lines[0] + " " + lines[2], socket: lines[4], status: strings.TrimSpace(lines[7])}
	if p.pid, err = strconv.Atoi(strings.TrimSpace(lines[0])); err != nil {
		return p, fmt.Errorf("pgcluster: %s: %w", path, err)
	}
	p.port, _ = strconv.Atoi(lines[3]) // not yet written while it starts
	return p, nil
}

// running returns the record of the server that runs in the directory.
func (c *Cluster) running() (pidFile, bool) {
	p, err := readPidFile(c.pidPath())
	return p, err == nil && alive(p.pid, c.dataDir())
}

// alive reports whether the process is a server of that data directory: after
// a crash its number may be another program's.
func alive(pid int, dataDir string) bool {
	if pid <= 0 {
		return false
	}
	if err := syscall.Kill(pid, 0); err != nil && !errors.Is(err, syscall.EPERM) {
		return false
	}
	proc := "/proc/" + strconv.Itoa(pid)
	if _, err := os.Stat(proc); err != nil {
		_, noProc := os.Stat("/proc/self")
		return noProc != nil // no /proc on this system: believe the signal
	}
	// A server works in its data directory; a dead one has no directory.
	cwd, err := os.Readlink(proc + "/cwd")
	if err != nil {
		return errors.Is(err, os.ErrPermission)
	}
	real, err := filepath.EvalSymlinks(dataDir)
	return err == nil && cwd == real
}
