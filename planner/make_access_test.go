package planner_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"stowage/internal/kube"
	"stowage/planner"
)

// allow lets an account do no more than the verbs on the resources, and plans as
// that account from then on.
func (c *cluster) allow(t testing.TB, account string, verbs, resources []string) {
	t.Helper()
	quote := func(list []string) string { return `"` + strings.Join(list, `","`) + `"` }
	for _, o := range c.objects(t, fmt.Sprintf(`
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: %[1]s}
rules: [{apiGroups: ["", apps], resources: [%[2]s], verbs: [%[3]s]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: %[1]s}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: %[1]s}
subjects: [{kind: User, name: %[1]s}]
`, account, quote(resources), quote(verbs))) {
		c.mustApply(t, o.Manifest)
	}
	config := rest.CopyConfig(c.config)
	config.Impersonate.UserName = account
	client, err := kube.New(config)
	if err != nil {
		t.Fatal(err)
	}
	c.Client = client
	awaitRight(t, config, authorizationv1.ResourceAttributes{
		Namespace: c.namespace, Verb: verbs[0], Resource: resources[0], Group: groups[resources[0]],
	})
}

// groups are the API groups of resources that are not of the core.
var groups = map[string]string{"deployments": "apps", "statefulsets": "apps", "replicasets": "apps"}

// awaitRight waits until the API server knows of an account's right: it takes
// notice of roles a moment after they are written.
func awaitRight(t testing.TB, config *rest.Config, right authorizationv1.ResourceAttributes) {
	t.Helper()
	reviews := kubernetes.NewForConfigOrDie(config).AuthorizationV1().SelfSubjectAccessReviews()
	review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &right}}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		answer, err := reviews.Create(t.Context(), review, metav1.CreateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if answer.Status.Allowed {
			return
		}
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		}
	}
}

var allKinds = []string{"configmaps", "secrets", "services", "deployments", "statefulsets", "persistentvolumeclaims"}

func TestS32ReadOnlyAccountFindsTheSameChanges(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planHCL(t, shop, planner.Options{}))
	changed := strings.NewReplacer(`"red"`, `"blue"`, "replicas = 2", "replicas = 3", `image = "nginx:1.27"`+"\n}", `image = "nginx:1.28"`+"\n}").Replace(shop)
	full := c.planHCL(t, changed, planner.Options{})
	c.allow(t, "reader", []string{"get", "list"}, allKinds)
	p := c.planHCL(t, changed, planner.Options{})

	if d := cmp.Diff(summary(full), summary(p)); d != "" {
		t.Fatal(d)
	}
	for i, want := range full.Changes {
		got := p.Changes[i]
		if d := cmp.Diff(want.Diff, got.Diff); d != "" {
			t.Errorf("%s: %s", got.ID, d)
		}
		if got.Action != planner.NoOp && (got.Checked || !strings.Contains(got.Unchecked, "cannot patch resource")) {
			t.Errorf("%s: checked %v, unchecked %q", got.ID, got.Checked, got.Unchecked)
		}
	}
}

func TestS35AKindThatCannotBeListedIsNotAbsent(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planHCL(t, shop, planner.Options{}))
	c.allow(t, "blind", []string{"get", "list"}, []string{"secrets", "services", "deployments", "pods", "replicasets"})
	// The ConfigMaps of common leave the configuration; they cannot be listed.
	p := c.planHCL(t, strings.Replace(shop, `"red"`, `"blue"`, 1), planner.Options{})
	if p.Count(planner.Delete) != 0 || p.Count(planner.Create) != 0 {
		t.Errorf("%q", summary(p))
	}
	config := named(t, p, "ConfigMap", "common-", planner.Update)
	if !strings.Contains(config.Unchecked, "cannot list resource") || config.Reason != "may be there already, and cannot be read" {
		t.Errorf("reason %q, unchecked %q", config.Reason, config.Unchecked)
	}
	// Without any other configuration they would be deleted.
	c.prior.Inventory = slices.DeleteFunc(c.prior.Inventory, func(item planner.Item) bool { return item.ID.Kind == "Secret" })
	for i := range c.prior.Inventory {
		c.prior.Inventory[i].LastRevision = -10
	}
	p = c.planHCL(t, strings.Replace(shop, `"red"`, `"blue"`, 1), planner.Options{})
	if len(p.Kept) != 1 || p.Kept[0].ID.Kind != "ConfigMap" || p.Count(planner.Delete) != 0 {
		t.Errorf("kept %v, %q", p.Kept, summary(p))
	}
}

