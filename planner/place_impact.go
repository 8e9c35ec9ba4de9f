package planner

import "fmt"

// wait notes that a version waits for a switch.
func (b *blueGreen) wait(active, next Side) {
	b.waiting = append(b.waiting, Waiting{
		App: b.t.app, Strategy: b.t.rollout.Strategy, Worker: b.t.rollout.Worker, Active: active, Next: next,
	})
}

// after describes a color as the plan leaves it; ready are those of its pods that have
// the build already.
func (b *blueGreen) after(color Color, o Object) Side {
	side := sideOf(string(color), o.Manifest)
	side.Ready = 0
	live := b.colors[color]
	if live == nil {
		return side
	}
	side.Pods = intOr(o.Manifest, replicasOf(live), "spec", "replicas")
	if b.buildOn(live) == side.Build {
		side.Ready = sideOf(string(color), live).Ready
	}
	return side
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

// previewImpact says what the preview shows, if that changes.
func (b *blueGreen) previewImpact(version Object) string {
	idle := b.works.Other()
	if b.preview == nil || selectedColor(b.preview) == string(idle) {
		return ""
	}
	switch live := b.colors[idle]; {
	case b.waits():
		return fmt.Sprintf("the preview leads to %s", b.after(idle, version))
	case live != nil:
		return fmt.Sprintf("the preview leads to %s", sideOf(string(idle), live))
	}
	return "the preview leads nowhere until there is another version"
}
