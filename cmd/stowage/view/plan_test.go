package view_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/cmd/stowage/view"
	"stowage/planner"
)

var target = view.Target{Context: "stowage-local", Server: "https://127.0.0.1:38443", Namespace: "petclinic"}

func id(kind, name string) planner.ObjectID {
	return planner.ObjectID{Kind: kind, Namespace: "petclinic", Name: name}
}

func at(file string, line int) planner.Origin {
	return planner.Origin{File: file, Line: line, Column: 1}
}

func noOp(kind, name string) planner.Change {
	return planner.Change{ID: id(kind, name), Action: planner.NoOp, Checked: true}
}

// oneValueChanged is the plan after one value of a config was edited.
func oneValueChanged() *planner.Plan {
	return &planner.Plan{
		Release: planner.ReleaseInfo{Name: "petclinic", Namespace: "petclinic", FromRevision: 3, ToRevision: 4, HistoryLimit: 10},
		Changes: []planner.Change{
			noOp("Namespace", "petclinic"), noOp("Secret", "mysql-c8d7f6g5h4"), noOp("StatefulSet", "mysql"), noOp("Service", "mysql"),
			{
				ID: id("ConfigMap", "petclinic-config-5k2m9tq8xc"), Action: planner.Create, Origin: at("petclinic.hcl", 14), Checked: true,
				Reason: "new version of petclinic-config-7d41h0w3rb",
				Data: &planner.DataDiff{From: "petclinic-config-7d41h0w3rb", Keys: []planner.FieldDiff{
					{Path: "TEST_CONFIG", Op: planner.Update, Before: "test_config_v1", After: "test_config_v2"},
				}},
			},
			{
				ID: id("Deployment", "petclinic"), Action: planner.Update, Origin: at("petclinic.hcl", 8), Checked: true,
				Reason: "changed fields",
				Diff: []planner.FieldDiff{{
					Path: "spec.template.spec.containers[petclinic].envFrom[0].configMapRef.name", Op: planner.Update,
					Before: "petclinic-config-7d41h0w3rb", After: "petclinic-config-5k2m9tq8xc",
				}},
				Impact: "3 pods roll, one more at a time (surge 25%)",
			},
			noOp("Service", "petclinic"),
		},
	}
}

// everything is a plan with all that a plan can say.
func everything() *planner.Plan {
	stuck := noOp("Deployment", "report")
	stuck.Health = &planner.Health{Condition: planner.InProgress, Message: "1/3 available; pod report-5d8f ImagePullBackOff"}
	return &planner.Plan{
		Release: planner.ReleaseInfo{Name: "shop", Namespace: "shop", FromRevision: 7, ToRevision: 8, HistoryLimit: 10, Interrupted: true},
		Changes: []planner.Change{
			stuck,
			{
				ID: id("Secret", "db-f5g6h7j8k9"), Action: planner.Create, Origin: at("database/secrets.hcl", 120),
				Reason: "new version of db-b2c3d4f5g6", Version: &planner.DataVersion{BaseName: "db", Version: "f5g6h7j8k9", Provisional: true},
				Unchecked: "namespace shop does not exist yet",
				Data: &planner.DataDiff{From: "db-b2c3d4f5g6", Keys: []planner.FieldDiff{
					{Path: "added", Op: planner.Create, Masked: true},
					{Path: "password", Op: planner.Update, Masked: true},
					{Path: "removed", Op: planner.Delete, Masked: true},
				}},
			},
			{
				ID: id("ConfigMap", "nginx-n7p8q9r0s1"), Action: planner.Create, Origin: at("web.hcl", 3),
				Reason: "new version of nginx-h1j2k3l4m5", Unchecked: "namespace shop does not exist yet",
				Data: &planner.DataDiff{From: "nginx-h1j2k3l4m5", Keys: []planner.FieldDiff{
					{Path: "nginx.conf", Op: planner.Update, Before: "server {\n  listen 80;\n  root /srv;\n}\n", After: "server {\n  listen 8080;\n  root /srv;\n}\n"},
					{Path: "PORT", Op: planner.Update, Before: "0123", After: "8080"},
				}},
			},
			{
				ID: id("Deployment", "web"), Action: planner.Update, Origin: at("web.hcl", 20), Checked: true,
				Reason: "drift",
				Diff: []planner.FieldDiff{
					{Path: "spec.replicas", Op: planner.Update, Before: int64(5), After: int64(3)},
					{Path: "spec.template.metadata.annotations", Op: planner.Create, After: map[string]any{"team": "yes", "a<b": true}},
					{Path: "spec.template.spec.containers[web].args[0]", Op: planner.Delete, Before: "--verbose"},
					{
						Path: "spec.template.spec.containers[web].image", Op: planner.Update,
						Before: "registry.example.com/a-long-team-name/a-long-project-name/web:2024-11-01-abcdef0",
						After:  "registry.example.com/a-long-team-name/a-long-project-name/web:2024-11-02-1234567",
					},
				},
				Drift: []planner.FieldOwner{{
					Path: "spec.replicas", Manager: "kubectl", Time: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), Live: int64(5), Config: int64(3),
				}},
				Impact: "2 pods of web are removed; 3 pods roll, one at a time, each when the one before is available",
			},
			{ID: id("Job", "migrate"), Action: planner.Replace, Origin: at("jobs.hcl", 1), Reason: "replaced because spec.template is immutable", Checked: true},
			{
				ID: id("ConfigMap", "queue-c4d5f6g7h8"), Action: planner.NoOp, Origin: at("queue.hcl", 2), Reason: "used again instead of queue-h8g7f6d5c4",
				Data: &planner.DataDiff{From: "queue-h8g7f6d5c4", Keys: []planner.FieldDiff{{Path: "WORKERS", Op: planner.Update, Before: "8", After: "4"}}},
			},
			{ID: id("Service", "old"), Action: planner.Delete, Reason: "left the configuration", Unchecked: "deletes are not dry-run"},
			{
				ID: id("ConfigMap", "a-name-so-long-that-its-place-has-no-room-beside-it-on-a-line-of-eighty"), Action: planner.Create,
				Origin: at("web.hcl", 90), Reason: "not there yet", Unchecked: "kind Widget has no definition yet",
			},
			noOp("Service", "web"),
		},
		Kept: []planner.Kept{
			{ID: id("ConfigMap", "nginx-h1j2k3l4m5"), Reason: "revision 7 can be rolled back to"},
			{ID: id("PersistentVolumeClaim", "data"), Reason: "it holds data; --delete-data deletes it"},
		},
		Warnings: []planner.Warning{{
			Summary: "app.web refers to app.db by a literal",
			Detail:  "The text \"jdbc:mysql://db/shop\" names the Service of app.db. Write ${app.db.host}, so that a new name is followed.",
			Origin:  at("web.hcl", 24),
		}},
	}
}

