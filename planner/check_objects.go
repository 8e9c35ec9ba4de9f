package planner

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// checkObjects reports what is wrong with rendered objects that can be told without
// a cluster: what the API server would refuse by its limits, and what would not work
// together.
func checkObjects(objects []Object) []*ObjectError {
	c := objectCheck{byID: make(map[ObjectID]Object, len(objects)), byPodLabel: byPodLabel(objects), nodePorts: map[string]Object{}}
	for _, o := range objects {
		c.byID[o.ID] = o
	}
	for _, o := range objects {
		c.metadata(o)
		c.size(o)
		c.claimNodePorts(o)
		c.parts(o)
		c.probePorts(o)
		c.targetPorts(o)
	}
	for _, o := range objects {
		c.selectors(o)
	}
	return c.errs
}

type objectCheck struct {
	byID       map[ObjectID]Object
	byPodLabel map[podLabel][]Object
	nodePorts  map[string]Object // by number and protocol
	errs       []*ObjectError
}

func (c *objectCheck) fail(o Object, at, hint, format string, args ...any) {
	c.errs = append(c.errs, &ObjectError{ID: o.ID, Origin: originOf(o, at), Field: at, Err: fmt.Errorf(format, args...), Hint: hint})
}

// originOf returns where a field is written, as far as that is known.
func originOf(o Object, at string) Origin {
	if o.Fields != nil {
		return OriginOf(o.Fields.Range(at))
	}
	return o.Origin
}

// metadata checks names and labels as the API server does.
func (c *objectCheck) metadata(o Object) {
	name := validation.NameIsDNSSubdomain
	switch {
	case o.ID.Group == "" && o.ID.Kind == "Service", o.ID.Group == "" && o.ID.Kind == "Namespace":
		name = validation.NameIsDNSLabel
	case strings.HasSuffix(o.ID.Group, "rbac.authorization.k8s.io"):
		name = func(string, bool) []string { return nil } // any part of a path
	}
	meta := field.NewPath("metadata")
	var all field.ErrorList
	for _, problem := range name(o.ID.Name, false) {
		all = append(all, field.Invalid(meta.Child("name"), o.ID.Name, problem))
	}
	if o.ID.Namespace != "" {
		for _, problem := range validation.ValidateNamespaceName(o.ID.Namespace, false) {
			all = append(all, field.Invalid(meta.Child("namespace"), o.ID.Namespace, problem))
		}
	}
	all = append(all, metav1validation.ValidateLabels(o.Manifest.GetLabels(), meta.Child("labels"))...)
	all = append(all, validation.ValidateAnnotations(o.Manifest.GetAnnotations(), meta.Child("annotations"))...)
	for _, e := range all {
		c.fail(o, e.Field, "", "%s", e.ErrorBody())
	}
}

// dataLimit is how much a ConfigMap or Secret may hold, in bytes. All that is in an
// object together, with what is around it, may not be much more: etcd refuses it.
const dataLimit = 1 << 20

// size checks the content of ConfigMaps and Secrets.
func (c *objectCheck) size(o Object) {
	if o.ID.Group != "" || o.ID.Kind != "ConfigMap" && o.ID.Kind != "Secret" {
		return
	}
	total := 0
	for _, name := range []string{"data", "binaryData", "stringData"} {
		values, _ := o.Manifest.Object[name].(map[string]any)
		for key, v := range values {
			text, _ := v.(string)
			n := len(text)
			if name == "binaryData" || name == "data" && o.ID.Kind == "Secret" {
				n = n / 4 * 3 // it is in base64
			}
			total += len(key) + n
		}
	}
	if total > dataLimit {
		c.fail(o, "data", "divide it", "holds %d bytes, and may hold %d", total, dataLimit)
	}
}

// claimNodePorts reports Services that ask for one port of the nodes.
func (c *objectCheck) claimNodePorts(o Object) {
	if o.ID.Group != "" || o.ID.Kind != serviceKind.Kind {
		return
	}
	for i, p := range portsOf(o.Manifest) {
		key := nodePortOf(p)
		if key == "" {
			continue
		}
		if first, taken := c.nodePorts[key]; taken && first.ID != o.ID {
			c.fail(o, fmt.Sprintf("spec.ports[%d].nodePort", i), "", "port %s of the nodes is that of %s already, at %s", key, first.ID, first.Origin)
			continue
		}
		c.nodePorts[key] = o
	}
}

func portsOf(service *unstructured.Unstructured) []map[string]any {
	ports, _, _ := unstructured.NestedFieldNoCopy(service.Object, "spec", "ports")
	return maplist(ports)
}

func protocolIn(port map[string]any) string {
	if protocol, _ := port["protocol"].(string); protocol != "" {
		return protocol
	}
	return "TCP"
}

// parts reports keys and ports that are referred to and that objects of the
// configuration do not have.
func (c *objectCheck) parts(o Object) {
	for _, d := range demandsOf(o) {
		own, ours := c.byID[d.to]
		if !ours || d.part == "" {
			continue
		}
		if parts, all := partsOf(own.Manifest); !all && !slices.Contains(parts, d.part) {
			c.errs = append(c.errs, d.lacking(parts))
		}
	}
}

// probePorts reports probes that name a port which their container does not have.
func (c *objectCheck) probePorts(o Object) {
	spec, at := podSpecAt(o.Manifest)
	for _, list := range []string{"initContainers", "containers"} {
		for _, container := range maplist(spec[list]) {
			names := portNames(container)
			for _, probe := range []string{"readinessProbe", "livenessProbe", "startupProbe"} {
				for _, means := range []string{"httpGet", "tcpSocket"} {
					port, _, _ := unstructured.NestedFieldNoCopy(container, probe, means, "port")
					if name, ok := port.(string); ok && !slices.Contains(names, name) {
						c.fail(o, strings.Join([]string{at, element(list, container), probe, means, "port"}, "."), hintOf(name, names),
							"refers to port %q, and the container has no such port", name)
					}
				}
			}
		}
	}
}

// portNames returns the names of a container's ports.
func portNames(container map[string]any) []string {
	var names []string
	for _, p := range maplist(container["ports"]) {
		names = append(names, textsAt(p, "name")...)
	}
	return names
}