func TestS35WhatCannotBeListedIsNotDestroyedButReported(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planHCL(t, shop, planner.Options{}))
	c.allow(t, "blind", []string{"get", "list"}, []string{"secrets", "deployments", "configmaps", "pods", "replicasets"})
	p := c.planHCL(t, shop, planner.Options{Destroy: true})
	want := []planner.Kept{{ID: planner.ObjectID{Kind: "Service", Namespace: c.namespace, Name: "front"}, Reason: "it could not be read"}}
	if d := cmp.Diff(want, p.Kept); d != "" {
		t.Error(d)
	}
	if len(p.Warnings) != 1 || p.Warnings[0].Summary != "Service front could not be read and is left alone" || p.Count(planner.Delete) != 5 {
		t.Errorf("warnings %v, %q", p.Warnings, summary(p))
	}
}

// An object that has lost the release's label is in no LIST, and who may only
// list cannot tell whether it is there.
func TestS35WhatCannotBeReadAloneIsNotTakenForGone(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planHCL(t, shop, planner.Options{}))
	c.as(t, "kubectl-label", c.deployment("front"), `{"metadata":{"labels":{"stowage.dev/release":null}}}`)
	c.allow(t, "lister", []string{"list"}, allKinds)
	p := c.planHCL(t, without(t, shop, `app "front"`), planner.Options{})
	if d := cmp.Diff([]string{"delete Service front"}, summary(p)); d != "" {
		t.Error(d)
	}
	want := []planner.Kept{{ID: c.deployment("front"), Reason: "it could not be read"}}
	if d := cmp.Diff(want, p.Kept); d != "" || !slices.ContainsFunc(p.Warnings, func(w planner.Warning) bool {
		return w.Summary == "Deployment front could not be read and is left alone"
	}) {
		t.Errorf("warnings %v, kept %s", p.Warnings, d)
	}
}

func TestNamespaceThatDoesNotExistYet(t *testing.T) {
	t.Parallel()
	c := newCluster(t, false)
	p := c.planHCL(t, shop, planner.Options{})
	got := resources(c.requests.take())
	want := []string{"PATCH namespaces", "configmaps", "deployments", "namespaces", "secrets", "services"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if p.Count(planner.Create) != len(p.Changes) || p.Changes[0].ID.Kind != "Namespace" || !p.Changes[0].Checked {
		t.Errorf("%q", summary(p))
	}
	for _, change := range p.Changes[1:] {
		if change.Checked || change.Unchecked != "namespace "+c.namespace+" does not exist yet" {
			t.Errorf("%s: checked %v, %q", change.ID, change.Checked, change.Unchecked)
		}
	}
	c.carryOut(t, p)
	if p := c.planHCL(t, shop, planner.Options{}); !p.Empty() {
		t.Errorf("not empty: %q", summary(p))
	}
}

func TestOtherReleasesNamespaceIsLeftAlone(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	p := c.planHCL(t, shop, planner.Options{})
	for _, change := range p.Changes {
		if change.ID.Kind == "Namespace" {
			t.Errorf("%s %s", change.Action, change.ID)
		}
		for _, need := range change.Needs {
			if need.ID.Kind == "Namespace" {
				t.Errorf("%s needs %s", change.ID, need.ID)
			}
		}
	}
}
