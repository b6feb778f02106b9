package pgcluster

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"hearthmap/household"
)

// ErrNotInstalled is in the chain of the error that says that this machine has
// no PostgreSQL, or one without PostGIS.
var ErrNotInstalled = errors.New("not installed")

// ErrNotRunning is in the chain of the error that says that no server runs in
// a directory.
var ErrNotRunning = errors.New("not running")

var (
	errPortTaken = errors.New("port taken")
	errStillDown = errors.New("the former server is still going down")
)

const elsewhere = "choose another directory with --data DIR or HEARTHMAP_DATA"

// explain turns the failure of a program of PostgreSQL into an error that says
// what to do. Output is what the program printed, err how it ended.
func explain(op, dir, doing, output string, err error) *household.Error {
	has := func(s string) bool { return strings.Contains(output, s) }
	unavailable := func(cause error, format string, args ...any) *household.Error {
		e := household.Errorf(household.Unavailable, op, "%s: %s", doing, fmt.Sprintf(format, args...))
		e.Err = cause
		return e
	}
	switch {
	case has("could not bind") || has("could not create any TCP/IP sockets") || has("could not create any Unix-domain sockets"):
		return unavailable(errPortTaken, "its port is taken").
			WithHint("stop the program that uses the port, or choose another port")
	case has("pre-existing shared memory block") || has(`lock file "postmaster.pid" already exists`):
		return unavailable(errStillDown, "an earlier server in %s has not ended yet", dir).
			WithHint("wait a moment and repeat; if it stays, end the postgres processes of that directory")
	case has("No space left on device"):
		return unavailable(syscall.ENOSPC, "the disk that holds %s is full", dir).
			WithHint("free some space, or %s", elsewhere)
	case has("Read-only file system"):
		return unavailable(syscall.EROFS, "%s is on a read-only disk", dir).WithHint(elsewhere)
	case has("could not map anonymous shared memory") || has("Cannot allocate memory") || has("could not resize shared memory"):
		return unavailable(syscall.ENOMEM, "the machine has too little memory").
			WithHint("free some memory and repeat")
	case has("invalid locale name"):
		return unavailable(err, "the machine has no locale C.UTF-8").
			WithHint("sudo apt-get install locales")
	case has("Permission denied"):
		return unavailable(fs.ErrPermission, "PostgreSQL may not use %s: %s", dir, lastLine(output)).WithHint(elsewhere)
	}
	said := lastLine(output)
	if said == "" && err != nil {
		said = err.Error()
	}
	return unavailable(err, "%s", said)
}

// explainFS turns an error of the file system into one that says what to do.
func explainFS(op, dir string, err error) *household.Error {
	e := household.Errorf(household.Unavailable, op, "the database directory %s cannot be used: %w", dir, err)
	switch {
	case errors.Is(err, syscall.EROFS):
		e.Message = fmt.Sprintf("the database directory %s is on a read-only disk", dir)
		return e.WithHint(elsewhere)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		e.Message = fmt.Sprintf("the disk that holds %s is full", dir)
		return e.WithHint("free some space, or %s", elsewhere)
	case errors.Is(err, fs.ErrPermission):
		return e.WithHint("run as the user who owns it, or %s", elsewhere)
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, fs.ErrExist):
		return e.WithHint("a file is in the way; move it, or %s", elsewhere)
	}
	return e.WithHint(elsewhere)
}

// lastLine returns the last line of output that tells of an error, or else the
// last line.
func lastLine(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		for _, mark := range []string{"FATAL: ", "PANIC: ", "error: ", "ERROR: "} {
			if _, text, ok := strings.Cut(lines[i], mark); ok {
				return strings.TrimSpace(text)
			}
		}
	}
	return strings.TrimSpace(lines[len(lines)-1])
}

// readFrom returns what stands in the file from the offset on, at most its
// last 64 KiB.
func readFrom(path string, offset int64) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return ""
	}
	const most = 64 << 10
	offset = max(offset, info.Size()-most)
	buf := make([]byte, most)
	n, _ := f.ReadAt(buf, offset) // io.EOF is the usual end; less text is no harm
	return string(buf[:n])
}
