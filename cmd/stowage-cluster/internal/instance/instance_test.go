package instance

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func open(t *testing.T) Instance {
	t.Helper()
	in, err := Open("test", filepath.Join(t.TempDir(), "state"))
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Create(); err != nil {
		t.Fatal(err)
	}
	return in
}

func TestOpenFindsTheFolder(t *testing.T) {
	t.Setenv("HOME", "/home/someone")
	for _, test := range []struct{ xdg, dataDir, want string }{
		{"", "", "/home/someone/.local/state/stowage/local"},
		{"/state", "", "/state/stowage/local"},
		{"relative", "", "/home/someone/.local/state/stowage/local"},
		{"/state", "/data", "/data"},
	} {
		t.Setenv("XDG_STATE_HOME", test.xdg)
		in, err := Open("local", test.dataDir)
		if err != nil {
			t.Fatal(err)
		}
		if in.Dir != test.want {
			t.Errorf("XDG_STATE_HOME=%q --data-dir=%q: %s, want %s", test.xdg, test.dataDir, in.Dir, test.want)
		}
	}
}

func TestOpenRefusesNames(t *testing.T) {
	for _, name := range []string{"", "../up", "A", "a/b", "-a", "a-", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"} {
		if _, err := Open(name, "/data"); err == nil {
			t.Errorf("name %q was accepted", name)
		}
	}
}

func TestFolderIsTheOwnersAlone(t *testing.T) {
	in := open(t)
	for _, dir := range []string{in.Dir, in.PKI(), in.Logs()} {
		info, err := os.Stat(dir)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %v", dir, info.Mode())
		}
	}
}

// TestMain lets the test binary stand for a process that holds a lock: such locks are between processes.
func TestMain(m *testing.M) {
	dir := os.Getenv("HOLD_LOCK_OF")
	if dir == "" {
		os.Exit(m.Run())
	}
	in, err := Open("test", dir)
	if err != nil {
		panic(err)
	}
	if _, err := in.Lock(); err != nil {
		panic(err)
	}
	if err := in.SetReady(); err != nil {
		panic(err)
	}
	if _, err := os.Stdout.WriteString("locked\n"); err != nil {
		panic(err)
	}
	_, _ = bufio.NewReader(os.Stdin).ReadByte() // until stdin is closed, or killed
}

// hold starts a process that holds in's lock.
func hold(t *testing.T, in Instance) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "HOLD_LOCK_OF="+in.Dir)
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "locked\n" {
		t.Fatalf("%q, %v", line, err)
	}
	return cmd
}

func TestLockIsHeldByOneProcess(t *testing.T) {
	in := open(t)
	holder := hold(t, in)
	if pid, running := in.PID(); !running || pid != holder.Process.Pid {
		t.Errorf("process %d, running %v, want %d", pid, running, holder.Process.Pid)
	}
	if !in.Ready() {
		t.Error("not ready, though its process said so")
	}
	_, err := in.Lock()
	var taken *RunningError
	if !errors.As(err, &taken) || taken.PID != holder.Process.Pid {
		t.Errorf("second lock: %v", err)
	}
}

func TestKilledProcessLeavesNoLock(t *testing.T) {
	in := open(t)
	holder := hold(t, in)
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = holder.Wait() // "signal: killed"
	if pid, running := in.PID(); running {
		t.Errorf("process %d still counts as running", pid)
	}
	if in.Ready() {
		t.Error("ready, though only a dead process said so")
	}
	if _, err := in.Lock(); err != nil {
		t.Fatal(err)
	}
}

func TestAbandoned(t *testing.T) {
	in := open(t)
	lock, err := in.Lock()
	if err != nil {
		t.Fatal(err)
	}
	if in.Abandoned(lock) {
		t.Error("abandoned from the start")
	}
	if err := os.RemoveAll(in.Dir); err != nil {
		t.Fatal(err)
	}
	if !in.Abandoned(lock) {
		t.Error("not abandoned, though its folder is gone")
	}
	if err := in.Create(); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Lock(); err != nil {
		t.Fatal(err)
	}
	if !in.Abandoned(lock) {
		t.Error("not abandoned, though its folder is another")
	}
}

func TestListenRemembersItsPorts(t *testing.T) {
	in := open(t)
	first := listen(t, in)
	closeAll(first)
	second := listen(t, in)
	if first.Ports != second.Ports {
		t.Errorf("ports %+v, then %+v", first.Ports, second.Ports)
	}
	closeAll(second)

	// Someone else has taken one meanwhile.
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", first.Kubelet.Addr().(*net.TCPAddr).Port))
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	third := listen(t, in)
	defer closeAll(third)
	if third.Ports.Kubelet == first.Ports.Kubelet || third.Ports.API != first.Ports.API {
		t.Errorf("ports %+v, then %+v with the kubelet's taken", first.Ports, third.Ports)
	}
	if saved, err := in.Ports(); err != nil || saved != third.Ports {
		t.Errorf("remembered %+v, %v, want %+v", saved, err, third.Ports)
	}
}

func TestListenForgetsWhatItCannotRead(t *testing.T) {
	in := open(t)
	if err := os.WriteFile(in.portsFile(), []byte(`{"api": 1`), 0o600); err != nil {
		t.Fatal(err)
	}
	closeAll(listen(t, in))
}

func listen(t *testing.T, in Instance) *Listeners {
	t.Helper()
	l, err := in.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func closeAll(l *Listeners) {
	for _, listener := range []net.Listener{l.API, l.ControllerManager, l.Scheduler, l.Kubelet} {
		_ = listener.Close()
	}
}
