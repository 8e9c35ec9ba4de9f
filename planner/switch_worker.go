package planner

import "strconv"

// worker plans what makes a color the one that works, of an app without a Service: first
// the one works, then the other one stops. In between both do.
func (a *appSwitch) worker(active, to Color) {
	from := to.Other()
	pods := int64(0)
	if to != active {
		pods = a.startWork(active, to)
	}
	a.follow(to)
	live := a.sides.colors[from]
	if live == nil || replicasOf(live) == 0 && a.sides.mark(from, AnnotationActive) == 0 {
		return
	}
	o := a.object(live)
	o.Manifest = annotated(withReplicas(o.Manifest, 0), map[string]string{AnnotationActive: ""})
	if to == active {
		a.change(stageMove, "it is not the active color", o)
		return
	}
	move := &Move{App: a.app, From: a.side(from), To: a.side(to), Pods: pods}
	o.Move = move
	a.change(stageMove, "switch to "+move.To.String(), o)
}

// startWork has a color work beside the active one, and returns how many pods it has
// then. A run that was killed may have begun that: the color is marked.
func (a *appSwitch) startWork(active, to Color) int64 {
	live := a.sides.colors[to]
	pods := max(a.needed(active, to), replicasOf(live))
	o := a.object(live)
	o.Manifest = withReplicas(o.Manifest, pods)
	if a.sides.mark(to, AnnotationActive) == 0 {
		o.Manifest = annotated(o.Manifest, map[string]string{AnnotationActive: strconv.Itoa(a.m.in.Prior.Revision + 1)})
	}
	a.change(stageGrow, "it takes over the work", o)
	return pods
}
