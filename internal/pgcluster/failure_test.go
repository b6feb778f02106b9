package pgcluster_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"hearthmap/household"
	"hearthmap/internal/pgcluster"
)

// refuse starts a cluster that cannot start, and returns the error, which must
// say what to do.
func refuse(t *testing.T, opts pgcluster.Options, code household.ErrorCode, says ...string) error {
	t.Helper()
	c, err := pgcluster.Start(t.Context(), opts)
	if err == nil {
		stop(t, c)
		t.Fatal("it started")
	}
	t.Log(err)
	if household.CodeOf(err) != code || household.HintOf(err) == "" {
		t.Errorf("code %s, hint %q", household.CodeOf(err), household.HintOf(err))
	}
	for _, s := range says {
		if !strings.Contains(err.Error(), s) {
			t.Errorf("the error does not say %q: %v", s, err)
		}
	}
	return err
}

func TestNoPostgres(t *testing.T) {
	empty := t.TempDir()
	err := refuse(t, pgcluster.Options{Dir: tempDir(t), BinDir: empty}, household.Unavailable, empty, "apt-get install", "make setup")
	if !errors.Is(err, pgcluster.ErrNotInstalled) {
		t.Error("it is not ErrNotInstalled")
	}
	t.Setenv("HEARTHMAP_PG_BIN", empty)
	refuse(t, pgcluster.Options{Dir: tempDir(t)}, household.Unavailable, empty)
}

