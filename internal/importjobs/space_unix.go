//go:build linux || darwin

package importjobs

import "syscall"

// freeBytes is what may still be written to the file system of the path.
func freeBytes(path string) (n int64, known bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true //nolint:unconvert // the types differ between systems
}
