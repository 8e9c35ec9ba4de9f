package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// snapshot is what a release has in the cluster, by kind and name. Two of them
// are equal when nobody could tell the releases apart by what is declared and who
// declares it: left out is what differs between two makings of the same object,
// what controllers write, and what the cluster chooses. Versions of configuration
// are named after what is in them, since the versions of Secrets are computed with
// a random key.
type snapshot map[string]member

type member struct {
	Object map[string]any
	Fields map[string]any // that the field manager stowage owns, as the server has it
	// Others are the field managers beside stowage and the cluster's own parts.
	Others []any
}

// kept reports whether the member may outlive its revision: it is an immutable
// version of configuration, or a claim.
func (m member) kept() bool {
	return m.Object["kind"] == "PersistentVolumeClaim" || m.Object["immutable"] == true
}

// unversioned reports whether the member is a Secret that is updated in place, of
// which no revision records the data.
func (m member) unversioned() bool {
	return m.Object["kind"] == "Secret" && m.Object["immutable"] != true
}

// with adds what outlives the other revision: exactly that is retained.
func (s snapshot) with(other snapshot) snapshot {
	all := maps.Clone(s)
	for id, m := range other {
		if _, ok := s[id]; !ok && m.kept() {
			all[id] = m
		}
	}
	return all
}

// withoutData blanks the data that a rollback leaves as it is.
func (s snapshot) withoutData() snapshot {
	blank := maps.Clone(s)
	for id, m := range s {
		if m.unversioned() {
			m.Object = maps.Clone(m.Object)
			data, _ := m.Object["data"].(map[string]any)
			m.Object["data"] = text(slices.Sorted(maps.Keys(data)))
			blank[id] = m
		}
	}
	return blank
}

// lost returns the unversioned Secrets that a rollback from the other revision to
// this one cannot bring back, since their data is nowhere.
func (s snapshot) lost(from snapshot) []string {
	var ids []string
	for id, m := range s {
		if _, there := from[id]; m.unversioned() && !there {
			ids = append(ids, id)
		}
	}
	return ids
}

// differ returns an error that shows each value that differs.
func differ(what string, want, got snapshot) error {
	if lines := want.differences(got); len(lines) > 0 {
		return fmt.Errorf("%s is not what it should be (- want, + got):\n%s", what, strings.Join(lines, "\n"))
	}
	return nil
}

func (s snapshot) differences(other snapshot) []string {
	wanted, found := s.values(), other.values()
	var lines []string
	for path, value := range wanted {
		switch other, ok := found[path]; {
		case !ok:
			lines = append(lines, fmt.Sprintf("%s\n  - %s", path, value))
		case other != value:
			lines = append(lines, fmt.Sprintf("%s\n  - %s\n  + %s", path, value, other))
		}
	}
	for path, value := range found {
		if _, ok := wanted[path]; !ok {
			lines = append(lines, fmt.Sprintf("%s\n  + %s", path, value))
		}
	}
	slices.Sort(lines)
	return lines
}

// values are all values of a snapshot by their paths.
func (s snapshot) values() map[string]string {
	values := map[string]string{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			values[path] = "{}"
			for name, value := range v {
				walk(path+"."+name, value)
			}
		case []any:
			values[path] = "[]"
			for i, value := range v {
				walk(fmt.Sprintf("%s[%s]", path, itemName(path, i, value)), value)
			}
		default:
			values[path] = text(v)
		}
	}
	for id, m := range s {
		walk(id+":", m.Object)
		walk(id+": owned", m.Fields)
		walk(id+": others", m.Others)
	}
	return values
}

// itemName names an item of the list at a path: by its key, or by its number.
func itemName(path string, i int, item any) string {
	object, _ := item.(map[string]any)
	var key []string
	for _, field := range itemKeys[path[strings.LastIndex(path, ".")+1:]] {
		if value, ok := object[field]; ok {
			key = append(key, text(value))
		}
	}
	if len(key) == 0 {
		return fmt.Sprint(i)
	}
	return strings.Join(key, " ")
}

