package main

import (
	"fmt"
	"strings"
	"testing"
)

// TestS37AnAdoptionThatIsKilledIsRepaired kills runs that take objects over at each of
// their writes, right before and right after it in turns. The same command again comes to
// the end that an undisturbed run comes to: nothing has rolled, and nothing is left behind.
func TestS37AnAdoptionThatIsKilledIsRepaired(t *testing.T) {
	const manyWrites = 30
	last := 0
	for k := 1; last == 0; k++ {
		if k > manyWrites {
			t.Fatal("the run never comes to its end")
		}
		when := map[int]moment{0: before, 1: after}[k%2]
		t.Run(fmt.Sprintf("%d %s", k, when), func(t *testing.T) {
			e := newEstate(t)
			e.keepWeb()
			e.build(appliedByClient("kubectl-client-side-apply"))
			found := e.found()
			survived, code, output := killed(t, e.proxy, k, when,
				"apply", e.dir, "--kubeconfig", e.proxy.Kubeconfig, "-n", e.namespace, "--adopt", "--auto-approve")
			if survived {
				last = k
				if code != exitOK {
					t.Fatalf("undisturbed: exit code %d\n%s", code, output)
				}
			}
			e.run(exitOK, "apply", "--adopt")
			// Right before the write that takes kubectl's annotation away, the apply is left to do it,
			// which the API server counts as a new generation.
			web := found["Deployment web"]
			if more := e.found()["Deployment web"].GetGeneration() - web.GetGeneration(); more == 1 && !survived {
				web.SetGeneration(web.GetGeneration() + 1)
			}
			e.isTakenOver(found, nil)
		})
	}
	// The key, the lock and the record, twice, beside two writes to each of four objects and a
	// third to the Deployment.
	if writes := last - 1; writes < 13 {
		t.Errorf("an undisturbed run makes %d writes: that is not all of it", writes)
	}
}

// TestS37WhatWasTakenOverIsNotDeletedOnTheWayBack lets runs fail after they took objects
// over: going back, and a configuration without them, leave the objects there.
func TestS37WhatWasTakenOverIsNotDeletedOnTheWayBack(t *testing.T) {
	t.Parallel()
	e := newEstate(t)
	e.keepWeb()
	withoutWeb, withWeb := e.blocks("release", "config"), e.blocks("release", "config", `app "web"`)
	failing := `app "late" {
  image      = "simulate.local/crash-loop"
  depends_on = [app.web]
}`
	e.write(withoutWeb...)
	e.run(exitOK, "apply") // a release that has its ConfigMap alone, and is healthy
	for _, manifest := range e.manifests() {
		if manifest.GetKind() != "ConfigMap" {
			applied("kubectl")(e, manifest)
		}
	}
	e.write(append(withWeb, failing)...)
	containing(t, e.run(exitWentBack, "apply", "--adopt", "--on-failure", "rollback", "--timeout", "60s"), "3 to adopt", "Went back to revision 1")
	e.found() // all of it is there

	e.write(withoutWeb...)
	plan := e.run(exitOK, "plan")
	if strings.Contains(plan, "- Deployment web") {
		t.Errorf("a Deployment that no healthy revision had is to be deleted:\n%s", plan)
	}

	e.write(strings.Replace(strings.Join(withWeb, "\n"), "replicas = 2", "replicas = 3", 1))
	e.run(exitOK, "apply")
	e.write(withoutWeb...)
	containing(t, e.run(exitOK, "plan"), "- Deployment web") // ours like any other
	if back := e.run(exitOK, "rollback", "1"); strings.Contains(back, "- Deployment web") {
		t.Errorf("going back to a time before it was taken over deletes a Deployment:\n%s", back)
	}
	e.found()
}
