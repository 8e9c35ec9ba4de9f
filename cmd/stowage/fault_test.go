package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"stowage/internal/testcluster"
)

var faultSeed = flag.Uint64("fault-seed", 25, "seed of what goes wrong between the tool and the API server")

const (
	faultyReleases = 10
	faultyApplies  = 5 // of each release, one after the other

	failingRequests = 0.1
	failingWatches  = 0.3 // there are few of them
)

const faultyConfiguration = `
release "faulty" { history_limit = 20 }

variable "value" {}

secret "database" {
  data = { password = "petclinic" }
}

app "database" {
  kind  = "StatefulSet"
  image = "mysql:5.7"
  env   = { MYSQL_ROOT_PASSWORD = secret.database.key.password }
  port "tcp" { number = 3306 }
}

app "web" {
  image  = "spring2go/spring-petclinic:1.0.1.RELEASE"
  config = {
    VALUE = var.value
    URL   = "jdbc:mysql://${app.database.host}/petclinic"
  }
  port "http" { number = 8080 }
}
`

// TestS25AppliesSucceedThoughRequestsFail applies two configurations in turns
// through a network and to a server that fail each tenth request in every way
// there is, and expects to find what the same applies leave when nothing fails.
func TestS25AppliesSucceedThoughRequestsFail(t *testing.T) {
	cluster := testcluster.Start(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "faulty.hcl"), []byte(faultyConfiguration), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Logf("what goes wrong has the seed %d", *faultSeed)
	network := &faultyNetwork{met: map[bool]int{}}
	var group sync.WaitGroup
	succeeded := make([]int, faultyReleases)
	namespaces := make([]string, faultyReleases)
	for i := range faultyReleases {
		proxy := cluster.Proxy(t)
		proxy.Intercept(network.line(*faultSeed, uint64(i)))
		namespaces[i] = cluster.UnusedNamespace(t)
		group.Go(func() {
			for n := range faultyApplies {
				code, out, errs := stowage(t, "apply", dir, "--auto-approve", "--kubeconfig", proxy.Kubeconfig, "-n", namespaces[i],
					"--var", "value="+[]string{"a", "b"}[n%2])
				if code != exitOK {
					t.Errorf("apply %d of release %d: exit code %d\n%s%s", n+1, i, code, out, errs)
					continue
				}
				succeeded[i]++
			}
		})
	}
	group.Wait()
	total := 0
	for i, namespace := range namespaces {
		total += succeeded[i]
		expectNothingTwice(t, cluster, namespace)
	}
	if want := faultyReleases * faultyApplies; total != want {
		t.Errorf("%d of %d applies succeeded", total, want)
	}
	network.expectAllMet(t)
	testcluster.Report(t, "%d of %d", total, faultyReleases*faultyApplies)
}

// expectNothingTwice looks at what all applies of a release have left: of each,
// one revision and one rollout, and all objects made once.
func expectNothingTwice(t *testing.T, cluster *testcluster.Cluster, namespace string) {
	t.Helper()
	made := map[string]int{}
	for _, event := range cluster.AuditEvents(t, namespace) {
		if event.Status == http.StatusCreated && !event.DryRun && strings.HasPrefix(event.UserAgent, "stowage/") {
			made[event.Resource+" "+event.Name]++
		}
	}
	locked := made["leases stowage.faulty"]
	delete(made, "leases stowage.faulty")
	for object, times := range made {
		if times != 1 {
			t.Errorf("%s was made %d times", object, times)
		}
	}
	// Namespace, Secret and its key, StatefulSet, Deployment, two ConfigMaps, two Services, and the revisions.
	if want := 9 + faultyApplies; len(made) != want {
		t.Errorf("%d objects were made, want %d: %v", len(made), want, made)
	}
	if locked != faultyApplies {
		t.Errorf("the lock was taken %d times by %d applies", locked, faultyApplies)
	}

	web, err := cluster.Client.AppsV1().Deployments(namespace).Get(t.Context(), "web", metav1.GetOptions{})
	if err != nil {
		t.Error(err)
		return
	}
	if web.Generation != faultyApplies {
		t.Errorf("the Deployment was changed %d times by %d applies", web.Generation, faultyApplies)
	}
	expectRevisions(t, cluster, namespace)
	if _, err := cluster.Client.CoordinationV1().Leases(namespace).Get(t.Context(), "stowage.faulty", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("the lock is still there: %v", err)
	}
}

