package importer

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/dsl"
	"stowage/internal/manifest"
	"stowage/planner"
)

// TestCorpusComesBack imports each file of the corpus, and what the examples are compared with, writes the
// configuration down, renders that as an apply would, and compares every object with the one that was imported:
// field by field, apart from what the result says is renamed or relabelled. It relies on nothing that the importer
// does to prove the same to itself.
func TestCorpusComesBack(t *testing.T) {
	for _, corpus := range []string{"testdata/corpus", "../../cmd/stowage/testdata/examples"} {
		files, err := filepath.Glob(corpus + "/*.yaml")
		if err != nil || len(files) == 0 {
			t.Fatal("nothing to import", err)
		}
		for _, file := range files {
			for _, options := range []Options{{}, {KeepNames: true}} {
				name := filepath.Base(corpus) + "/" + strings.TrimSuffix(filepath.Base(file), ".yaml")
				if options.KeepNames {
					name += "/names-kept"
				}
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					comesBack(t, file, options)
				})
			}
		}
	}
}

// TestCorpusIsWrittenAsPeopleWould compares the shape of a few of the corpus with what is expected.
func TestCorpusIsWrittenAsPeopleWould(t *testing.T) {
	for _, name := range []string{
		"app-guestbook", "app-logging-stack", "comments-rich", "config-by-argument", "configmap-block-scalars", "configmap-templates-inside", "crd",
		"custom-prometheus", "daemonset-host", "deployment-native-sidecar", "env-many-services-loop", "helm-database", "hpa-v2-full", "ingress-full",
		"kustomize-output", "namespaces-several", "rbac-cluster", "secret-data-and-stringdata", "service-target-string-number", "statefulset-full",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result, err := Import(read(t, "testdata/corpus/"+name+".yaml"), Options{})
			if err != nil {
				t.Fatal(err)
			}
			compareWithFile(t, "testdata/golden/"+name+".hcl", told(result))
		})
	}
}

func comesBack(t *testing.T, file string, options Options) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	manifests := strings.ReplaceAll(string(text), "$node_port", "31080") // as the examples' own test does
	docs, sources := readText(t, manifests), readText(t, manifests)      // the second ones to compare with, whatever becomes of the first
	result, err := Import(docs, options)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range result.Differences {
		t.Errorf("differs: %s %s: want %v, got %v", d.ID, d.Field, d.Want, d.Got)
	}
	for _, n := range result.Left {
		t.Errorf("left: %s: %s", n.ID, n.Text)
	}
	dir := t.TempDir()
	for _, f := range result.Files {
		if err := f.write(dir); err != nil {
			t.Fatal(err)
		}
	}
	formatted(t, dir)
	r := &rendition{result: result, objects: rendered(t, dir), options: options}
	for _, d := range sources {
		r.compare(t, d)
	}
	r.nothingElse(t)
	if t.Failed() {
		t.Logf("%s", told(result))
	}
}

// formatted checks that the files are as "stowage fmt" would write them.
func formatted(t *testing.T, dir string) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "*.hcl"))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if want := dsl.Format(text); string(want) != string(text) {
			t.Errorf("%s is not formatted as it should be:\n%s", filepath.Base(file), want)
		}
	}
}

