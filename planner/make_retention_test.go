package planner_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/planner"
)

// pair has a Deployment and a StatefulSet with a configuration of their own each,
// and an app without.
const pair = `
release "shop" {
  namespace     = "NAMESPACE"
  history_limit = 3
}
app "web" {
  image  = "nginx:1.27"
  config = { COLOR = "WEB" }
}
app "db" {
  kind   = "StatefulSet"
  image  = "mysql:5.7"
  config = { COLOR = "DB" }
}
app "aside" {
  image = "nginx:ASIDE"
}
`

// pairOf is pair with the colors of the two, and the image of the other.
func pairOf(web, db, aside string) string {
	return strings.NewReplacer("WEB", web, "DB", db, "ASIDE", aside).Replace(pair)
}

// applyPair applies a configuration of pair, waits until it is there, and checks that
// the plan is empty then.
func (c *cluster) applyPair(t testing.TB, hcl string) {
	t.Helper()
	c.carryOut(t, c.planHCL(t, hcl, planner.Options{}))
	c.settled(t)
	if p := c.planHCL(t, hcl, planner.Options{}); !p.Empty() {
		for _, change := range p.Changes {
			if change.Action != planner.NoOp {
				t.Errorf("revision %d: the plan after it has %s %s: %s", c.prior.Revision, change.Action, change.ID, change.Reason)
			}
		}
	}
}

func (c *cluster) settled(t testing.TB) {
	t.Helper()
	c.waitHealthy(t, "apps", "Deployment", "web")
	c.waitHealthy(t, "apps", "StatefulSet", "db")
	c.waitHealthy(t, "apps", "Deployment", "aside")
}

// colors are those of the versions that are there, of an app, sorted.
func (c *cluster) colors(t testing.TB, app string) []string {
	t.Helper()
	var colors []string
	for _, name := range c.list(t, "ConfigMap") {
		if strings.HasPrefix(name, app+"-config-") {
			color, _, _ := unstructured.NestedString(c.live(t, "", "ConfigMap", name).Object, "data", "COLOR")
			colors = append(colors, color)
		}
	}
	slices.Sort(colors)
	return colors
}

func (c *cluster) checkColors(t testing.TB, web, db string) {
	t.Helper()
	want := map[string][]string{"web": strings.Fields(web), "db": strings.Fields(db)}
	got := map[string][]string{"web": c.colors(t, "web"), "db": c.colors(t, "db")}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("revision %d: %s", c.prior.Revision, d)
	}
}

func TestS2OnlyRetainedVersionsStay(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	const limit = 3
	for i := range limit + 3 {
		color := fmt.Sprint(i + 1)
		c.applyPair(t, pairOf(color, color, "1"))
	}
	c.checkColors(t, "4 5 6", "4 5 6")
	p := c.planHCL(t, pairOf("6", "6", "1"), planner.Options{})
	if !p.Empty() || len(p.Kept) != 2*(limit-1) || p.Release.ToRevision != limit+3 {
		t.Errorf("%q, kept %v", summary(p), p.Kept)
	}
}

// TestVersionsOfOldTemplatesStay changes the two workloads three times and then
// something else for longer than the history is: the ReplicaSets and
// ControllerRevisions before the current ones can still be gone back to.
func TestVersionsOfOldTemplatesStay(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	for _, color := range []string{"1", "2", "3", "4"} {
		c.applyPair(t, pairOf(color, color, "1"))
	}
	for _, image := range []string{"2", "3", "4"} {
		c.applyPair(t, pairOf("4", "4", image))
		c.checkColors(t, "2 3 4", "2 3 4")
	}
	p := c.planHCL(t, pairOf("4", "4", "5"), planner.Options{})
	var reasons []string
	for _, kept := range p.Kept {
		kind, _, _ := strings.Cut(kept.Reason, " ")
		reasons = append(reasons, kind)
	}
	slices.Sort(reasons)
	if d := cmp.Diff([]string{"ControllerRevision", "ControllerRevision", "ReplicaSet", "ReplicaSet"}, reasons); d != "" {
		t.Errorf("%+v", p.Kept)
	}

	// Going back to an old template makes the current one the newest old one.
	c.applyPair(t, pairOf("2", "2", "4"))
	c.checkColors(t, "2 3 4", "2 3 4")
	// A new one pushes the oldest out, which is not the one that was gone back to.
	c.applyPair(t, pairOf("5", "5", "4"))
	c.checkColors(t, "2 4 5", "2 4 5")
	// Without a change of theirs they stay.
	c.applyPair(t, pairOf("5", "5", "6"))
	c.checkColors(t, "2 4 5", "2 4 5")
}

