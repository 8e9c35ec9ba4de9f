package view_test

import (
	"testing"
	"time"

	"stowage/cmd/stowage/view"
	"stowage/planner"
)

func statusOf() view.Status {
	current := planner.Health{Condition: planner.Current}
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	return view.Status{
		Target: target, Release: "petclinic",
		Revision: &view.StatusRevision{Number: 4, Status: "failed", Started: at, Finished: at.Add(time.Minute), Who: "ann@laptop", Messages: []string{"Deployment petclinic: pod petclinic-6c9f8 cannot start"}},
		Objects: []view.StatusObject{
			{ID: planner.ObjectID{Kind: "Namespace", Name: "petclinic"}, Health: current},
			{ID: id("StatefulSet", "mysql"), App: "mysql", Health: current, Pods: []view.StatusPod{{Name: "mysql-0", State: "Running", Ready: true, Node: "node-1"}}},
			{ID: id("Service", "mysql"), App: "mysql", Health: current},
			{
				ID: id("Deployment", "petclinic"), App: "petclinic", Version: "1.0.1.RELEASE",
				Health: planner.Health{Condition: planner.InProgress, Message: "1/3 updated, 1 available; pod petclinic-6c9f8 is in CrashLoopBackOff"},
				Pods: []view.StatusPod{
					{Name: "petclinic-6c9f8", State: "CrashLoopBackOff", Restarts: 4},
					{Name: "petclinic-7d5b4", State: "Running", Ready: true, Restarts: 1},
				},
			},
			{ID: id("Service", "petclinic"), App: "petclinic", Health: planner.Health{Condition: planner.NotFound}},
		},
	}
}

func driftedStatus() view.Status {
	status := statusOf()
	scaled := status.Objects[3]
	status.Drift = &view.StatusDrift{
		Since: 3,
		Objects: []view.DriftedObject{
			{ID: scaled.ID, App: scaled.App, Reason: "drift by kubectl-scale at 2026-03-04T05:06:07Z", Fields: []planner.FieldOwner{
				{Path: "spec.replicas", Manager: "kubectl-scale", Time: status.Revision.Started, Live: int64(3), Config: int64(1)},
				{Path: "data.key", Manager: "kubectl-edit", Masked: true},
				{Path: "metadata.labels.a", Manager: "unknown", Config: "b"},
				{Path: "metadata.labels.b", Manager: "unknown", Config: "c"},
				{Path: "metadata.labels.c", Manager: "unknown", Config: "d"},
			}},
			{ID: status.Objects[4].ID, App: "petclinic", Reason: "is not there any more"},
		},
		Unknown: []view.UnknownDrift{{ID: status.Objects[1].ID, App: "mysql", Reason: "cannot be read: forbidden"}},
	}
	return status
}

func TestStatus(t *testing.T) {
	for name, width := range map[string]int{"status.txt": 120, "status_80.txt": 80} {
		golden(t, name, shown(t, width, func(s view.Screen) error { return view.ShowStatus(s, driftedStatus()) }))
	}
	absent := view.Status{Target: target, Release: "petclinic", Objects: []view.StatusObject{}}
	golden(t, "status_absent.txt", shown(t, 80, func(s view.Screen) error { return view.ShowStatus(s, absent) }))
	golden(t, "status.json", shown(t, 80, func(s view.Screen) error { return view.StatusJSON(s.Out, driftedStatus()) }))
}
