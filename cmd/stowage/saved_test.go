package main

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/cmd/stowage/view"
	"stowage/internal/release"
	"stowage/planner"
)

var smallKey = []byte("0123456789abcdef0123456789abcdef")

// smallPlan changes the image of a Deployment and makes a Secret.
func smallPlan() *savedPlan {
	meta := func(name string) map[string]any { return map[string]any{"name": name, "namespace": "shop"} }
	deployment := func(image string) *unstructured.Unstructured {
		return &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta("web"),
			"spec": map[string]any{"replicas": int64(2), "template": map[string]any{"spec": map[string]any{"containers": []any{
				map[string]any{"name": "web", "image": image},
			}}}},
		}}
	}
	before := deployment("nginx:1")
	before.SetUID("7d0e4c6b-3a0f-4a43-9d3e-0a4f6e5c1b2a")
	before.SetResourceVersion("1041")
	_ = unstructured.SetNestedSlice(before.Object, []any{map[string]any{
		"manager": "stowage", "operation": "Apply", "apiVersion": "apps/v1", "time": "2026-11-20T10:00:00Z", "fieldsType": "FieldsV1",
		"fieldsV1": map[string]any{"f:spec": map[string]any{
			"f:replicas": map[string]any{},
			"f:template": map[string]any{"f:spec": map[string]any{"f:containers": map[string]any{
				`k:{"name":"web"}`: map[string]any{".": map[string]any{}, "f:name": map[string]any{}, "f:image": map[string]any{}},
			}}},
		}},
	}}, "metadata", "managedFields")
	secret := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Secret", "metadata": meta("db-k3v9tq2xwz"), "immutable": true,
		"data": map[string]any{"password": "Y2FuYXJ5"},
	}}
	plan := &planner.Plan{
		Release: planner.ReleaseInfo{Name: "shop", Namespace: "shop", FromRevision: 4, ToRevision: 5, HistoryLimit: 10},
		Changes: []planner.Change{{
			ID: planner.IDOf(secret), Action: planner.Create, Address: "secret.db", Role: planner.RoleData, Checked: true, Object: secret,
			Origin:  planner.Origin{File: "main.hcl", Line: 7, Column: 1},
			Version: &planner.DataVersion{BaseName: "db", Version: "k3v9tq2xwz"},
		}, {
			ID: planner.IDOf(before), Action: planner.Update, Address: "app.web", App: "web", Role: planner.RoleWorkload, Checked: true,
			Origin: planner.Origin{File: "main.hcl", Line: 9, Column: 1}, Object: deployment("nginx:2"), Before: before,
			Diff:  []planner.FieldDiff{{Path: "spec.template.spec.containers[web].image", Op: planner.Update, Before: "nginx:1", After: "nginx:2"}},
			Needs: []planner.Need{{ID: planner.IDOf(secret), Gate: planner.Applied}},
			Live:  &planner.LiveRef{APIVersion: "apps/v1", UID: before.GetUID(), ResourceVersion: "1041", Generation: 3},
		}},
	}
	return &savedPlan{
		Created: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC), Expires: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC),
		Cluster: savedCluster{Server: "https://shop.example:6443", UID: "0f6f0c52-6a53-4f0e-8a53-4b5a3f7a9f0e"},
		Source:  savedSource{Dir: ".", Env: "prod", Commit: "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"},
		Record:  &savedRecord{Revision: 4, UID: "5b1a2f0e-8d6c-4b3a-9f7e-6d5c4b3a2f1e", ResourceVersion: "990"},
		Keyed:   true, OnFailure: "rollback",
		Outputs: []release.Output{{Name: "url", Type: stdjson.RawMessage(`"string"`), Value: stdjson.RawMessage(`"https://shop.example"`)}},
		Saved:   *planner.Save(plan, smallKey),
	}
}

// TestPlanFileIsAsItWas expects the format of the fixture, to the byte: plans that were
// saved by the version before are to be read.
func TestPlanFileIsAsItWas(t *testing.T) {
	const name = "testdata/saved/plan.json"
	data, err := smallPlan().encode(smallKey)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(name, append(data, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(data)+"\n"); d != "" {
		t.Error(d)
	}
	read, err := readPlanFile(name)
	if err != nil {
		t.Fatal(err)
	}
	again, err := read.encode(smallKey)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(data), string(again)); d != "" {
		t.Errorf("read and written again: %s", d)
	}
	if !read.isSealedWith(smallKey) || read.isSealedWith([]byte("another key")) {
		t.Error("the seal does not tell who has the key")
	}
}