// The kinds that a configuration can make.
var snapshotKinds = []schema.GroupVersionResource{
	{Version: "v1", Resource: "configmaps"},
	{Version: "v1", Resource: "secrets"},
	{Version: "v1", Resource: "services"},
	{Version: "v1", Resource: "serviceaccounts"},
	{Version: "v1", Resource: "persistentvolumeclaims"},
	{Group: "apps", Version: "v1", Resource: "deployments"},
	{Group: "apps", Version: "v1", Resource: "statefulsets"},
	{Group: "autoscaling", Version: "v2", Resource: "horizontalpodautoscalers"},
	{Group: "policy", Version: "v1", Resource: "poddisruptionbudgets"},
}

// snapshot reads what the release has. A lock that is left behind is an error.
func (p *place) snapshot() (snapshot, error) {
	ctx := p.test.Context()
	objects, err := p.objects(ctx)
	if err != nil {
		return nil, err
	}
	leases, err := p.cluster.Client.CoordinationV1().Leases(p.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	if len(leases.Items) > 0 {
		return nil, fmt.Errorf("lease %s is left behind", leases.Items[0].Name)
	}
	taken := snapshot{}
	for text := range canonicalNames(objects, p.namespace) {
		var m member
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			return nil, err
		}
		metadata := m.Object["metadata"].(map[string]any)
		taken[fmt.Sprintf("%s %s", m.Object["kind"], metadata["name"])] = m
	}
	return taken, nil
}

func (p *place) objects(ctx context.Context) ([]member, error) {
	namespace, err := p.client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}).Get(ctx, p.namespace, metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	found := []unstructured.Unstructured{*namespace}
	for _, kind := range snapshotKinds {
		objects, err := p.client.Resource(kind).Namespace(p.namespace).List(ctx, metav1.ListOptions{LabelSelector: "stowage.dev/release"})
		if err != nil {
			return nil, err
		}
		found = append(found, objects.Items...)
	}
	members := make([]member, len(found))
	scaled := map[string]bool{}
	for i := range found {
		if found[i].GetDeletionTimestamp() != nil {
			return nil, fmt.Errorf("%s %s is still being deleted", found[i].GetKind(), found[i].GetName())
		}
		if members[i], err = p.memberOf(&found[i]); err != nil {
			return nil, err
		}
		if found[i].GetKind() == "HorizontalPodAutoscaler" {
			scaled[found[i].GetName()] = true
		}
	}
	for i := range found {
		if found[i].GetAPIVersion() == "apps/v1" && scaled[found[i].GetName()] {
			members[i].leaveToAutoscaler()
		}
	}
	return members, nil
}

// memberOf leaves out of an object what is not declared.
func (p *place) memberOf(u *unstructured.Unstructured) (member, error) {
	m := member{Object: u.Object}
	if err := m.own(u); err != nil {
		return m, err
	}
	for _, field := range []string{"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"} {
		unstructured.RemoveNestedField(u.Object, "metadata", field)
	}
	unstructured.RemoveNestedField(u.Object, "status")
	annotations := u.GetAnnotations()
	maps.DeleteFunc(annotations, func(name, _ string) bool { return byControllers.MatchString(name) })
	u.SetAnnotations(annotations)
	switch u.GetKind() {
	case "Secret":
		return m, decodeData(u)
	case "Service":
		p.blankChoices(u, strings.Contains(text(m.Fields), `"f:nodePort"`))
	case "PersistentVolumeClaim":
		unstructured.RemoveNestedField(u.Object, "spec", "volumeName")
	}
	return m, nil
}

