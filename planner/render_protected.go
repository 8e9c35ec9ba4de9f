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
	// ours says that it is protected only while pods are found by labels of stowage's own.
	ours bool
}

const (
	findsPods = "is how the app's pods are found"
	isData    = "follows from the argument data"
)

// versionedIsImmutable protects what lets pods rely on the version in a name.
var versionedIsImmutable = protectedField{path: fieldPaths("immutable")[0], why: "is always so unless versioned = false"}

var protectedEverywhere = []protectedField{
	{path: fieldPaths("apiVersion")[0], why: "is the object's own"},
	{path: fieldPaths("kind")[0], why: "is the object's own"},
	{path: fieldPaths("metadata.name")[0], why: "follows from the name of the block"},
	{path: fieldPaths("metadata.namespace")[0], why: "is that of the release"},
	{path: fieldPaths("status")[0], why: "is the cluster's to write"},
}

// protectedByKind lists what else must stay as it is rendered.
var protectedByKind = map[string][]protectedField{
	"Deployment": {
		{path: replicasPath, why: "is set by the argument replicas, or by autoscale"},
		{path: fieldPaths("spec.selector")[0], why: findsPods, ours: true},
	},
	"StatefulSet": {
		{path: replicasPath, why: "is set by the argument replicas, or by autoscale"},
		{path: fieldPaths("spec.selector")[0], why: findsPods, ours: true},
	},
	"DaemonSet": {
		{path: fieldPaths("spec.selector")[0], why: findsPods, ours: true},
	},
	"ConfigMap": {
		{path: fieldPaths("data")[0], why: isData},
		{path: fieldPaths("binaryData")[0], why: isData},
	},
	"Secret": {
		{path: fieldPaths("data")[0], why: isData},
		{path: fieldPaths("stringData")[0], why: isData},
		{path: fieldPaths("type")[0], why: "follows from the argument type"},
	},
	"Service":                 {{path: fieldPaths("spec.selector")[0], why: findsPods, ours: true}},
	"HorizontalPodAutoscaler": {{path: fieldPaths("spec.scaleTargetRef")[0], why: "is the app's workload"}},
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
	ours := findsOwnPods(before)
	protected := slices.Concat(protectedEverywhere, protectedByKind[before.GetKind()])
	if _, versioned := before.GetAnnotations()[AnnotationBaseName]; versioned {
		protected = append(protected, versionedIsImmutable)
	}
	for _, p := range protected {
		if p.ours && !ours {
			continue
		}
		_, written := lookup(fields.Values, p.path)
		if written || !same(before, after, p.path) {
			errs = append(errs, fieldError{path: p.path.String(), err: fmt.Errorf("cannot be overridden: it %s", p.why)})
		}
	}
	for _, p := range metadataPaths {
		if was, is := ourKeys(before, p, ours), ourKeys(after, p, ours); !equalValues(was, is) {
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

// ourKeys returns the labels or annotations that stowage writes and reads. Those by which
// pods are found, if they are ours, are among them.
func ourKeys(u *unstructured.Unstructured, p path, ours bool) map[string]any {
	value, _ := lookup(u.Object, p)
	all, _ := value.(map[string]any)
	keys := map[string]any{}
	for key, text := range all {
		if strings.HasPrefix(key, "stowage.dev/") ||
			key == labelManagedBy && (ours || p.String() == "metadata.labels") ||
			ours && (key == labelName || key == labelInstance) {
			keys[key] = text
		}
	}
	return keys
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