// TestDamagedPlanIsRefused cuts a saved plan at each byte, and changes each.
func TestDamagedPlanIsRefused(t *testing.T) {
	data, err := smallPlan().encode(smallKey)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := decodePlan(data)
	if err != nil {
		t.Fatal(err)
	}
	for i := range data {
		if _, err := decodePlan(data[:i]); err == nil {
			t.Errorf("what is cut off at byte %d is read", i)
		}
		damaged := bytes.Clone(data)
		damaged[i] ^= 1
		read, err := decodePlan(damaged)
		if err == nil && !bytes.Equal(read.content, whole.content) {
			t.Errorf("what is damaged at byte %d is read", i)
		}
	}
}

func TestPlanFileOfAnotherKindIsRefused(t *testing.T) {
	small, err := smallPlan().encode(smallKey)
	if err != nil {
		t.Fatal(err)
	}
	var printed bytes.Buffer
	if err := view.PlanJSON(&printed, view.Planned{Plan: &planner.Plan{}}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ content, want, hint string }{
		"newer": {
			strings.Replace(strings.Replace(string(small), `"formatVersion": 1`, `"formatVersion": 2`, 1), `"dev"`, `"v9.1.0"`, 1),
			"the plan was saved by stowage v9.1.0 in format 2, and this is stowage dev, which knows format 1",
			"carry it out with the version that made it, or plan again with this one",
		},
		"older": {
			strings.Replace(string(small), `"formatVersion": 1`, `"formatVersion": 0`, 1),
			"the plan was saved by stowage dev in format 0, which stowage dev does not read any more", "plan again",
		},
		"configuration": {"release \"shop\" {}\n", "is no saved plan", "plan --out FILE saves a plan; a configuration is named by its directory"},
		"empty":         {"", "is no saved plan", "plan --out FILE saves a plan; a configuration is named by its directory"},
		"printed":       {printed.String(), "is no saved plan, but what -o json prints", "plan --out FILE saves a plan"},
		"cut off":       {string(small[:len(small)/2]), "the saved plan is damaged: it is cut off, or was edited", "plan again"},
		"edited": {
			strings.Replace(string(small), "nginx:2", "nginx:3", 1),
			"the saved plan is damaged: its checksum is that of another content", "plan again",
		},
	} {
		file := filepath.Join(t.TempDir(), "plan")
		if err := os.WriteFile(file, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := readPlanFile(file)
		var hinted *hintError
		if err == nil || err.Error() != file+": "+c.want || !errors.As(err, &hinted) || hinted.hint != c.hint {
			t.Errorf("%s: %v (%+v)", name, err, hinted)
		}
	}
}

// TestPlanFileIsItsOwnersAlone expects that nobody else may read a saved plan, and that
// there is never a half of one.
func TestPlanFileIsItsOwnersAlone(t *testing.T) {
	name := filepath.Join(t.TempDir(), "plan")
	if err := os.WriteFile(name, []byte("old"), 0o644); err != nil { //nolint:gosec // to see that it changes
		t.Fatal(err)
	}
	if err := writeFile(name, []byte("new")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := writeFile(filepath.Join(name, "below"), []byte("new")); err == nil {
		t.Error("a file was written below a file")
	}
	files, err := os.ReadDir(filepath.Dir(name))
	if err != nil || len(files) != 1 {
		t.Errorf("left behind: %v, %v", files, err)
	}
}

// FuzzPlanFile expects of whatever claims to be a saved plan that it is refused, or can
// be shown.
func FuzzPlanFile(f *testing.F) {
	data, err := smallPlan().encode(smallKey)
	if err != nil {
		f.Fatal(err)
	}
	whole, err := decodePlan(data)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole.content)
	f.Add([]byte(`{"plan":{"release":{"name":"a","namespace":"a"},"changes":[{"id":{"kind":"A","name":"a"},"action":"no-op"}]},"objects":[{"manifest":{}}]}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		var compact bytes.Buffer
		if stdjson.Compact(&compact, content) != nil {
			return
		}
		file, err := stdjson.Marshal(planFile{FormatVersion: planFormat, Checksum: checksumOf(compact.Bytes()), Content: content})
		if err != nil {
			t.Fatal(err)
		}
		read, err := decodePlan(file)
		if err != nil {
			return
		}
		plan, err := read.planned()
		if err != nil {
			return
		}
		if err := showPlan(view.Screen{Out: io.Discard}, plan); err != nil {
			t.Error(err)
		}
		if err := view.PlanJSON(io.Discard, plan); err != nil {
			t.Error(err)
		}
		if _, err := read.encode(smallKey); err != nil {
			t.Error(err)
		}
	})
}