// leaveToAutoscaler leaves the number of pods out: it stays as it was until the
// autoscaler chooses.
func (m *member) leaveToAutoscaler() {
	unstructured.RemoveNestedField(m.Object, "spec", "replicas")
	unstructured.RemoveNestedField(m.Fields, "f:spec", "f:replicas")
}

// byControllers are annotations that the cluster's own parts make.
var byControllers = regexp.MustCompile(`^(deployment\.kubernetes\.io|pv\.kubernetes\.io|volume(\.beta)?\.kubernetes\.io)/`)

// own finds out who has which fields.
func (m *member) own(u *unstructured.Unstructured) error {
	for _, entry := range u.GetManagedFields() {
		switch {
		case entry.Manager == "stowage" && entry.Operation == metav1.ManagedFieldsOperationApply && m.Fields == nil:
			if err := json.Unmarshal(entry.FieldsV1.GetRawBytes(), &m.Fields); err != nil {
				return err
			}
		case entry.Subresource == "status", strings.HasPrefix(entry.Manager, "kube-"):
		default:
			m.Others = append(m.Others, fmt.Sprintf("%s %s", entry.Manager, entry.Operation))
		}
	}
	return nil
}

// decodeData writes a Secret's data as it is meant.
func decodeData(u *unstructured.Unstructured) error {
	data, _, err := unstructured.NestedStringMap(u.Object, "data")
	if err != nil {
		return err
	}
	for key, value := range data {
		raw, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			return err
		}
		if utf8.Valid(raw) {
			data[key] = string(raw)
		}
	}
	return unstructured.SetNestedStringMap(u.Object, data, "data")
}

// blankChoices removes from a Service the addresses and ports that the cluster
// has chosen, but not that it has chosen some. One that was declared before may
// be its choice now.
func (p *place) blankChoices(u *unstructured.Unstructured, declared bool) {
	spec := u.Object["spec"].(map[string]any)
	if spec["clusterIP"] != "None" {
		spec["clusterIP"], spec["clusterIPs"] = "chosen", "chosen"
	}
	for _, item := range spec["ports"].([]any) {
		if port := item.(map[string]any); port["nodePort"] != nil {
			declared := declared && fmt.Sprint(port["nodePort"]) == p.nodePort
			port["nodePort"] = map[bool]string{true: "declared", false: "chosen"}[declared]
		}
	}
}

var versionSuffix = regexp.MustCompile(`-[a-z0-9]{10}$`)

// canonicalNames returns the members as JSON, with the namespace's name blanked
// and each version named after its content. A version may hold the name of another
// one, which gets its name first.
func canonicalNames(members []member, namespace string) map[string]bool {
	names := []string{namespace, "NAMESPACE"}
	var open []member
	for _, m := range members {
		if m.Object["immutable"] == true {
			open = append(open, m)
		}
	}
	for len(open) > 0 {
		rest := slices.DeleteFunc(slices.Clone(open), func(m member) bool {
			content := text(m.Object["kind"], m.Object["type"], m.Object["data"], m.Object["binaryData"])
			for _, other := range open {
				if strings.Contains(content, nameOf(other)) {
					return false
				}
			}
			sum := sha256.Sum256([]byte(strings.NewReplacer(names...).Replace(content)))
			name := nameOf(m)
			names = append(names, name, fmt.Sprintf("%s=%x", versionSuffix.ReplaceAllString(name, ""), sum[:5]))
			return true
		})
		if len(rest) == len(open) {
			panic(errors.New("versions that hold each other's names"))
		}
		open = rest
	}
	texts := map[string]bool{}
	for _, m := range members {
		texts[strings.NewReplacer(names...).Replace(text(m))] = true
	}
	return texts
}

func nameOf(m member) string { return m.Object["metadata"].(map[string]any)["name"].(string) }

func text(values ...any) string {
	var value any = values
	if len(values) == 1 {
		value = values[0]
	}
	raw, err := json.Marshal(value)
	if err != nil {
		panic(err) // it came as JSON
	}
	return string(raw)
}
