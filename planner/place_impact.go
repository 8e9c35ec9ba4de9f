package planner

import "fmt"

// wait notes that the version waits for a switch, if it does.
func (b *blueGreen) wait(target Object) {
	if b.target == b.works {
		return
	}
	next := sideOf(string(b.target), target.Manifest)
	next.Ready = 0
	if live := b.colors[b.target]; live != nil && b.buildOn(live) == b.build {
		next.Ready = sideOf(string(b.target), live).Ready
	}
	b.waiting = append(b.waiting, Waiting{
		App: b.t.app, Strategy: b.t.rollout.Strategy, Worker: b.t.rollout.Worker, Active: sideOf(string(b.works), b.colors[b.works]), Next: next,
	})
}

// impact says what a new version means beside the one with the traffic; empty when
// what changes says enough.
func (b *blueGreen) impact(o Object) string {
	live := b.colors[b.target]
	if b.target == b.works || live != nil && b.buildOn(live) == b.build {
		return ""
	}
	active := b.colors[b.works]
	stays := fmt.Sprintf("traffic stays on %s", sideOf(string(b.works), active))
	if b.t.rollout.Worker {
		return fmt.Sprintf("no pod until the switch; %s goes on working", sideOf(string(b.works), active))
	}
	n := replicasOf(o.Manifest)
	if live != nil && replicasOf(live) > 0 {
		return fmt.Sprintf("%s replaced, %d then; %s", verb(podsOf(live, replicasOf(live)), replicasOf(live), "be"), n, stays)
	}
	return fmt.Sprintf("%s beside those of %s; %s", counted(n, "new pod"), active.GetName(), stays)
}
