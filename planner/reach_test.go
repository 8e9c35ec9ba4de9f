package planner_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"stowage/dsl"
	"stowage/planner"
)

// reached are the kinds whose fields people expect to reach, with the block that becomes
// an object of the kind; %s stands for its override.
var reached = []struct {
	kind  string
	spec  any
	block string
}{
	{"Deployment", appsv1.DeploymentSpec{}, "app \"x\" {\n image = \"i\"\n selector = { app = \"x\" }\n %s\n}"},
	{"StatefulSet", appsv1.StatefulSetSpec{}, "app \"x\" {\n image = \"i\"\n kind = \"StatefulSet\"\n selector = { app = \"x\" }\n %s\n}"},
	{"DaemonSet", appsv1.DaemonSetSpec{}, "app \"x\" {\n image = \"i\"\n kind = \"DaemonSet\"\n selector = { app = \"x\" }\n %s\n}"},
	{"Job", batchv1.JobSpec{}, "app \"x\" {\n image = \"i\"\n kind = \"Job\"\n %s\n}"},
	{"CronJob", batchv1.CronJobSpec{}, "app \"x\" {\n image = \"i\"\n kind = \"CronJob\"\n cron {\n schedule = \"0 3 * * *\"\n }\n %s\n}"},
	{"Service", corev1.ServiceSpec{}, "app \"x\" {\n image = \"i\"\n port \"http\" {\n number = 80\n }\n %s\n}"},
	{"Ingress", networkingv1.IngressSpec{}, "app \"a\" {\n image = \"i\"\n port \"http\" {\n number = 80\n }\n}\n" +
		"ingress \"x\" {\n host \"x.example.com\" {\n path \"/\" {\n app = app.a\n }\n }\n %s\n}"},
}

// TestEveryFieldIsReached walks the Go types of Kubernetes: each field can be set, by an
// argument or by an override. The golden file says by which; with a newer Kubernetes it
// shows what is new.
func TestEveryFieldIsReached(t *testing.T) {
	byArgument := fieldsOfFixtures(t)
	var lines []string
	for _, root := range reached {
		for _, leaf := range leavesOf(reflect.TypeOf(root.spec), nil) {
			if root.kind != "Deployment" && strings.Contains(leaf.String(), "template.spec.") {
				continue // the same as in a Deployment
			}
			name, how := root.kind+".spec."+leaf.String(), "override"
			argument, rendered := byArgument[name]
			if rendered {
				how = cmp.Or(argument, "argument") // one that is required
			}
			if err := leaf.override(t, root.kind, root.block); err != nil && how == "override" {
				t.Errorf("%s: %v", name, err)
			}
			lines = append(lines, name+" "+how)
		}
	}
	golden(t, "testdata/reached.txt", strings.Join(lines, "\n")+"\n")
}

// leaf is a field that has no fields itself, with a value that it can have.
type leaf struct {
	path  []fieldStep
	value any
}

type fieldStep struct {
	name string
	list bool
}

func (l leaf) names() []string {
	names := make([]string, len(l.path))
	for i, s := range l.path {
		names[i] = s.name
	}
	return names
}

func (l leaf) String() string {
	names := l.names()
	for i, s := range l.path {
		if s.list {
			names[i] += "[]"
		}
	}
	return strings.Join(names, ".")
}

// leavesOf returns the leaves of a type, in the order of its declaration.
func leavesOf(ty reflect.Type, path []fieldStep) []leaf {
	if ty.Kind() == reflect.Pointer {
		return leavesOf(ty.Elem(), path)
	}
	if v, ok := example(ty); ok {
		return []leaf{{path, v}}
	}
	if ty.Kind() != reflect.Struct {
		panic(fmt.Sprintf("%v: no example of %v", path, ty))
	}
	var leaves []leaf
	for i := range ty.NumField() {
		field := ty.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous && name == "":
			leaves = append(leaves, leavesOf(field.Type, path)...)
		case name == "status", field.Type == reflect.TypeFor[metav1.ObjectMeta](): // the cluster's, and our own
		case field.Type.Kind() == reflect.Slice && field.Type.Elem().Kind() == reflect.Struct:
			leaves = append(leaves, leavesOf(field.Type.Elem(), append(slices.Clone(path), fieldStep{name, true}))...)
		default:
			leaves = append(leaves, leavesOf(field.Type, append(slices.Clone(path), fieldStep{name, false}))...)
		}
	}
	if len(leaves) == 0 { // such as a volume that says nothing of itself
		return []leaf{{path, map[string]any{}}}
	}
	return leaves
}

