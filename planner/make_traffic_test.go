package planner_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"stowage/planner"
)

// weighedBy is the canary app behind an ingress that weighs its requests.
func weighedBy(traffic, version string) string {
	steps := strings.Replace(canarySteps, "steps ", "traffic = \""+traffic+"\"\n    steps ", 1)
	ingress := `
ingress "shop" {
  host "shop.example.com" {
    path "/" { app = app.web }
    path "/other" {
      service = "other"
      port    = 80
    }
  }
  host "other.example.com" {
    path "/" {
      service = "other"
      port    = 80
    }
  }
  CLASS
}
`
	class := `class = "nginx"`
	if traffic == "gateway-api" {
		class = `gateway { name = "public" }`
		start, end := strings.Index(ingress, `  host "other`), strings.Index(ingress, "  CLASS")
		ingress = ingress[:start] + ingress[end:]
	}
	return canaryWith(version, "replicas = 4", steps) + strings.Replace(ingress, "CLASS", class, 1)
}

// defineRoutes gives the cluster the kind HTTPRoute, as the Gateway API defines it.
func (c *cluster) defineRoutes(t *testing.T) {
	t.Helper()
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/gateway-api").Output()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	definition := &unstructured.Unstructured{}
	if err := yaml.Unmarshal(text, &definition.Object); err != nil {
		t.Fatal(err)
	}
	unstructured.RemoveNestedField(definition.Object, "status")
	c.mustApply(t, definition)
	c.waitEstablished(t, planner.IDOf(definition))
}

// createOther makes the Service of somebody else that the routes lead to as well.
func (c *cluster) createOther(t *testing.T) {
	t.Helper()
	for _, o := range c.objects(t, "apiVersion: v1\nkind: Service\nmetadata: {name: other}\nspec: {ports: [{port: 80}]}\n") {
		if _, err := c.Create(t.Context(), o.Manifest); err != nil {
			t.Fatal(err)
		}
	}
}

// weights returns what the routes of a plan, or else of the cluster, make of the requests.
func (c *cluster) weights(t *testing.T, p *planner.Plan) map[string]any {
	t.Helper()
	found := map[string]any{}
	for _, change := range p.Changes {
		if change.Object == nil {
			continue
		}
		u := change.Object
		switch u.GetKind() {
		case "Ingress":
			if weight := u.GetAnnotations()["nginx.ingress.kubernetes.io/canary-weight"]; weight != "" {
				found[u.GetName()] = weight
			}
		case "HTTPRoute":
			rules, _, _ := unstructured.NestedSlice(u.Object, "spec", "rules")
			for _, rule := range rules {
				for _, b := range rule.(map[string]any)["backendRefs"].([]any) {
					backend := b.(map[string]any)
					found[u.GetName()+" to "+backend["name"].(string)] = backend["weight"]
				}
			}
		}
	}
	return found
}

func TestCanaryWeighedByIngressNginx(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.createOther(t)
	c.settle(t, c.planHCL(t, weighedBy("ingress-nginx", "1.27"), planner.Options{}))
	p := c.planHCL(t, weighedBy("ingress-nginx", "1.28"), planner.Options{})
	checkSummary(t, p, "create Deployment web-canary", "create Service web-canary", "create Ingress shop-web-canary")
	checkPods(t, p, "web", 4, "nginx:1.27")
	checkPods(t, p, "web-canary", 1, "nginx:1.28")
	if !needs(t, p, "Ingress", "shop-web-canary", "web-canary") {
		t.Error("requests go to the canary before it is ready")
	}
	if d := cmp.Diff(map[string]any{"shop-web-canary": "10"}, c.weights(t, p)); d != "" {
		t.Error(d)
	}
	golden(t, "testdata/canary/ingress.yaml", manifestOf(t, change(t, p, "Ingress", "shop-web-canary").Object, c.namespace))
	golden(t, "testdata/canary/service.yaml", manifestOf(t, change(t, p, "Service", "web-canary").Object, c.namespace))
	c.settle(t, p)
	c.checkNothingToDo(t, weighedBy("ingress-nginx", "1.28"))
	if behind := c.endpoints(t, "web"); len(behind) != 4 {
		t.Errorf("behind the stable Service are %q", behind)
	}

	p = c.planSwitch(t, planner.CanaryNext, "web")
	checkSummary(t, p, "update Deployment web-canary", "update Ingress shop-web-canary")
	checkPods(t, p, "web-canary", 2, "nginx:1.28")
	if !needs(t, p, "Ingress", "shop-web-canary", "web-canary") {
		t.Error("requests go to pods that are not ready")
	}
	c.settle(t, p)
	c.checkNothingToDo(t, weighedBy("ingress-nginx", "1.28"))

	// Another version: the share goes down before the pods change, and these stay as many.
	p = c.planHCL(t, weighedBy("ingress-nginx", "1.29"), planner.Options{})
	checkSummary(t, p, "update Ingress shop-web-canary", "update Deployment web-canary")
	checkPods(t, p, "web-canary", 2, "nginx:1.29")
	checkOrder(t, p)
	c.settle(t, p)
	c.checkNothingToDo(t, weighedBy("ingress-nginx", "1.29"))

	p = c.planSwitch(t, planner.CanaryPromote, "web")
	checkSummary(t, p, "update Deployment web", "delete Ingress shop-web-canary", "delete Service web-canary", "delete Deployment web-canary")
	if !needs(t, p, "Ingress", "shop-web-canary", "web") {
		t.Error("the canary loses its requests before the stable version is ready")
	}
	if got := change(t, p, "Deployment", "web-canary").Delay; got == 0 {
		t.Error("the pods of the canary end at once")
	}
	checkOrder(t, p)
	c.settle(t, p)
	c.checkNothingToDo(t, weighedBy("ingress-nginx", "1.29"))
}

