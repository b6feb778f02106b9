package pgcluster

import (
	"context"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"hearthmap/household"
)

// account is the user that the server runs as. PostgreSQL refuses to run as
// root, so root hands it to another user.
type account struct {
	name string
	uid  int
	gid  int
	drop bool // whether it differs from the user of this process
}

// serverAccounts are tried in this order when root starts the server.
var serverAccounts = []string{"postgres", "hearthmap", "nobody"}

func chooseAccount() (account, error) {
	const op = "pgcluster.chooseAccount"
	if os.Geteuid() != 0 {
		return account{name: strconv.Itoa(os.Geteuid()), uid: os.Geteuid(), gid: os.Getegid()}, nil
	}
	for _, name := range serverAccounts {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err1 == nil && err2 == nil && uid != 0 {
			return account{name: name, uid: uid, gid: gid, drop: true}, nil
		}
	}
	return account{}, household.Errorf(household.Unavailable, op,
		"PostgreSQL does not run as root, and there is no user %s to run it", strings.Join(serverAccounts, ", ")).
		WithHint("useradd --system postgres, or run hearthmap as an ordinary user")
}

// command prepares a program that runs as the account, in a session of its
// own so that a Ctrl-C in the terminal does not reach it.
func (a account) command(ctx context.Context, dir, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	// PG* variables of the caller must not reach the server.
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "HOME=" + dir}
	if tz := os.Getenv("TZ"); tz != "" {
		cmd.Env = append(cmd.Env, "TZ="+tz)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if a.drop {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// own gives the file to the account.
func (a account) own(path string) error {
	if !a.drop {
		return nil
	}
	return os.Lchown(path, a.uid, a.gid)
}

// reach makes sure that the account can get at dir through all its parents.
func (a account) reach(ctx context.Context, dir string) error {
	const op = "pgcluster.reach"
	if !a.drop {
		return nil
	}
	var parents []string
	for p := dir; ; p = filepath.Dir(p) {
		parents = append([]string{p}, parents...)
		if p == filepath.Dir(p) {
			break
		}
	}
	// Asked of the kernel, as the user, so that access lists count as well.
	const script = `for p; do [ -x "$p" ] || { printf %s "$p"; exit 3; }; done`
	cmd := a.command(ctx, "/", "/bin/sh", append([]string{"-c", script, "sh"}, parents...)...)
	out, err := cmd.Output()
	if err == nil {
		return nil
	}
	if cmd.ProcessState == nil {
		return household.Errorf(household.Unavailable, op,
			"PostgreSQL does not run as root, and this process may not become the user %s: %w", a.name, err).
			WithHint("run hearthmap as an ordinary user, or allow the container the capabilities SETUID and SETGID")
	}
	if cmd.ProcessState.ExitCode() != 3 {
		return household.Errorf(household.Unavailable, op, "the user %s cannot run a program: %w", a.name, err).
			WithHint("run hearthmap as an ordinary user")
	}
	return household.Errorf(household.Unavailable, op,
		"PostgreSQL runs as the user %s, who may not enter %s", a.name, out).
		WithHint("choose another directory with --data, such as --data /var/lib/hearthmap, or chmod o+x %s", out)
}
