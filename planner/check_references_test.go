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

// foreign are objects that somebody else has made in the namespace.
const foreign = `
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {color: red, size: large}
---
apiVersion: v1
kind: Secret
metadata: {name: database}
stringData: {password: the-canary-in-the-secret, username: root}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: builder}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: archive}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Service
metadata: {name: legacy}
spec: {ports: [{name: http, port: 80}]}
`

// withForeign gives a cluster in which somebody else has made objects.
func withForeign(t *testing.T) *cluster {
	t.Helper()
	c := newCluster(t, true)
	for _, o := range c.objects(t, foreign) {
		if _, err := c.Create(t.Context(), o.Manifest); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// refused writes what stands in the way of a plan: line, object, field, text, hint.
func refused(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var lines []string
	for _, e := range objectErrors(t, err) {
		line := e.Error()
		if i := strings.Index(line, "petclinic.hcl:"); i > 0 {
			line = line[i:] // without the directory
		}
		if e.Hint != "" {
			line += ". " + e.Hint
		}
		lines = append(lines, line)
	}
	return lines
}

const references = `release "shop" { namespace = "NAMESPACE" }
config "own" {
  data      = { A = "1" }
  versioned = false
}
config "versions" { data = { A = "1" } }
app "web" {
  image = "nginx:1.27"
  env = {
    COLOR    = { config = "settings", key = "color" }
    PASSWORD = { secret = "database", key = "password" }
    A        = { config = "own", key = "A" }
    MAYBE    = { secret = "nobody-has-it", key = "x", optional = true }
  }
  env_from { config = "settings" }
  mount "/etc/database" {
    secret = "database"
    items  = { username = "user.txt" }
  }
  mount "/archive" {
    claim { existing = "archive" }
  }
  mount "/data" {
    claim {
      size          = "1Gi"
      storage_class = "standard"
    }
  }
}
`

func TestS49AllThatIsReferredToIsThere(t *testing.T) {
	t.Parallel()
	c := withForeign(t)
	c.requests.take()
	p := c.planHCL(t, references, planner.Options{})
	asked := c.requests.take()
	if w := writes(asked); len(w) > 0 {
		t.Errorf("the plan wrote: %q", w)
	}
	// Besides what the release has: one LIST for each kind that is referred to.
	var unlabelled []string
	for _, r := range asked {
		if strings.HasPrefix(r, "GET ") && !strings.Contains(r, "labelSelector") && !strings.HasSuffix(r, "/"+c.namespace) {
			unlabelled = append(unlabelled, r)
		}
	}
	want := []string{"configmaps", "persistentvolumeclaims", "secrets", "storageclasses"}
	if d := cmp.Diff(want, resources(unlabelled)); d != "" {
		t.Error(d)
	}
	if len(p.Warnings) > 0 {
		t.Errorf("%v", p.Warnings)
	}
	c.carryOut(t, p)
	c.requests.take()
	if p := c.planHCL(t, references, planner.Options{}); !p.Empty() {
		t.Errorf("%q", summary(p))
	}
	for _, r := range c.requests.take() {
		if strings.Contains(r, "storageclasses") {
			t.Errorf("a plan that changes nothing asked %s", r)
		}
	}
}

func TestS49WhatIsReferredToAndMissingIsAnErrorOfThePlan(t *testing.T) {
	t.Parallel()
	c := withForeign(t)
	cases := []struct {
		name, old, new string
		want           []string
	}{
		{"ConfigMap", `config = "settings", key`, `config = "setings", key`, []string{
			`petclinic.hcl:10: Deployment web: spec.template.spec.containers[web].env[COLOR]: refers to ConfigMap setings, ` +
				`which is neither in the configuration nor in the cluster. Did you mean "settings"?`,
		}},
		{"key of a ConfigMap", `key = "color"`, `key = "colour"`, []string{
			`petclinic.hcl:10: Deployment web: spec.template.spec.containers[web].env[COLOR]: refers to key "colour" of ConfigMap settings, ` +
				`which has no such key. Did you mean "color"?`,
		}},
		{"Secret", `secret = "database", key`, `secret = "databse", key`, []string{
			`petclinic.hcl:11: Deployment web: spec.template.spec.containers[web].env[PASSWORD]: refers to Secret databse, ` +
				`which is neither in the configuration nor in the cluster. Did you mean "database"?`,
		}},
		{"key of a Secret", `key = "password"`, `key = "passwd"`, []string{
			`petclinic.hcl:11: Deployment web: spec.template.spec.containers[web].env[PASSWORD]: refers to key "passwd" of Secret database, ` +
				`which has no such key. Did you mean "password"?`,
		}},
		{"whole ConfigMap", `env_from { config = "settings" }`, `env_from { config = "other-thing" }`, []string{
			`petclinic.hcl:15: Deployment web: spec.template.spec.containers[web].envFrom: refers to ConfigMap other-thing, ` +
				`which is neither in the configuration nor in the cluster`,
		}},
		{"file of a Secret", `username = "user.txt"`, `usrname = "user.txt"`, []string{
			`petclinic.hcl:16: Deployment web: spec.template.spec.volumes[secret-database]: refers to key "usrname" of Secret database, ` +
				`which has no such key. Did you mean "username"?`,
		}},
		{"claim", `existing = "archive"`, `existing = "archives"`, []string{
			`petclinic.hcl:20: Deployment web: spec.template.spec.volumes[claim-archives]: refers to PersistentVolumeClaim archives, ` +
				`which is neither in the configuration nor in the cluster. Did you mean "archive"?`,
		}},
		{"StorageClass", `"standard"`, `"standart"`, []string{
			`petclinic.hcl:24: PersistentVolumeClaim web-data: spec.storageClassName: refers to StorageClass standart, ` +
				`which is neither in the configuration nor in the cluster. Did you mean "standard"?`,
		}},
		{"name without its version", `config = "own", key = "A"`, `config = "versions", key = "A"`, []string{
			`petclinic.hcl:12: Deployment web: spec.template.spec.containers[web].env[A]: refers to ConfigMap versions, ` +
				`which is neither in the configuration nor in the cluster. its name ends with a version; refer to the block instead, as in config.versions`,
		}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if strings.Count(references, tc.old) != 1 {
				t.Fatalf("%q is in the configuration %d times", tc.old, strings.Count(references, tc.old))
			}
			c.requests.take()
			_, err := c.tryPlanHCL(t, strings.Replace(references, tc.old, tc.new, 1), planner.Options{})
			if d := cmp.Diff(tc.want, refused(t, err)); d != "" {
				t.Error(d)
			}
			if w := writes(c.requests.take()); len(w) > 0 {
				t.Errorf("the plan wrote: %q", w)
			}
			if strings.Contains(fmt.Sprint(err), "the-canary") {
				t.Error("a value of the Secret is in the error")
			}
		})
	}
}

// referringManifests refer to what the language has no words for.
const referringManifests = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front, labels: {stowage.dev/release: petclinic}}
spec:
  ingressClassName: CLASS
  tls: [{hosts: [x.example.com], secretName: CERTIFICATE}]
  rules:
  - host: x.example.com
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: SERVICE, port: {PORT}}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: front, labels: {stowage.dev/release: petclinic}}
spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: TARGET}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: front, labels: {stowage.dev/release: petclinic}}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec:
      serviceAccountName: ACCOUNT
      priorityClassName: PRIORITY
      imagePullSecrets: [{name: PULL}]
      containers: [{name: front, image: nginx}]
