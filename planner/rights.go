package planner

import (
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/dsl"
)

// Right is the permission for one kind of request, and what the request is for.
type Right struct {
	Verb      string
	Group     string
	Resource  string // plural, such as deployments; with a subresource pods/log
	Namespace string // empty: objects of no namespace, or of all
	Name      string // of the only object that is meant; empty: any
	// URL is set for a request that is about no resource: its path. Group, Resource,
	// Namespace and Name are empty then.
	URL string

	Why    string   // in words that go on from "this is needed to"
	For    ObjectID // the object that it is for; zero: it is for the release
	Origin Origin   // of that object
}

// Rights collects what requests take.
type Rights struct {
	// Plural returns the plural name of a kind that neither is built in nor has its
	// definition among the objects; nil: it is guessed by Kubernetes' own rule.
	Plural func(schema.GroupVersionKind) string

	All     []Right
	defined map[schema.GroupKind]string
}

// Define makes the plurals of the kinds known that an object defines, if it does.
func (r *Rights) Define(u *unstructured.Unstructured) {
	if u == nil || !isDefinition(IDOf(u)) {
		return
	}
	if r.defined == nil {
		r.defined = map[schema.GroupKind]string{}
	}
	plural, _, _ := unstructured.NestedString(u.Object, "spec", "names", "plural")
	r.defined[definedBy(u)] = plural
}

// Add notes that requests for objects of a kind take the verbs. An empty name means
// any object. A Namespace is in itself: who may do something in a namespace may be
// given the right to read that one too.
func (r *Rights) Add(like Right, kind schema.GroupVersionKind, verbs ...string) {
	like.Group, like.Resource = kind.Group, r.plural(kind)
	if isNamespaceKind(kind) && like.Name != "" {
		like.Namespace = like.Name
	}
	r.AddTo(like, verbs...)
}

// AddTo notes that requests for a resource, or a path, take the verbs.
func (r *Rights) AddTo(like Right, verbs ...string) {
	for _, verb := range verbs {
		like.Verb = verb
		r.All = append(r.All, like)
	}
}

func (r *Rights) plural(kind schema.GroupVersionKind) string {
	if plural := r.defined[kind.GroupKind()]; plural != "" {
		return plural
	}
	if r.Plural != nil && schemeOf(kind) == nil {
		if plural := r.Plural(kind); plural != "" {
			return plural
		}
	}
	plural, _ := meta.UnsafeGuessKindToResource(kind)
	return plural.Resource
}

func isNamespaceKind(kind schema.GroupVersionKind) bool {
	return kind.GroupKind() == namespaceKind.GroupKind()
}

// What planning asks a cluster for, in words that go on from "this is needed to".
const (
	whyCompare   = "compare what the release has with the configuration"
	whyNamespace = "see whether the namespace is there"
	whyUsed      = "see which versions of configuration are still in use"
	whyReferred  = "check that what the objects refer to is there"
	whyDefined   = "check custom resources by the definition of their kind"
	whyClaims    = "find the claims that StatefulSets have made"
)

// AddPlanning adds what planning for a configuration takes, be there something of the
// release or not, in the release's namespace. What planning can do without, at the price
// of a warning, is not in it: the right to try changes on the server is that of making
// them, and whether ports of nodes are free takes reading the Services of everybody.
func (r *Rights) AddPlanning(home string, objects []Object) {
	for _, o := range objects {
		r.Define(o.Manifest)
	}
	namespaces := []string{home}
	for _, o := range objects {
		kind := o.Manifest.GroupVersionKind()
		switch {
		case isNamespaceKind(kind):
			namespaces = append(namespaces, o.ID.Name)
			continue
		case o.ID.Namespace != "":
			namespaces = append(namespaces, o.ID.Namespace)
		}
		r.Add(o.right(whyCompare), kind, "get", "list")
		if schemeOf(kind) == nil && r.defined[kind.GroupKind()] == "" {
			r.Add(Right{Name: r.plural(kind) + "." + kind.Group, Why: whyDefined}, definitionKind, "get")
		}
		if len(claimTemplates(o.Manifest)) > 0 {
			r.Add(o.right(whyClaims), claimKind, "list")
		}
	}
	for _, name := range unique(namespaces) {
		r.Add(Right{Name: name, Why: whyNamespace}, namespaceKind, "get")
	}
	r.addUsers(objects)
	r.addReferences(objects)
}

// right returns the right for objects like it, as far as it does not depend on the request.
func (o Object) right(why string) Right {
	return Right{Namespace: o.ID.Namespace, Why: why, For: o.ID, Origin: o.Origin}
}

// addUsers adds what it takes to find out what uses old versions of configuration.
func (r *Rights) addUsers(objects []Object) {
	for _, data := range objects {
		if data.Version == nil {
			continue
		}
		for _, list := range usersOfData {
			if list.of == nil || slices.ContainsFunc(objects, func(o Object) bool { return slices.Contains(list.of, o.ID.Kind) }) {
				r.Add(data.right(whyUsed), list.kind, "list")
			}
		}
	}
}

// addReferences adds what it takes to look at what the objects refer to and the
// configuration has not.
func (r *Rights) addReferences(objects []Object) {
	m, err := newMaker(&Input{Objects: objects}, nil)
	if err != nil {
		return // of a switch or a way back, of which this is none
	}
	for _, o := range objects {
		for _, d := range demandsOf(o) {
			if m.isOpen(d) {
				like := o.right(whyReferred)
				like.Namespace = d.to.Namespace
				r.Add(like, d.kind, "get", "list")
			}
		}
	}
}

// EverySide returns objects under all the names that they may have in a cluster: of an
// app whose versions run side by side there are two Deployments, and what leads to them.
func EverySide(objects []Object) []Object {
	var all []Object
	templates := templatesOf(objects)
	for _, o := range objects {
		switch {
		case o.Rollout == nil:
			all = append(all, o)
		case o.Rollout.Strategy == dsl.Canary:
			canary := o
			canary.Manifest = canaryManifest(o.Manifest, appOf(o), o.Rollout, "", share{})
			canary.ID = IDOf(canary.Manifest)
			all = append(all, o, canary)
		default:
			for _, color := range []Color{Blue, Green} {
				side := o
				side.Manifest = colored(o.Manifest, color)
				side.ID = IDOf(side.Manifest)
				all = append(all, side)
			}
		}
	}
	for _, o := range objects {
		if o.Rollout != nil && o.Rollout.Traffic != "" {
			all = divideTraffic(all, templates[appOf(o)], sidesOf(appOf(o), nil))
		}
	}
	return all
}

// IsImplied reports whether an object is the namespace that a release has without saying
// so: one that is there already is used as it is.
func (o Object) IsImplied() bool { return isImplied(o) }

// IsNamespace reports whether an object is a Namespace.
func (o Object) IsNamespace() bool { return isNamespaceKind(o.Manifest.GroupVersionKind()) }

// HasClaims reports whether an object makes claims from templates.
func (o Object) HasClaims() bool { return len(claimTemplates(o.Manifest)) > 0 }

// HasFixedName reports whether an object is called the same whatever its content is.
func (o Object) HasFixedName() bool { return o.Version == nil && !runsOnce(o.Manifest) }

// IsGuarded reports whether a plan never deletes an object without an explicit
// permission, such as --delete-data.
func IsGuarded(id ObjectID) bool {
	return id.Kind == namespaceKind.Kind && id.Group == "" || id.Kind == claimKind.Kind && id.Group == "" || isVolume(id) || isDefinition(id)
}
