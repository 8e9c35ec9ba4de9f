package applier_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// crash is a pod's spec whose container ends again and again, in a resource block.
const crash = `{ containers = [{ name = "main", image = "simulate.local/crash-loop" }] }`

// rawWorkload is a resource block of a workload that crashes.
func rawWorkload(kind, name, more string) string {
	return fmt.Sprintf(`
resource %q %q {
  spec = {
    selector = { matchLabels = { app = %[2]q } }
    template = { metadata = { labels = { app = %[2]q } }, spec = %s }
    %s
  }
}`, kind, name, crash, more)
}

// theirs are workloads whose pods have no label of stowage, by kind and name.
var theirs = map[string]string{
	"Deployment web": `
app "web" {
  image          = "simulate.local/crash-loop"
  replicas       = 1
  selector       = { app = "web" }
  container_name = "main"
}`,
	"StatefulSet db": `
app "db" {
  kind           = "StatefulSet"
  image          = "simulate.local/crash-loop"
  selector       = { app = "db" }
  pod_labels     = { app = "db", tier = "data" }
  container_name = "main"
}`,
	"DaemonSet agent": `
app "agent" {
  kind           = "DaemonSet"
  image          = "simulate.local/crash-loop"
  selector       = { app = "agent" }
  container_name = "main"
}`,
	"Deployment raw":   rawWorkload("Deployment", "raw", ""),
	"StatefulSet sraw": rawWorkload("StatefulSet", "sraw", `serviceName = "sraw"`),
	"ReplicaSet rraw":  rawWorkload("ReplicaSet", "rraw", ""),
	"Deployment apart": strings.Replace(rawWorkload("Deployment", "apart", ""), "{\n", "{\n  namespace = \"APART\"\n", 1),
	"Deployment ours": `
app "ours" {
  image          = "simulate.local/crash-loop"
  container_name = "main"
}`,
}

func TestS13PodsWithLabelsOfOthersFailWithTheirEvidence(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	apart := s.cluster.UnusedNamespace(t)
	config := fmt.Sprintf("resource \"Namespace\" %q {}", apart)
	for _, block := range theirs {
		config += strings.ReplaceAll(block, "APART", apart)
	}
	plan, opts := s.plan(t, config)
	s.proxy.Reset()
	out := s.run(t.Context(), plan, opts, nil)

	for id := range theirs {
		kind, name, _ := strings.Cut(id, " ")
		t.Run(name, func(t *testing.T) {
			failure := notReady(t, out.step(t, kind, name))
			e := failure.Evidence
			if failure.TimedOut > 0 {
				t.Errorf("it was waited for until the time was up: %v", failure)
			}
			if !strings.HasPrefix(e.Pod, name+"-") || e.Container != "main" || e.Reason != "CrashLoopBackOff" || e.ExitCode == nil || *e.ExitCode != 1 {
				t.Errorf("pod %q: %s, want one of %s with container main in CrashLoopBackOff and exit code 1", e.Pod, e.Summary(), name)
			}
			if len(e.Events) == 0 || len(e.Logs)+len(e.Previous) == 0 || len(e.Missing) > 0 {
				t.Errorf("events %+v, log %q, before %q, missing %q", e.Events, e.Logs, e.Previous, e.Missing)
			}
		})
	}
	want := []string{s.namespace + " ", apart + " "}
	slices.Sort(want)
	if got := s.watched("pods"); !slices.Equal(got, want) {
		t.Errorf("pods were watched by %q, want %q: all pods, once in each namespace", got, want)
	}
}

// watched returns the namespaces and label selectors of the watches of a resource, each
// once, sorted.
func (s *site) watched(resource string) []string {
	var watches []string
	for _, r := range s.proxy.Requests() {
		parts := strings.Split(r.Path, "/")
		if r.Verb == "watch" && parts[len(parts)-1] == resource {
			watches = append(watches, parts[len(parts)-2]+" "+r.Query.Get("labelSelector"))
		}
	}
	slices.Sort(watches)
	return slices.Compact(watches)
}

// TestPodsOfTheReleaseAreWatchedByItsLabel shows that only a release that needs it looks at
// the pods of others.
func TestPodsOfTheReleaseAreWatchedByItsLabel(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, web("nginx:1", ""))
	if got, want := s.watched("pods"), []string{s.namespace + " stowage.dev/release=shop"}; !slices.Equal(got, want) {
		t.Errorf("pods were watched by %q, want %q", got, want)
	}
}

// TestS1ConfigOfPodsWithLabelsOfOthersStays has pods that stowage cannot find by labels run
// with a configuration that no retained revision has any more.
func TestS1ConfigOfPodsWithLabelsOfOthersStays(t *testing.T) {
	t.Parallel()
	held := map[string]string{ // what keeps the pods of a kind as they are
		"Deployment":  "rollout { paused = true }",
		"StatefulSet": "rollout { partition = 1 }",
		"DaemonSet":   `override "DaemonSet" { spec = { updateStrategy = { type = "OnDelete", rollingUpdate = null } } }`,
	}
	for kind, hold := range held {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			config := func(color, more string) string {
				return fmt.Sprintf(`
config "colors" { data = { COLOR = %q } }

app "web" {
  kind     = %q
  image    = "nginx"
  selector = { app = "web" }
  env_from { config = config.colors }
  %s
}`, color, kind, more)
			}
			s.mustApply(t, config("a", ""))
			workload := deployments
			workload.Kind = kind
			old := configOf(s.get(t, workload, "web"))
			for _, color := range []string{"b", "c", "d", "e", "f"} {
				s.mustApply(t, config(color, hold))
			}
			if !s.has(t, configMaps, old) {
				t.Errorf("%s is gone, and the pods have it", old)
			}
			for _, color := range []string{"g", "h", "i", "j"} {
				s.mustApply(t, config(color, ""))
			}
			if s.has(t, configMaps, old) {
				t.Errorf("%s is left, and nothing has it", old)
			}
		})
	}
}

// has tells whether the site has an object of that name.
func (s *site) has(t *testing.T, kind schema.GroupVersionKind, name string) bool {
	t.Helper()
	_, err := s.Get(t.Context(), kind, s.namespace, name)
	if err != nil && !apierrors.IsNotFound(err) {
		t.Fatal(err)
	}
	return err == nil
}
