package planner

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/json"
)

// TestSavedPlanKeepsEveryField fills in every field there is of a plan, so that one that
// is added cannot be forgotten.
func TestSavedPlanKeepsEveryField(t *testing.T) {
	filled := &filler{}
	var plan Plan
	filled.fill(t, reflect.ValueOf(&plan).Elem(), "Plan")
	for i := range plan.Changes { // what makes sense for a plan that is checked
		c := &plan.Changes[i]
		c.ID = IDOf(c.Object)
		c.Action = []Action{Update, Replace}[i]
	}
	got := written(t, Save(&plan, []byte("key")))
	if err := got.Check(); err != nil {
		t.Fatal(err)
	}
	if filled.manifests == 0 {
		t.Error("no manifest was filled in")
	}
	want := plan
	want.Changes = append([]Change(nil), plan.Changes...)
	for i := range want.Changes {
		want.Changes[i].Before = nil // is not kept, but for digests
		want.Changes[i].Adoption.Live = nil
	}
	if d := cmp.Diff(&want, got.Planned()); d != "" {
		t.Error(d)
	}
	for i := range got.Objects {
		if len(got.Objects[i].Seen) == 0 {
			t.Errorf("%s: nothing was seen", plan.Changes[i].ID)
		}
	}
}

// written returns what is read of a saved plan that was written down.
func written(t *testing.T, s *Saved) *Saved {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var read Saved
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	return &read
}

// filler gives every field a value of its own, two of each list.
type filler struct{ count, manifests int }

func (f *filler) fill(t *testing.T, v reflect.Value, at string) {
	t.Helper()
	f.count++
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(int64(f.count), 0).UTC()))
		return
	case *unstructured.Unstructured:
		f.manifests++
		u := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "v1", "kind": "ConfigMap", "data": map[string]any{"key": fmt.Sprint(f.count)},
			"metadata": map[string]any{"name": fmt.Sprintf("object-%d", f.count), "namespace": "shop"},
		}}
		v.Set(reflect.ValueOf(u))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(t, v.Elem(), at)
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if !field.IsExported() {
				t.Fatalf("%s.%s is not exported, so it cannot be kept", at, field.Name)
			}
			f.fill(t, v.Field(i), at+"."+field.Name)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			f.fill(t, v.Index(i), fmt.Sprintf("%s[%d]", at, i))
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		f.fill(t, key, at+" key")
		f.fill(t, value, at+" value")
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Interface:
		v.Set(reflect.ValueOf(map[string]any{"n": int64(1)<<60 + int64(f.count), "f": 0.5, "s": "0123", "l": []any{true, nil}}))
	case reflect.String:
		v.SetString(fmt.Sprintf("text-%d", f.count))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(int64(f.count))
	default:
		t.Fatalf("%s: fill cannot fill in a %s", at, v.Type())
	}
}

func TestSavedSecretHasNoValue(t *testing.T) {
	secret := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"name": "db", "namespace": "shop"},
		"data": map[string]any{"password": "Y2FuYXJ5LXZhbHVl", "same": "Y2FuYXJ5LXZhbHVl"}, "stringData": map[string]any{"plain": "canary-value"},
	}}
	b := newBlinder([]byte("key"))
	blinded := &unstructured.Unstructured{Object: b.blind(secret)}
	text, err := json.Marshal(blinded.Object)
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{"canary", "Y2FuYXJ5"} {
		if strings.Contains(string(text), value) {
			t.Errorf("%q is in %s", value, text)
		}
	}
	data := blinded.Object["data"].(map[string]any)
	if data["password"] == data["same"] {
		t.Error("that two keys have one value can be told")
	}
	filled, others := b.fill(blinded, secret)
	if d := cmp.Diff(secret.Object, filled.Object); d != "" || len(others) > 0 {
		t.Errorf("others %q: %s", others, d)
	}
	other := secret.DeepCopy()
	other.Object["data"].(map[string]any)["same"] = "b3RoZXI="
	delete(other.Object, "stringData")
	if _, others := b.fill(blinded, other); !cmp.Equal(others, []string{"plain", "same"}) {
		t.Errorf("others: %q", others)
	}
	if _, others := newBlinder([]byte("another key")).fill(blinded, secret); len(others) != 3 {
		t.Errorf("with another key, only %q differ", others)
	}
}

// TestSavedPlanIsChecked damages a plan in ways that the rest relies on not to be.
func TestSavedPlanIsChecked(t *testing.T) {
	manifest := func() map[string]any {
		return map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "a", "namespace": "shop"}}
	}
	id := ObjectID{Kind: "ConfigMap", Namespace: "shop", Name: "a"}
	good := func() *Saved {
		return &Saved{
			Plan:    &Plan{Release: ReleaseInfo{Name: "shop", Namespace: "shop"}, Changes: []Change{{ID: id, Action: Create}}},
			Objects: []SavedObject{{Manifest: manifest()}},
		}
	}
	if err := good().Check(); err != nil {
		t.Fatal(err)
	}
	for name, damage := range map[string]func(*Saved){
		"it has no plan":              func(s *Saved) { s.Plan = nil },
		"it names no release":         func(s *Saved) { s.Plan.Release.Namespace = "" },
		"it has 1 changes and 0":      func(s *Saved) { s.Objects = nil },
		`there is no action "burn"`:   func(s *Saved) { s.Plan.Changes[0].Action = "burn" },
		"it is deleted, and has":      func(s *Saved) { s.Plan.Changes[0].Action = Delete },
		"it has no manifest":          func(s *Saved) { s.Objects[0].Manifest = nil },
		"is that of another object":   func(s *Saved) { s.Plan.Changes[0].ID.Name = "b" },
		"does not say which live":     func(s *Saved) { s.Plan.Changes[0].Action = Replace },
		"it has a preview, and moves": func(s *Saved) { s.Objects[0].Preview = manifest() },
		"ConfigMap a: it is there": func(s *Saved) {
			s.Plan.Changes = append(s.Plan.Changes, s.Plan.Changes[0])
			s.Objects = append(s.Objects, s.Objects[0])
		},
		"its needs lead back to itself": func(s *Saved) { s.Plan.Changes[0].Needs = []Need{{ID: id, Gate: Ready}} },
	} {
		s := good()
		damage(s)
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
