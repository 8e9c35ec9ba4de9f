package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"stowage/internal/release"
)

// holderAt is a holder of this machine with another process id.
func holderAt(t *testing.T, pid int) release.Holder {
	t.Helper()
	here, err := thisPlace()
	if err != nil {
		t.Fatal(err)
	}
	started, err := startOf(pid)
	if err != nil {
		t.Fatal(err)
	}
	return release.Holder{PID: pid, Process: here + " " + started}
}

func TestIsDeadOnlyWhenThatIsCertain(t *testing.T) {
	child := exec.Command("sleep", "600")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	alive := holderAt(t, child.Process.Pid)
	this := release.Holder{PID: os.Getpid(), Process: thisProcess()}
	if this.Process == "" || strings.Count(this.Process, " ") != 3 {
		t.Fatalf("this process: %q", this.Process)
	}
	with := func(h release.Holder, change func(fields []string)) release.Holder {
		fields := strings.Fields(h.Process)
		change(fields)
		h.Process = strings.Join(fields, " ")
		return h
	}
	for name, test := range map[string]struct {
		holder release.Holder
		dead   bool
	}{
		"this process":      {this, false},
		"another process":   {alive, false},
		"started later":     {with(alive, func(f []string) { f[3] += "1" }), true},
		"another host":      {with(alive, func(f []string) { f[0] = "elsewhere"; f[3] = "1" }), false},
		"another boot":      {with(alive, func(f []string) { f[1] = "x"; f[3] = "1" }), false},
		"another namespace": {with(alive, func(f []string) { f[2] = "pid:[1]"; f[3] = "1" }), false},
		"nothing known":     {release.Holder{PID: alive.PID}, false},
		"no process id":     {release.Holder{Process: alive.Process}, false},
		"another's process": {release.Holder{PID: 1, Process: alive.Process}, true}, // that has got its id
	} {
		if got := isDead(test.holder); got != test.dead {
			t.Errorf("%s: dead is %v, want %v", name, got, test.dead)
		}
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	if !isDead(alive) {
		t.Error("an ended process is not dead")
	}
}
