package planner

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"

	"stowage/dsl"
)

// TestOverrideForMerges takes random pairs of manifests of one kind: the override makes
// one of the other, or it is an error that says where.
func TestOverrideForMerges(t *testing.T) {
	const pairs = 400
	for _, kind := range []struct {
		apiVersion string
		of         any
	}{
		{"apps/v1", appsv1.Deployment{}}, {"apps/v1", appsv1.StatefulSet{}}, {"apps/v1", appsv1.DaemonSet{}},
		{"batch/v1", batchv1.Job{}}, {"batch/v1", batchv1.CronJob{}}, {"v1", corev1.Service{}}, {"v1", corev1.ServiceAccount{}},
		{"v1", corev1.PersistentVolumeClaim{}}, {"networking.k8s.io/v1", networkingv1.Ingress{}},
		{"autoscaling/v2", autoscalingv2.HorizontalPodAutoscaler{}}, {"policy/v1", policyv1.PodDisruptionBudget{}},
	} {
		ty := reflect.TypeOf(kind.of)
		t.Run(ty.Name(), func(t *testing.T) {
			t.Parallel()
			said := 0
			for seed := range uint64(pairs) {
				r := random{rand.New(rand.NewPCG(seed, 1))}
				rendered := r.manifest(t, kind.apiVersion, ty)
				wanted := r.manifest(t, kind.apiVersion, ty)
				if seed%2 == 0 { // some differences, as an importer finds them
					wanted = r.varied(rendered, wanted)
				}
				fields, err := OverrideFor(rendered, wanted)
				if err != nil {
					if !strings.Contains(err.Error(), ": ") {
						t.Errorf("seed %d: an error without a place: %v", seed, err)
					}
					continue
				}
				said++
				merged, errs := overrideWith(rendered, &dsl.Fields{Values: fields})
				if len(errs) > 0 {
					t.Fatalf("seed %d: %v of %v", seed, errs, fields)
				}
				if diff := cmp.Diff(sorted(wanted.Object), sorted(merged.Object)); diff != "" {
					t.Fatalf("seed %d: %v\n%s", seed, fields, diff)
				}
			}
			if said < pairs/4 {
				t.Errorf("only %d of %d pairs could be said", said, pairs)
			}
		})
	}
}

// sorted returns a copy without empty lists and maps, and with those lists that have keys in
// one order.
func sorted(v any) any {
	switch v := v.(type) {
	case map[string]any:
		object := map[string]any{}
		for name, field := range v {
			switch field := field.(type) {
			case []any:
				if len(field) > 0 {
					object[name] = sorted(field)
				}
			case map[string]any:
				if len(field) > 0 || !plainMaps[name] {
					object[name] = sorted(field)
				}
			default:
				object[name] = field
			}
			if list, ok := object[name].([]any); ok && (keyedLists[name] != nil || name == "ports" || name == "finalizers") {
				slices.SortFunc(list, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
			}
		}
		return object
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = sorted(item)
		}
		return list
	}
	return v
}

// plainMaps are those that say nothing when they are empty.
var plainMaps = map[string]bool{
	"labels": true, "annotations": true, "matchLabels": true, "limits": true, "requests": true, "nodeSelector": true, "options": true,
	"volumeAttributes": true, "overhead": true, "capacity": true, "allocatedResources": true, "allocatedResourceStatuses": true,
}

// keyedLists are the lists whose items are told apart by fields, and those.
var keyedLists = map[string][]string{
	"containers": {"name"}, "initContainers": {"name"}, "env": {"name"}, "claims": {"name"}, "volumes": {"name"}, "secrets": {"name"},
	"imagePullSecrets": {"name"}, "ephemeralContainers": {"name"}, "evictionResponders": {"name"}, "resourceClaims": {"name"}, "schedulingGates": {"name"}, "hostAliases": {"ip"},
	"volumeMounts": {"mountPath"}, "volumeDevices": {"devicePath"}, "topologySpreadConstraints": {"topologyKey", "whenUnsatisfiable"},
}

// random makes manifests.
type random struct{ *rand.Rand }