func TestCanaryWeighedByTheGatewayAPI(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.defineRoutes(t)
	first := c.planHCL(t, weighedBy("gateway-api", "1.27"), planner.Options{})
	checkSummary(t, first, "create Deployment web", "create Service web", "create HTTPRoute shop")
	c.settle(t, first)
	c.requests.take()
	c.checkNothingToDo(t, weighedBy("gateway-api", "1.27"))
	for _, request := range c.requests.take() {
		if strings.HasPrefix(request, "PATCH") {
			t.Errorf("asked the server about what has not changed: %s", request)
		}
	}

	p := c.planHCL(t, weighedBy("gateway-api", "1.28"), planner.Options{})
	checkSummary(t, p, "create Deployment web-canary", "create Service web-canary", "update HTTPRoute shop")
	want := map[string]any{"shop to web": int64(90), "shop to web-canary": int64(10), "shop to other": int64(1)}
	if d := cmp.Diff(want, c.weights(t, p)); d != "" {
		t.Error(d)
	}
	if !needs(t, p, "HTTPRoute", "shop", "web-canary") {
		t.Error("requests go to the canary before it is ready")
	}
	checkOrder(t, p)
	c.settle(t, p)
	c.checkNothingToDo(t, weighedBy("gateway-api", "1.28"))

	p = c.planSwitch(t, planner.CanaryNext, "web")
	checkSummary(t, p, "update Deployment web-canary", "update HTTPRoute shop")
	want["shop to web"], want["shop to web-canary"] = int64(50), int64(50)
	if d := cmp.Diff(want, c.weights(t, p)); d != "" {
		t.Error(d)
	}
	c.settle(t, p)
	c.checkNothingToDo(t, weighedBy("gateway-api", "1.28"))

	p = c.planSwitch(t, planner.CanaryAbort, "web")
	checkSummary(t, p, "update HTTPRoute shop", "delete Service web-canary", "delete Deployment web-canary")
	if d := cmp.Diff(map[string]any{"shop to web": int64(1), "shop to other": int64(1)}, c.weights(t, p)); d != "" {
		t.Error(d)
	}
	checkOrder(t, p)
	c.settle(t, p)
	c.checkNothingToDo(t, weighedBy("gateway-api", "1.27"))
}

// An apply takes the canary away as a switch does.
func TestCanaryWeighedAndConfiguredAway(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.createOther(t)
	c.settle(t, c.planHCL(t, weighedBy("ingress-nginx", "1.27"), planner.Options{}))
	c.settle(t, c.planHCL(t, weighedBy("ingress-nginx", "1.28"), planner.Options{}))
	p := c.planHCL(t, weighedBy("ingress-nginx", "1.27"), planner.Options{})
	checkSummary(t, p, "delete Ingress shop-web-canary", "delete Service web-canary", "delete Deployment web-canary")
	checkOrder(t, p)
}

func (c *cluster) checkNothingToDo(t *testing.T, hcl string) {
	t.Helper()
	p := c.planHCL(t, hcl, planner.Options{})
	for _, change := range p.Changes {
		if change.Action != planner.NoOp {
			t.Errorf("%s %s: %+v", change.Action, change.ID, change.Diff)
		}
	}
}

// manifestOf writes a manifest without the name of the test's namespace.
func manifestOf(t *testing.T, u *unstructured.Unstructured, namespace string) string {
	t.Helper()
	text, err := yaml.Marshal(u.Object)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), namespace, "NAMESPACE")
}
