package planner_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/planner"
)

// ordered is an app as the cluster has it.
const ordered = `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {stowage.dev/release: petclinic, team: blue}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web, stowage.dev/release: petclinic}}
    spec:
      initContainers:
      - {name: first, image: nginx:1.27}
      - {name: second, image: nginx:1.27}
      containers:
      - name: sidecar
        image: nginx:1.27
      - name: web
        image: nginx:1.27
        env:
        - {name: ZULU, value: z}
        - {name: HOST, value: db}
        - {name: URL, value: "http://$(HOST)/"}
        - {name: ALPHA, value: a}
        ports:
        - {name: metrics, containerPort: 9090}
        - {name: http, containerPort: 8080}
        - {name: dns, containerPort: 8080, protocol: UDP}
        volumeMounts:
        - {name: two, mountPath: /two}
        - {name: one, mountPath: /one}
      volumes:
      - {name: two, emptyDir: {}}
      - {name: one, emptyDir: {}}
---
apiVersion: v1
kind: Service
metadata:
  name: web
  labels: {stowage.dev/release: petclinic}
spec:
  selector: {app: web}
  ports:
  - {name: metrics, port: 9090}
  - {name: http, port: 80}
`

// reordered is the same app, rendered with its lists in another order.
var reordered = inOrder(ordered, map[string][]int{
	"        env:\n":          {3, 1, 2, 0},
	"        ports:\n":        {2, 1, 0},
	"        volumeMounts:\n": {1, 0},
	"      volumes:\n":        {1, 0},
	"  ports:\n":              {1, 0},
})

// inOrder rearranges the lines of lists that follow a heading.
func inOrder(manifests string, orders map[string][]int) string {
	for heading, order := range orders {
		before, after, _ := strings.Cut(manifests, "\n"+heading)
		lines := strings.SplitAfterN(after, "\n", len(order)+1)
		var list strings.Builder
		for _, i := range order {
			list.WriteString(lines[i])
		}
		manifests = before + "\n" + heading + list.String() + strings.Join(lines[len(order):], "")
	}
	return manifests
}

// podNames names the pods of the app.
func (c *cluster) podNames(t testing.TB) []string {
	t.Helper()
	pods, err := c.List(t.Context(), schema.GroupVersionKind{Version: "v1", Kind: "Pod"}, c.namespace, "app=web")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, pod := range pods {
		names = append(names, pod.GetName())
	}
	return names
}

func TestAnotherOrderOfTheSameIsNoChange(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.plan(t, ordered, planner.Options{}))
	c.waitHealthy(t, "apps", "Deployment", "web")
	c.requests.take()
	if p := c.plan(t, reordered, planner.Options{}); !p.Empty() {
		t.Errorf("%q: %+v", summary(p), change(t, p, "Deployment", "web").Diff)
	}
	if diff := cmp.Diff([]string{"deployments", "namespaces", "services"}, resources(c.requests.take())); diff != "" {
		t.Errorf("requests: %s", diff)
	}
}

func TestNoPodRollsForTheOrderOfWhatChangesElsewhere(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.plan(t, ordered, planner.Options{}))
	c.waitHealthy(t, "apps", "Deployment", "web")
	c.as(t, "somebody", planner.ObjectID{Group: "apps", Kind: "Deployment", Name: "web"}, `{"metadata": {"annotations": {"x": "y"}}}`)
	c.waitHealthy(t, "apps", "Deployment", "web") // which is when its controller has written that it has seen it
	before, pods := c.live(t, "apps", "Deployment", "web"), c.podNames(t)
	c.requests.take()

	p := c.plan(t, strings.Replace(reordered, "team: blue", "team: green", 1), planner.Options{})
	web := change(t, p, "Deployment", "web")
	var fields []string
	for _, d := range web.Diff {
		fields = append(fields, d.Path)
	}
	if diff := cmp.Diff([]string{"metadata.labels.team"}, fields); diff != "" || len(summary(p)) != 1 {
		t.Errorf("%q: %s", summary(p), diff)
	}
	if diff := cmp.Diff([]string{"PATCH web", "deployments", "namespaces", "services"}, resources(c.requests.take())); diff != "" {
		t.Errorf("requests: %s", diff)
	}
	c.carryOut(t, p)
	after := c.live(t, "apps", "Deployment", "web")
	if after.GetGeneration() != before.GetGeneration() || !slices.Equal(c.podNames(t), pods) || len(pods) != 1 {
		t.Errorf("generation %d became %d, pods %q became %q", before.GetGeneration(), after.GetGeneration(), pods, c.podNames(t))
	}
	if after.GetLabels()["team"] != "green" {
		t.Error("the label is not changed")
	}
	if p := c.plan(t, strings.Replace(reordered, "team: blue", "team: green", 1), planner.Options{}); !p.Empty() {
		t.Errorf("afterwards: %q", summary(p))
	}
}

func TestAnOrderThatCountsIsAChange(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.plan(t, ordered, planner.Options{}))
	for name, manifests := range map[string]string{
		"spec.template.spec.initContainers":                 inOrder(ordered, map[string][]int{"      initContainers:\n": {1, 0}}),
		"spec.template.spec.containers[web].env":            inOrder(ordered, map[string][]int{"        env:\n": {0, 2, 1, 3}}),
		"spec.template.spec.containers[web].env[URL].value": strings.Replace(reordered, "http://$(HOST)/", "http://other/", 1),
	} {
		diff := change(t, c.plan(t, manifests, planner.Options{}), "Deployment", "web").Diff
		if len(diff) != 1 || diff[0].Path != name {
			t.Errorf("%s: %+v", name, diff)
		}
	}
}