`

func TestS49ReferencesOfOtherKinds(t *testing.T) {
	t.Parallel()
	c := withForeign(t)
	right := map[string]string{
		"SERVICE": "legacy", "PORT": "name: http", "TARGET": "front", "ACCOUNT": "builder", "PRIORITY": "system-node-critical",
		"PULL": "database", "CERTIFICATE": "database", "  ingressClassName: CLASS\n": "",
	}
	fill := func(wrong ...string) string {
		pairs := slices.Clone(wrong)
		for name, value := range right {
			pairs = append(pairs, name, value)
		}
		return strings.NewReplacer(pairs...).Replace(referringManifests)
	}
	if _, err := c.tryPlan(t, fill(), planner.Options{}); err != nil {
		t.Fatal(err)
	}
	const nowhere = ", which is neither in the configuration nor in the cluster"
	cases := []struct{ wrong, value, want string }{
		{"SERVICE", "legcy", "Ingress front: spec.rules[x.example.com].http.paths[/].backend.service: refers to Service legcy" + nowhere + `. Did you mean "legacy"?`},
		{"PORT", "name: htp", `Ingress front: spec.rules[x.example.com].http.paths[/].backend.service: refers to port "htp" of Service legacy, which has no such port. Did you mean "http"?`},
		{"PORT", "number: 8080", `Ingress front: spec.rules[x.example.com].http.paths[/].backend.service: refers to port "8080" of Service legacy, which has no such port`},
		{"  ingressClassName: CLASS\n", "  ingressClassName: absent\n", "Ingress front: spec.ingressClassName: refers to IngressClass absent" + nowhere},
		{"CERTIFICATE", "shop-tls", "Ingress front: spec.tls: refers to Secret shop-tls" + nowhere},
		{"TARGET", "frond", "HorizontalPodAutoscaler front: spec.scaleTargetRef: refers to Deployment frond" + nowhere + `. Did you mean "front"?`},
		{"ACCOUNT", "bilder", "Deployment front: spec.template.spec.serviceAccountName: refers to ServiceAccount bilder" + nowhere + `. Did you mean "builder"?`},
		{"PRIORITY", "system-node-criticl", "Deployment front: spec.template.spec.priorityClassName: refers to PriorityClass system-node-criticl" + nowhere + `. Did you mean "system-node-critical"?`},
		{"PULL", "registry", "Deployment front: spec.template.spec.imagePullSecrets: refers to Secret registry" + nowhere},
	}
	for _, tc := range cases {
		t.Run(tc.wrong, func(t *testing.T) {
			_, err := c.tryPlan(t, fill(tc.wrong, tc.value), planner.Options{})
			got := refused(t, err)
			if len(got) != 1 || !strings.HasSuffix(got[0], ": "+tc.want) || !strings.HasPrefix(got[0], "petclinic.hcl:") {
				t.Errorf("got  %q\nwant %s", got, tc.want)
			}
		})
	}
	t.Run("certificates that somebody makes", func(t *testing.T) {
		text := strings.Replace(fill("CERTIFICATE", "shop-tls"), "metadata: {name: front,", "metadata: {name: front, annotations: {cert-manager.io/cluster-issuer: x},", 1)
		if _, err := c.tryPlan(t, text, planner.Options{}); err != nil {
			t.Error(err)
		}
	})
}

func TestS49WhatMayNotBeReadIsNotAbsent(t *testing.T) {
	t.Parallel()
	c := withForeign(t)
	c.allow(t, "halfblind", []string{"get", "list", "create", "patch"}, slices.DeleteFunc(slices.Clone(allKinds), func(kind string) bool { return kind == "secrets" }))
	p, err := c.tryPlanHCL(t, `release "shop" { namespace = "NAMESPACE" }
