package kubelet

import (
	"bytes"
	"net/url"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestAddressesAreUnique(t *testing.T) {
	a := newAddresses()
	const cidr = "10.9.0.0/29" // .1 to .7
	a.hold("10.9.0.3")
	seen := map[string]bool{"10.9.0.3": true}
	first := a.take(cidr)
	seen[first] = true
	for range 4 {
		ip := a.take(cidr)
		if ip == "" || seen[ip] {
			t.Fatalf("took %q, held are %v", ip, seen)
		}
		seen[ip] = true
	}
	last := a.take(cidr)
	if more := a.take(cidr); last == "" || more != "" {
		t.Fatalf("took %q, then %q of a range that is used up", last, more)
	}
	a.release(first)
	if again := a.take(cidr); again != first {
		t.Errorf("took %q, want the released %q", again, first)
	}
}

func TestBackOffDoublesUpToFiveMinutes(t *testing.T) {
	for n, want := range map[int]time.Duration{
		0: 0, 1: 10 * time.Second, 2: 20 * time.Second, 5: 160 * time.Second, 6: 5 * time.Minute, 1000: 5 * time.Minute,
	} {
		if got := backOff(10*time.Second, n); got != want {
			t.Errorf("attempt %d waits %s, want %s", n, got, want)
		}
	}
}

func TestLogs(t *testing.T) {
	c := &corev1.Container{Name: "c", Image: "simulate.local/crash-loop", Args: []string{"a"}}
	begin, end := metav1.NewTime(epoch), metav1.NewTime(epoch.Add(time.Minute))
	ended := corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 1, StartedAt: begin, FinishedAt: end}}
	const all = "container c of image simulate.local/crash-loop started (simulated)\nargs [\"a\"]\nfatal: simulated crash\nexit code 1\n"
	for query, want := range map[string]string{
		"":                                all,
		"tailLines=1":                     "exit code 1\n",
		"tailLines=0":                     "",
		"limitBytes=9":                    "container",
		"sinceSeconds=30":                 "fatal: simulated crash\nexit code 1\n",
		"sinceTime=2026-01-01T00:00:30Z":  "fatal: simulated crash\nexit code 1\n",
		"timestamps=true&tailLines=1":     "2026-01-01T00:01:00Z exit code 1\n",
		"timestamps=false&tailLines=9999": all,
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		options, err := parseLogOptions(values, end.Time)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := options.write(&out, options.choose(runLog(c, ended))); err != nil {
			t.Fatal(err)
		}
		if out.String() != want {
			t.Errorf("?%s: %q, want %q", query, out.String(), want)
		}
	}
	if _, err := parseLogOptions(url.Values{"tailLines": {"many"}}, epoch); err == nil {
		t.Error("tailLines=many was accepted")
	}
}