// rendered returns what a configuration becomes.
func rendered(t *testing.T, dir string) []planner.Object {
	t.Helper()
	module, diags := dsl.Parse(dir)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	config, diags := module.Evaluate(dsl.Inputs{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	objects, err := planner.Render(config)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// rendition is what a configuration becomes, to be compared with what it was made from.
type rendition struct {
	result  *Result
	objects []planner.Object
	options Options
	matched []planner.ObjectID
}

// compare looks for the object that a document has become, and for differences.
func (r *rendition) compare(t *testing.T, d manifest.Document) {
	t.Helper()
	want := source(d.Object, r.result.Namespace)
	o := r.find(want)
	switch {
	case o == nil && want.GetKind() == "Namespace" && want.GetName() == r.result.Namespace:
		return // the release makes it
	case o == nil:
		t.Errorf("%s %s is not in the configuration", want.GetKind(), want.GetName())
		return
	}
	r.matched = append(r.matched, o.ID)
	got := r.asBefore(o, want)
	if r.noted(o.ID, "replicas") {
		unstructured.RemoveNestedField(want.Object, "spec", "replicas") // an autoscaler chooses them
	}
	for _, difference := range manifest.Compare(want, got) {
		t.Errorf("%s %s: %s: want %v, got %v", want.GetKind(), want.GetName(), difference.Field, difference.Want, difference.Got)
	}
}

// noted says whether the result has a note on an object with a word in it.
func (r *rendition) noted(id planner.ObjectID, word string) bool {
	return slices.ContainsFunc(r.result.Notes, func(n Note) bool { return n.ID == id && strings.Contains(n.Text, word) })
}

// source returns what an apply of a document means: without what the server writes, and in the namespace of the release if it says none.
func source(u *unstructured.Unstructured, namespace string) *unstructured.Unstructured {
	u = u.DeepCopy()
	unstructured.RemoveNestedField(u.Object, "status")
	for _, field := range []string{"uid", "creationTimestamp", "generation", "resourceVersion"} {
		unstructured.RemoveNestedField(u.Object, "metadata", field)
	}
	annotations := u.GetAnnotations()
	delete(annotations, "kubectl.kubernetes.io/last-applied-configuration")
	delete(annotations, "deployment.kubernetes.io/revision")
	if u.GetAnnotations() != nil {
		u.SetAnnotations(annotations)
	}
	if u.GetNamespace() == "" {
		u.SetNamespace(namespace)
	}
	if u.GroupVersionKind() == autoscalingv1.SchemeGroupVersion.WithKind("HorizontalPodAutoscaler") {
		toVersion2(u)
	}
	return u
}

// toVersion2 writes an autoscaler as the server gives it back in the other version.
func toVersion2(u *unstructured.Unstructured) {
	u.SetAPIVersion("autoscaling/v2")
	target, has, _ := unstructured.NestedInt64(u.Object, "spec", "targetCPUUtilizationPercentage")
	unstructured.RemoveNestedField(u.Object, "spec", "targetCPUUtilizationPercentage")
	if has {
		_ = unstructured.SetNestedSlice(u.Object, []any{map[string]any{"type": "Resource", "resource": map[string]any{
			"name": "cpu", "target": map[string]any{"type": "Utilization", "averageUtilization": target},
		}}}, "spec", "metrics")
	}
}

// find returns the object of this kind and namespace that has the name, or a version of it.
func (r *rendition) find(want *unstructured.Unstructured) *planner.Object {
	for i := range r.objects {
		o := &r.objects[i]
		if o.Manifest.GroupVersionKind() != want.GroupVersionKind() || o.ID.Namespace != "" && o.ID.Namespace != want.GetNamespace() {
			continue
		}
		if o.ID.Name == want.GetName() {
			return o
		}
		if !r.options.KeepNames && r.nameBefore(o) == want.GetName() {
			return o
		}
	}
	return nil
}

// nameBefore returns the name that an object had before the import, by what the result tells.
func (r *rendition) nameBefore(o *planner.Object) string {
	for _, n := range r.result.Renamed {
		version, ok := strings.CutPrefix(o.ID.Name, strings.TrimSuffix(n.To, "*"))
		if ok && n.ID.Kind == o.ID.Kind && !strings.Contains(version, "-") {
			return n.ID.Name
		}
	}
	return o.ID.Name
}

// asBefore returns an object with the names and labels that it had before the import, as far as the result tells that they change.
func (r *rendition) asBefore(o *planner.Object, want *unstructured.Unstructured) *unstructured.Unstructured {
	got := o.Manifest.DeepCopy()
	for i := range r.objects {
		if other := &r.objects[i]; other.Version != nil {
			replaceText(got.Object, other.ID.Name, r.nameBefore(other))
		}
	}
	if o.Version != nil && want.Object["immutable"] != true { // a version never changes
		delete(got.Object, "immutable")
		delete(want.Object, "immutable")
	}
	got.SetName(want.GetName())
	if got.GetNamespace() == "" {
		got.SetNamespace(want.GetNamespace())
	}
	for _, path := range []string{"", "spec.template.", "spec.jobTemplate.", "spec.jobTemplate.spec.template."} {
		r.labelsBefore(o, got, want, strings.Split(path+"metadata.labels", "."))
	}
	annotations := got.GetAnnotations()
	for name := range annotations {
		if strings.HasPrefix(name, "stowage.dev/") {
			delete(annotations, name)
		}
	}
	if got.GetAnnotations() != nil {
		got.SetAnnotations(annotations)
	}
	return got
}

// labelsBefore takes out the labels that every object of a release has, and changes those back that the result lists.
func (r *rendition) labelsBefore(o *planner.Object, got, want *unstructured.Unstructured, path []string) {
	labels, has, _ := unstructured.NestedStringMap(got.Object, path...)
	before, _, _ := unstructured.NestedStringMap(want.Object, path...)
	if !has && len(before) == 0 {
		return
	}
	inPods := len(path) > 2
	if labels == nil {
		labels = map[string]string{}
	}
	for name := range labels {
		_, had := before[name]
		if isOurs(name) && !had && (!inPods || slices.Contains([]string{"Job", "CronJob"}, o.ID.Kind)) {
			delete(labels, name)
		}
	}
	for _, change := range r.result.Relabelled {
		changed := slices.ContainsFunc(change.IDs, func(id planner.ObjectID) bool { return id.Kind == o.ID.Kind && id.Name == want.GetName() })
		switch {
		case inPods || !changed:
		case change.From == "":
			delete(labels, change.Label)
		default:
			labels[change.Label] = change.From
		}
	}
	if len(labels) == 0 && before == nil {
		unstructured.RemoveNestedField(got.Object, path...)
		return
	}
	_ = unstructured.SetNestedStringMap(got.Object, labels, path...) // it is a map already
}

// replaceText puts one text in the place of another wherever that is a whole value.
func replaceText(v any, from, to string) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if value == from {
				v[key] = to
			}
			replaceText(value, from, to)
		}
	case []any:
		for i, value := range v {
			if value == from {
				v[i] = to
			}
			replaceText(value, from, to)
		}
	}
}

// nothingElse checks that a configuration makes no object that nobody has written, but for the namespaces that it needs.
func (r *rendition) nothingElse(t *testing.T) {
	t.Helper()
	for _, o := range r.objects {
		if !slices.Contains(r.matched, o.ID) && o.ID.Kind != "Namespace" {
			t.Errorf("%s is of nobody's document", o.ID)
		}
	}
}
