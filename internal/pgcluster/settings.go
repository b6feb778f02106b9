package pgcluster

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

const (
	mib = 1 << 20
	gib = 1 << 30
)

// settings returns the server's configuration for a machine with so many bytes
// of memory.
func settings(memory int64, ephemeral bool) string {
	clamp := func(v, low, high int64) int64 { return min(max(v, low), high) / mib }
	shared, work := clamp(memory/8, 64*mib, 3*gib), clamp(memory/256, 8*mib, 128*mib)
	maintenance, cache := clamp(memory/16, 64*mib, gib), clamp(memory/2, 256*mib, 1024*gib)
	wal := int64(4096)
	if ephemeral {
		// Every package under test has a server of its own, several at a time.
		shared, work, maintenance, cache, wal = 64, 16, 64, 512, 1024
	}
	var b strings.Builder
	set := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%s = %s\n", name, fmt.Sprintf(format, args...))
	}
	b.WriteString("# Written by hearthmap at every start; put your own settings in ../local.conf\n")
	set("max_connections", "100")
	set("shared_buffers", "%dMB", shared)
	set("work_mem", "%dMB", work)
	set("maintenance_work_mem", "%dMB", maintenance)
	set("effective_cache_size", "%dMB", cache)
	set("random_page_cost", "1.1")
	set("jit", "off") // costs more than it gains on queries of milliseconds
	if runtime.GOOS == "linux" {
		set("effective_io_concurrency", "100")
	}
	// COPY into a table made in the same transaction then writes no WAL.
	set("wal_level", "minimal")
	set("max_wal_senders", "0")
	set("max_wal_size", "%dMB", wal)
	set("checkpoint_timeout", "15min")
	set("checkpoint_completion_target", "0.9")
	set("password_encryption", "'scram-sha-256'")
	set("lc_messages", "'C'") // explain reads them
	set("log_line_prefix", "'%%m [%%p] '")
	if smallShm() {
		// Docker gives /dev/shm 64 MB, which parallel queries overrun.
		set("dynamic_shared_memory_type", "mmap")
	}
	if ephemeral {
		set("fsync", "off")
		set("synchronous_commit", "off")
		set("full_page_writes", "off")
	}
	return b.String()
}

func smallShm() bool {
	var fs syscall.Statfs_t
	if runtime.GOOS != "linux" {
		return false
	}
	if err := syscall.Statfs("/dev/shm", &fs); err != nil {
		return true
	}
	return int64(fs.Blocks)*int64(fs.Bsize) < 256*mib
}

// machineMemory returns the bytes of memory that this process may use: the
// machine's or its container's, whichever is less. It answers 4 GiB where it
// cannot tell.
func machineMemory() int64 {
	memory := int64(0)
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) >= 2 && f[0] == "MemTotal:" {
				if kb, err := strconv.ParseInt(f[1], 10, 64); err == nil {
					memory = kb << 10
				}
			}
		}
	}
	for _, limit := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		text, err := os.ReadFile(limit)
		if err != nil {
			continue
		}
		if v, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && v > 0 && (memory == 0 || v < memory) {
			memory = v
		}
	}
	if memory == 0 {
		return 4 * gib
	}
	return memory
}
