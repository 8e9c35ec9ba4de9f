package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"stowage/internal/release"
)

// thisProcess tells this process from all others that ever ran on any machine:
// by the machine and its boot, the namespace that the process has its id in, and
// the time it was started. It is empty when any of that cannot be found out.
func thisProcess() string {
	here, err := thisPlace()
	if err != nil {
		return ""
	}
	started, err := startOf(os.Getpid())
	if err != nil {
		return ""
	}
	return here + " " + started
}

// isDead reports whether a holder is known to have ended: it ran here, where its
// id means the same as to us, and there is no such process any more or another
// one has got the id.
func isDead(holder release.Holder) bool {
	there, started, found := cutLast(holder.Process, " ")
	here, err := thisPlace()
	if !found || err != nil || there != here || holder.PID <= 0 {
		return false
	}
	// Not by /proc alone, which may be mounted so that it hides the processes of
	// others.
	if errors.Is(syscall.Kill(holder.PID, 0), syscall.ESRCH) {
		return true
	}
	now, err := startOf(holder.PID)
	return err == nil && now != started
}

// thisPlace names the host, its boot, and the namespace of process ids.
func thisPlace() (string, error) {
	host, err := os.Hostname()
	if err != nil {
		return "", err
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", err
	}
	namespace, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %s %s", host, bytes.TrimSpace(boot), namespace), nil
}

// startOf returns when a process was started, in clock ticks since boot.
func startOf(pid int) (string, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", err
	}
	// The second field is a name in parentheses, which may hold anything; the start
	// is the twenty-second.
	_, rest, found := cutLast(string(stat), ")")
	fields := strings.Fields(rest)
	const start = 22 - 3
	if !found || len(fields) <= start {
		return "", fmt.Errorf("/proc/%d/stat is not as expected", pid)
	}
	return fields[start], nil
}

// cutLast cuts around the last separator.
func cutLast(text, separator string) (before, after string, found bool) {
	if i := strings.LastIndex(text, separator); i >= 0 {
		return text[:i], text[i+len(separator):], true
	}
	return text, "", false
}
