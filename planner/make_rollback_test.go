package planner_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/planner"
)

// recordingOf is what a record keeps of a plan: no value of a Secret.
func recordingOf(p *planner.Plan) *planner.Recording {
	var objects []planner.Object
	needs := map[planner.ObjectID][]planner.Need{}
	for _, c := range p.Changes {
		if c.Object == nil || c.Action == planner.Run {
			continue
		}
		manifest := c.Object.DeepCopy()
		if c.ID.IsSecret() {
			data, _, _ := unstructured.NestedMap(manifest.Object, "data")
			for key := range data {
				data[key] = nil
			}
			manifest.Object["data"] = data
		}
		objects = append(objects, planner.Object{
			ID: c.ID, Manifest: manifest, Address: c.Address, Origin: c.Origin, Role: c.Role, Version: c.Version, Timeout: c.Timeout,
		})
		needs[c.ID] = c.Needs
	}
	return planner.NewRecording(p.Release.ToRevision, objects, needs)
}

// deploy applies a configuration and returns what is recorded of it.
func (c *cluster) deploy(t testing.TB, hcl string) *planner.Recording {
	t.Helper()
	p := c.planHCL(t, hcl, planner.Options{})
	c.carryOut(t, p)
	return recordingOf(p)
}

func (c *cluster) tryRollback(ctx context.Context, to planner.Rollback) (*planner.Plan, error) {
	return planner.Make(ctx, planner.Input{
		Release: "shop", Namespace: c.namespace, HistoryLimit: 3, Prior: c.prior, Rollback: &to,
	}, c.Client)
}

