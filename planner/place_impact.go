package planner

import "fmt"

// wait notes that the version waits for a switch, if it does.
func (b *blueGreen) wait(target Object) {
	if !b.waits() {
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
	if b.inPlace() || live != nil && b.buildOn(live) == b.build {
		return ""
	}
	active := sideOf(string(b.target.Other()), b.colors[b.target.Other()])
	if b.t.rollout.Worker && b.waits() {
		return fmt.Sprintf("no pods until a switch; %s goes on working", active)
	}
	pods := fmt.Sprintf("%s beside those of %s", counted(replicasOf(o.Manifest), "new pod"), active.Workload.Name)
	if live != nil && replicasOf(live) > 0 {
		pods = fmt.Sprintf("%s of %s instead of the %d there", counted(replicasOf(o.Manifest), "new pod"), o.ID.Name, replicasOf(live))
	}
	if b.waits() {
		return fmt.Sprintf("%s; traffic stays on %s", pods, active)
	}
	return pods
}
