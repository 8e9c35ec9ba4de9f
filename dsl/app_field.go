package dsl

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// FieldSource is a field of the pod, or of the resources of a container. Field or
// Resource is set.
type FieldSource struct {
	Field     string // such as status.podIP
	Resource  string // such as limits.memory
	Container string // whose resource; empty: that of the variable
	Divisor   string // unit of the resource, as a quantity; empty: 1
}

// fieldArgs are { field = FIELD } and { resource = RESOURCE } as written.
type fieldArgs struct{ FieldSource }

var fieldSourceArgs = []arg[fieldArgs]{
	{name: "field", kind: text(func(f *fieldArgs) *string { return &f.Field }), doc: "A field of the pod, such as `\"metadata.name\"`, `\"metadata.labels['app']\"`, `\"spec.nodeName\"` or `\"status.podIP\"`."},
	{name: "resource", kind: text(func(f *fieldArgs) *string { return &f.Resource }), doc: "What a container requests or is limited to, such as `\"limits.memory\"`."},
	{name: "container", kind: text(func(f *fieldArgs) *string { return &f.Container }, dnsLabel), initial: "the variable's own", doc: "With `resource`: the container; that of the app has the app's name, or its `container_name`."},
	{name: "divisor", kind: text(func(f *fieldArgs) *string { return &f.Divisor }, oneOf(divisors...)), initial: "1", doc: "With `resource`: the unit, such as `\"1Mi\"` or `\"1m\"`."},
}

// What variables and files can hold of a pod.
var (
	envFields = []string{
		"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
		"status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
	}
	fileFields = []string{"metadata.name", "metadata.namespace", "metadata.uid", "metadata.labels", "metadata.annotations"}

	// subscripted are fields of which one key is asked for.
	subscripted = []string{"metadata.labels", "metadata.annotations"}

	resourceFields = []string{
		"limits.cpu", "limits.memory", "limits.ephemeral-storage",
		"requests.cpu", "requests.memory", "requests.ephemeral-storage",
	}
)

// divisors are the units that the API server takes; of CPU the first two.
var divisors = []string{"1m", "1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"}

// fieldSource checks what an entry says of a field; allowed are the fields that can
// stand there.
func (s *scope) fieldSource(e entry, f fieldArgs, allowed []string) (FieldSource, bool) {
	source := f.FieldSource
	var err error
	switch {
	case (source.Field == "") == (source.Resource == ""):
		err = errors.New(`must name one place: { field = "metadata.name" } or { resource = "limits.memory" }`)
	case source.Field != "" && (source.Container != "" || source.Divisor != ""):
		err = errors.New("has a container or divisor, which go with resource")
	case source.Field != "":
		err = checkField(source.Field, allowed)
	default:
		err = checkResourceField(source.Resource, source.Divisor)
	}
	if err != nil {
		s.report(problem(&e.rng, "Invalid value", "%q %s", e.key, ended(err)))
	}
	return source, err == nil
}

func checkField(field string, allowed []string) error {
	if slices.Contains(allowed, field) {
		return nil
	}
	for _, name := range subscripted {
		key, one := strings.CutPrefix(field, name+"['")
		if key, closed := strings.CutSuffix(key, "']"); one && closed {
			return qualifiedName(key)
		}
	}
	names := append(slices.Clone(allowed), "metadata.labels['KEY']", "metadata.annotations['KEY']")
	return fmt.Errorf("must be a field of the pod, one of %s; %q is none.%s", strings.Join(names, ", "), field, suggestion(field, names))
}

func checkResourceField(resource, divisor string) error {
	for _, side := range []string{"limits.hugepages-", "requests.hugepages-"} {
		if strings.HasPrefix(resource, side) {
			return nil
		}
	}
	cpu := strings.HasSuffix(resource, ".cpu")
	switch {
	case !slices.Contains(resourceFields, resource):
	case cpu && divisor != "" && divisor != "1" && divisor != "1m":
		return fmt.Errorf("has the divisor %q; CPU is told in \"1\" or \"1m\"", divisor)
	case !cpu && divisor == "1m":
		return errors.New(`has the divisor "1m", which is for CPU`)
	default:
		return nil
	}
	return fmt.Errorf("must be a resource of a container, one of %s; %q is none.%s",
		strings.Join(resourceFields, ", "), resource, suggestion(resource, resourceFields))
}