func (c *cluster) rollback(t testing.TB, to planner.Rollback) *planner.Plan {
	t.Helper()
	p, err := c.tryRollback(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// meant returns the release's objects as far as they are not the doing of
// controllers or of time.
func (c *cluster) meant(t testing.TB) map[string]any {
	t.Helper()
	meant := map[string]any{}
	for _, item := range c.prior.Inventory {
		if item.ID.Kind == "Namespace" {
			continue
		}
		u := c.live(t, item.ID.Group, item.ID.Kind, item.ID.Name)
		if u == nil || item.LastRevision != c.prior.Revision {
			continue
		}
		annotations := map[string]string{}
		maps.Copy(annotations, u.GetAnnotations())
		delete(annotations, "deployment.kubernetes.io/revision")
		meant[item.ID.String()] = map[string]any{
			"labels": u.GetLabels(), "annotations": annotations,
			"spec": u.Object["spec"], "data": u.Object["data"], "immutable": u.Object["immutable"],
		}
	}
	return meant
}

// shop2 is shop after a change of everything, and with an object more.
var shop2 = strings.NewReplacer(
	`"red"`, `"blue"`,
	"first-secret-canary", "second-secret-canary",
	`env = { GREETING = config.common.key.GREETING }`, `env = { GREETING = config.common.key.GREETING, MORE = "yes" }`,
	`port "http" { number = 80 }`, "port \"http\" { number = 80 }\n  port \"more\" { number = 81 }",
).Replace(shop) + `
app "extra" {
  image  = "nginx:1.27"
  config = { X = "x" }
  port "http" { number = 80 }
}
`

func TestS15RollbackLeavesWhatTheRevisionHad(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	first := c.deploy(t, shop)
	want := c.meant(t)
	c.deploy(t, shop2)
	c.prior.Failed = true

	p := c.rollback(t, planner.Rollback{To: first})
	if p.Release.RollbackTo != 1 || p.Release.ToRevision != 3 {
		t.Errorf("%+v", p.Release)
	}
	lines := []string{
		"update Deployment front", "update Service front", "update Deployment back",
		"delete Service extra", "delete Deployment extra",
	}
	if d := cmp.Diff(lines, summary(p)); d != "" {
		t.Fatal(d)
	}
	reasons := map[string]string{}
	for _, change := range p.Changes {
		reasons[change.ID.String()] = change.Reason
	}
	wantReasons := map[string]string{
		"Deployment front": "back to revision 1: earlier version of common",
		"Service front":    "back to revision 1",
		"Deployment back":  "back to revision 1: earlier version of common; earlier version of db",
		"Service extra":    "not in revision 1",
	}
	for id, reason := range wantReasons {
		if reasons[id] != reason {
			t.Errorf("%s: reason %q, want %q", id, reasons[id], reason)
		}
	}
	checkOrder(t, p)
	c.carryOut(t, p)
	if d := cmp.Diff(want, c.meant(t)); d != "" {
		t.Error(d)
	}
	if c.live(t, "apps", "Deployment", "extra") != nil {
		t.Error("extra is still there")
	}
	if p := c.planHCL(t, shop, planner.Options{}); !p.Empty() {
		t.Errorf("the configuration of revision 1 is not what is there: %q", summary(p))
	}
}

func TestRollbackToWhatIsThereIsEmpty(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	first := c.deploy(t, shop)
	c.requests.take()
	p := c.rollback(t, planner.Rollback{To: first})
	if !p.Empty() || p.Release.ToRevision != 1 || p.Release.RollbackTo != 1 || len(p.Warnings) > 0 {
		t.Errorf("%q, %+v, %+v", summary(p), p.Release, p.Warnings)
	}
	want := []string{"configmaps", "deployments", "namespaces", "secrets", "services"}
	if d := cmp.Diff(want, resources(c.requests.take())); d != "" {
		t.Error(d)
	}
}

func TestS16RollbackMakesAgainWhatIsGone(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	first := c.deploy(t, shop)
	before, rest, _ := strings.Cut(shop, `app "front" {`)
	_, rest, _ = strings.Cut(rest, "\n}\n")
	c.deploy(t, strings.NewReplacer(`"red"`, `"blue"`, `app "aside"`, `app "besides"`).Replace(before+rest))
	for _, o := range first.Order() {
		if o.ID.Kind == "ConfigMap" {
			c.remove(t, o.ID)
		}
	}
	p := c.rollback(t, planner.Rollback{To: first})
	var lines []string
	for _, line := range summary(p) {
		kind, _, _ := strings.Cut(line, "-")
		lines = append(lines, kind)
	}
	want := []string{
		"create ConfigMap common", "create Deployment front", "create Service front", "update Deployment back",
		"create Deployment aside", "delete Deployment besides",
	}
	if d := cmp.Diff(want, lines); d != "" {
		t.Fatal(d)
	}
	if got := change(t, p, "Deployment", "front").Reason; got != "back to revision 1: not there any more" {
		t.Errorf("reason %q", got)
	}
	if got := named(t, p, "ConfigMap", "common-", planner.Create).Reason; !strings.HasPrefix(got, "back to revision 1: earlier version than common-") {
		t.Errorf("reason %q", got)
	}
	c.carryOut(t, p)
	if p := c.rollback(t, planner.Rollback{To: first}); !p.Empty() {
		t.Errorf("%q", summary(p))
	}
}

// remove deletes a live object.
func (c *cluster) remove(t testing.TB, id planner.ObjectID) {
	t.Helper()
	u := c.live(t, id.Group, id.Kind, id.Name)
	if u == nil {
		t.Fatalf("%s is not there", id)
	}
	c.mustDelete(t, &planner.Change{ID: id, Live: &planner.LiveRef{UID: u.GetUID()}})
}

func TestS17RollbackWithoutValuesMakesTheSecretAgain(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	const pair = `
release "shop" { namespace = "NAMESPACE" }
secret "db" { data = { password = "the-first-canary" } }
app "front" {
  image = "nginx:1.27"
  env   = { PASSWORD = secret.db.key.password }
}
`
	first := c.deploy(t, pair)
	c.deploy(t, strings.Replace(pair, "the-first", "the-second", 1))
	p := c.rollback(t, planner.Rollback{To: first})
	if d := cmp.Diff([]string{"update Deployment front"}, summary(p)); d != "" {
		t.Error(d)
	}
	secret := named(t, p, "Secret", "db-", planner.NoOp)
	value, _, _ := unstructured.NestedString(secret.Object.Object, "data", "password")
	if value != base64.StdEncoding.EncodeToString([]byte("the-first-canary")) {
		t.Errorf("value %q", value)
	}
	if got := p.Redactor().Text("the-first-canary is weak"); got != "(sensitive value) is weak" {
		t.Error(got)
	}
	if data, _, _ := unstructured.NestedMap(find(t, first, "Secret").Manifest.Object, "data"); data["password"] != nil {
		t.Error("the recording was changed in place")
	}
	text, err := json.Marshal(p)
	if err != nil || strings.Contains(string(text), "canary") || strings.Contains(string(text), value) {
		t.Errorf("the plan has the value: %s %v", text, err)
	}
}

func find(t testing.TB, r *planner.Recording, kind string) planner.Object {
	t.Helper()
	for _, o := range r.Order() {
		if o.ID.Kind == kind {
			return o
		}
	}
	t.Fatalf("no %s", kind)
	return planner.Object{}
}

func TestRollbackTakesBackWhatTheRevisionHadSet(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	first := c.deploy(t, shop)
	c.deploy(t, strings.Replace(shop, "replicas = 2\n", "", 1))
	c.as(t, "kubectl-scale", c.deployment("front"), `{"spec":{"replicas":5}}`)
	p := c.rollback(t, planner.Rollback{To: first})
	got := change(t, p, "Deployment", "front")
	if len(got.Drift) != 1 || got.Drift[0].Path != "spec.replicas" || !strings.HasPrefix(got.Reason, "back to revision 1: drift by kubectl-scale at ") {
		t.Errorf("%q, drift %+v", got.Reason, got.Drift)
	}
}
