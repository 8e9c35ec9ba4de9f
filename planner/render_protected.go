package planner

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/dsl"
)

// protectedField is a field by which stowage finds objects again, or which an
// argument sets that it reads itself.
type protectedField struct {
	path path
	why  string
}

var protectedEverywhere = []protectedField{
	{fieldPaths("apiVersion")[0], "is the object's own"},
	{fieldPaths("kind")[0], "is the object's own"},
	{fieldPaths("metadata.name")[0], "follows from the name of the block"},
	{fieldPaths("metadata.namespace")[0], "is that of the release"},
	{fieldPaths("status")[0], "is the cluster's to write"},
}

// protectedByKind lists what else must stay as it is rendered.
var protectedByKind = map[string][]protectedField{
	"Deployment": {
		{replicasPath, "is set by the argument replicas, or by autoscale"},
		{fieldPaths("spec.selector")[0], "is how the app's pods are found"},
		{fieldPaths("spec.revisionHistoryLimit")[0], "follows from history_limit of the release"},
	},
	"StatefulSet": {
		{replicasPath, "is set by the argument replicas, or by autoscale"},
		{fieldPaths("spec.selector")[0], "is how the app's pods are found"},
		{fieldPaths("spec.revisionHistoryLimit")[0], "follows from history_limit of the release"},
	},
	"DaemonSet": {
		{fieldPaths("spec.selector")[0], "is how the app's pods are found"},
		{fieldPaths("spec.revisionHistoryLimit")[0], "follows from history_limit of the release"},
	},
	"Service":                 {{fieldPaths("spec.selector")[0], "is how the app's pods are found"}},
	"HorizontalPodAutoscaler": {{fieldPaths("spec.scaleTargetRef")[0], "is the app's workload"}},
}

// metadataPaths are where labels and annotations of ours stand.
var metadataPaths = fieldPaths(
	"metadata.labels", "metadata.annotations",
	"spec.template.metadata.labels", "spec.template.metadata.annotations",
	"spec.jobTemplate.metadata.labels", "spec.jobTemplate.metadata.annotations",
	"spec.jobTemplate.spec.template.metadata.labels", "spec.jobTemplate.spec.template.metadata.annotations",
)

// protectedFields returns what fields have changed of a manifest that must stay.
func protectedFields(before, after *unstructured.Unstructured, fields *dsl.Fields) []fieldError {
	var errs []fieldError
	for _, p := range slices.Concat(protectedEverywhere, protectedByKind[before.GetKind()]) {
		_, written := lookup(fields.Values, p.path)
		if written || !same(before, after, p.path) {
			errs = append(errs, fieldError{path: p.path.String(), err: fmt.Errorf("cannot be overridden: it %s", p.why)})
		}
	}
	for _, p := range metadataPaths {
		if was, is := ourKeys(before, p), ourKeys(after, p); !equalValues(was, is) {
			errs = append(errs, fieldError{path: differingKey(p, was, is), err: errors.New("cannot be overridden: stowage finds its objects by it")})
		}
	}
	return errs
}

func same(a, b *unstructured.Unstructured, p path) bool {
	before, had := lookup(a.Object, p)
	after, has := lookup(b.Object, p)
	return had == has && equalValues(before, after)
}

// ourKeys returns the labels or annotations that stowage writes and reads.
func ourKeys(u *unstructured.Unstructured, p path) map[string]any {
	value, _ := lookup(u.Object, p)
	all, _ := value.(map[string]any)
	ours := map[string]any{}
	for key, text := range all {
		if isOurKey(key) {
			ours[key] = text
		}
	}
	return ours
}

func isOurKey(key string) bool {
	switch key {
	case labelName, labelInstance, labelManagedBy:
		return true
	}
	return strings.HasPrefix(key, "stowage.dev/")
}

// differingKey returns the path of the first key, by name, that two maps differ in.
func differingKey(p path, was, is map[string]any) string {
	for _, key := range unionKeys(was, is) {
		if !equalValues(was[key], is[key]) {
			return dsl.FieldPath(p.String(), key)
		}
	}
	return p.String()
}
