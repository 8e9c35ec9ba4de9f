package planner

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// deployment is what the cases of TestOverrideFor start from.
const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {app.kubernetes.io/name: web, app.kubernetes.io/managed-by: stowage, stowage.dev/release: r, team: a}}
spec:
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%}}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 30
      tolerations: [{key: a, operator: Exists}, {key: b, operator: Exists}]
      initContainers: [{name: first, image: x}, {name: second, image: x}]
      containers:
      - name: web
        image: nginx
        args: [serve, --fast]
        resources: {limits: {cpu: 500m, memory: 1Gi}}
        env: [{name: HOST, value: h}, {name: URL, value: http://$(HOST)}, {name: X, value: x}]
        ports: [{containerPort: 80, name: http, protocol: TCP}]
        readinessProbe: {httpGet: {port: http}, periodSeconds: 10}
      volumes: [{name: scratch, emptyDir: {sizeLimit: 1Gi}}]
`

func TestOverrideFor(t *testing.T) {
	cases := []struct {
		name     string
		old, new string // what is replaced in the rendered manifest
		want     string // fields as JSON; "": none
	}{
		{"equal", "", "", ``},
		{"a number", "GracePeriodSeconds: 30", "GracePeriodSeconds: 60", `{"spec":{"template":{"spec":{"terminationGracePeriodSeconds":60}}}}`},
		{"a new field", "strategy:", "minReadySeconds: 5\n  strategy:", `{"spec":{"minReadySeconds":5}}`},
		{"a field less", ", periodSeconds: 10", "", `{"spec":{"template":{"spec":{"containers":[{"name":"web","readinessProbe":{"periodSeconds":null}}]}}}}`},
		{"an object less", "strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%}}", "paused: true", `{"spec":{"paused":true,"strategy":null}}`},
		{"one of a union for another", "emptyDir: {sizeLimit: 1Gi}", "configMap: {name: c}",
			`{"spec":{"template":{"spec":{"volumes":[{"configMap":{"name":"c"},"emptyDir":null,"name":"scratch"}]}}}}`},
		{"the last field of an object that stays", "emptyDir: {sizeLimit: 1Gi}", "emptyDir: {}",
			`{"spec":{"template":{"spec":{"volumes":[{"emptyDir":{"sizeLimit":null},"name":"scratch"}]}}}}`},
		{"an empty map", "labels: {app: web}}", "labels: {app: web}, annotations: {}}", ``},
		{"the last entry of a map", "resources: {limits: {cpu: 500m, memory: 1Gi}}", "resources: {}",
			`{"spec":{"template":{"spec":{"containers":[{"name":"web","resources":{"limits":null}}]}}}}`},
		{"an item more", "emptyDir: {sizeLimit: 1Gi}}", "emptyDir: {sizeLimit: 1Gi}}, {name: more, emptyDir: {}}",
			`{"spec":{"template":{"spec":{"volumes":[{"emptyDir":{},"name":"more"}]}}}}`},
		{"all items less", "volumes: [{name: scratch, emptyDir: {sizeLimit: 1Gi}}]", "volumes: []", `{"spec":{"template":{"spec":{"volumes":null}}}}`},
		{"an item, with the key that is no default", "name: http, protocol: TCP", "name: www, protocol: TCP",
			`{"spec":{"template":{"spec":{"containers":[{"name":"web","ports":[{"containerPort":80,"name":"www"}]}]}}}}`},
		{"a protocol that is not said", ", protocol: TCP", "", ``},
		{"a list that is one value", "[serve, --fast]", "[serve]", `{"spec":{"template":{"spec":{"containers":[{"args":["serve"],"name":"web"}]}}}}`},
		{"the order of a list that is one value", "[serve, --fast]", "[--fast, serve]", `{"spec":{"template":{"spec":{"containers":[{"args":["--fast","serve"],"name":"web"}]}}}}`},
		{"an item of a list that is one value", "{key: b, operator: Exists}", "{key: b, value: v}",
			`{"spec":{"template":{"spec":{"tolerations":[{"key":"a","operator":"Exists"},{"key":"b","value":"v"}]}}}}`},
		{"quantities that are stored as the same text", "cpu: 500m, memory: 1Gi", "cpu: 0.5, memory: 1024Mi", ``},
		{"quantities that are not", "memory: 1Gi", "memory: 1073741824", `{"spec":{"template":{"spec":{"containers":[{"name":"web","resources":{"limits":{"memory":1073741824}}}]}}}}`},
		{"the order of a list with keys", "{name: HOST, value: h}, {name: URL, value: http://$(HOST)}, {name: X, value: x}",
			"{name: X, value: x}, {name: HOST, value: h}, {name: URL, value: http://$(HOST)}", ``},
		{"an order that variables refer by", "{name: HOST, value: h}, {name: URL, value: http://$(HOST)}, {name: X, value: x}",
			"{name: URL, value: http://$(HOST)}, {name: HOST, value: h}, {name: X, value: x}",
			`{"spec":{"template":{"spec":{"containers":[{"env":[{"name":"URL"},{"name":"HOST"},{"name":"X"}],"name":"web"}]}}}}`},
		{"a variable before the one that refers to it", "{name: URL, value: http://$(HOST)}", "{name: PORT, value: '1'}, {name: URL, value: http://$(HOST):$(PORT)}",
			`{"spec":{"template":{"spec":{"containers":[{"env":[{"name":"HOST"},{"name":"PORT","value":"1"},{"name":"URL","value":"http://$(HOST):$(PORT)"},{"name":"X"}],"name":"web"}]}}}}`},
		{"the order that containers run in", "{name: first, image: x}, {name: second, image: x}", "{name: second, image: x}, {name: first, image: z}",
			`{"spec":{"template":{"spec":{"initContainers":[{"name":"second"},{"image":"z","name":"first"}]}}}}`},
		{"labels of the user", "team: a", "team: b", `{"metadata":{"labels":{"team":"b"}}}`},
		{"labels of stowage left out", "app.kubernetes.io/name: web, app.kubernetes.io/managed-by: stowage, stowage.dev/release: r, team: a", "team: a", ``},
		{"labels of another tool", "managed-by: stowage, stowage.dev/release: r, team: a", "managed-by: Helm, team: a", ``},
		{"a label that somebody else may say", "app.kubernetes.io/name: web", "app.kubernetes.io/name: shop", `{"metadata":{"labels":{"app.kubernetes.io/name":"shop"}}}`},
		{"a namespace that is not said", ", namespace: shop", "", ``},
		{"nulls", "kind: Deployment", "kind: Deployment\nstatus: null", ``},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			rendered, wanted := manifestOf(t, deployment), manifestOf(t, replaced(t, deployment, tc.old, tc.new))
			before, after := rendered.DeepCopy(), wanted.DeepCopy()
			fields, err := OverrideFor(rendered, wanted)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if fields != nil {
				text, err := json.Marshal(fields)
				if err != nil {
					t.Fatal(err)
				}
				got = string(text)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(before, rendered) + cmp.Diff(after, wanted); diff != "" {
				t.Error("the manifests were modified:", diff)
			}
		})
	}
}

func TestOverrideForSaysWhatCannotBe(t *testing.T) {
	cases := []struct{ name, old, new, want string }{
		{"an item less", "{name: X, value: x}", "", "spec.template.spec.containers[web].env[X]: an override cannot take an item out of a list"},
		{"another key", "containerPort: 80", "containerPort: 81", "spec.template.spec.containers[web].ports[80/TCP]: an override cannot take an item out of a list"},
		{"an item twice", "{name: X, value: x}", "{name: HOST, value: x}",
			"spec.template.spec.containers[web].env[2]: is there twice; lists with such items cannot be merged"},
		{"name", "name: web, namespace", "name: other, namespace", "metadata.name: cannot be overridden: it follows from the name of the block"},
		{"namespace", "namespace: shop", "namespace: other", "metadata.namespace: cannot be overridden: it is that of the release"},
		{"kind", "kind: Deployment", "kind: DaemonSet", "kind: cannot be overridden: it is the object's own"},
		{"replicas", "strategy:", "replicas: 3\n  strategy:", "spec.replicas: cannot be overridden: it is set by the argument replicas, or by autoscale"},
		{"status", "spec:\n  strategy", "status: {replicas: 1}\nspec:\n  strategy", "status: cannot be overridden: it is the cluster's to write"},
		{"a field that is not there", "strategy:", "minReadySecond: 3\n  strategy:", `spec.minReadySecond: there is no such field. Did you mean "minReadySeconds"?`},
		{"two at once", "{name: HOST, value: h}, {name: URL, value: http://$(HOST)}, {name: X, value: x}", "{name: URL, value: u}",
			"spec.template.spec.containers[web].env[HOST]: an override cannot take an item out of a list\n" +
				"spec.template.spec.containers[web].env[X]: an override cannot take an item out of a list"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			fields, err := OverrideFor(manifestOf(t, deployment), manifestOf(t, replaced(t, deployment, tc.old, tc.new)))
			if err == nil {
				t.Fatalf("got %v", fields)
			}
			if diff := cmp.Diff(tc.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestOverrideForOwnSelector refuses to change the labels by which stowage finds pods.
func TestOverrideForOwnSelector(t *testing.T) {
	const service = `
apiVersion: v1
kind: Service
metadata: {name: web, labels: {stowage.dev/app: web, stowage.dev/release: r}}
spec: {selector: {app.kubernetes.io/name: web, app.kubernetes.io/instance: r}, ports: [{port: 80, protocol: TCP}]}
`
	_, err := OverrideFor(manifestOf(t, service), manifestOf(t, strings.Replace(service, "instance: r}", "instance: r, tier: front}", 1)))
	if want := "spec.selector: cannot be overridden: it is how the app's pods are found"; err == nil || err.Error() != want {
		t.Error(err)
	}
}

func TestOverrideForNeedsASchema(t *testing.T) {
	u := manifestOf(t, "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: x}\n")
	if _, err := OverrideFor(u, u); err == nil || err.Error() != "there is no schema of Widget by which an override could be merged" {
		t.Error(err)
	}
}

func manifestOf(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	exact, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	u := &unstructured.Unstructured{}
	if err := u.UnmarshalJSON(exact); err != nil {
		t.Fatal(err)
	}
	return u
}

func replaced(t *testing.T, text, before, after string) string {
	t.Helper()
	if !strings.Contains(text, before) {
		t.Fatalf("%q is not in the manifest", before)
	}
	return strings.Replace(text, before, after, 1)
}
