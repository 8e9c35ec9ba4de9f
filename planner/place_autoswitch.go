package planner

import (
	"fmt"
	"time"
)

// drain passes between the move of traffic and the end of old pods, when an apply moves
// it: requests under way end meanwhile.
const drain = 5 * time.Second

// switchesItself reports whether the plan also moves the traffic to the version. What
// has checks waits until the preview leads to it, which they ask; one that leads nowhere
// was asked by a run that was killed right before it moved the Service.
func (b *blueGreen) switchesItself() bool {
	if b.t.back != nil {
		return true // going back leads traffic back
	}
	if !b.t.rollout.AutoSwitch {
		return false
	}
	if len(b.checks()) == 0 {
		return true
	}
	return b.preview != nil && (selectedColor(b.preview) == string(b.target) || b.parked())
}

// parked reports whether the preview leads nowhere, as it does while traffic moves.
func (b *blueGreen) parked() bool { return b.preview != nil && selectedColor(b.preview) == NoColor }

// checks returns the templates of the app's checks.
func (b *blueGreen) checks() []Object {
	if b.t.back != nil {
		return nil // the way back must not depend on them
	}
	var checks []Object
	for _, o := range b.t.others {
		if o.Role == RoleCheck {
			checks = append(checks, o)
		}
	}
	return checks
}

// phases lists when checks run by the plan.
func (b *blueGreen) phases() []checkPhase {
	switch {
	case b.from != "" && b.parked():
		return []checkPhase{checkAfter}
	case b.from != "":
		return []checkPhase{checkBefore, checkAfter}
	case b.t.rollout.AutoSwitch && b.inPlace() && b.parked():
		return []checkPhase{checkAfter} // a run was killed right after it moved the Service
	}
	return nil
}

// jobs returns the checks that run by the plan.
func (b *blueGreen) jobs() []Object {
	var jobs []Object
	for _, phase := range b.phases() {
		for _, template := range b.checks() {
			jobs = append(jobs, b.job(template, phase))
		}
	}
	return jobs
}

func (b *blueGreen) job(template Object, phase checkPhase) Object {
	asked, after := b.service, Need{IDOf(b.service), Ready}
	if phase == checkBefore {
		asked, after = b.preview, Need{b.id(b.target), Ready}
	}
	side := Side{Name: string(b.target), Version: labelOf(b.t.workload.Manifest, LabelVersion)}
	job := checkJob(template, phase, asked, side, b.in.Prior.Revision+1)
	job.After = []Need{{template.ID, Applied}, after}
	return job
}

// afterChecks returns what waits for the checks of a phase.
func (b *blueGreen) afterChecks(phase checkPhase) []Need {
	var needs []Need
	for _, p := range b.phases() {
		for _, template := range b.checks() {
			if p == phase {
				needs = append(needs, Need{b.job(template, phase).ID, Ready})
			}
		}
	}
	return needs
}

// shrunk returns the color that traffic leaves with no more pods than it keeps, once
// nothing can send it back.
func (b *blueGreen) shrunk(o Object) Object {
	live, keep := b.colors[b.from], b.t.rollout.KeepPrevious
	if keep == nil || replicasOf(live) <= int64(*keep) {
		return o
	}
	o.Manifest, o.Untouched, o.Delay = withReplicas(o.Manifest, int64(*keep)), false, drain
	o.Impact = fmt.Sprintf("scales %d -> %d: keep_previous = %d", replicasOf(live), *keep, *keep)
	o.After = append(b.afterMove(), b.afterChecks(checkAfter)...)
	if b.autoscaler != nil {
		o.After = append(o.After, Need{IDOf(b.autoscaler), Applied})
	}
	return o
}

// id returns the identity of the Deployment of a color.
func (b *blueGreen) id(color Color) ObjectID {
	id := b.t.workload.ID
	id.Name += "-" + string(color)
	return id
}
