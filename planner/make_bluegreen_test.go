package planner_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/planner"
)

const blueGreenApp = `release "shop" { namespace = "NAMESPACE" }
app "web" {
  version = "VERSION"
  image   = "nginx:VERSION"
  COUNT
  config = { RELEASED = "VERSION" }
  secret = { TOKEN = "token of VERSION" }
  port "http" { number = 80 }
  resources { requests = { cpu = "1m" } }
  rollout {
    strategy = "blue-green"
    ROLLOUT
  }
}
`

// blueGreenOf is the app with three pods in a version.
func blueGreenOf(version string) string { return blueGreenWith(version, "replicas = 3", "") }

func blueGreenWith(version, count, rollout string) string {
	return strings.NewReplacer("VERSION", version, "COUNT", count, "ROLLOUT", rollout).Replace(blueGreenApp)
}

// applyHCL carries out the plan of a configuration.
func (c *cluster) applyHCL(t *testing.T, hcl string) *planner.Plan {
	t.Helper()
	p := c.planHCL(t, hcl, planner.Options{})
	c.carryOut(t, p)
	return p
}

// steer has the Services of the app lead to a color and the other one, as a switch does.
func (c *cluster) steer(t *testing.T, color, other string) {
	t.Helper()
	for name, color := range map[string]string{"web": color, "web-preview": other} {
		id := planner.ObjectID{Kind: "Service", Namespace: c.namespace, Name: name}
		u := c.prior.Objects[id].DeepCopy()
		if err := unstructured.SetNestedField(u.Object, color, "spec", "selector", planner.LabelColor); err != nil {
			t.Fatal(err)
		}
		c.mustApply(t, u)
		c.prior.Objects[id] = u
	}
	c.prior.Revision++
	for i := range c.prior.Inventory {
		c.prior.Inventory[i].LastRevision = c.prior.Revision
	}
	c.prior.Healthy = append(c.prior.Healthy, c.prior.Revision)
}

// checkUnchanged checks that there is nothing to do, and that nobody is asked about it.
func (c *cluster) checkUnchanged(t *testing.T, hcl string) *planner.Plan {
	t.Helper()
	c.requests.take()
	p := c.planHCL(t, hcl, planner.Options{})
	if !p.Empty() {
		t.Errorf("not empty: %q", summary(p))
		for _, c := range p.Changes {
			if len(c.Diff) > 0 {
				t.Errorf("%s: %+v", c.ID, c.Diff)
			}
		}
	}
	for _, r := range c.requests.take() {
		if !strings.HasPrefix(r, "GET ") {
			t.Errorf("asked: %s", r)
		}
	}
	return p
}

// checkWrites compares what a plan writes, new versions of data left out.
func checkWrites(t *testing.T, p *planner.Plan, want ...string) {
	t.Helper()
	written := slices.DeleteFunc(summary(p), func(line string) bool {
		return strings.HasPrefix(line, "create ConfigMap") || strings.HasPrefix(line, "create Secret")
	})
	if d := cmp.Diff(want, written, cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("(-want +got):\n%s", d)
	}
}

// colorBehind returns the color that a Service of the plan leads to.
func colorBehind(t *testing.T, p *planner.Plan, service string) string {
	t.Helper()
	return selectorColor(change(t, p, "Service", service).Object)
}

func selectorColor(service *unstructured.Unstructured) string {
	color, _, _ := unstructured.NestedString(service.Object, "spec", "selector", planner.LabelColor)
	return color
}

func annotation(t *testing.T, p *planner.Plan, deployment, name string) string {
	t.Helper()
	return change(t, p, "Deployment", deployment).Object.GetAnnotations()[name]
}

func TestBlueGreenFirstDeployIsActiveAtOnce(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	p := c.planHCL(t, blueGreenOf("1.27"), planner.Options{})
	checkWrites(t, p, "create Deployment web-blue", "create Service web", "create Service web-preview")
	checkPods(t, p, "web-blue", 3, "nginx:1.27")
	if !needs(t, p, "Service", "web", "web-blue") {
		t.Error("the Service does not wait for its pods")
	}
	if color, preview := colorBehind(t, p, "web"), colorBehind(t, p, "web-preview"); color != "blue" || preview != "green" {
		t.Errorf("traffic goes to %s, the preview to %s", color, preview)
	}
	if len(p.Waiting) > 0 {
		t.Errorf("waits: %+v", p.Waiting)
	}
	c.carryOut(t, p)
	c.checkUnchanged(t, blueGreenOf("1.27"))
}

