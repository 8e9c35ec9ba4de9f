package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// program is the program under test: the one that STOWAGE_CLUSTER names, or one built for the purpose.
var program = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("STOWAGE_CLUSTER"); path != "" {
		return path, nil
	}
	path := filepath.Join(os.TempDir(), "stowage-cluster-test", "stowage-cluster")
	output, err := exec.Command("./build.sh", path).CombinedOutput()
	if err != nil {
		return "", errors.New(string(output))
	}
	return path, nil
})

// local is one instance under test. It is stopped after the test.
type local struct {
	t      *testing.T
	binary string
	dir    string
}

func newLocal(t *testing.T) *local {
	t.Helper()
	binary, err := program()
	if err != nil {
		t.Fatal(err)
	}
	l := &local{t: t, binary: binary, dir: filepath.Join(t.TempDir(), "state")}
	t.Cleanup(func() {
		cmd := exec.CommandContext(context.Background(), binary, "down", "--data-dir="+l.dir)
		if output, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("down: %v\n%s", err, output)
		}
	})
	return l
}

func (l *local) command(verb string, args ...string) *exec.Cmd {
	return exec.CommandContext(l.t.Context(), l.binary, append([]string{verb, "--data-dir=" + l.dir}, args...)...)
}

// run runs one command and returns its standard output.
func (l *local) run(verb string, args ...string) string {
	l.t.Helper()
	cmd := l.command(verb, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		l.t.Fatalf("%s: %v\n%s%s", verb, err, &out, &errs)
	}
	return out.String()
}

// up starts the instance with quick back-offs.
func (l *local) up(args ...string) string {
	l.t.Helper()
	return l.run("up", append([]string{"--wait", "--restart-back-off=500ms"}, args...)...)
}

type status struct {
	State    string
	PID      int
	Server   string
	Context  string
	DataDir  string
	Versions map[string]string
	Nodes    []string
	Logs     []string
	Parts    []struct {
		Name    string
		Healthy bool
		Problem string
	}
}

// status asks for the instance's state; the command fails unless it is ready.
func (l *local) status() (s status, err error) {
	l.t.Helper()
	output, err := l.command("status", "-o", "json").Output()
	if jsonErr := json.Unmarshal(output, &s); jsonErr != nil {
		l.t.Fatalf("status: %v\n%s", jsonErr, output)
	}
	return s, err
}

func (l *local) ready() status {
	l.t.Helper()
	s, err := l.status()
	if err != nil || s.State != "ready" {
		l.t.Fatalf("status %+v, %v", s, err)
	}
	return s
}

func (l *local) client() kubernetes.Interface {
	l.t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", filepath.Join(l.dir, "kubeconfig"))
	if err != nil {
		l.t.Fatal(err)
	}
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		l.t.Fatal(err)
	}
	return client
}

// alive tells a running process from one that is gone or only waits for its parent to take note of its end.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || !bytes.Contains(stat, []byte(") Z "))
}

func TestLifeCycle(t *testing.T) {
	l := newLocal(t)
	if s, err := l.status(); err == nil || s.State != "stopped" {
		t.Errorf("before the start: %+v, %v", s, err)
	}
	began := time.Now()
	l.up()
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("ready after %s, want 15 s at most", took)
	}
	first := l.ready()
	l.up()
	if again := l.ready(); again.PID != first.PID {
		t.Errorf("second up started process %d beside %d", again.PID, first.PID)
	}
	version, err := l.client().Discovery().ServerVersion()
	if err != nil {
		t.Fatal(err)
	}
	if version.GitVersion != first.Versions["kubernetes"] || version.Minor != "36" {
		t.Errorf("server version %+v, status says %v", version, first.Versions)
	}
	if len(first.Nodes) != 3 || len(first.Parts) != 7 || first.DataDir != l.dir || first.Context != "stowage-local" {
		t.Errorf("status %+v", first)
	}
	for _, log := range first.Logs {
		if _, err := os.Stat(log); err != nil {
			t.Error(err)
		}
	}
	if _, err := l.client().CoreV1().Namespaces().Create(t.Context(), namespace("kept"), metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}

	l.run("down")
	if alive(first.PID) {
		t.Errorf("process %d outlives down", first.PID)
	}
	l.run("down") // nothing to do

	l.up()
	if second := l.ready(); second.Server != first.Server {
		t.Errorf("address %s, was %s", second.Server, first.Server)
	}
	if _, err := l.client().CoreV1().Namespaces().Get(t.Context(), "kept", metav1.GetOptions{}); err != nil {
		t.Error(err)
	}
	l.run("down", "--purge")
	if _, err := os.Stat(l.dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after down --purge: %v", err)
	}
}

