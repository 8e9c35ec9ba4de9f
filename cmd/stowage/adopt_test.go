package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// foundations are the ways in which objects come to be that stowage has not made, as the
// requests of the tools leave them.
var foundations = []struct {
	name  string
	make  tool
	owner string // as it is named
	flag  string // that takes the objects over
	gone  []string
}{
	{name: "kubectl apply", make: appliedByClient("kubectl-client-side-apply"), owner: "kubectl apply", flag: "--adopt"},
	{name: "kubectl apply under another name", make: appliedByClient("deploy-bot"), owner: "kubectl apply", flag: "--adopt"},
	{name: "kubectl apply --server-side", make: applied("kubectl"), owner: "kubectl apply --server-side", flag: "--adopt"},
	{name: "server-side apply under another name", make: applied("deploy-bot"), owner: "field manager deploy-bot", flag: "--adopt"},
	{name: "kubectl create", make: created("kubectl-create"), owner: "kubectl create", flag: "--adopt"},
	{
		name: "Helm 3", owner: "Helm release shop", flag: "--take-ownership", gone: []string{"meta.helm.sh/"},
		make: created("helm").with("labels", "app.kubernetes.io/managed-by", "Helm").
			with("annotations", "meta.helm.sh/release-name", "shop", "meta.helm.sh/release-namespace", "default"),
	},
	{
		name: "Helm 4", owner: "Helm release shop", flag: "--take-ownership", gone: []string{"meta.helm.sh/"},
		make: applied("helm").with("labels", "app.kubernetes.io/managed-by", "Helm").
			with("annotations", "meta.helm.sh/release-name", "shop", "meta.helm.sh/release-namespace", "default"),
	},
	{
		name: "Argo CD", owner: "Argo CD application shop", flag: "--take-ownership", gone: []string{"argocd.argoproj.io/"},
		make: appliedByClient("argocd-controller").with("annotations", "argocd.argoproj.io/tracking-id", "shop:apps/Deployment:default/web"),
	},
	{
		name: "Flux", owner: "Flux Kustomization shop", flag: "--take-ownership", gone: []string{"kustomize.toolkit.fluxcd.io/"},
		make: applied("kustomize-controller").
			with("labels", "kustomize.toolkit.fluxcd.io/name", "shop", "kustomize.toolkit.fluxcd.io/namespace", "flux-system"),
	},
	{
		name: "kapp", owner: "kapp app 1700000000000000000", flag: "--take-ownership", gone: []string{"kapp.k14s.io/"},
		make: created("kapp").with("labels", "kapp.k14s.io/app", "1700000000000000000", "kapp.k14s.io/association", "v1.0123456789abcdef").
			with("annotations", "kapp.k14s.io/identity", "v1;default/apps/Deployment/web;apps/v1", "kapp.k14s.io/original", "{}"),
	},
}

// TestS37ObjectsOfOthersAreTakenOverAsTheyAre takes over what each tool leaves: not before
// that is asked for, in two writes for each object, without a new generation or template.
// The next plan is empty, and what leaves the configuration then goes.
func TestS37ObjectsOfOthersAreTakenOverAsTheyAre(t *testing.T) {
	for _, f := range foundations {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			e := newEstate(t)
			e.build(f.make)
			before := e.found()

			refused := e.run(exitError, "apply")
			for _, text := range []string{"Deployment web: exists already and belongs to " + f.owner, "shop.hcl:14", f.flag} {
				if !strings.Contains(refused, text) {
					t.Errorf("without the flag, %q is missing:\n%s", text, refused)
				}
			}
			if f.flag != "--adopt" {
				if refused := e.run(exitError, "plan", "--adopt"); !strings.Contains(refused, "--take-ownership takes it over") {
					t.Errorf("--adopt takes over what a tool owns, or does not tell how to:\n%s", refused)
				}
			}
			plan := e.run(exitOK, "plan", f.flag)
			for _, text := range []string{"Plan: 7 to adopt, 0 to create, 0 to change, 0 to replace, 0 to delete; 0 unchanged.", "Taken over from " + f.owner + " as they are"} {
				if !strings.Contains(plan, text) {
					t.Errorf("%q is missing of the plan:\n%s", text, plan)
				}
			}
			if writes := e.writes(); len(writes) > 0 {
				t.Errorf("planning has written: %v", writes)
			}
			e.run(exitOK, "apply", f.flag)
			for object, times := range e.writes() {
				// A Deployment loses annotations by a write of its own, so that it gets no new generation.
				if most := map[bool]int{true: 3, false: 2}[object == "deployments web"]; times < 2 || times > most {
					t.Errorf("%s was written to %d times, want 2 to %d", object, times, most)
				}
			}
			e.isTakenOver(before, f.gone)

			e.configure(`, COLOR = "blue" }`+"\n  port", "}\n  port", `, SIZE = "large" }`+"\n}", "}\n}", `{ SIZE = config.settings.key.SIZE`, `{ A = "1"`)
			e.run(exitOK, "apply")
			e.lacks("ConfigMap settings", "data", "SIZE")
			if text := fmt.Sprint(e.found()["Deployment web"].Object["spec"]); strings.Contains(text, "COLOR") {
				t.Errorf("a variable that left the configuration is still there: %s", text)
			}
		})
	}
}

