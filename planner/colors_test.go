package planner_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-multierror"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/planner"
)

// colors is a release of two apps with two colors each, and one without.
const colors = `
release "shop" { namespace = "NAMESPACE" }
app "web" {
  version  = "WEB"
  image    = "nginx:1.27"
  replicas = 2
  config   = { GREETING = "WEB" }
  port "http" { number = 80 }
  rollout { strategy = "blue-green" }
}
app "api" {
  version  = "API"
  image    = "nginx:1.27"
  replicas = 1
  env      = { GREETING = "API" }
  port "http" { number = 80 }
  rollout { strategy = "blue-green" }
}
app "back" {
  image = "nginx:1.27"
}
`

// versions returns a configuration with other versions of its apps web and api.
func versions(hcl, web, api string) string {
	return strings.NewReplacer("WEB", web, "API", api).Replace(hcl)
}

// settle carries a plan out as a run would: all is ready when the next one is made.
func (c *cluster) settle(t testing.TB, p *planner.Plan) *planner.Recording {
	t.Helper()
	c.carryOut(t, p)
	for _, change := range p.Changes {
		switch {
		case change.Action == planner.Delete:
		case change.ID.Kind == "Deployment":
			c.waitHealthy(t, "apps", "Deployment", change.ID.Name)
		}
	}
	for _, change := range p.Changes {
		if change.ID.Kind == "Service" && change.Action != planner.Delete {
			c.waitEndpoints(t, change.ID.Name)
		}
	}
	recording := recordingOf(p)
	c.newest = recording
	return recording
}

// waitEndpoints waits until the endpoints of a Service are the pods that it selects.
func (c *cluster) waitEndpoints(t testing.TB, service string) {
	t.Helper()
	deadline := time.NewTimer(30 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		want, got := c.podsBehind(t, service), c.endpoints(t, service)
		if slices.Equal(want, got) {
			return
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("endpoints of %s are %q, want %q", service, got, want)
		}
	}
}

func (c *cluster) podsBehind(t testing.TB, service string) []string {
	t.Helper()
	selector, _, _ := unstructured.NestedStringMap(c.live(t, "", "Service", service).Object, "spec", "selector")
	var labels []string
	for name, value := range selector {
		labels = append(labels, name+"="+value)
	}
	pods, err := c.List(t.Context(), schema.GroupVersionKind{Version: "v1", Kind: "Pod"}, c.namespace, strings.Join(labels, ","))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, pod := range pods {
		if pod.GetDeletionTimestamp() == nil {
			names = append(names, pod.GetName())
		}
	}
	slices.Sort(names)
	return names
}

func (c *cluster) endpoints(t testing.TB, service string) []string {
	t.Helper()
	kind := schema.GroupVersionKind{Group: "discovery.k8s.io", Version: "v1", Kind: "EndpointSlice"}
	endpointSlices, err := c.List(t.Context(), kind, c.namespace, "kubernetes.io/service-name="+service)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range endpointSlices {
		endpoints, _, _ := unstructured.NestedSlice(s.Object, "endpoints")
		for _, e := range endpoints {
			endpoint, _ := e.(map[string]any)
			if ready, _, _ := unstructured.NestedBool(endpoint, "conditions", "ready"); ready {
				name, _, _ := unstructured.NestedString(endpoint, "targetRef", "name")
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

func (c *cluster) trySwitch(t testing.TB, s planner.Switch) (*planner.Plan, error) {
	t.Helper()
	s.From = c.newest
	return planner.Make(t.Context(), planner.Input{
		Release: "shop", Namespace: c.namespace, HistoryLimit: 3, Prior: c.prior, Switch: &s,
	}, c.Client)
}

func (c *cluster) planSwitch(t testing.TB, operation planner.Operation, apps ...string) *planner.Plan {
	t.Helper()
	p, err := c.trySwitch(t, planner.Switch{Operation: operation, Apps: apps, Drain: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// deployed is a cluster with two versions of web and api, the first of which has the traffic.
func deployed(t *testing.T, hcl string) *cluster {
	t.Helper()
	c := newCluster(t, true)
	c.settle(t, c.planHCL(t, versions(hcl, "1.0.0", "1.0.0"), planner.Options{}))
	c.settle(t, c.planHCL(t, versions(hcl, "1.0.1", "1.0.1"), planner.Options{}))
	return c
}

// errorsOf takes apart what is wrong with a switch.
func errorsOf(t testing.TB, err error) []string {
	t.Helper()
	var all *multierror.Error
	if !errors.As(err, &all) {
		t.Fatalf("not a *multierror.Error: %v", err)
	}
	var texts []string
	for _, e := range all.Errors {
		texts = append(texts, e.Error())
	}
	return texts
}

// colorOf returns the color that a live Service selects.
func (c *cluster) colorOf(t testing.TB, service string) string {
	t.Helper()
	color, _, _ := unstructured.NestedString(c.live(t, "", "Service", service).Object, "spec", "selector", planner.LabelColor)
	return color
}

func warningsOf(p *planner.Plan) []string {
	var texts []string
	for _, w := range p.Warnings {
		texts = append(texts, w.Summary)
	}
	return texts
}

// with returns the configuration with arguments more in the rollouts of all its apps.
func with(hcl, arguments string) string {
	return strings.ReplaceAll(hcl, `rollout { strategy = "blue-green" }`, "rollout {\n strategy = \"blue-green\"\n "+arguments+"\n}")
}