app "web" {
  image = "nginx:1.27"
  env   = { PASSWORD = { secret = "database", key = "password" } }
}
`, planner.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(p.Warnings, func(w planner.Warning) bool {
		return w.Summary == "Secret database, which Deployment web refers to, could not be checked" &&
			strings.Contains(w.Detail, "cannot get resource") && w.Origin.Line == 4
	}) {
		t.Errorf("%+v", p.Warnings)
	}
}

func TestNodePortsOfOthersAreKnownBeforeTheNamespaceIsThere(t *testing.T) {
	t.Parallel()
	other, c := newCluster(t, true), newCluster(t, false)
	const config = `release "shop" { namespace = "NAMESPACE" }
app "web" {
  image = "nginx"
  port "http" {
    number    = 80
    node_port = PORT
  }
}
`
	var taken *unstructured.Unstructured
	for _, o := range other.objects(t, "apiVersion: v1\nkind: Service\nmetadata: {name: taken}\nspec: {type: NodePort, ports: [{port: 80}]}\n") {
		created, err := other.Create(t.Context(), o.Manifest)
		if err != nil {
			t.Fatal(err)
		}
		taken = created
	}
	ports, _, _ := unstructured.NestedSlice(taken.Object, "spec", "ports")
	number := fmt.Sprint(ports[0].(map[string]any)["nodePort"])
	want := []string{fmt.Sprintf("petclinic.hcl:4: Service web: spec.ports: port %s/TCP of the nodes is that of Service taken in namespace %s. "+
		"take another one, or none: the cluster chooses one then", number, other.namespace)}
	_, err := c.tryPlanHCL(t, strings.Replace(config, "PORT", number, 1), planner.Options{})
	if d := cmp.Diff(want, refused(t, err)); d != "" {
		t.Error(d)
	}
}
