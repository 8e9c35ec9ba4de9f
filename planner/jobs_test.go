package planner

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

type object = map[string]any

// migration returns the Job of an app, with changes of its spec.
func migration(changes object) *unstructured.Unstructured {
	spec := object{
		"backoffLimit": int64(6),
		"template": object{"spec": object{
			"restartPolicy": "Never",
			"containers":    []any{object{"name": "migrate", "image": "migrate:1"}},
		}},
	}
	for field, value := range changes {
		spec[field] = value
	}
	return &unstructured.Unstructured{Object: object{
		"apiVersion": "batch/v1", "kind": "Job",
		"metadata": object{"name": "migrate", "namespace": "shop", "labels": object{LabelApp: "migrate", LabelRelease: "shop"}},
		"spec":     spec,
	}}
}

func TestAJobIsNamedByWhatItRuns(t *testing.T) {
	name := func(changes object) string {
		job := migration(changes)
		nameByContent(job)
		return job.GetName()
	}
	first := name(nil)
	if base, version, ok := strings.Cut(first, "-"); !ok || base != "migrate" || len(version) != 10 {
		t.Errorf("the name is %q", first)
	}
	for _, changes := range []object{
		{"backoffLimit": int64(0)}, {"activeDeadlineSeconds": int64(60)}, {"parallelism": int64(3)}, {"ttlSecondsAfterFinished": int64(60)}, {"suspend": false},
	} {
		if got := name(changes); got != first {
			t.Errorf("%v runs the same, and is named %q instead of %q", changes, got, first)
		}
	}
	for _, changes := range []object{
		{"completions": int64(2)}, {"completionMode": "Indexed"}, {"template": object{"spec": object{"restartPolicy": "OnFailure"}}},
	} {
		if got := name(changes); got == first {
			t.Errorf("%v runs something else under the same name %q", changes, got)
		}
	}
}

func TestOnlyTheJobOfAnAppRunsOnce(t *testing.T) {
	check := migration(nil)
	check.SetLabels(map[string]string{LabelApp: "web", LabelCheck: "smoke"})
	other := migration(nil)
	other.SetLabels(map[string]string{LabelRelease: "shop"})
	cron := migration(nil)
	cron.SetKind("CronJob")
	if !runsOnce(migration(nil)) {
		t.Error("the Job of an app does not run once")
	}
	for what, u := range map[string]*unstructured.Unstructured{"a check": check, "a Job of no app": other, "a CronJob": cron} {
		if runsOnce(u) {
			t.Errorf("%s runs once", what)
		}
	}
}

func TestWhatAControllerMakesIsNotTheReleases(t *testing.T) {
	controller := true
	made := migration(nil)
	made.SetOwnerReferences([]metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "CronJob", Name: "backup", UID: "1", Controller: &controller}})
	l := newLive()
	if err := l.add(scope{jobKind, "shop"}, []*unstructured.Unstructured{made}, nil); err != nil || len(l.objects) != 0 {
		t.Errorf("the Job of a CronJob counts: %v %v", l.objects, err)
	}
	adopted := made.DeepCopy()
	adopted.SetManagedFields([]metav1.ManagedFieldsEntry{{
		Manager: FieldManager, Operation: metav1.ManagedFieldsOperationApply, APIVersion: "batch/v1", FieldsType: "FieldsV1",
		FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:suspend":{}}}`),
	}})
	if err := l.add(scope{jobKind, "shop"}, []*unstructured.Unstructured{adopted}, nil); err != nil || len(l.objects) != 1 {
		t.Errorf("an object that we applied does not count, though somebody owns it: %v %v", l.objects, err)
	}
}