func (r random) manifest(t *testing.T, apiVersion string, ty reflect.Type) *unstructured.Unstructured {
	t.Helper()
	v := reflect.New(ty)
	r.fill(v.Elem(), "", 0)
	v.Elem().FieldByName("TypeMeta").Set(reflect.ValueOf(metav1.TypeMeta{APIVersion: apiVersion, Kind: ty.Name()}))
	v.Elem().FieldByName("ObjectMeta").Set(reflect.ValueOf(metav1.ObjectMeta{Name: "x", Labels: r.words(), Annotations: r.words()}))
	object, err := runtime.DefaultUnstructuredConverter.ToUnstructured(v.Interface())
	if err != nil {
		t.Fatal(err)
	}
	u := &unstructured.Unstructured{Object: withoutNulls(object).(map[string]any)}
	delete(u.Object, "status")
	for _, p := range protectedByKind[ty.Name()] { // they cannot differ
		unstructured.RemoveNestedField(u.Object, "spec", p.path[1].field)
	}
	return u
}

// varied returns one manifest with some of the fields of another.
func (r random) varied(from, with *unstructured.Unstructured) *unstructured.Unstructured {
	u := from.DeepCopy()
	r.vary(u.Object, with.Object)
	return u
}

func (r random) vary(a, b map[string]any) {
	for name, v := range b {
		mine, isObject := a[name].(map[string]any)
		theirs, bothObjects := v.(map[string]any)
		switch {
		case isObject && bothObjects:
			r.vary(mine, theirs)
		case r.IntN(4) == 0 && keyedLists[name] == nil && name != "ports":
			a[name] = runtime.DeepCopyJSONValue(v)
		}
	}
}

func (r random) words() map[string]string {
	words := map[string]string{}
	for range r.IntN(3) {
		words[r.word()] = r.word()
	}
	return words
}

func (r random) word() string { return []string{"a", "b", "c", "d"}[r.IntN(4)] }

const deepest = 12

// fill gives a value to a part of what a Go type has.
func (r random) fill(v reflect.Value, name string, depth int) {
	switch v.Interface().(type) {
	case resource.Quantity:
		v.Set(reflect.ValueOf(resource.MustParse([]string{"1", "500m", "1Gi"}[r.IntN(3)])))
		return
	case intstr.IntOrString:
		v.Set(reflect.ValueOf([]intstr.IntOrString{intstr.FromInt32(1), intstr.FromString("50%")}[r.IntN(2)]))
		return
	case metav1.Time, metav1.FieldsV1, metav1.ObjectMeta, metav1.TypeMeta:
		return
	}
	switch v.Kind() { //nolint:exhaustive // no others in the API
	case reflect.String:
		v.SetString(r.word())
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(1 + r.Int64N(3))
	case reflect.Uint8:
		v.SetUint(1)
	case reflect.Pointer:
		if r.IntN(3) == 0 && depth < deepest {
			v.Set(reflect.New(v.Type().Elem()))
			r.fill(v.Elem(), name, depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range r.IntN(3) {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			r.fill(key, name, depth+1)
			r.fill(value, name, depth+1)
			v.SetMapIndex(key, value)
		}
	case reflect.Slice:
		r.list(v, name, depth)
	case reflect.Struct:
		for i := range v.NumField() {
			tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			if r.IntN(2) == 0 || depth < 3 {
				r.fill(v.Field(i), tag, depth+1)
			}
		}
	}
}

// list makes a list; where it has keys, no two items of one key.
func (r random) list(v reflect.Value, name string, depth int) {
	keys := keyedLists[name]
	if name == "ports" && v.Type().Elem() == reflect.TypeFor[corev1.ContainerPort]() {
		keys = []string{"containerPort", "protocol"}
	} else if name == "ports" {
		keys = []string{"port", "protocol"}
	}
	seen := map[string]bool{}
	for range r.IntN(3) {
		item := reflect.New(v.Type().Elem()).Elem()
		r.fill(item, name, depth+1)
		if item.Kind() == reflect.Struct {
			r.identify(item, keys)
		}
		text := fmt.Sprint(identity(item, keys))
		if seen[text] || v.Type().Elem().Kind() == reflect.Uint8 {
			continue
		}
		seen[text] = true
		v.Set(reflect.Append(v, item))
	}
}

// identify gives an item the fields that it is told apart by.
func (r random) identify(item reflect.Value, keys []string) {
	for i := range item.NumField() {
		tag, _, _ := strings.Cut(item.Type().Field(i).Tag.Get("json"), ",")
		if slices.Contains(keys, tag) {
			r.fill(item.Field(i), tag, 0)
		}
	}
}

func identity(item reflect.Value, keys []string) []any {
	if len(keys) == 0 {
		return []any{item.Interface()}
	}
	var values []any
	for i := range item.NumField() {
		tag, _, _ := strings.Cut(item.Type().Field(i).Tag.Get("json"), ",")
		if slices.Contains(keys, tag) {
			values = append(values, item.Field(i).Interface())
		}
	}
	return values
}
