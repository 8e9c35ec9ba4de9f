package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"stowage/internal/testcluster"
)

// races is how often two versions are applied at the same time, and raceLanes in
// how many namespaces that goes on side by side.
const (
	races     = 50
	raceLanes = 5
)

// raced is a release whose every object tells which version it is of.
const raced = `
release "raced" {}

variable "side" {}

config "first" {
  versioned = false
  data      = { SIDE = var.side }
}

config "second" {
  versioned = false
  data      = { SIDE = var.side }
}

app "third" {
  image    = "nginx"
  replicas = 0
  env = {
    SIDE   = var.side
    FIRST  = config.first.name
    SECOND = config.second.name
  }
}
`

// TestS24TwoVersionsAtTheSameTime has two processes apply different versions of
// one release. In the end it is exactly one of them, whole. Of every second pair
// both ask for the lock at the same moment, so that exactly one of them gets it:
// the other one waits and says so, or leaves with the exit code for that.
func TestS24TwoVersionsAtTheSameTime(t *testing.T) {
	cluster := testcluster.Start(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.hcl"), []byte(raced), 0o600); err != nil {
		t.Fatal(err)
	}
	outcomes := map[string]int{}
	var mu sync.Mutex
	var lanes sync.WaitGroup
	for lane := range raceLanes {
		lanes.Go(func() {
			t.Run(fmt.Sprint(lane), func(t *testing.T) {
				r := &race{t: t, cluster: cluster, proxy: cluster.Proxy(t), dir: dir, namespace: cluster.Namespace(t)}
				for n := lane; n < races; n += raceLanes {
					outcome := r.run(n)
					mu.Lock()
					outcomes[outcome]++
					mu.Unlock()
				}
			})
		})
	}
	lanes.Wait()
	testcluster.Report(t, "%d of %d: %v", sum(outcomes), races, outcomes)
}

func sum(counts map[string]int) (n int) {
	for _, count := range counts {
		n += count
	}
	return n
}

// race is the place where versions of one release are applied against each other.
type race struct {
	t         *testing.T
	cluster   *testcluster.Cluster
	proxy     *testcluster.Proxy
	dir       string
	namespace string
}

// contender is one of two applies.
type contender struct {
	side   string
	code   int
	output string
}

var saysWaiting = regexp.MustCompile(`(?i)waiting for .*lock|locked by`)

// run applies two versions at the same time and returns how that went.
func (r *race) run(n int) string {
	r.t.Helper()
	patient := n/raceLanes%2 == 0 // they wait for the lock
	together := n/raceLanes%4 < 2 // they ask for it at the same moment
	if together {
		r.proxy.Intercept(meetAtLock())
		defer r.proxy.Intercept(nil)
	}
	both := [2]contender{{side: fmt.Sprintf("left-%d", n)}, {side: fmt.Sprintf("right-%d", n)}}
	var ends sync.WaitGroup
	for i := range both {
		ends.Go(func() { r.apply(&both[i], patient) })
	}
	ends.Wait()

	waited, left := 0, 0
	for _, c := range both {
		switch {
		case c.code == exitLocked && !patient:
			left++
		case c.code != exitOK:
			r.t.Fatalf("%s: exit code %d\n%s", c.side, c.code, c.output)
		case saysWaiting.MatchString(c.output):
			waited++
		}
	}
	if together && waited+left != 1 {
		r.t.Fatalf("both asked for the lock: %d waited and %d left\n%s\n%s", waited, left, both[0].output, both[1].output)
	}
	r.isOneOf(both)
	switch {
	case left == 1:
		return "one left"
	case waited == 1:
		return "one waited"
	case left+waited == 0:
		return "one after the other"
	}
	return "both waited"
}

// apply applies one version in a process of its own.
func (r *race) apply(c *contender, patient bool) {
	args := []string{"apply", r.dir, "--kubeconfig", r.proxy.Kubeconfig, "-n", r.namespace, "--auto-approve", "--var", "side=" + c.side}
	if !patient {
		args = append(args, "--lock-timeout", "0")
	}
	var output bytes.Buffer
	process := exec.Command("stowage", args...)
	process.Stdout, process.Stderr = &output, &output
	_ = process.Run() // the exit code is looked at
	c.code, c.output = process.ProcessState.ExitCode(), output.String()
}

// meetAtLock holds up the first two that ask for the lock until both do.
func meetAtLock() func(testcluster.Request) testcluster.Action {
	var mu sync.Mutex
	asked := 0
	met := make(chan struct{})
	return func(r testcluster.Request) testcluster.Action {
		if r.Verb != "create" || path.Base(r.Path) != "leases" {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		switch asked++; asked {
		case 1:
		case 2:
			close(met)
		default:
			return nil
		}
		return func(w http.ResponseWriter, r *http.Request, server http.Handler) {
			<-met
			server.ServeHTTP(w, r)
		}
	}
}

// isOneOf expects the release to be exactly one of the two versions, with its
// lock free.
func (r *race) isOneOf(both [2]contender) {
	r.t.Helper()
	ctx := r.t.Context()
	var sides []string
	for _, name := range []string{"first", "second"} {
		config, err := r.cluster.Client.CoreV1().ConfigMaps(r.namespace).Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			r.t.Fatal(err)
		}
		sides = append(sides, config.Data["SIDE"])
	}
	app, err := r.cluster.Client.AppsV1().Deployments(r.namespace).Get(ctx, "third", metav1.GetOptions{})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, env := range app.Spec.Template.Spec.Containers[0].Env {
		if env.Name == "SIDE" {
			sides = append(sides, env.Value)
		}
	}
	for _, c := range both {
		if strings.Join(sides, " ") == strings.Join([]string{c.side, c.side, c.side}, " ") && c.code == exitOK {
			r.isFree()
			return
		}
	}
	r.t.Fatalf("a mixture: %v\n%s\n%s", sides, both[0].output, both[1].output)
}

func (r *race) isFree() {
	r.t.Helper()
	leases, err := r.cluster.Client.CoordinationV1().Leases(r.namespace).List(r.t.Context(), metav1.ListOptions{})
	if err != nil {
		r.t.Fatal(err)
	}
	if len(leases.Items) > 0 {
		r.t.Fatalf("Lease %s is left behind", leases.Items[0].Name)
	}
}
