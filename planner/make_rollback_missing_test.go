package planner_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/planner"
)

// texts returns what the errors say, each with its hint.
func texts(t testing.TB, err error) []string {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	var lines []string
	for _, e := range objectErrors(t, err) {
		lines = append(lines, e.Error()+" ("+e.Hint+")")
	}
	return lines
}

const needy = `
apiVersion: v1
kind: Secret
metadata: {name: gone-0a1b2c3d4e, labels: {stowage.dev/release: shop}, annotations: {stowage.dev/base-name: gone}}
immutable: true
data: {password: null}
---
apiVersion: v1
kind: Secret
metadata: {name: plain, labels: {stowage.dev/release: shop}}
data: {first: null, second: null}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {stowage.dev/release: shop}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: robot
      imagePullSecrets: [{name: pull}]
      containers:
      - name: web
        image: nginx:1.27
        envFrom:
        - configMapRef: {name: outside}
        - configMapRef: {name: maybe, optional: true}
        env:
        - {name: A, valueFrom: {configMapKeyRef: {name: there, key: a}}}
        - {name: B, valueFrom: {configMapKeyRef: {name: there, key: b}}}
        - {name: C, valueFrom: {secretKeyRef: {name: gone-0a1b2c3d4e, key: password}}}
      volumes:
      - {name: data, persistentVolumeClaim: {claimName: data}}
      - {name: files, configMap: {name: there, items: [{key: c, path: c}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker, labels: {stowage.dev/release: shop}}
spec:
  selector: {matchLabels: {app: worker}}
  template:
    metadata: {labels: {app: worker}}
    spec:
      serviceAccountName: default
      containers: [{name: worker, image: "nginx:1.27", envFrom: [{configMapRef: {name: outside}}]}]
`

func TestS17AllThatIsMissingIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	for _, o := range c.objects(t, `
apiVersion: v1
kind: ConfigMap
metadata: {name: there}
data: {a: "1"}
---
apiVersion: v1
kind: Secret
metadata: {name: plain, labels: {stowage.dev/release: shop}}
stringData: {first: "1"}
`) {
		c.mustApply(t, o.Manifest)
	}
	objects := c.objects(t, needy)
	c.requests.take()
	_, err := c.tryRollback(t.Context(), planner.Rollback{To: planner.NewRecording(3, objects, nil)})
	const lost = " (roll back to another revision, or apply the configuration, which has the values)"
	const absent = " does not exist, and Deployment web of revision 3 needs it (make it again, or roll back to another revision)"
	want := []string{
		"petclinic.hcl:1: Secret gone-0a1b2c3d4e: is gone, and no record holds the values that it had in revision 3" + lost,
		`petclinic.hcl:8: Secret plain: has no key "second" any more, and no record holds the value that it had in revision 3` + lost,
		"petclinic.hcl:13: ConfigMap outside:" + absent,
		`petclinic.hcl:13: ConfigMap there: has no key "b", which Deployment web of revision 3 needs (add the key, or roll back to another revision)`,
		`petclinic.hcl:13: ConfigMap there: has no key "c", which Deployment web of revision 3 needs (add the key, or roll back to another revision)`,
		"petclinic.hcl:13: PersistentVolumeClaim data:" + absent,
		"petclinic.hcl:13: Secret pull:" + absent,
		"petclinic.hcl:13: ServiceAccount robot:" + absent,
	}
	if d := cmp.Diff(want, texts(t, err)); d != "" {
		t.Error(d)
	}
	if got := writes(c.requests.take()); len(got) > 0 {
		t.Errorf("it wrote: %q", got)
	}
}

func TestS17SecretOfSomebodyElseIsNotTaken(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	first := c.deploy(t, shop)
	secret := find(t, first, "Secret")
	c.remove(t, secret.ID)
	other := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Secret",
		"metadata":   map[string]any{"name": secret.ID.Name, "namespace": c.namespace, "labels": map[string]any{planner.LabelRelease: "another"}},
		"stringData": map[string]any{"first": "x", "user": "x", "other": "x", "third": "x"},
	}}
	c.mustApply(t, other)
	_, err := c.tryRollback(t.Context(), planner.Rollback{To: first})
	if got := texts(t, err); len(got) != 1 || !strings.Contains(got[0], "belongs to stowage release another") {
		t.Errorf("%q", got)
	}
}

func TestRollbackWarnsOfValuesThatMayBeOthers(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	text := strings.Replace(shop, `secret "db" {`, "secret \"db\" {\n  versioned = false", 1)
	first := c.deploy(t, text)
	c.deploy(t, strings.Replace(text, "first-secret-canary", "second-secret-canary", 1))
	p := c.rollback(t, planner.Rollback{To: first})
	if !p.Empty() {
		t.Errorf("%q", summary(p))
	}
	want := "Secret db keeps the values that it has: those of revision 1 are not kept, since it has no versions"
	if len(p.Warnings) != 1 || p.Warnings[0].Summary != want {
		t.Errorf("%+v", p.Warnings)
	}
}

func TestRollbackWarnsOfSecretMadeAnew(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	first := c.deploy(t, shop)
	secret := find(t, first, "Secret")
	again := c.live(t, "", "Secret", secret.ID.Name).DeepCopy()
	c.remove(t, secret.ID)
	again.SetUID("")
	again.SetResourceVersion("")
	again.SetManagedFields(nil)
	c.mustApply(t, again)
	p := c.rollback(t, planner.Rollback{To: first})
	want := secret.ID.String() + " was made anew, so that its values may not be those of revision 1"
	if len(p.Warnings) != 1 || p.Warnings[0].Summary != want {
		t.Errorf("%+v", p.Warnings)
	}
}

func TestRollbackSaysWhatItMayNotRead(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	first := c.deploy(t, shop)
	c.allow(t, "blind", []string{"get", "list", "patch"}, []string{"configmaps", "services", "deployments"})
	_, err := c.tryRollback(t.Context(), planner.Rollback{To: first})
	got := texts(t, err)
	if len(got) != 1 || !strings.Contains(got[0], "cannot be read, and no record holds the values that it has in revision 1: ") ||
		!strings.Contains(got[0], "the right to get Secrets") {
		t.Errorf("%q", got)
	}
}

func TestRollbackToARecordWithoutGates(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	first := c.deploy(t, stored)
	var objects []planner.Object
	needs := map[planner.ObjectID][]planner.Need{}
	for _, o := range first.Order() {
		for _, need := range first.Needs(o.ID) {
			needs[o.ID] = append(needs[o.ID], planner.Need{ID: need.ID})
		}
		o.Role = ""
		objects = append(objects, o)
	}
	p := c.rollback(t, planner.Rollback{To: planner.NewRecording(1, objects, needs)})
	if !p.Empty() {
		t.Errorf("%q", summary(p))
	}
	for _, o := range first.Order() {
		got := change(t, p, o.ID.Kind, o.ID.Name)
		if d := cmp.Diff(first.Needs(o.ID), got.Needs); d != "" || got.Role != o.Role {
			t.Errorf("%s: role %q, %s", o.ID, got.Role, d)
		}
	}
}
