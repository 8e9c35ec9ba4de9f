package planner

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/apimachinery/pkg/version"
	openapierrors "k8s.io/kube-openapi/pkg/validation/errors"
	openapi "k8s.io/kube-openapi/pkg/validation/spec"
	"k8s.io/kube-openapi/pkg/validation/strfmt"
	"k8s.io/kube-openapi/pkg/validation/validate"

	"stowage/dsl"
)

// customKind is what a CustomResourceDefinition says of one version of its kind.
type customKind struct {
	schema *openapi.Schema // nil: it says nothing of the fields
	gvk    schema.GroupVersionKind
}

// customKinds are the kinds that definitions make known, by the name of the kind.
type customKinds map[string][]*kind

// definedIn returns the kinds that the resources of a configuration define.
func definedIn(resources []*dsl.Resource) customKinds {
	kinds := customKinds{}
	for _, r := range resources {
		if r.Kind == "CustomResourceDefinition" {
			kinds.add(r.Fields.Values)
		}
	}
	return kinds
}

// add takes in what a definition makes known. What is wrong with the definition
// itself is reported where that is checked.
func (c customKinds) add(definition map[string]any) {
	group, _, _ := unstructured.NestedString(definition, "spec", "group")
	name, _, _ := unstructured.NestedString(definition, "spec", "names", "kind")
	scope, _, _ := unstructured.NestedString(definition, "spec", "scope")
	versions, _, _ := unstructured.NestedFieldNoCopy(definition, "spec", "versions")
	for _, v := range maplist(versions) {
		version, _ := v["name"].(string)
		if served, said := v["served"].(bool); group == "" || name == "" || version == "" || said && !served {
			continue
		}
		gvk := schema.GroupVersionKind{Group: group, Version: version, Kind: name}
		openAPI, _, _ := unstructured.NestedFieldNoCopy(v, "schema", "openAPIV3Schema")
		c[name] = append(c[name], &kind{
			GroupVersionKind: gvk, clusterScoped: scope == "Cluster", custom: &customKind{schema: schemaFrom(openAPI), gvk: gvk},
		})
	}
}

// schemaFrom decodes a schema; nil when there is none, or it is malformed.
func schemaFrom(openAPI any) *openapi.Schema {
	fields, ok := openAPI.(map[string]any)
	if !ok {
		return nil
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return nil
	}
	var s openapi.Schema
	if err := json.Unmarshal(text, &s); err != nil {
		return nil
	}
	return &s
}

// names returns the kinds.
func (c customKinds) names() []string {
	var names []string
	for name := range c {
		names = append(names, name)
	}
	return names
}

// find returns the kind of a name: of the API version if that is given, else of the
// newest one.
func (c customKinds) find(name, apiVersion string) (*kind, error) {
	var best *kind
	for _, k := range c[name] {
		switch {
		case apiVersion != "" && k.GroupVersion().String() != apiVersion:
		case best != nil && best.Group != k.Group:
			versions := []string{fmt.Sprintf("%q", best.GroupVersion()), fmt.Sprintf("%q", k.GroupVersion())}
			slices.Sort(versions)
			return nil, &kindError{
				text: fmt.Sprintf("there are several kinds %s", name),
				hint: "say which one is meant: api_version = " + strings.Join(versions, " or "),
			}
		case best == nil || version.CompareKubeAwareVersionStrings(k.Version, best.Version) > 0:
			best = k
		}
	}
	return best, nil
}

// check compares fields with the schema of the kind: first which there are, then
// their values.
func (c *customKind) check(fields map[string]any) ([]fieldError, error) {
	if c.schema == nil {
		return nil, nil
	}
	types, err := c.types()
	if err != nil {
		return nil, err
	}
	apiVersion, name := c.gvk.ToAPIVersionAndKind()
	checked, err := checkFieldsBy(types, apiVersion, name, fields)
	if err != nil || len(checked.errs) > 0 {
		return checked.errs, err
	}
	whole := map[string]any{"apiVersion": apiVersion, "kind": name, "metadata": map[string]any{}}
	for field, value := range fields {
		whole[field] = value
	}
	return c.invalid(whole), nil
}

// types returns the schema in the form that fields are compared and merged with.
func (c *customKind) types() (managedfields.TypeConverter, error) {
	whole := *c.schema
	whole.Properties = map[string]openapi.Schema{}
	for name, property := range c.schema.Properties {
		whole.Properties[name] = property
	}
	text := openapi.Schema{SchemaProps: openapi.SchemaProps{Type: []string{"string"}}}
	anything := openapi.Schema{SchemaProps: openapi.SchemaProps{Type: []string{"object"}}}
	anything.AddExtension("x-kubernetes-preserve-unknown-fields", true)
	whole.Properties["apiVersion"], whole.Properties["kind"], whole.Properties["metadata"] = text, text, anything
	whole.Extensions = openapi.Extensions{}
	for name, value := range c.schema.Extensions {
		whole.Extensions[name] = value
	}
	whole.AddExtension("x-kubernetes-group-version-kind", []any{map[string]any{
		"group": c.gvk.Group, "version": c.gvk.Version, "kind": c.gvk.Kind,
	}})
	return managedfields.NewTypeConverter(map[string]*openapi.Schema{c.gvk.Kind: &whole}, false)
}

// invalid returns what the schema has against the values.
func (c *customKind) invalid(object map[string]any) []fieldError {
	result := validate.NewSchemaValidator(c.schema, nil, "", strfmt.Default).Validate(object)
	var errs []fieldError
	for _, err := range result.Errors {
		path := ""
		if v, ok := err.(*openapierrors.Validation); ok { //nolint:errorlint // the library returns them bare
			path = strings.TrimPrefix(v.Name, ".")
			err = fmt.Errorf("%s", messageAbout(v))
		}
		errs = append(errs, fieldError{path: path, err: err})
	}
	return errs
}

// messageAbout returns what an error says without the name of the field, which stands
// before it anyway.
func messageAbout(v *openapierrors.Validation) string {
	text := strings.TrimPrefix(v.Error(), v.Name)
	if _, rest, ok := strings.Cut(text, " in body "); ok {
		return rest
	}
	return strings.TrimSpace(text)
}