func TestS42ANewVersionGoesToTheIdleColor(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.applyHCL(t, blueGreenOf("1.27"))
	p := c.planHCL(t, blueGreenOf("1.28"), planner.Options{})
	checkWrites(t, p, "create Deployment web-green")
	checkPods(t, p, "web-green", 3, "nginx:1.28")
	checkPods(t, p, "web-blue", 3, "nginx:1.27")
	green := change(t, p, "Deployment", "web-green")
	if want := "3 new pods beside those of web-blue; traffic stays on blue 1.27"; green.Impact != want {
		t.Errorf("impact %q, want %q", green.Impact, want)
	}
	if color, preview := colorBehind(t, p, "web"), colorBehind(t, p, "web-preview"); color != "blue" || preview != "green" {
		t.Errorf("traffic goes to %s, the preview to %s", color, preview)
	}
	want := []planner.Waiting{{
		App: "web", Strategy: "blue-green",
		Active: planner.Side{Name: "blue", Version: "1.27", Pods: 3, Deployed: 1},
		Next:   planner.Side{Name: "green", Version: "1.28", Pods: 3, Deployed: 2},
	}}
	if d := cmp.Diff(want, bareSides(p.Waiting)); d != "" {
		t.Errorf("waiting (-want +got):\n%s", d)
	}
	c.carryOut(t, p)
	if got := dataOf(c, t); len(got) != 4 {
		t.Errorf("the data of both versions: %q", got)
	}
	if p := c.checkUnchanged(t, blueGreenOf("1.28")); len(p.Waiting) != 1 {
		t.Errorf("waiting: %+v", p.Waiting)
	}
}

// bareSides leaves out what follows from the cluster.
func bareSides(waiting []planner.Waiting) []planner.Waiting {
	bare := slices.Clone(waiting)
	for i := range bare {
		for _, side := range []*planner.Side{&bare[i].Active, &bare[i].Next} {
			side.Workload, side.Build, side.Ready = planner.ObjectID{}, "", 0
		}
	}
	return bare
}

// dataOf names the ConfigMaps and Secrets of the release.
func dataOf(c *cluster, t *testing.T) []string {
	return slices.Concat(c.list(t, "ConfigMap"), c.list(t, "Secret"))
}

func TestBlueGreenIsUnchangedAfterASwitchAndBack(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.applyHCL(t, blueGreenOf("1.27"))
	c.applyHCL(t, blueGreenOf("1.28"))

	c.steer(t, "green", "blue")
	if p := c.checkUnchanged(t, blueGreenOf("1.28")); len(p.Waiting) > 0 {
		t.Errorf("waiting: %+v", p.Waiting)
	}
	c.steer(t, "blue", "green")
	if p := c.checkUnchanged(t, blueGreenOf("1.28")); len(p.Waiting) != 1 || p.Waiting[0].Next.Name != "green" {
		t.Errorf("waiting: %+v", p.Waiting)
	}
}

func TestBlueGreenLeavesARetiredColorAlone(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.applyHCL(t, blueGreenOf("1.27"))
	c.applyHCL(t, blueGreenOf("1.28"))
	c.steer(t, "green", "blue")
	c.rescale(t, "web-blue", 0)
	p := c.checkUnchanged(t, blueGreenOf("1.28"))
	checkPods(t, p, "web-blue", 0, "nginx:1.27")
}

// rescale gives a Deployment another number of pods, as a switch does.
func (c *cluster) rescale(t *testing.T, name string, pods int64) {
	t.Helper()
	id := c.deployment(name)
	u := c.prior.Objects[id].DeepCopy()
	if err := unstructured.SetNestedField(u.Object, pods, "spec", "replicas"); err != nil {
		t.Fatal(err)
	}
	c.mustApply(t, u)
	c.prior.Objects[id] = u
}

