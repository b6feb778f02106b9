package pgcluster

import (
	"context"
	"os"
	"path/filepath"
	"syscall"

	"hearthmap/household"
)

// Status tells what is in a cluster's directory.
type Status struct {
	Dir     string `json:"dir"`
	Exists  bool   `json:"exists"` // a database was made there
	Running bool   `json:"running"`
	Ready   bool   `json:"ready"` // it takes connections
	Kept    bool   `json:"kept"`  // it outlives its users
	PID     int    `json:"pid,omitempty"`
	Port    int    `json:"port,omitempty"`
	Socket  string `json:"socket,omitempty"`
	Version int    `json:"version,omitempty"` // major version of PostgreSQL
	Log     string `json:"log"`
}

// StatusOf looks into the directory without changing anything.
func StatusOf(dir string) (Status, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return Status{}, explainFS("pgcluster.StatusOf", dir, err)
	}
	c := &Cluster{dir: abs}
	s := Status{Dir: abs, Log: c.file("postgres.log")}
	if _, err := os.ReadDir(abs); err != nil {
		if os.IsNotExist(err) {
			return s, nil
		}
		return s, explainFS("pgcluster.StatusOf", abs, err)
	}
	if s.Version, err = c.dataVersion(); err != nil {
		return s, err
	}
	s.Exists = s.Version != 0
	if p, ok := c.running(); ok {
		c.stamp = p.stamp
		s.Running, s.Ready, s.Kept = true, p.status == "ready", c.kept()
		s.PID, s.Port, s.Socket = p.pid, p.port, p.socket
	}
	return s, nil
}

// Status tells how the cluster is.
func (c *Cluster) Status() (Status, error) { return StatusOf(c.dir) }

// StopDir stops the server that runs in the directory, whoever uses it. The
// error has ErrNotRunning in its chain when there is none.
func StopDir(ctx context.Context, dir string) error {
	const op = "pgcluster.StopDir"
	s, err := StatusOf(dir)
	if err != nil {
		return err
	}
	notRunning := household.Errorf(household.NotFound, op, "no database is running in %s", s.Dir)
	notRunning.Err = ErrNotRunning
	if !s.Exists {
		return notRunning
	}
	c := &Cluster{dir: s.Dir}
	lock, err := lockFile(ctx, c.file("start.lock"), syscall.LOCK_EX, nil)
	if err != nil {
		return lockError(op, s.Dir, err)
	}
	defer lock.release()
	p, ok := c.running()
	if !ok {
		return notRunning
	}
	c.pid = p.pid
	_ = os.Remove(c.file("keep")) // it names a server that is about to end
	return c.shutdown(ctx)
}

// DefaultDir is where a user's data is kept when nothing else is said: for
// root /var/lib/hearthmap, else hearthmap in XDG_DATA_HOME or ~/.local/share.
// The cluster is one of the things kept there, so it wants a directory of its
// own below.
func DefaultDir(getenv func(string) string) (string, error) {
	if os.Geteuid() == 0 {
		return "/var/lib/hearthmap", nil
	}
	if base := getenv("XDG_DATA_HOME"); filepath.IsAbs(base) {
		return filepath.Join(base, "hearthmap"), nil
	}
	home := getenv("HOME")
	if home == "" {
		return "", household.Errorf(household.Invalid, "pgcluster.DefaultDir", "no home directory is known").
			WithHint("say where to keep the data with --data DIR or HEARTHMAP_DATA")
	}
	return filepath.Join(home, ".local", "share", "hearthmap"), nil
}
