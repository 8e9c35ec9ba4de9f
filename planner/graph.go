package planner

import (
	"cmp"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Graph is the order of a release's objects: what each needs, and which gate
// that must have passed. It is acyclic.
type Graph struct {
	objects  []Object
	index    map[ObjectID]int
	blocks   map[string]*block        // by address
	apps     map[string]*block        // by name
	kinds    map[schema.GroupKind]int // by the kind that a CustomResourceDefinition makes known
	bindings map[ObjectID][]int       // by service account
	needs    [][]edge                 // by object, sorted by the position of what is needed
	order    []Object
}

// edge leads from an object to one that it needs.
type edge struct {
	to     int
	gate   Gate
	origin Origin
}

// block is what others refer to when they refer to an app, config or secret.
type block struct{ workloads, services, data, all []int }

// NewGraph finds what each object needs: what its block refers to, and what
// follows from its own fields. The objects may be those of an earlier revision,
// of which only the fields are known. A loop is a *CycleError.
func NewGraph(objects []Object) (*Graph, error) {
	g := &Graph{
		objects:  objects,
		index:    make(map[ObjectID]int, len(objects)),
		blocks:   make(map[string]*block, len(objects)),
		apps:     map[string]*block{},
		kinds:    map[schema.GroupKind]int{},
		bindings: map[ObjectID][]int{},
		needs:    make([][]edge, len(objects)),
	}
	for i, o := range objects {
		g.index[o.ID] = i
		g.addToBlock(i)
		if isDefinition(o.ID) {
			g.kinds[definedBy(o.Manifest)] = i
		}
		if isBinding(o.ID) {
			for _, account := range boundAccounts(o.Manifest) {
				g.bindings[account] = append(g.bindings[account], i)
			}
		}
	}
	for i := range objects {
		g.references(i)
		g.structure(i)
		g.named(i)
		g.explicit(i)
		g.namespace(i)
		slices.SortFunc(g.needs[i], func(a, b edge) int { return cmp.Compare(a.to, b.to) })
	}
	if err := g.sort(); err != nil {
		return nil, err
	}
	return g, nil
}

// Order returns all objects in the order they were rendered in, but for those
// that others before them need: these come first.
func (g *Graph) Order() []Object { return g.order }

// Needs returns what must have passed which gate before the object is applied.
// What another need waits for already is left out where it would only blur the
// picture: the namespace, and the workload behind a Service.
func (g *Graph) Needs(id ObjectID) []Need {
	i, ok := g.index[id]
	if !ok {
		return nil
	}
	needs := make([]Need, len(g.needs[i]))
	for k, e := range g.needs[i] {
		needs[k] = Need{ID: g.objects[e.to].ID, Gate: e.gate}
	}
	return needs
}

// addToBlock notes what part an object plays in its block, and in its app: this is
// known of objects of an earlier revision too.
func (g *Graph) addToBlock(i int) {
	o := g.objects[i]
	g.blocks[o.Address] = g.blocks[o.Address].with(i, o)
	if app := appOf(o); app != "" {
		g.apps[app] = g.apps[app].with(i, o)
	}
}

// with returns the block with one more object, the i-th, in it.
func (b *block) with(i int, o Object) *block {
	if b == nil {
		b = &block{}
	}
	b.all = append(b.all, i)
	switch o.Role {
	case RoleWorkload:
		b.workloads = append(b.workloads, i)
	case RoleService:
		if labelOf(o.Manifest, LabelPreview)+labelOf(o.Manifest, LabelTrack) == "" { // what refers to the app wants its traffic answered
			b.services = append(b.services, i)
		}
	case RoleData:
		b.data = append(b.data, i)
	case RoleNamespace, RoleClaim, RoleAutoscaler, RoleRoute, RoleCheck, RoleAccess, RoleBudget, RoleResource: // nothing refers to them
	}
	return b
}

// references adds what the configuration wants to be there first: data, or an
// app that answers.
func (g *Graph) references(i int) {
	for _, ref := range g.objects[i].References {
		b := g.blocks[ref.To.String()]
		if b == nil {
			continue // a variable or local: nothing to wait for
		}
		if ref.To.Type == "app" {
			g.needAnswer(i, b, OriginOf(ref.Range))
			continue
		}
		if ref.To.Type == "resource" {
			for _, to := range b.all {
				g.need(i, edge{to, resourceGate(g.objects[to]), OriginOf(ref.Range)})
			}
			continue
		}
		for _, to := range b.data {
			g.need(i, edge{to, Applied, OriginOf(ref.Range)})
		}
	}
}

// explicit adds what an object says itself that it comes after.
func (g *Graph) explicit(i int) {
	for _, need := range g.objects[i].After {
		if to, ok := g.index[need.ID]; ok {
			g.need(i, edge{to, need.Gate, g.objects[i].Origin})
		}
	}
}

// needAnswer adds that an app must answer. Its Service has waited until the
// workload is ready, so the Service alone says both; a governing one has not.
func (g *Graph) needAnswer(i int, app *block, origin Origin) {
	answers := false
	for _, service := range app.services {
		if !g.governs(service, app) {
			g.need(i, edge{service, Applied, origin})
			answers = true
		}
	}
	if answers {
		return
	}
	for _, workload := range app.workloads {
		g.need(i, edge{workload, Ready, origin})
	}
}

// structure adds what follows from the object's fields: a workload or check needs
// what its pods use, the rights of their account and the Service that governs it, any
// other Service its workload, a binding the role and the accounts that it is about,
// an autoscaler what it scales, a route the Services that it leads to, and a custom
// resource its definition.
func (g *Graph) structure(i int) {
	o := g.objects[i]
	app := g.apps[appOf(o)]
	if to, ok := g.kinds[schema.GroupKind{Group: o.ID.Group, Kind: o.ID.Kind}]; ok {
		g.need(i, edge{to, Ready, o.Origin})
	}
	switch {
	case o.Role == RoleWorkload || o.Role == RoleCheck:
		for id := range referencesOf(o.Manifest) {
			if to, ok := g.index[id]; ok {
				g.need(i, edge{to, Applied, o.Origin})
			}
			g.rights(i, id)
		}
		if to, ok := g.index[governorOf(o.Manifest)]; ok && isHeadless(g.objects[to].Manifest) {
			g.need(i, edge{to, Applied, o.Origin})
		}
	case isBinding(o.ID):
		g.binding(i)
	case isIngress(o.ID) || isHTTPRoute(o.ID):
		for _, name := range backendsOf(o.Manifest) {
			if to, ok := g.index[ObjectID{Kind: "Service", Namespace: o.ID.Namespace, Name: name}]; ok {
				g.need(i, edge{to, Applied, o.Origin})
			}
		}
	case isAutoscaler(o.ID):
		if to, ok := g.index[scaledBy(o.Manifest)]; ok {
			g.need(i, edge{to, Applied, o.Origin})
		}
	case labelOf(o.Manifest, LabelTrack) != "": // what leads requests to it waits for the canary itself
	case o.Role == RoleService && app != nil && !g.governs(i, app):
		for _, to := range app.workloads {
			if selects(o.Manifest, g.objects[to].Manifest) {
				g.need(i, edge{to, Ready, o.Origin})
			}
		}
	}
}

// selects reports whether the pods of a workload are behind a Service.
func selects(service, workload *unstructured.Unstructured) bool {
	selector, _, _ := unstructured.NestedFieldNoCopy(service.Object, "spec", "selector")
	labels, _, _ := unstructured.NestedFieldNoCopy(workload.Object, "spec", "template", "metadata", "labels")
	return within(selector, labels)
}

// governs reports whether a Service gives the pods of one of the app's
// StatefulSets their names. Pods look each other up while they start, so it
// cannot wait until they are ready.
func (g *Graph) governs(service int, app *block) bool {
	o := g.objects[service]
	return isHeadless(o.Manifest) && slices.ContainsFunc(app.workloads, func(w int) bool {
		return governorOf(g.objects[w].Manifest) == o.ID
	})
}

// governorOf returns the Service that a StatefulSet names, or nothing.
func governorOf(u *unstructured.Unstructured) ObjectID {
	name, _, _ := unstructured.NestedString(u.Object, "spec", "serviceName")
	return ObjectID{Kind: "Service", Namespace: u.GetNamespace(), Name: name}
}

// definedBy returns the kind that a CustomResourceDefinition makes known.
func definedBy(u *unstructured.Unstructured) schema.GroupKind {
	group, _, _ := unstructured.NestedString(u.Object, "spec", "group")
	kind, _, _ := unstructured.NestedString(u.Object, "spec", "names", "kind")
	return schema.GroupKind{Group: group, Kind: kind}
}

func isHeadless(service *unstructured.Unstructured) bool {
	ip, _, _ := unstructured.NestedString(service.Object, "spec", "clusterIP")
	return ip == corev1.ClusterIPNone
}

// namespace makes an object need its namespace, unless something else that it
// needs is in there: otherwise a drawing would be one large star.
func (g *Graph) namespace(i int) {
	o := g.objects[i]
	inside := func(e edge) bool { return g.objects[e.to].ID.Namespace == o.ID.Namespace }
	to, ok := g.index[ObjectID{Kind: "Namespace", Name: o.ID.Namespace}]
	if ok && !slices.ContainsFunc(g.needs[i], inside) {
		g.need(i, edge{to, Applied, o.Origin})
	}
}

// need adds an edge, once; the stricter gate wins.
func (g *Graph) need(from int, e edge) {
	same := slices.IndexFunc(g.needs[from], func(other edge) bool { return other.to == e.to })
	switch {
	case same < 0:
		g.needs[from] = append(g.needs[from], e)
	case e.gate == Ready:
		g.needs[from][same].gate = Ready
	}
}

// sort finds the order: object by object, each preceded by what it needs.
func (g *Graph) sort() error {
	const (
		unseen = iota
		open
		done
	)
	state := make([]int, len(g.objects))
	g.order = make([]Object, 0, len(g.objects))
	var path []int // the open objects, each needing the next
	var visit func(i int) error
	visit = func(i int) error {
		switch state[i] {
		case done:
			return nil
		case open:
			return g.cycle(path[slices.Index(path, i):])
		}
		state[i] = open
		path = append(path, i)
		for _, e := range g.needs[i] {
			if err := visit(e.to); err != nil {
				return err
			}
		}
		path = path[:len(path)-1]
		state[i] = done
		g.order = append(g.order, g.objects[i])
		return nil
	}
	for i := range g.objects {
		if err := visit(i); err != nil {
			return err
		}
	}
	return nil
}