// example returns a value of a type without fields of its own.
func example(ty reflect.Type) (any, bool) {
	switch ty {
	case reflect.TypeFor[resource.Quantity]():
		return "1Gi", true
	case reflect.TypeFor[intstr.IntOrString]():
		return float64(7), true
	case reflect.TypeFor[metav1.Time]():
		return "2026-01-02T03:04:05Z", true
	case reflect.TypeFor[metav1.FieldsV1]():
		return map[string]any{}, true
	}
	switch ty.Kind() {
	case reflect.String:
		return "text", true
	case reflect.Bool:
		return true, true
	case reflect.Int32, reflect.Int64, reflect.Int:
		return float64(7), true
	case reflect.Map:
		v, ok := example(ty.Elem())
		return map[string]any{"key": v}, ok
	case reflect.Slice:
		v, ok := example(ty.Elem())
		return []any{v}, ok
	}
	return nil, false
}

// identifying are the fields by which items of lists are told apart.
var identifying = map[string]any{
	"name": "x", "containerPort": 1.0, "port": 1.0, "protocol": "TCP", "ip": "10.0.0.1", "mountPath": "/x", "devicePath": "/dev/x",
	"topologyKey": "x", "whenUnsatisfiable": "x",
}

// keysOf are those that the items of a list have.
var keysOf = map[string][]string{
	"containers": {"name"}, "initContainers": {"name"}, "ephemeralContainers": {"name"}, "env": {"name"}, "claims": {"name"},
	"volumes": {"name"}, "imagePullSecrets": {"name"}, "resourceClaims": {"name"}, "evictionResponders": {"name"}, "schedulingGates": {"name"},
	"hostAliases": {"ip"}, "volumeMounts": {"mountPath"}, "volumeDevices": {"devicePath"},
	"topologySpreadConstraints": {"topologyKey", "whenUnsatisfiable"},
}

// structure returns the fields around the leaf's value.
func (l leaf) structure(kind string) any {
	v := l.value
	for i := len(l.path) - 1; i >= 0; i-- {
		s := l.path[i]
		if s.list {
			item, _ := v.(map[string]any)
			keys := keysOf[s.name]
			if s.name == "ports" {
				keys = []string{"containerPort", "protocol"}
				if kind == "Service" {
					keys = []string{"port", "protocol"}
				}
			}
			for _, key := range keys {
				if _, set := item[key]; !set {
					item[key] = identifying[key]
				}
			}
			v = []any{item}
		}
		v = map[string]any{s.name: v}
	}
	return v
}

// override sets the leaf by an override and looks for it in the object.
func (l leaf) override(t *testing.T, kind, block string) error {
	t.Helper()
	spec, err := json.Marshal(l.structure(kind)) // JSON is HCL
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("release \"r\" {}\n"+block, fmt.Sprintf("override %q {\n spec = %s\n }", kind, spec))
	objects, err := planner.Render(evaluateText(t, text))
	if err != nil {
		return err
	}
	for _, o := range objects {
		if o.ID.Kind != kind {
			continue
		}
		if !hasLeaf(o.Manifest.Object["spec"], l.path, plain(l.value)) {
			return fmt.Errorf("is not in the object: %v", o.Manifest.Object["spec"])
		}
		return planner.Validate(o)
	}
	return fmt.Errorf("no %s", kind)
}

// plain returns a value with whole numbers, as objects have them.
func plain(v any) any {
	switch v := v.(type) {
	case float64:
		return int64(v)
	case map[string]any:
		m := map[string]any{}
		for key, value := range v {
			m[key] = plain(value)
		}
		return m
	case []any:
		list := []any{}
		for _, value := range v {
			list = append(list, plain(value))
		}
		return list
	}
	return v
}

// hasLeaf reports whether an object has the value at the path, in any of the items of lists.
func hasLeaf(v any, path []fieldStep, want any) bool {
	if len(path) == 0 {
		if entries, ok := want.(map[string]any); ok {
			got, ok := v.(map[string]any)
			for key, value := range entries {
				ok = ok && reflect.DeepEqual(got[key], value)
			}
			return ok
		}
		return reflect.DeepEqual(v, want)
	}
	m, _ := v.(map[string]any)
	child, ok := m[path[0].name]
	if !path[0].list {
		return ok && hasLeaf(child, path[1:], want)
	}
	list, _ := child.([]any)
	return slices.ContainsFunc(list, func(item any) bool { return hasLeaf(item, path[1:], want) })
}