// expectRevisions finds the last revision deployed, and all before it superseded.
func expectRevisions(t *testing.T, cluster *testcluster.Cluster, namespace string) {
	t.Helper()
	for revision := range faultyApplies {
		name := fmt.Sprintf("stowage.faulty.v%d", revision+1)
		want := "superseded"
		if revision+1 == faultyApplies {
			want = "deployed"
		}
		record, err := cluster.Client.CoreV1().Secrets(namespace).Get(t.Context(), name, metav1.GetOptions{})
		if err != nil {
			t.Error(err)
		} else if status := record.Labels["stowage.dev/status"]; status != want {
			t.Errorf("%s is %s, want %s", name, status, want)
		}
	}
}

// faultyNetwork is what all lines to the cluster have in common.
type faultyNetwork struct {
	mu  sync.Mutex
	met map[bool]int // how many requests failed; true: watches
}

// The ways in which a request fails, and a watch.
var (
	throttled = testcluster.Fail(metav1.Status{
		Code: http.StatusTooManyRequests, Reason: metav1.StatusReasonTooManyRequests,
		Details: &metav1.StatusDetails{RetryAfterSeconds: 1},
	})
	unavailable   = testcluster.Answer(http.StatusServiceUnavailable, nil, "not ready")
	requestFaults = []testcluster.Action{
		throttled,
		unavailable,
		testcluster.Answer(http.StatusInternalServerError, nil, "oops"),
		testcluster.Fail(metav1.Status{Code: http.StatusInternalServerError, Message: "etcdserver: leader changed"}),
		testcluster.Reset,
		testcluster.Lose,
		hang(testcluster.Reset),
		hang(testcluster.Lose),
	}
	watchFaults = []testcluster.Action{cut, throttled, unavailable, testcluster.Reset}
)

// hangFor is how long the network keeps a request that it then drops. It is
// shorter than networks do that, and than the tool itself waits, so that the test
// is quick; how long that is, the tests of the client look at.
const hangFor = 500 * time.Millisecond

// hang keeps a request for a while before what becomes of it.
func hang(end testcluster.Action) testcluster.Action {
	return func(w http.ResponseWriter, r *http.Request, server http.Handler) {
		select {
		case <-r.Context().Done():
		case <-time.After(hangFor):
		}
		end(w, r, server)
	}
}

// cut ends a watch that has begun.
func cut(w http.ResponseWriter, r *http.Request, server http.Handler) {
	ctx, cancel := context.WithTimeout(r.Context(), hangFor/5)
	defer cancel()
	server.ServeHTTP(w, r.WithContext(ctx))
	panic(http.ErrAbortHandler)
}

// line returns what happens on one line to the cluster. What fails is up to
// chance; in which way, each gets its turn.
func (n *faultyNetwork) line(seed, line uint64) func(testcluster.Request) testcluster.Action {
	random := rand.New(rand.NewPCG(seed, line)) //nolint:gosec // it must be the same each time
	return func(r testcluster.Request) testcluster.Action {
		n.mu.Lock()
		defer n.mu.Unlock()
		faults, share := requestFaults, failingRequests
		if r.Verb == "watch" {
			faults, share = watchFaults, failingWatches
		}
		if random.Float64() >= share {
			return nil
		}
		n.met[r.Verb == "watch"]++
		return faults[n.met[r.Verb == "watch"]%len(faults)]
	}
}

// expectAllMet makes sure that the test has tested something.
func (n *faultyNetwork) expectAllMet(t *testing.T) {
	t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	t.Logf("%d requests and %d watches failed", n.met[false], n.met[true])
	if n.met[false] < len(requestFaults) || n.met[true] < len(watchFaults) {
		t.Error("that is not each way of failing")
	}
}
