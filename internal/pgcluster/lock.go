package pgcluster

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

// fileLock is a lock between processes. The kernel gives it up when the
// process ends, however it ends.
type fileLock struct{ f *os.File }

// lockFile takes the lock, shared or alone, waiting until ctx ends. Waiting is
// called once if somebody else holds it.
func lockFile(ctx context.Context, path string, how int, waiting func()) (*fileLock, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for first := true; ; first = false {
		err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		if err == nil {
			return &fileLock{f}, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			f.Close()
			return nil, err
		}
		if first && waiting != nil {
			waiting()
		}
		if err := sleep(ctx, 20*time.Millisecond); err != nil {
			f.Close()
			return nil, err
		}
	}
}

// alone tries to turn a shared lock into one that nobody else holds, and
// reports whether it could.
func (l *fileLock) alone() bool {
	return syscall.Flock(int(l.f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

func (l *fileLock) release() {
	if l != nil {
		l.f.Close() // closing gives the lock up
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
