package view_test

import (
	"time"

	"stowage/planner"
)

// adopting is the plan of a release whose objects others have made.
func adopting() *planner.Plan {
	asItIs := func(kind, name string, line int, from string) planner.Change {
		return planner.Change{
			ID: id(kind, name), Action: planner.Adopt, Origin: at("shop.hcl", line), Checked: true,
			Reason: "taken over from " + from + "; no value changes, no pod rolls", Adoption: &planner.Adoption{From: from},
		}
	}
	set := planner.FieldOwner{
		Path: "spec.revisionHistoryLimit", Manager: "tuner", Time: time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC), Live: int64(4), Config: int64(10),
	}
	return &planner.Plan{
		Release: planner.ReleaseInfo{Name: "shop", Namespace: "petclinic", ToRevision: 1, HistoryLimit: 10},
		Changes: []planner.Change{
			asItIs("ConfigMap", "settings", 3, "kubectl apply"),
			{
				ID: id("Deployment", "web"), App: "web", Action: planner.Adopt, Origin: at("shop.hcl", 14), Checked: true,
				Reason: "taken over from Helm release shop", Adoption: &planner.Adoption{From: "Helm release shop", TakeOwnership: true},
				Diff: []planner.FieldDiff{
					{Path: "spec.minReadySeconds", Op: planner.Delete, Before: int64(3)},
					{Path: set.Path, Op: planner.Update, Before: set.Live, After: set.Config},
				},
				Drift: []planner.FieldOwner{set}, Impact: "no pod rolls",
			},
			asItIs("Service", "web", 20, "kubectl apply"),
			asItIs("StatefulSet", "db", 25, "Helm release shop"),
			{ID: id("ConfigMap", "web-config-5k2m9tq8xc"), Action: planner.Create, Origin: at("shop.hcl", 16), Checked: true, Reason: "not there yet"},
		},
	}
}
