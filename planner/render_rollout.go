package planner

import "stowage/dsl"

// sideBySide returns how the versions of an app replace each other, if two of them
// run side by side while they do.
func sideBySide(a *dsl.App) *Rollout {
	if a.Rollout.Strategy != dsl.BlueGreen && a.Rollout.Strategy != dsl.Canary {
		return nil
	}
	r := &Rollout{
		Strategy: a.Rollout.Strategy, AutoSwitch: a.Rollout.AutoSwitch, Worker: a.Rollout.Worker,
		KeepPrevious: a.Rollout.KeepPrevious, Steps: a.Rollout.Steps, Traffic: a.Rollout.Traffic,
	}
	if a.Autoscale == nil {
		r.Replicas = a.Replicas
	}
	return r
}
