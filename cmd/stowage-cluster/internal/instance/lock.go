package instance

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// RunningError is returned by Lock when another process runs the instance.
type RunningError struct {
	Name string
	PID  int
}

func (e *RunningError) Error() string {
	return fmt.Sprintf("local cluster %q already runs as process %d", e.Name, e.PID)
}

// Lock is held by the process that runs an instance.
type Lock struct {
	file *os.File // kept open: closing it would drop the lock
	info os.FileInfo
}

// Lock makes this process the one that runs the instance, until it ends. So whoever finds the lock free knows that the
// process is gone.
//
// It is a POSIX record lock: the kernel drops it with the process, however that ends, and tells its holder's process id.
// So there is no pid file that could be stale. Such a lock is also dropped when its process closes any other descriptor
// of the file: the process that holds it must call neither PID nor Ready.
func (i Instance) Lock() (*Lock, error) {
	f, err := os.OpenFile(i.lockFile(), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	lock := wholeFile(syscall.F_WRLCK)
	if err := syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, &lock); err != nil {
		_ = f.Close()
		if pid, running := i.PID(); running {
			return nil, &RunningError{Name: i.Name, PID: pid}
		}
		return nil, fmt.Errorf("locking %s: %w", i.lockFile(), err)
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return &Lock{f, info}, nil
}

// Abandoned tells the process that runs the instance that the instance's folder was deleted, or made anew, under it.
func (i Instance) Abandoned(lock *Lock) bool {
	now, err := os.Stat(i.lockFile())
	return errors.Is(err, os.ErrNotExist) || err == nil && !os.SameFile(now, lock.info)
}

// PID is the process that runs the instance.
func (i Instance) PID() (pid int, running bool) {
	f, err := os.OpenFile(i.lockFile(), os.O_RDWR, 0)
	if err != nil {
		return 0, false
	}
	defer f.Close()
	lock := wholeFile(syscall.F_WRLCK)
	if err := syscall.FcntlFlock(f.Fd(), syscall.F_GETLK, &lock); err != nil || lock.Type == syscall.F_UNLCK {
		return 0, false
	}
	return int(lock.Pid), true
}

func wholeFile(kind int16) syscall.Flock_t {
	return syscall.Flock_t{Type: kind, Whence: io.SeekStart}
}

// SetReady records that every part of the cluster that this process runs answers.
func (i Instance) SetReady() error {
	return os.WriteFile(i.readyFile(), []byte(strconv.Itoa(os.Getpid())), 0o600)
}

// ClearReady takes SetReady back.
func (i Instance) ClearReady() error {
	if err := os.Remove(i.readyFile()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// Ready reports whether the process that runs the instance has called SetReady; what a dead one wrote does not count.
func (i Instance) Ready() bool {
	pid, running := i.PID()
	if !running {
		return false
	}
	text, err := os.ReadFile(i.readyFile())
	return err == nil && strings.TrimSpace(string(text)) == strconv.Itoa(pid)
}
