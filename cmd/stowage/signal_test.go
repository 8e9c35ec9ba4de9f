package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"stowage/internal/testcluster"
)

const oneConfig = `
release "web" {}

variable "greeting" { default = "hello" }

config "web" {
  versioned = false
  data      = { GREETING = var.greeting }
}
`

// configured returns a directory that holds a configuration.
func configured(t *testing.T, configuration string) string {
	t.Helper()
	dir := t.TempDir()
	if err := writeText(dir+"/main.hcl", configuration); err != nil {
		t.Fatal(err)
	}
	return dir
}

func writeText(path, text string) error { return os.WriteFile(path, []byte(text), 0o600) }

// watched is a stream that tells when a text has been written to it.
type watched struct {
	mu   sync.Mutex
	all  bytes.Buffer
	text string
	seen chan struct{}
}

func newWatched(text string) *watched { return &watched{text: text, seen: make(chan struct{})} }

// Write implements io.Writer.
func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := strings.Contains(w.all.String(), w.text)
	n, err := w.all.Write(p)
	if !before && strings.Contains(w.all.String(), w.text) {
		close(w.seen)
	}
	return n, err
}

// S23: the first interrupt lets a write that is under way go on to its end, which
// here never comes. The second one ends the process at once, and the next run
// makes everything right.
func TestS23TheSecondInterruptExitsAtOnce(t *testing.T) {
	cluster := testcluster.Start(t)
	proxy := cluster.Proxy(t)
	namespace := cluster.UnusedNamespace(t)
	dir := configured(t, oneConfig)
	args := []string{"apply", dir, "-n", namespace, "--kubeconfig", proxy.Kubeconfig, "--auto-approve"}

	writing := make(chan struct{}, 16)
	proxy.Intercept(func(r testcluster.Request) testcluster.Action {
		if !r.Write() || !strings.HasSuffix(r.Path, "/configmaps/web") {
			return nil
		}
		writing <- struct{}{}
		return testcluster.Hang
	})
	out := newWatched("A second interrupt exits at once.")
	command := exec.Command("stowage", args...)
	command.Stdout, command.Stderr = out, out
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	<-writing
	if err := command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	<-out.seen
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := command.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
		t.Fatalf("ended with %v, want exit code %d:\n%s", err, exitInterrupted, out.all.String())
	}

	proxy.Intercept(nil)
	status := want(t, 0, "status", dir, "-n", namespace, "--kubeconfig", proxy.Kubeconfig)
	if !strings.Contains(status, "Revision 1 was interrupted") || !strings.Contains(status, "ConfigMap web: not done") {
		t.Errorf("status:\n%s", status)
	}
	applied := want(t, 0, args...)
	if !strings.Contains(applied, "Took over the lock of ") || !strings.Contains(applied, "Applied web, revision 2") {
		t.Errorf("apply:\n%s", applied)
	}
	history := want(t, 0, "history", "-C", dir, "-n", namespace, "--kubeconfig", proxy.Kubeconfig)
	if strings.Contains(history, "pending") && !strings.Contains(history, "2         deployed") {
		t.Errorf("history:\n%s", history)
	}
}
