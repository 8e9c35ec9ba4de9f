package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// containing expects a text to have all of some parts.
func containing(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(flat(text), flat(part)) {
			t.Errorf("%q is missing:\n%s", part, text)
		}
	}
}

// TestS37WhatOthersHaveSetSinceIsNamed takes over objects that people have changed with
// kubectl since they applied them, which goes, and that a program has changed, which is
// named, and stays until ownership is asked for.
func TestS37WhatOthersHaveSetSinceIsNamed(t *testing.T) {
	t.Parallel()
	e := newEstate(t)
	e.build(appliedByClient("kubectl-client-side-apply"))
	e.patched("kubectl-edit", "web", `{"spec":{"minReadySeconds":3}}`)
	e.patched("kubectl-rollout", "web", `{"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"2026-01-02T03:04:05Z"}}}}}`)
	e.patched("tuner", "web", `{"spec":{"revisionHistoryLimit":4,"progressDeadlineSeconds":300}}`)

	refused := e.run(exitError, "apply", "--adopt")
	containing(t, refused, "Deployment web: spec.revisionHistoryLimit: field conflict: is owned by tuner since 20", "live 4, config 10",
		"--take-ownership takes the field over", "shop.hcl:14")
	if strings.Contains(refused, "progressDeadlineSeconds") {
		t.Errorf("what the configuration does not say is in conflict with it:\n%s", refused)
	}
	if writes := e.writes(); len(writes) > 0 {
		t.Errorf("it has written: %v", writes)
	}

	plan := e.run(exitOK, "plan", "--take-ownership")
	containing(t, plan, "- spec.minReadySeconds  3", "~ spec.revisionHistoryLimit  4 -> 10", "by tuner at 20", "impact: no pod rolls")
	if strings.Contains(plan, "restartedAt") {
		t.Errorf("the plan takes away when the pods were restarted, which would restart them:\n%s", plan)
	}
	e.run(exitOK, "apply", "--take-ownership")
	containing(t, e.run(exitOK, "plan"), settledPlan)
	e.lacks("Deployment web", "spec", "minReadySeconds")
	e.has("Deployment web", int64(10), "spec", "revisionHistoryLimit")
	e.has("Deployment web", int64(300), "spec", "progressDeadlineSeconds")
	e.has("Deployment web", "2026-01-02T03:04:05Z", "spec", "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt")
	if got := strings.Join(e.managers("Deployment web"), " "); got != "kubectl-rollout stowage stowage-cluster tuner" {
		t.Errorf("the managers are %s", got)
	}
}

// TestS37ASelectorThatCannotChangeIsNamed plans an app that would need another selector
// than the Deployment has that it is to be.
func TestS37ASelectorThatCannotChangeIsNamed(t *testing.T) {
	t.Parallel()
	e := newEstate(t)
	e.build(created("kubectl-create"))
	e.configure(`  selector = { app = "web" }`+"\n", "")
	refused := e.run(exitError, "plan", "--adopt")
	containing(t, refused, "Deployment web: spec.selector: cannot be changed",
		`live {"matchLabels":{"app":"web"}}`, `hint: selector = { "app" = "web" } in the app makes it what is there`, "shop.hcl:14")
}

// TestS37FieldsThatExcludeEachOther takes over a Deployment whose strategy has a part that
// the new one does not allow.
func TestS37FieldsThatExcludeEachOther(t *testing.T) {
	t.Parallel()
	e := newEstate(t)
	e.build(appliedByClient("kubectl-client-side-apply"))
	e.configure(`  labels   = { app = "web" }`+"\n  env", `  labels   = { app = "web" }`+"\n  rollout { strategy = \"recreate\" }\n  env")
	containing(t, e.run(exitOK, "plan", "--adopt"), "~ spec.strategy.type  RollingUpdate -> Recreate", "- spec.strategy.rollingUpdate")
	e.run(exitOK, "apply", "--adopt")
	containing(t, e.run(exitOK, "plan"), settledPlan)
	e.lacks("Deployment web", "spec", "strategy", "rollingUpdate")
	e.hasRolledNothing()
}

// TestS37NumbersOfPodsStayWithTheirAutoscaler takes over a workload whose number of pods
// the configuration leaves to an autoscaler.
func TestS37NumbersOfPodsStayWithTheirAutoscaler(t *testing.T) {
	t.Parallel()
	e := newEstate(t)
	e.build(appliedByClient("kubectl-client-side-apply"))
	e.configure("  replicas = 2\n", "  autoscale {\n    min = 1\n    max = 5\n    cpu = 60\n  }\n")
	plan := e.run(exitOK, "plan", "--adopt")
	if strings.Contains(plan, "spec.replicas") {
		t.Errorf("the plan changes the number of pods:\n%s", plan)
	}
	e.run(exitOK, "apply", "--adopt")
	e.has("Deployment web", int64(2), "spec", "replicas")
	containing(t, e.run(exitOK, "plan"), settledPlan)
	e.hasRolledNothing()
}

// TestS37WhatIsNotToBeHadIsRefused finds objects of another release and of a controller in
// its way, which it takes over under no flag.
func TestS37WhatIsNotToBeHadIsRefused(t *testing.T) {
	t.Parallel()
	e := newEstate(t)
	e.build(applied("kubectl"))
	other := filepath.Join(t.TempDir(), "other.hcl")
	text := "release \"other\" {}\nconfig \"settings\" {\n  versioned = false\n  data = { COLOR = \"red\" }\n}\n"
	if err := os.WriteFile(other, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := stowage(t, "apply", filepath.Dir(other), "--kubeconfig", e.proxy.Kubeconfig, "-n", e.namespace, "--take-ownership", "--auto-approve")
	if code != exitOK {
		t.Fatalf("exit code %d\n%s%s", code, out, errs)
	}
	services := e.cluster.Client.CoreV1().Services(e.namespace)
	service, err := services.Get(t.Context(), "db", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	yes := true
	service.OwnerReferences = []metav1.OwnerReference{{
		APIVersion: "apps/v1", Kind: "StatefulSet", Name: "db", UID: e.found()["StatefulSet db"].GetUID(), Controller: &yes,
	}}
	if _, err := services.Update(t.Context(), service, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	refused := e.run(exitError, "apply", "--take-ownership")
	containing(t, refused,
		"ConfigMap settings: exists already and belongs to stowage release other", "no release takes from another one",
		"Service db: exists already and belongs to StatefulSet db", "its controller would undo every change")
	e.has("ConfigMap settings", "red", "data", "COLOR")
}