func TestHistoryOfOneKeepsNoOldVersion(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	for _, color := range []string{"1", "2", "1"} {
		c.applyPair(t, strings.Replace(pairOf(color, color, "1"), "history_limit = 3", "history_limit = 1", 1))
		c.checkColors(t, color, color)
	}
}

func TestLastHealthyRevisionStaysWhateverFailed(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	for i := range 6 {
		color := fmt.Sprint(i + 1)
		c.carryOut(t, c.planHCL(t, pairOf(color, "1", "1"), planner.Options{}))
		c.settled(t)
		c.prior.Healthy = []int{1}
		c.prior.Failed = true
	}
	if got := c.colors(t, "web"); !slices.Contains(got, "1") {
		t.Fatalf("the version of the last healthy revision is gone: %q", got)
	}
	c.prior.Healthy, c.prior.Failed = []int{6, 1}, false
	p := c.planHCL(t, pairOf("6", "1", "1"), planner.Options{})
	reasons := map[string]int{}
	for _, kept := range p.Kept {
		reasons[kept.Reason]++
	}
	// Revisions 2 and 3 are not recorded any more; what they had may be what 1 has.
	want := map[string]int{"revision 1 can be rolled back to": 3, "revision 4, which was not healthy, still has it": 1, "revision 5, which was not healthy, still has it": 1}
	if d := cmp.Diff(want, reasons); d != "" || !p.Empty() {
		t.Errorf("%q, %s", summary(p), d)
	}
	c.applyPair(t, pairOf("7", "1", "1"))
	c.checkColors(t, "5 6 7", "1")
}

func TestVersionOfAPodThatStaysIsKept(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.applyPair(t, pairOf("1", "1", "1"))
	pod := c.objects(t, `
apiVersion: v1
kind: Pod
metadata: {name: by-hand, labels: {stowage.dev/release: shop, stowage.dev/app: web}, finalizers: [stowage.dev/test]}
spec: {containers: [{name: a, image: "nginx:1.27", envFrom: [{configMapRef: {name: `+c.configMap(t, "web")+`}}]}]}
`)[0].Manifest
	c.mustApply(t, pod)
	for _, color := range []string{"2", "3", "4", "5"} {
		c.applyPair(t, pairOf(color, "1", "1"))
	}
	c.checkColors(t, "1 3 4 5", "1")

	// One that is being deleted has all that it needs.
	c.remove(t, planner.IDOf(pod))
	c.applyPair(t, pairOf("6", "1", "1"))
	c.checkColors(t, "4 5 6", "1")
	pod.SetFinalizers(nil)
	c.mustApply(t, pod)
}

// configMap names the only version of an app's configuration.
func (c *cluster) configMap(t testing.TB, app string) string {
	t.Helper()
	var names []string
	for _, name := range c.list(t, "ConfigMap") {
		if strings.HasPrefix(name, app+"-config-") {
			names = append(names, name)
		}
	}
	if len(names) != 1 {
		t.Fatalf("%q", names)
	}
	return names[0]
}

func TestWhatAManifestStillNamesIsNotDeleted(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {stowage.dev/release: petclinic}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "nginx:1.27", envFrom: [{configMapRef: {name: files}}]}]}
`
	const config = `
apiVersion: v1
kind: ConfigMap
metadata: {name: files, labels: {stowage.dev/release: petclinic}}
data: {a: "1"}
---
`
	c.carryOut(t, c.plan(t, config+deployment, planner.Options{}))
	p := c.plan(t, deployment, planner.Options{})
	if !p.Empty() || len(p.Kept) != 1 || p.Kept[0].Reason != "Deployment web uses it" {
		t.Errorf("%q, kept %v", summary(p), p.Kept)
	}
	p = c.plan(t, strings.Replace(deployment, ", envFrom: [{configMapRef: {name: files}}]", "", 1), planner.Options{})
	if d := cmp.Diff([]string{"update Deployment web", "delete ConfigMap files"}, summary(p)); d != "" {
		t.Error(d)
	}
}
