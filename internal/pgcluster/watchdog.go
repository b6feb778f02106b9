package pgcluster

import (
	"os"
	"os/exec"
	"syscall"
)

// watchdog is a shell that waits for the end of this process, however it
// comes, then stops the server in a directory and removes the directory.
type watchdog struct {
	cmd  *exec.Cmd
	life *os.File // the kernel closes it when this process ends
}

// The shell learns of our end by the end of its input. The server removes
// postmaster.pid as the last thing it does.
const watchScript = `trap '' INT TERM HUP QUIT
read -r _
pidfile="$1/data/postmaster.pid"
for signal in INT QUIT KILL; do
	n=0
	while [ -e "$pidfile" ] && [ $n -lt 100 ]; do
		[ $((n % 20)) -eq 0 ] && kill -$signal "$(head -n 1 "$pidfile")" 2>/dev/null
		sleep 0.05
		n=$((n + 1))
	done
	[ -e "$pidfile" ] || break
done
rm -rf "$1" || { sleep 1; rm -rf "$1"; }
`

func watch(dir string) (*watchdog, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	cmd := exec.Command("/bin/sh", "-c", watchScript, "hearthmap-watchdog", dir)
	cmd.Dir = "/"
	cmd.Stdin = r
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		w.Close()
		return nil, err
	}
	return &watchdog{cmd: cmd, life: w}, nil
}

// end lets the watchdog do its work now, and waits for it.
func (w *watchdog) end() {
	if w == nil {
		return
	}
	w.life.Close()
	_ = w.cmd.Wait() // it has nothing to tell
}
