package main

import (
	"math"
	"strings"
	"testing"
	"time"

	"stowage/internal/testcluster"
)

// TestOldPodsEndAfterTheDrain expects the pods of a color that is not kept to end no sooner
// than --wait-drain after all endpoints have followed, and then to end.
func TestOldPodsEndAfterTheDrain(t *testing.T) {
	t.Parallel()
	tr := newTraffic(t, keepNothing, 2)
	tr.does(tr.applies("1.0.0"))
	tr.does(tr.applies("1.0.1"))
	tr.settles(tr.service, usedApp)
	old := tr.livePods("stowage.dev/color=blue")

	const drain = time.Second
	load := tr.begins(wayRate)
	moves := tr.does(tr.switches("--wait-drain", drain.String()))
	replies := tr.ends(load)
	if len(moves) != 1 || len(old) != 2 {
		t.Fatalf("moves %+v, old pods %d", moves, len(old))
	}
	tr.judgeMoves(moves, replies)
	left := tr.livePods("stowage.dev/color=blue")
	for _, p := range left {
		t.Errorf("%s is kept", p.Name)
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	for _, p := range old {
		if ended := tr.deleted[p.UID]; ended.Before(moves[0].over().Add(drain)) {
			t.Errorf("%s ends at %v, and traffic was gone at %v", p.Name, ended, moves[0].over())
		}
	}
	testcluster.Report(t, "%s", summary(replies))
}

// TestCanaryGetsItsShare takes a canary from step to step under load. What it answers of the
// requests is what the plan says.
func TestCanaryGetsItsShare(t *testing.T) {
	t.Parallel()
	const pods, asked = 10, 200
	tr := newTraffic(t, "strategy = \"canary\"\n    steps = [10, 50]", pods)
	tr.does(tr.applies("1.0.0"))
	tr.settles(tr.service, usedApp)
	var all []testcluster.Reply
	for _, step := range []struct {
		command string
		canary  int // pods
	}{
		{"apply 1.0.1", 1},
		{"switch --next", 5},
		{"switch --next", 0}, // promoted: there is no canary any more
		{"apply 1.0.2", 1},
		{"switch --promote", 0},
		{"apply 1.0.3", 1},
		{"switch --next", 5},
		{"switch --abort", 0},
	} {
		load := tr.begins(wayRate)
		load.AwaitReplies(t, 10)
		tr.take(leg{command: step.command})
		tr.settles(tr.service, usedApp)
		replies := load.AwaitReplies(t, asked)
		all = append(all, tr.ends(load)...)
		got := 0
		for _, r := range replies {
			if r.Labels["stowage.dev/track"] == "canary" {
				got++
			}
		}
		// Pods take turns, so that each may be off by one at both ends of what is looked at.
		share := float64(len(replies)) * float64(step.canary) / pods
		if math.Abs(float64(got)-share) > float64(2*step.canary) {
			t.Errorf("after %s the canary answers %d of %d requests, want about %.0f", step.command, got, len(replies), share)
		}
		t.Logf("%s: %d of %d by the canary, %s in all", step.command, got, len(replies), versionsOf(replies))
		if step.canary == 0 && strings.Contains(versionsOf(replies), " ") {
			t.Errorf("after %s both %s answer", step.command, versionsOf(replies))
		}
	}
	testcluster.Report(t, "%s in 8 steps", summary(all))
}