// objects are new ones, of which a plan gives a summary.
var objects = map[string]map[string]any{
	"Secret":                {"data": map[string]any{"password": "c2VjcmV0"}},
	"ConfigMap":             {"data": map[string]any{"a": "1", "b": "2", "c": "3", "d": "4"}, "binaryData": map[string]any{"e": "", "f": "", "g": "", "h": ""}},
	"PersistentVolumeClaim": {"spec": map[string]any{"resources": map[string]any{"requests": map[string]any{"storage": "1Gi"}}}},
	"Deployment": {"spec": map[string]any{"replicas": int64(3), "template": map[string]any{"spec": map[string]any{"containers": []any{
		map[string]any{"name": "web", "image": "nginx"}, map[string]any{"name": "log", "image": "fluentd:1"},
	}}}}},
	"Service": {"spec": map[string]any{"type": "NodePort", "ports": []any{map[string]any{"port": int64(8080), "nodePort": int64(31080)}, map[string]any{"port": int64(9090)}}}},
}

func TestPlan(t *testing.T) {
	unhealthy := &planner.Plan{
		Release: planner.ReleaseInfo{Name: "petclinic", Namespace: "petclinic", FromRevision: 3, ToRevision: 3},
		Changes: []planner.Change{noOp("Service", "petclinic"), everything().Changes[0]},
	}
	destroy := &planner.Plan{
		Release: planner.ReleaseInfo{Name: "petclinic", Namespace: "petclinic", FromRevision: 3, ToRevision: 3, Destroy: true},
		Changes: []planner.Change{{ID: id("Service", "petclinic"), Action: planner.Delete, Reason: "the release is destroyed"}},
	}
	first := &planner.Plan{
		Release: planner.ReleaseInfo{Name: "petclinic", Namespace: "petclinic", ToRevision: 1},
		Changes: []planner.Change{
			{ID: id("Secret", "petclinic"), Action: planner.Create, Reason: "not there yet", Origin: at("petclinic.hcl", 2)},
			{ID: id("ConfigMap", "petclinic"), Action: planner.Create, Reason: "not there yet", Origin: at("petclinic.hcl", 3)},
			{ID: id("PersistentVolumeClaim", "petclinic"), Action: planner.Create, Reason: "not there yet", Origin: at("petclinic.hcl", 4)},
			{ID: id("Deployment", "petclinic"), Action: planner.Create, Reason: "not there yet", Origin: at("petclinic.hcl", 5)},
			{ID: id("Service", "petclinic"), Action: planner.Create, Reason: "not there yet", Origin: at("petclinic.hcl", 6)},
		},
	}
	for i := range first.Changes {
		first.Changes[i].Object = &unstructured.Unstructured{Object: objects[first.Changes[i].ID.Kind]}
	}
	empty := &planner.Plan{
		Release: planner.ReleaseInfo{Name: "petclinic", Namespace: "petclinic", FromRevision: 3, ToRevision: 3},
		Changes: []planner.Change{noOp("Service", "petclinic")},
	}
	back := oneValueChanged()
	back.Release.RollbackTo, back.Release.RollbackApp = 2, "petclinic"
	backEmpty := *empty
	backEmpty.Release.RollbackTo = 3
	interrupted := *empty
	interrupted.Release.Interrupted = true
	for _, test := range []struct {
		name    string
		plan    *planner.Plan
		width   int
		pending *view.Pending
	}{
		{"plan_one_value", oneValueChanged(), 120, nil},
		{"plan_one_value_80", oneValueChanged(), 80, nil},
		{"plan_everything", everything(), 120, nil},
		{"plan_everything_80", everything(), 80, nil},
		{"plan_unhealthy", unhealthy, 100, nil},
		{"plan_destroy", destroy, 100, nil},
		{"plan_first", first, 100, nil},
		{"plan_adopting", adopting(), 100, nil},
		{"plan_empty", empty, 100, nil},
		{"plan_rollback", back, 100, nil},
		{"plan_rollback_empty", &backEmpty, 100, nil},
		{"plan_interrupted", &interrupted, 100, nil},
		{"plan_pending", oneValueChanged(), 120, pendingRevision(nil, false)},
		{"plan_pending_80", oneValueChanged(), 80, pendingRevision(holder(), false)},
		{"plan_being_applied", oneValueChanged(), 120, pendingRevision(holder(), true)},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := shown(t, test.width, func(s view.Screen) error {
				return view.Plan(s, view.Planned{Plan: test.plan, Target: target, Pending: test.pending})
			})
			golden(t, test.name+".txt", got)
		})
	}
}