func TestManyStartOne(t *testing.T) {
	l := newLocal(t)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if output, err := l.command("up", "--wait").CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, output)
			}
		})
	}
	group.Wait()
	l.ready()
}

func TestDownFindsAStartUnderWay(t *testing.T) {
	l := newLocal(t)
	l.run("up")
	s, err := l.status()
	if err == nil || s.State != "starting" || s.PID == 0 {
		t.Errorf("status %+v, %v", s, err)
	}
	l.run("down")
	if alive(s.PID) {
		t.Errorf("process %d outlives down", s.PID)
	}
	if output := l.up(); strings.Contains(output, "etcd.broken") {
		t.Errorf("the store did not outlive the interrupted start:\n%s", output)
	}
}

func TestCrashIsMended(t *testing.T) {
	l := newLocal(t)
	l.up()
	before := l.ready()
	process, err := os.FindProcess(before.PID)
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Kill(); err != nil {
		t.Fatal(err)
	}
	l.run("down") // returns when the process has gone
	if s, err := l.status(); err == nil || s.State != "stopped" {
		t.Errorf("after the crash: %+v, %v", s, err)
	}
	// It was writing its certificates, and died on its store.
	if err := os.Truncate(filepath.Join(l.dir, "pki", "serving.crt"), 100); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(l.dir, "etcd.opening"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if output := l.up(); !strings.Contains(output, "certificates made") || !strings.Contains(output, "etcd.broken") {
		t.Errorf("output:\n%s", output)
	}
	if after := l.ready(); after.PID == before.PID {
		t.Errorf("still process %d", after.PID)
	}
	if _, err := os.Stat(filepath.Join(l.dir, "etcd.broken", "member")); err != nil {
		t.Error(err)
	}
}

func TestInstancesRunSideBySide(t *testing.T) {
	a, b := newLocal(t), newLocal(t)
	a.up()
	b.up("--name=other", "--nodes=1")
	one := a.ready()
	other, err := b.status()
	if err != nil {
		t.Fatal(err)
	}
	if one.Server == other.Server || one.PID == other.PID || len(other.Nodes) != 1 {
		t.Errorf("%+v\n%+v", one, other)
	}
	if _, err := a.client().CoreV1().Namespaces().Create(t.Context(), namespace("mine"), metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.client().CoreV1().Namespaces().Get(t.Context(), "mine", metav1.GetOptions{}); err == nil {
		t.Error("the instances share their objects")
	}
}

func TestUnusedClusterEnds(t *testing.T) {
	l := newLocal(t)
	cmd := l.command("run", "--idle-timeout=1s")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	if !bytes.Contains(out.Bytes(), []byte("ended: nobody used the cluster for 1s")) {
		t.Errorf("output:\n%s", &out)
	}
}

func TestClusterWithoutItsFolderEnds(t *testing.T) {
	l := newLocal(t)
	cmd := l.command("run")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan() && !strings.Contains(lines.Text(), `cluster "local" ready`); {
	}
	if err := os.RemoveAll(l.dir); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil || !strings.Contains(errs.String(), "was deleted") {
		t.Errorf("%v\n%s", err, &errs)
	}
}

func TestKubeconfigBeforeTheFirstStart(t *testing.T) {
	output, err := newLocal(t).command("kubeconfig").CombinedOutput()
	if err == nil || !bytes.Contains(output, []byte("has never been started")) {
		t.Errorf("%v\n%s", err, output)
	}
}
