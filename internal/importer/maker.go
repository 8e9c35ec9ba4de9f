package importer

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation"

	"stowage/internal/manifest"
	"stowage/planner"
)

// maker makes one configuration.
type maker struct {
	options   Options
	release   string
	namespace string
	objects   []*object // in the order of the documents
	byID      map[planner.ObjectID]*object
	parts     []*part
	labels    map[string]bool             // of blocks, by address
	scopes    map[schema.GroupKind]string // of kinds that the documents define
	home      *object                     // the document of the release's namespace, if it says nothing but its name
	uses      map[dataID]*dataUse         // of ConfigMaps and Secrets
	secrets   secretValues
	contents  dataFiles
	found           // and taken out
	links     links // of the blocks that are being written
	notes     []Note
	left      []Note
	outcome   // of the last rendering
}

func newMaker(docs []manifest.Document, options Options) *maker {
	m := &maker{options: options, byID: map[planner.ObjectID]*object{}, labels: map[string]bool{}}
	m.secrets = newSecretValues()
	m.contents = newDataFiles()
	m.namespace = cmp.Or(options.Namespace, usualNamespace(docs), "default")
	m.release = cmp.Or(options.Release, m.namespace)
	m.scopes = scopesIn(docs)
	for i := range docs {
		m.add(&docs[i])
	}
	return m
}

// usualNamespace returns the namespace that most documents name, of several the first by
// name. Where most name none, they go to that of the only Namespace among them, or to
// default.
func usualNamespace(docs []manifest.Document) string {
	count := map[string]int{}
	var made []string
	for _, d := range docs {
		switch kind := d.Object.GroupVersionKind().GroupKind(); {
		case kind == schema.GroupKind{Kind: "Namespace"} && isNamespaceName(d.Object.GetName()):
			made = append(made, d.Object.GetName())
		case !planner.InNoNamespace(kind) && isNamespaceName(d.Object.GetNamespace()):
			count[d.Object.GetNamespace()]++
		}
	}
	usual := ""
	for _, namespace := range slices.Sorted(maps.Keys(count)) {
		if count[namespace] > count[usual] {
			usual = namespace
		}
	}
	if usual == "" && len(made) == 1 {
		return made[0]
	}
	return usual
}

// isNamespaceName reports whether a namespace can have a name; none is a name too.
func isNamespaceName(name string) bool {
	return name == "" || len(validation.IsDNS1123Label(name)) == 0
}

// scopesIn returns the scope of each kind that a document defines.
func scopesIn(docs []manifest.Document) map[schema.GroupKind]string {
	scopes := map[schema.GroupKind]string{}
	for _, d := range docs {
		if d.Object.GetKind() != "CustomResourceDefinition" {
			continue
		}
		group, _, _ := unstructured.NestedString(d.Object.Object, "spec", "group")
		kind, _, _ := unstructured.NestedString(d.Object.Object, "spec", "names", "kind")
		scopes[schema.GroupKind{Group: group, Kind: kind}], _, _ = unstructured.NestedString(d.Object.Object, "spec", "scope")
	}
	return scopes
}

// add takes a document in. What names no namespace goes to that of the release.
func (m *maker) add(d *manifest.Document) {
	doc := *d
	doc.Object = d.Object.DeepCopy()
	switch namespaced := m.isNamespaced(&doc); {
	case !namespaced:
		doc.Object.SetNamespace("") // which the API server takes out too
	case doc.Object.GetNamespace() == "":
		doc.Object.SetNamespace(m.namespace)
	}
	o := &object{Document: &doc, id: planner.IDOf(doc.Object)}
	if first, twice := m.byID[o.id]; twice {
		m.leave(o, "the same object is already in "+first.place()+", which is the one that is imported")
		return
	}
	m.clean(o)
	if why := unfit(o); why != "" {
		m.leave(o, why)
		return
	}
	m.hideComments(o)
	m.byID[o.id] = o
	m.objects = append(m.objects, o)
}

// takenNames are the arguments of resource blocks, which no field at the top can be.
var takenNames = []string{"api_version", "name", "namespace", "labels", "annotations", "timeout", "for_each", "depends_on", "lifecycle"}

// unfit says why an object cannot be imported at all; empty if it can.
func unfit(o *object) string {
	if o.id.Name == "" {
		return "it has no name: what is made anew with a generated name each time cannot be a part of a release"
	}
	if !isNamespaceName(o.id.Namespace) {
		return fmt.Sprintf("%q is no name of a namespace: it must be made of lower-case letters, digits and dashes", o.id.Namespace)
	}
	for _, name := range sortedKeys(o.Object.Object) {
		if !hclsyntax.ValidIdentifier(name) || slices.Contains(takenNames, name) {
			return fmt.Sprintf("its field %q is beside kind and metadata, where a resource block takes none of that name", name)
		}
	}
	for _, field := range []string{"labels", "annotations"} {
		values := at(o.Object.Object, "metadata", field)
		for _, name := range sortedKeys(values) {
			if _, ok := values[name].(string); !ok {
				return fmt.Sprintf("the value of %q in its %s is no text, which the API server refuses", name, field)
			}
		}
	}
	if o.id.IsSecret() {
		if _, ok := o.dataIn(); !ok {
			return "a value in data is not base64, or one in stringData is no text"
		}
	}
	return ""
}

// leave tells that an object is not imported.
func (m *maker) leave(o *object, why string) {
	m.left = append(m.left, Note{ID: o.id, File: o.File, Line: o.Line, Text: why})
}

// isNamespaced reports whether objects of the document's kind are in a namespace. Custom
// kinds are, unless a definition or the cluster says otherwise.
func (m *maker) isNamespaced(d *manifest.Document) bool {
	gvk := d.Object.GroupVersionKind()
	scope, defined := m.scopes[gvk.GroupKind()]
	switch {
	case planner.InNoNamespace(gvk.GroupKind()):
		return false
	case d.File == "": // the cluster's word
		return d.Object.GetNamespace() != ""
	}
	return !defined || scope == "Namespaced"
}

// recognise gives every object a block, the ones that say most first.
func (m *maker) recognise() {
	m.noteCleaned()
	m.findUses()
	m.recogniseNamespaces()
	m.recogniseApps()
	m.recogniseData()
	m.recogniseIngresses()
	for _, o := range m.objects {
		if o.part == nil {
			m.asResource(o)
		}
	}
}

// take makes a part of objects that belong to no other yet.
func (m *maker) take(p *part) *part {
	p.label = m.freeLabel(p)
	p.overrides, p.inFull = map[*object]map[string]any{}, map[*object]bool{}
	for _, o := range p.stands {
		o.part = p
	}
	m.parts = append(m.parts, p)
	return p
}