func TestPlanHoldsNoRawControlCharacters(t *testing.T) {
	const evil = "a\x1b[2Jb\rc\u202ed\x9be\xfff\n\x07"
	plan := &planner.Plan{
		Release: planner.ReleaseInfo{Name: evil, Namespace: evil},
		Changes: []planner.Change{{
			ID: id(evil, evil), Action: planner.Update, Reason: evil, Impact: evil, Unchecked: evil,
			Diff:  []planner.FieldDiff{{Path: evil, Op: planner.Update, Before: evil, After: []any{evil}}},
			Data:  &planner.DataDiff{Keys: []planner.FieldDiff{{Path: evil, Op: planner.Create, After: evil}}},
			Drift: []planner.FieldOwner{{Path: evil, Manager: evil, Live: evil}},
		}},
		Kept:     []planner.Kept{{ID: id(evil, evil), Reason: evil}},
		Warnings: []planner.Warning{{Summary: evil, Detail: evil, Origin: at(evil, 1)}},
	}
	got := shown(t, 100, func(s view.Screen) error {
		return view.Plan(s, view.Planned{Plan: plan, Target: view.Target{Context: evil, Server: evil, Namespace: evil}})
	})
	if i := bytes.IndexFunc(got, func(r rune) bool { return r != '\n' && r < 0x20 || r == '\u202e' || r >= 0x7f && r < 0xa0 }); i >= 0 {
		t.Errorf("control character %q at %d of:\n%q", got[i], i, got)
	}
}

func TestPlanColours(t *testing.T) {
	var out bytes.Buffer
	if err := view.Plan(view.Screen{Out: &out, Width: 100, Colour: true}, view.Planned{Plan: oneValueChanged(), Target: target}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\x1b[32m+\x1b[0m", "\x1b[33m~\x1b[0m", "\x1b[1mDeployment petclinic\x1b[0m"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in the output:\n%q", want, out.String())
		}
	}
}

// Lines that people copy names from may be longer; all that is laid out is not.
func TestPlanFitsItsWidth(t *testing.T) {
	for width := 80; width <= 120; width += 5 {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			got := shown(t, width, func(s view.Screen) error { return view.Plan(s, view.Planned{Plan: everything(), Target: target}) })
			for line := range strings.Lines(string(got)) {
				if len([]rune(strings.TrimRight(line, "\n"))) > width && !strings.Contains(line, "registry.example.com") && !strings.Contains(line, "a-name-so-long") {
					t.Errorf("wider than %d: %s", width, line)
				}
			}
		})
	}
}
