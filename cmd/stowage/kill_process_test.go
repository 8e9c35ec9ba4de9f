package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"

	"stowage/internal/testcluster"
)

// moment says when a run is killed.
type moment string

const (
	before moment = "before" // the server has not got the write
	after  moment = "after"  // the server has done it, the run does not know
)

// killed runs the tool as a process of its own and kills it at its k-th write,
// in the order in which they arrive at the proxy. When the run makes fewer, it
// comes to its end, and survived is true.
func killed(t *testing.T, proxy *testcluster.Proxy, k int, when moment, args ...string) (survived bool, code int, output string) {
	t.Helper()
	path, err := exec.LookPath("stowage") // the test's own binary, see TestMain
	if err != nil {
		t.Fatal(err)
	}
	var written bytes.Buffer
	process := exec.Command(path, args...)
	process.Env = append(os.Environ(), secretsOfExamples...)
	process.Stdout, process.Stderr = &written, &written

	killer := &killer{at: k, when: when, kill: func() { _ = process.Process.Kill() }}
	killer.mu.Lock() // until there is a process to kill
	proxy.Intercept(killer.decide)
	defer proxy.Intercept(nil)
	err = process.Start()
	killer.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	_ = process.Wait() // how it ended is looked at
	killer.settle()
	status := process.ProcessState.Sys().(syscall.WaitStatus)
	return !killer.dead, status.ExitStatus(), written.String()
}

// killer ends a process at one of its writes.
type killer struct {
	at   int
	when moment
	kill func()

	mu       sync.Mutex
	writes   int
	dead     bool // killed
	over     bool // ended, in whatever way
	underWay sync.WaitGroup
}

// decide lets through what comes before the end of the process, which the server
// goes on with when that has come.
func (k *killer) decide(r testcluster.Request) testcluster.Action {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.dead || k.over {
		return testcluster.Reset
	}
	act := testcluster.Action(testcluster.Pass)
	if r.Write() {
		k.writes++
		if k.writes == k.at {
			act = k.end
		}
	}
	k.underWay.Add(1)
	return func(w http.ResponseWriter, r *http.Request, server http.Handler) {
		defer k.underWay.Done()
		act(w, r, server)
	}
}

// end kills the process and leaves its write without an answer.
func (k *killer) end(w http.ResponseWriter, r *http.Request, server http.Handler) {
	if k.when == after {
		// The server ends what it has begun, whatever becomes of the client.
		server.ServeHTTP(httptest.NewRecorder(), r.WithContext(context.WithoutCancel(r.Context())))
	}
	k.mu.Lock()
	k.dead = true
	k.mu.Unlock()
	k.kill()
	testcluster.Reset(w, r, server)
}

// settle waits until the server has nothing more to do of the process, which has
// ended.
func (k *killer) settle() {
	k.mu.Lock()
	k.over = true
	k.mu.Unlock()
	k.underWay.Wait()
}