// isTakenOver expects all objects to be as before, and stowage's.
func (e *estate) isTakenOver(before map[string]*unstructured.Unstructured, gone []string) {
	e.test.Helper()
	if plan := e.run(exitOK, "plan"); !strings.Contains(plan, settledPlan) {
		e.test.Errorf("the plan after it is not empty:\n%s", plan)
	}
	for name, now := range e.found() {
		was := before[name]
		if was.GetUID() != now.GetUID() || was.GetGeneration() != now.GetGeneration() {
			e.test.Errorf("%s: generation %d of %s was generation %d of %s", name, now.GetGeneration(), now.GetUID(), was.GetGeneration(), was.GetUID())
		}
		marks := fmt.Sprint(now.GetLabels(), now.GetAnnotations())
		for _, mark := range append([]string{"kubectl.kubernetes.io/last-applied-configuration"}, gone...) {
			if strings.Contains(marks, mark) {
				e.test.Errorf("%s still has %s: %s", name, mark, marks)
			}
		}
		for _, entry := range now.GetManagedFields() {
			nothing := strings.HasPrefix(entry.FieldsV1.String(), `{"f:stringData"`) // which is never there
			if entry.Subresource == "" && entry.Manager != "stowage" && entry.Manager != "stowage-cluster" && !nothing {
				e.test.Errorf("%s: %s still owns %s", name, entry.Manager, entry.FieldsV1)
			}
		}
	}
	e.hasRolledNothing()
}

// hasRolledNothing expects one ReplicaSet and one ControllerRevision: pods were only ever
// made from one template.
func (e *estate) hasRolledNothing() {
	e.test.Helper()
	sets, err := e.cluster.Client.AppsV1().ReplicaSets(e.namespace).List(e.test.Context(), metav1.ListOptions{})
	if err != nil {
		e.test.Fatal(err)
	}
	revisions, err := e.cluster.Client.AppsV1().ControllerRevisions(e.namespace).List(e.test.Context(), metav1.ListOptions{})
	if err != nil {
		e.test.Fatal(err)
	}
	if len(sets.Items) != 1 || len(revisions.Items) > 1 {
		e.test.Errorf("there are %d ReplicaSets and %d ControllerRevisions, want one each", len(sets.Items), len(revisions.Items))
	}
}

// lacks expects an object not to have a field.
func (e *estate) lacks(name string, fields ...string) {
	e.test.Helper()
	if value, there, _ := unstructured.NestedFieldNoCopy(e.found()[name].Object, fields...); there {
		e.test.Errorf("%s has %s: %v", name, strings.Join(fields, "."), value)
	}
}

// has expects an object to have a field with a value.
func (e *estate) has(name string, want any, fields ...string) {
	e.test.Helper()
	if value, _, _ := unstructured.NestedFieldNoCopy(e.found()[name].Object, fields...); value != want {
		e.test.Errorf("%s has %v as %s, want %v", name, value, strings.Join(fields, "."), want)
	}
}

// managers returns the field managers of an object.
func (e *estate) managers(name string) []string {
	e.test.Helper()
	var names []string
	for _, entry := range e.found()[name].GetManagedFields() {
		names = append(names, entry.Manager)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
