package dsl

import (
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// Resource becomes one object of any kind, written with the fields of that kind.
type Resource struct {
	Address     Address // resource.KIND.LABEL
	Kind        string  // such as NetworkPolicy
	APIVersion  string  // GROUP/VERSION; empty: the one that the kind alone stands for
	Name        string  // of the object; default: the label
	Namespace   string  // empty: the release's, or none where the kind has none
	Labels      map[string]string
	Annotations map[string]string
	Fields      *Fields // of the object, but for its apiVersion, kind and metadata
	Timeout     time.Duration
	Lifecycle   Lifecycle
	References  []Reference
	DeclRange   hcl.Range
	KindRange   hcl.Range            // the first label
	Ranges      map[string]hcl.Range // where its own arguments are written: "namespace"
}

// resourceBlock is a resource block in the course of decoding. Its head is what
// other blocks can refer to; its body may refer back to that.
type resourceBlock struct {
	*Resource
	scope     *scope
	content   *hcl.BodyContent
	rest      hcl.Body // the fields
	dependsOn []Reference
}

// resourceHead names the arguments that make up the head of a resource.
var resourceHead = []string{"api_version", "name", "namespace"}

var resourceSchema = newSchema(append(objectArgs(func(r *resourceBlock) *string { return &r.Name }, func(r *resourceBlock) *[]Reference { return &r.dependsOn }), []arg[resourceBlock]{
	{
		name: "api_version", kind: text(func(r *resourceBlock) *string { return &r.APIVersion }, apiVersion), initial: "the one that serves the kind",
		doc: "API version of the object, such as `\"cert-manager.io/v1\"`. Required where the kind alone does not tell: see [Kinds](#kinds).",
	},
	{
		name: "namespace", kind: text(func(r *resourceBlock) *string { return &r.Namespace }, dnsLabel), initial: "that of the release",
		doc: "Namespace of the object. Not for kinds whose objects are in none.",
	},
	{name: "labels", kind: textMap(func(r *resourceBlock) *map[string]string { return &r.Labels }, objectLabelKey, labelValue), doc: "Labels of the object."},
	{name: "annotations", kind: textMap(func(r *resourceBlock) *map[string]string { return &r.Annotations }, annotationKey), doc: "Annotations of the object."},
	{
		name: "timeout", kind: seconds(func(r *resourceBlock) *time.Duration { return &r.Timeout }, time.Second), initial: "that of the command",
		doc: "How long an apply waits until the object is ready.",
	},
}...), lifecycleBlock(func(r *resourceBlock) *Lifecycle { return &r.Lifecycle }))

// evaluateResource decodes the head of a resource and returns what references see.
func (ev *evaluation) evaluateResource(n *node) cty.Value {
	kind, _, _ := n.address.resource()
	r := &Resource{Address: n.address, Kind: kind, Name: ev.defaultName(n.address), DeclRange: n.declRange, KindRange: n.kindRange, Ranges: map[string]hcl.Range{}}
	s := &scope{evaluation: ev, node: n, refs: &r.References}
	content, rest, diags := n.body.PartialContent(resourceSchema.body)
	ev.diags = append(ev.diags, diags...)
	decoded := &resourceBlock{Resource: r, scope: s, content: content, rest: rest}
	ev.resources[n] = decoded
	for name, attr := range content.Attributes {
		r.Ranges[name] = attr.Range
	}
	resourceSchema.fill(s, content, decoded, func(name string) bool { return slices.Contains(resourceHead, name) })
	if err := objectKind(kind); err != nil {
		ev.report(problem(&n.kindRange, "Invalid kind", "The kind of a resource %s", ended(err)))
	}
	s.checkName("a resource", r.Name, objectName(r.Name))
	return s.resourceValue(r)
}

// resourceValue is what references to a resource see.
func (s *scope) resourceValue(r *Resource) cty.Value {
	namespace := r.Namespace
	if namespace == "" {
		home, ok := s.namespace()
		if !ok {
			return cty.DynamicVal
		}
		namespace = home
	}
	values := map[string]cty.Value{
		"name":      cty.StringVal(r.Name),
		"namespace": cty.StringVal(namespace),
		"kind":      cty.StringVal(r.Kind),
	}
	if r.APIVersion != "" {
		values["api_version"] = cty.StringVal(r.APIVersion)
	}
	return cty.ObjectVal(values)
}

// resource decodes the body of a resource, its head being evaluated.
func (ev *evaluation) resource(n *node) *Resource {
	r := ev.resources[n]
	s := r.scope
	resourceSchema.fill(s, r.content, r, func(name string) bool { return !slices.Contains(resourceHead, name) })
	r.Fields = s.fieldsOf(r.rest, resourceSchema.body, r.DeclRange)
	s.checkOwnFields(r.Fields)
	r.References = settle(append(r.References, r.dependsOn...))
	return r.Resource
}

// ownFields are fields that are not written as such, and what is written instead.
var ownFields = map[string]string{
	"apiVersion":           `The API version is an argument of the block: api_version = "GROUP/VERSION".`,
	"kind":                 `The kind is the first label of the block: resource "KIND" "NAME" { ... }.`,
	"status":               "The status of an object is written by the cluster.",
	"metadata.name":        `The name is an argument of the block: name = "NAME". It is the label when not given.`,
	"metadata.namespace":   `The namespace is an argument of the block: namespace = "NAMESPACE".`,
	"metadata.labels":      "Labels are an argument of the block: labels = { ... }.",
	"metadata.annotations": "Annotations are an argument of the block: annotations = { ... }.",
}

func (s *scope) checkOwnFields(f *Fields) {
	for _, path := range slices.Sorted(maps.Keys(ownFields)) {
		if at, written := f.Ranges[path]; written {
			s.report(problem(&at, "Unsupported argument", "%s", ownFields[path]))
		}
	}
}