func TestS42TheIdleColorIsAsLargeAsTheActiveOne(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.applyHCL(t, blueGreenOf("1.27"))
	c.as(t, "kubectl-scale", c.deployment("web-blue"), `{"spec":{"replicas":5}}`)
	p := c.planHCL(t, blueGreenOf("1.28"), planner.Options{})
	checkPods(t, p, "web-green", 5, "nginx:1.28")
	c.carryOut(t, p)
	c.checkUnchanged(t, blueGreenOf("1.28"))

	// More are declared than either has, and then fewer, which takes none away before the switch.
	p = c.applyHCL(t, blueGreenWith("1.28", "replicas = 7", ""))
	checkWrites(t, p, "update Deployment web-green")
	checkPods(t, p, "web-green", 7, "nginx:1.28")
	p = c.applyHCL(t, blueGreenWith("1.28", "replicas = 2", ""))
	checkPods(t, p, "web-green", 7, "nginx:1.28")

	// A version that has been retired before its switch comes back whole.
	c.rescale(t, "web-green", 0)
	p = c.planHCL(t, blueGreenWith("1.28", "replicas = 2", ""), planner.Options{})
	checkPods(t, p, "web-green", 5, "nginx:1.28")

	// The next version takes the same place.
	p = c.planHCL(t, blueGreenWith("1.29", "replicas = 2", ""), planner.Options{})
	checkWrites(t, p, "update Deployment web-green")
	checkPods(t, p, "web-green", 5, "nginx:1.29")
	if green := change(t, p, "Deployment", "web-green"); green.Impact != "5 new pods beside those of web-blue; traffic stays on blue 1.27" {
		t.Errorf("impact %q", green.Impact)
	}
}

func TestBlueGreenChangesTheActiveColorInPlace(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.applyHCL(t, blueGreenOf("1.27"))
	c.applyHCL(t, blueGreenOf("1.28"))

	// Back to what has the traffic, in the configuration: it is the newest again, and nothing rolls.
	p := c.planHCL(t, blueGreenOf("1.27"), planner.Options{})
	checkWrites(t, p, "update Deployment web-blue")
	if blue := change(t, p, "Deployment", "web-blue"); blue.Impact != "blue 1.27 counts as deployed last; no pod rolls" || len(p.Waiting) > 0 {
		t.Errorf("impact %q, waiting %+v", blue.Impact, p.Waiting)
	}
	if got := annotation(t, p, "web-blue", planner.AnnotationDeployed); got != "3" {
		t.Errorf("deployed in revision %s", got)
	}
	c.carryOut(t, p)
	c.checkUnchanged(t, blueGreenOf("1.27"))

	p = c.applyHCL(t, blueGreenWith("1.27", "replicas = 4", "min_ready = \"1s\"\nkeep_previous = 1"))
	checkWrites(t, p, "update Deployment web-blue")
	checkPods(t, p, "web-blue", 4, "nginx:1.27")
	if blue := change(t, p, "Deployment", "web-blue"); blue.Impact != "scales 3 -> 4" {
		t.Errorf("impact %q", blue.Impact)
	}
	checkPods(t, p, "web-green", 3, "nginx:1.28")
}

func TestBlueGreenDrift(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.applyHCL(t, blueGreenOf("1.27"))
	c.applyHCL(t, blueGreenOf("1.28"))
	other := `{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"nginx:9.9"}]}}}}`
	c.as(t, "kubectl-edit", c.deployment("web-blue"), other)
	c.checkUnchanged(t, blueGreenOf("1.28")) // traffic is on it: nothing of it is touched

	c.as(t, "kubectl-edit", c.deployment("web-green"), other)
	p := c.planHCL(t, blueGreenOf("1.28"), planner.Options{})
	checkWrites(t, p, "update Deployment web-green")
	if green := change(t, p, "Deployment", "web-green"); len(green.Drift) != 1 || green.Drift[0].Manager != "kubectl-edit" {
		t.Errorf("drift: %+v", green.Drift)
	}
	p = c.planHCL(t, blueGreenOf("1.27"), planner.Options{})
	if blue := change(t, p, "Deployment", "web-blue"); len(blue.Drift) != 1 {
		t.Errorf("drift: %+v", blue.Drift)
	}
}