// fieldsOfFixtures returns the fields that configurations without overrides set, by kind,
// each with the argument that it follows from: the one without which the fewest fields are
// missing beside it. Empty: one that cannot be left out.
func fieldsOfFixtures(t *testing.T) map[string]string {
	t.Helper()
	found, fewest := map[string]string{}, map[string]int{}
	for _, dir := range fixtures(t, "testdata/render") {
		dir = configurationOf(dir)
		text := readFile(t, filepath.Join(dir, "main.hcl"))
		if strings.Contains(text, "override \"") || strings.Contains(text, "resource \"") {
			continue
		}
		all := fieldsOf(t, dir)
		for field := range all {
			if _, known := found[field]; !known {
				found[field] = ""
			}
		}
		scratch := t.TempDir()
		if err := os.CopyFS(scratch, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		for _, argument := range argumentsIn(t, text) {
			if err := os.WriteFile(filepath.Join(scratch, "main.hcl"), textWithout(t, text, argument), 0o600); err != nil {
				t.Fatal(err)
			}
			left := fieldsOf(t, scratch)
			if left == nil {
				continue // it is required
			}
			missing := slices.DeleteFunc(slices.Collect(maps.Keys(all)), func(field string) bool { return left[field] })
			for _, field := range missing {
				if fewest[field] == 0 || len(missing) < fewest[field] || len(missing) == fewest[field] && argument < found[field] {
					found[field], fewest[field] = argument, len(missing)
				}
			}
		}
	}
	return found
}

// fieldsOf returns the fields of the objects of a configuration; nil when it has errors.
func fieldsOf(t *testing.T, dir string) map[string]bool {
	t.Helper()
	module, diags := dsl.Parse(dir)
	if diags.HasErrors() {
		return nil
	}
	config, diags := module.Evaluate(dsl.Inputs{VersionKey: []byte("a key for tests")})
	if diags.HasErrors() {
		return nil
	}
	objects, err := planner.Render(config)
	if err != nil {
		return nil
	}
	found := map[string]bool{}
	for _, o := range objects {
		collectFields(o.ID.Kind+".spec", o.Manifest.Object["spec"], found)
		if spec, ok := podSpec(o.Manifest.Object); ok { // a container is one everywhere
			collectFields("Deployment.spec.template.spec", spec, found)
		}
	}
	return found
}

// argumentsIn returns the arguments and blocks in apps and ingresses, such as app.port.number.
func argumentsIn(t *testing.T, text string) []string {
	t.Helper()
	names := map[string]bool{}
	visit(parsed(t, text).Body(), "", func(_ *hclwrite.Body, name string, _ *hclwrite.Block) { names[name] = true })
	return slices.Sorted(maps.Keys(names))
}

// textWithout returns the text without all arguments or blocks of a name.
func textWithout(t *testing.T, text, argument string) []byte {
	t.Helper()
	file := parsed(t, text)
	visit(file.Body(), "", func(in *hclwrite.Body, name string, block *hclwrite.Block) {
		switch {
		case name != argument:
		case block != nil:
			in.RemoveBlock(block)
		default:
			in.RemoveAttribute(name[strings.LastIndex(name, ".")+1:])
		}
	})
	return file.Bytes()
}

func parsed(t *testing.T, text string) *hclwrite.File {
	t.Helper()
	file, diags := hclwrite.ParseConfig([]byte(text), "main.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return file
}

func visit(body *hclwrite.Body, path string, found func(in *hclwrite.Body, name string, block *hclwrite.Block)) {
	if path != "" {
		for name := range body.Attributes() {
			found(body, path+"."+name, nil)
		}
	}
	for _, block := range body.Blocks() {
		name := strings.TrimPrefix(path+"."+block.Type(), ".")
		if path == "" && name != "app" && name != "ingress" {
			continue
		}
		visit(block.Body(), name, found)
		if path != "" {
			found(body, name, block)
		}
	}
}

func podSpec(object map[string]any) (any, bool) {
	at := object["spec"]
	if object["kind"] == "CronJob" {
		at = at.(map[string]any)["jobTemplate"].(map[string]any)["spec"]
	}
	spec, _ := at.(map[string]any)
	template, _ := spec["template"].(map[string]any)
	pod, ok := template["spec"]
	return pod, ok
}

// collectFields notes all fields below a value; the entries of maps too, which no type has.
func collectFields(path string, v any, found map[string]bool) {
	found[path] = true
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			collectFields(path+"."+name, value, found)
		}
	case []any:
		for _, item := range v {
			if _, ok := item.(map[string]any); ok {
				collectFields(path+"[]", item, found)
			}
		}
	}
}