func TestNoPostgresOfThatVersion(t *testing.T) {
	dir := tempDir(t)
	if err := os.MkdirAll(filepath.Join(dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "data", "PG_VERSION"), []byte("99\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	refuse(t, pgcluster.Options{Dir: dir}, household.Unavailable, "PostgreSQL 99", "postgresql-99")
}

// A copy of Debian's PostgreSQL without PostGIS: its programs find their other
// files by their own place.
func TestNoPostGIS(t *testing.T) {
	needPostgres(t)
	bin, err := pgcluster.FindBinaries("", 0)
	if err != nil {
		t.Fatal(err)
	}
	version, ok := strings.CutPrefix(filepath.Dir(bin.Dir), "/usr/lib/postgresql/")
	if !ok {
		t.Skip("PostgreSQL is not where Debian puts it")
	}
	root := tempDir(t)
	for _, part := range []string{"/usr/lib/postgresql/" + version, "/usr/share/postgresql/" + version} {
		to := filepath.Join(root, part)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("cp", "-r", part, to).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v", out, err)
		}
	}
	if out, err := exec.Command("sh", "-c", "chmod -R a+rX "+root+"/usr && rm "+root+"/usr/share/postgresql/"+version+"/extension/postgis*").CombinedOutput(); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	dir := tempDir(t)
	refuse(t, pgcluster.Options{Dir: dir, BinDir: filepath.Join(root, bin.Dir)}, household.Unavailable, "no extension postgis", "postgresql-"+version+"-postgis-3")
	if status(t, dir).Running {
		t.Error("the server was left running")
	}
}

func TestPortTaken(t *testing.T) {
	needPostgres(t)
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	refuse(t, pgcluster.Options{Dir: tempDir(t), Port: l.Addr().(*net.TCPAddr).Port}, household.Unavailable, "taken")
}

func TestPathUnderAFile(t *testing.T) {
	needPostgres(t)
	file := filepath.Join(tempDir(t), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refuse(t, pgcluster.Options{Dir: file}, household.Unavailable, file, "--data")
	refuse(t, pgcluster.Options{Dir: filepath.Join(file, "a", "b")}, household.Unavailable, file, "--data")
}

func TestSomethingElseInTheWay(t *testing.T) {
	needPostgres(t)
	dir := tempDir(t)
	precious := filepath.Join(dir, "data", "thesis.txt")
	if err := os.MkdirAll(filepath.Dir(precious), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(precious, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	refuse(t, pgcluster.Options{Dir: dir}, household.Conflict, "no database")
	if _, err := os.Stat(precious); err != nil {
		t.Error(err)
	}
}

// mount puts a small file system in memory on a new directory.
func mount(t *testing.T, options string) string {
	t.Helper()
	dir := tempDir(t)
	if err := syscall.Mount("hearthmap-test", dir, "tmpfs", 0, "mode=0755,"+options); err != nil {
		t.Skipf("a file system cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func TestReadOnlyDisk(t *testing.T) {
	needPostgres(t)
	dir := mount(t, "size=1m")
	if err := syscall.Mount("hearthmap-test", dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, "size=1m"); err != nil {
		t.Skip(err)
	}
	refuse(t, pgcluster.Options{Dir: filepath.Join(dir, "pg")}, household.Unavailable, "read-only", "--data")
}

func TestReadOnlyDirectory(t *testing.T) {
	needPostgres(t)
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := tempDir(t)
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	refuse(t, pgcluster.Options{Dir: filepath.Join(dir, "pg")}, household.Unavailable, "permission denied", "--data")
}

func TestFullDisk(t *testing.T) {
	needPostgres(t)
	for _, size := range []string{"4k", "8m", "30m"} { // no room for a file, for initdb, for its last steps
		t.Run(size, func(t *testing.T) {
			dir := filepath.Join(mount(t, "size="+size), "pg")
			c, err := pgcluster.Start(t.Context(), pgcluster.Options{Dir: dir})
			if err == nil {
				stop(t, c)
				t.Skip("it has room enough")
			}
			t.Log(err)
			if !strings.Contains(err.Error(), "full") || household.HintOf(err) == "" {
				t.Errorf("the error does not say that the disk is full: %v", err)
			}
		})
	}
}

func TestUnreachableForTheServersUser(t *testing.T) {
	needPostgres(t)
	if os.Geteuid() != 0 {
		t.Skip("only root hands the server to another user")
	}
	closed := filepath.Join(tempDir(t), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	refuse(t, pgcluster.Options{Dir: filepath.Join(closed, "a", "pg")}, household.Unavailable, "may not enter "+closed, "--data")
}

func TestStartGivesUp(t *testing.T) {
	needPostgres(t)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond) // in the middle of initdb
	defer cancel()
	dir := tempDir(t)
	c, err := pgcluster.Start(ctx, pgcluster.Options{Dir: dir})
	if err == nil {
		stop(t, c)
		t.Skip("this machine is too fast")
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	start(t, pgcluster.Options{Dir: dir}) // and the next one works
}

// helperDir, when set, makes this test binary a program that starts a cluster
// there and waits.
const helperDir = "PGCLUSTER_TEST_HELPER_DIR"

func TestHelperProcess(t *testing.T) {
	dir := os.Getenv(helperDir)
	if dir == "" {
		t.Skip("not a helper")
	}
	if _, err := pgcluster.Start(t.Context(), pgcluster.Options{Dir: dir, Ephemeral: os.Getenv("EPHEMERAL") == "1"}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stdout.WriteString("up\n"); err != nil {
		t.Fatal(err)
	}
	select {}
}

// killedHelper starts a cluster in another process, which is then killed.
func killedHelper(t *testing.T, dir, ephemeral string) {
	t.Helper()
	needPostgres(t)
	cmd := exec.Command(os.Args[0], "-test.run=^TestHelperProcess$")
	cmd.Env = append(os.Environ(), helperDir+"="+dir, "EPHEMERAL="+ephemeral)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "up" {
		t.Log(lines.Text())
	}
	if !status(t, dir).Ready {
		t.Error("the helper has no server")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed, as it should be
}

func TestEphemeralServerDiesWithItsProcess(t *testing.T) {
	dir := filepath.Join(tempDir(t), "pg")
	killedHelper(t, dir, "1")
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(dir); os.IsNotExist(err) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the directory is still there: %+v", status(t, dir))
		}
	}
}

func TestServerOfAKilledProcessIsTakenOver(t *testing.T) {
	dir := tempDir(t)
	killedHelper(t, dir, "")
	c := start(t, pgcluster.Options{Dir: dir})
	if c.Started() {
		t.Error("the server was not found running")
	}
	stop(t, c)
	if status(t, dir).Running {
		t.Error("the last user left the server running")
	}
}
