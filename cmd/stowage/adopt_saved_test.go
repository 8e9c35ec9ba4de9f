package main

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"stowage/internal/testcluster"
)

// TestS37SavedAdoptionsAreCarriedOutAsTheyWereSeen saves a plan that takes objects over,
// and carries it out: once as it is, and once after somebody has changed what it passes on.
func TestS37SavedAdoptionsAreCarriedOutAsTheyWereSeen(t *testing.T) {
	t.Parallel()
	e := newEstate(t)
	e.keepWeb()
	e.build(appliedByClient("kubectl-client-side-apply"))
	found := e.found()
	file := filepath.Join(t.TempDir(), "plan")
	e.run(exitOK, "plan", "--adopt", "--out", file)
	apply := func(code int) string {
		t.Helper()
		got, out, errs := stowage(t, "apply", file, "--kubeconfig", e.proxy.Kubeconfig)
		if got != code {
			t.Fatalf("exit code %d, want %d\n%s%s", got, code, out, errs)
		}
		return out + errs
	}

	// A new field, which would go unseen.
	e.patched("kubectl-edit", "web", `{"spec":{"minReadySeconds":3}}`)
	containing(t, apply(exitStale), "Deployment web", "who has set which of its fields has changed since the plan was made", "nothing was written")
	if writes := e.writes(); len(writes) > 0 {
		t.Errorf("it has written: %v", writes)
	}
	e.patched("kubectl-edit", "web", `{"spec":{"minReadySeconds":null}}`)
	// A value, which would be taken back unseen.
	e.patched("kubectl-edit", "web", `{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"nginx:2"}]}}}}`)
	containing(t, apply(exitStale), "spec.template.spec.containers[web].image")

	e.run(exitOK, "plan", "--adopt", "--out", file)
	containing(t, apply(exitOK), "4 adopted")
	containing(t, e.run(exitOK, "plan"), settledPlan)
	e.has("Deployment web", string(found["Deployment web"].GetUID()), "metadata", "uid")
	code, _, errs := stowage(t, "apply", file, "--adopt", "--kubeconfig", e.proxy.Kubeconfig)
	if code != exitError || !strings.Contains(errs, "--adopt changes what is planned") {
		t.Errorf("a saved plan takes --adopt: exit code %d\n%s", code, errs)
	}
}

// TestS37TheReleaseBlockSaysThatItAdopts needs no flag then, and tells programs what is
// taken over from whom. A part of the release is taken over alone.
func TestS37TheReleaseBlockSaysThatItAdopts(t *testing.T) {
	t.Parallel()
	e := newEstate(t)
	e.build(created("kubectl-create"))
	e.configure(`release "shop" {}`, `release "shop" { adopt = true }`)
	plan := e.run(exitOK, "plan", "-o", "json", "--target", "app.web")
	containing(t, plan, `"adopt": 4`, `"action": "adopt"`, `"from": "kubectl create"`, `"kubectl-create"`)
	if strings.Contains(plan, `"name": "db"`) {
		t.Errorf("what is not targeted is taken over:\n%s", plan)
	}
	e.run(exitOK, "apply", "--target", "app.web")
	containing(t, e.run(exitOK, "plan"), "Plan: 3 to adopt")
	e.run(exitOK, "apply")
	containing(t, e.run(exitOK, "plan"), settledPlan)
	e.hasRolledNothing()
}

// TestS37AnAnswerThatIsLostIsNoChange loses the answers to all first writes of adoptions:
// made again, they meet objects that have passed already.
func TestS37AnAnswerThatIsLostIsNoChange(t *testing.T) {
	t.Parallel()
	e := newEstate(t)
	e.keepWeb()
	e.build(appliedByClient("kubectl-client-side-apply"))
	found := e.found()
	var mu sync.Mutex
	lost := map[string]bool{}
	e.proxy.Intercept(func(r testcluster.Request) testcluster.Action {
		mu.Lock()
		defer mu.Unlock()
		if r.DryRun || r.Verb != "patch" || lost[r.Path] || strings.Contains(r.Path, "stowage.") {
			return nil
		}
		lost[r.Path] = true
		return testcluster.Lose
	})
	e.run(exitOK, "apply", "--adopt")
	e.proxy.Intercept(nil)
	if len(lost) < 4 {
		t.Fatalf("no more than %d answers were lost", len(lost))
	}
	e.isTakenOver(found, nil)
}

// TestS37RightsAreEnoughToAdopt takes over with the rights that rbac writes, and without
// the one that only keeps the generation of Deployments.
func TestS37RightsAreEnoughToAdopt(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(givenRule) bool{
		"all":    nil,
		"status": func(r givenRule) bool { return r.Resources[0] == "deployments/status" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEstate(t)
			e.keepWeb()
			e.write(append(e.blocks("config", `app "web"`), `release "shop" { adopt = true }`)...)
			e.build(appliedByClient("kubectl-client-side-apply"))
			before := e.found()["Deployment web"].GetGeneration()
			full := e.namespace + "/deployer"
			text := want(t, exitOK, "rbac", e.dir, "-n", e.namespace, "--for", "apply", "--account", full)
			account := newAccount(t, e.cluster, full, text, leave)
			code, out, errs := stowage(t, "apply", e.dir, "-n", e.namespace, "--kubeconfig", account.kubeconfig, "--auto-approve")
			if code != exitOK {
				t.Fatalf("exit code %d\n%s%s", code, out, errs)
			}
			more := e.found()["Deployment web"].GetGeneration() - before
			if wanted := map[string]int64{"all": 0, "status": 1}[name]; more != wanted {
				t.Errorf("the Deployment has %d new generations, want %d", more, wanted)
			}
			containing(t, e.run(exitOK, "plan"), settledPlan)
			e.hasRolledNothing()
			if marks := e.found()["Deployment web"].GetAnnotations(); marks["kubectl.kubernetes.io/last-applied-configuration"] != "" {
				t.Errorf("the copy of kubectl is still there: %v", marks)
			}
		})
	}
}
