package planner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes/scheme"

	"stowage/dsl"
)

// checkReferences reports what the objects that are about to be written refer to
// and nobody has: neither the plan nor the cluster. That costs one LIST for each
// kind that somebody else may have, and nothing when all is in the plan. A plan that
// goes back has looked at all that its revision needs, and a switch brings nothing new.
func (m *maker) checkReferences(ctx context.Context) error {
	if m.way.target != nil || m.switching != nil || m.in.Options.Report {
		return nil
	}
	if err := m.checkNodePorts(ctx); err != nil {
		return err
	}
	open := m.openDemands()
	stocks, err := m.takeStock(ctx, open)
	if err != nil {
		return err
	}
	volumes, err := m.classesOfVolumes(ctx, open, stocks)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, d := range open {
		// Said once for an object: its missing keys, or that many fields refer to it, add nothing.
		subject := d.user.ID.String() + "\x00" + d.to.String()
		there := m.stockOf(d, stocks)
		if missing := there.object(d.to.Name) == nil; missing && (d.part != "" || seen[subject]) {
			continue
		}
		seen[subject] = true
		if d.kind == storageClassKind && volumes.has(d.to.Name) {
			continue
		}
		m.judge(d, there)
	}
	return nil
}

// openDemands returns what the plan does not have itself, in a fixed order.
func (m *maker) openDemands() []demand {
	var open []demand
	for _, c := range m.changes {
		if !slices.Contains([]Action{Create, Update, Replace, Run, Adopt}, c.Action) {
			continue
		}
		demands := demandsOf(m.desired[c.ID])
		if c.Action == Adopt {
			demands = asBefore(demands, c.Before)
		}
		for _, d := range demands {
			if m.isOpen(d) {
				open = append(open, d)
			}
		}
	}
	slices.SortStableFunc(open, func(a, b demand) int {
		return cmp.Or(compareIDs(a.user.ID, b.user.ID), cmp.Compare(a.place.field, b.place.field), compareIDs(a.to, b.to), cmp.Compare(a.part, b.part))
	})
	return open
}

// isOpen reports whether it is not the plan itself that meets a demand.
func (m *maker) isOpen(d demand) bool {
	_, ours := m.desired[d.to]
	return !ours && !comesWithCluster(d.to) && !m.promised(d)
}

// comesWithCluster reports whether controllers make an object in every namespace.
func comesWithCluster(id ObjectID) bool {
	return id.Kind == "ServiceAccount" && id.Name == "default" || id.Kind == "ConfigMap" && id.Name == "kube-root-ca.crt"
}

// promised reports whether an object of the plan makes what is asked for: a
// StatefulSet its claims, a volume what its class stands for, and a custom resource
// what it names, such as the Secret of a certificate.
func (m *maker) promised(d demand) bool {
	for _, o := range m.in.Objects {
		switch {
		case d.kind == storageClassKind && o.ID.Group == "" && o.ID.Kind == volumeKind.Kind:
			if class, _, _ := unstructured.NestedString(o.Manifest.Object, "spec", "storageClassName"); class == d.to.Name {
				return true
			}
		case o.ID.Namespace != d.to.Namespace || o.ID == d.user.ID:
		case d.kind == claimKind && slices.ContainsFunc(claimTemplates(o.Manifest), func(t map[string]any) bool {
			name, _, _ := unstructured.NestedString(t, "metadata", "name")
			return isOrdinalOf(d.to.Name, name+"-"+o.ID.Name)
		}):
			return true
		case !scheme.Scheme.Recognizes(o.Manifest.GroupVersionKind()) && mentions(o.Manifest.Object, d.to.Name):
			return true
		}
	}
	return false
}

// mentions reports whether a text stands anywhere in a value.
func mentions(v any, text string) bool {
	switch v := v.(type) {
	case string:
		return v == text
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return mentions(item, text) })
	case map[string]any:
		for _, item := range v {
			if mentions(item, text) {
				return true
			}
		}
	}
	return false
}

// stock is what there is of a kind in a namespace.
type stock struct {
	objects map[string]*unstructured.Unstructured
	unknown error            // why it could not be listed
	single  map[string]error // why single ones could not be read either
}

func (s stock) object(name string) *unstructured.Unstructured { return s.objects[name] }

// takeStock asks for all that the demands are about, one request for each kind and
// namespace.
func (m *maker) takeStock(ctx context.Context, open []demand) (map[scope]stock, error) {
	names := map[scope][]string{}
	for _, d := range open {
		if m.live.object(d.to) == nil && !m.live.namespaceMissing(d.to) {
			s := scope{d.kind, d.to.Namespace}
			names[s] = append(names[s], d.to.Name)
		}
	}
	stocks := make(map[scope]stock, len(names))
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelism)
	for s, wanted := range names {
		group.Go(func() error {
			found, err := m.list(ctx, s, unique(wanted))
			mu.Lock()
			defer mu.Unlock()
			stocks[s] = found
			return err
		})
	}
	return stocks, group.Wait()
}

// list lists a kind. Who may not do that may still be allowed to read single objects.
func (m *maker) list(ctx context.Context, s scope, wanted []string) (stock, error) {
	found := stock{objects: map[string]*unstructured.Unstructured{}}
	objects, err := m.reader.List(ctx, s.kind, s.namespace, "")
	switch {
	case apierrors.IsForbidden(err):
		found.unknown, found.single = err, map[string]error{}
	case apierrors.IsNotFound(err) || meta.IsNoMatchError(err): // the cluster does not know the kind
	case err != nil:
		return found, fmt.Errorf("cannot list %s in namespace %q: %w", s.kind.Kind, s.namespace, err)
	}
	for _, u := range objects {
		found.objects[u.GetName()] = u
	}
	if found.unknown == nil {
		return found, nil
	}
	for _, name := range wanted {
		u, err := m.reader.Get(ctx, s.kind, s.namespace, name)
		switch {
		case apierrors.IsNotFound(err):
		case apierrors.IsForbidden(err):
			found.single[name] = err
		case err != nil:
			return found, fmt.Errorf("cannot read %s %s: %w", s.kind.Kind, name, err)
		default:
			found.objects[name] = u
		}
	}
	return found, nil
}

// stockOf returns what there is for a demand. What the release has is known without
// a question.
func (m *maker) stockOf(d demand, stocks map[scope]stock) stock {
	there := stocks[scope{d.kind, d.to.Namespace}]
	if own := m.live.object(d.to); own != nil && there.object(d.to.Name) == nil {
		return stock{objects: map[string]*unstructured.Unstructured{d.to.Name: own}}
	}
	return there
}

// classNames are the names that volumes have for their class. A claim may ask for
// one of them without there being a StorageClass of that name.
type classNames struct {
	names []string
	all   bool // they could not be listed: any name may be among them
}

func (c classNames) has(name string) bool { return c.all || slices.Contains(c.names, name) }

// classesOfVolumes looks at the volumes of the cluster when a StorageClass is missing.
func (m *maker) classesOfVolumes(ctx context.Context, open []demand, stocks map[scope]stock) (classNames, error) {
	classes := stocks[scope{storageClassKind, ""}]
	missing := slices.ContainsFunc(open, func(d demand) bool {
		return d.kind == storageClassKind && classes.object(d.to.Name) == nil
	})
	if !missing || classes.unknown != nil {
		return classNames{}, nil //nolint:nilerr // judge says what could not be listed
	}
	volumes, err := m.list(ctx, scope{volumeKind, ""}, nil)
	found := classNames{all: volumes.unknown != nil}
	if found.all {
		m.warn(Warning{
			Summary: "could not be checked: whether a volume has the class that a claim asks for",
			Detail:  m.secret.Text(volumes.unknown.Error()),
		})
	}
	for _, u := range volumes.objects {
		class, _, _ := unstructured.NestedString(u.Object, "spec", "storageClassName")
		found.names = append(found.names, class)
	}
	return found, err
}

// judge reports a demand that nothing meets, or that nobody may check.
func (m *maker) judge(d demand, there stock) {
	object := there.object(d.to.Name)
	switch {
	case object == nil && (there.single[d.to.Name] != nil):
		m.warn(Warning{
			Summary: fmt.Sprintf("%s, which %s refers to, could not be checked", d.to, d.user.ID),
			Detail:  m.secret.Text(there.single[d.to.Name].Error()), Origin: d.origin(),
		})
	case object == nil:
		m.unmet(d, d.failure(fmt.Sprintf("refers to %s, which is neither in the configuration nor in the cluster", d.to), m.nearest(d, there)))
	case d.part != "":
		parts, all := partsOf(object)
		if all || slices.Contains(parts, d.part) {
			return
		}
		m.unmet(d, d.lacking(parts))
	}
}

// unmet reports a demand that nothing meets. What runs like that already can be taken over
// as it is.
func (m *maker) unmet(d demand, err *ObjectError) {
	if !d.before {
		m.fail(err)
		return
	}
	m.warn(Warning{Summary: fmt.Sprintf("%s %s, as it did before", d.user.ID, err.Err), Detail: err.Hint, Origin: err.Origin})
}

// noun is what the parts of an object are called.
func (d demand) noun() string {
	if d.kind == serviceKind {
		return "port"
	}
	return "key"
}

// origin is the line of the configuration that makes the demand, as far as it is known.
func (d demand) origin() Origin {
	if r, ok := d.user.Ranges[d.place.argument]; ok {
		return OriginOf(r)
	}
	return originOf(d.user, d.place.field)
}

// lacking says that an object has not the part that is demanded of it.
func (d demand) lacking(parts []string) *ObjectError {
	return d.failure(fmt.Sprintf("refers to %s %q of %s, which has no such %[1]s", d.noun(), d.part, d.to), hintOf(d.part, parts))
}

func (d demand) failure(text, hint string) *ObjectError {
	return &ObjectError{ID: d.user.ID, Origin: d.origin(), Field: d.place.field, Err: errors.New(text), Hint: hint}
}

// nearest names what may be meant instead of an object that is not there.
func (m *maker) nearest(d demand, there stock) string {
	var names []string
	for id, o := range m.desired {
		if id.Kind != d.to.Kind || id.Group != d.to.Group || id.Namespace != d.to.Namespace {
			continue
		}
		if o.Version != nil && o.Version.BaseName == d.to.Name {
			return fmt.Sprintf("its name ends with a version; refer to the block instead, as in %s.%s", strings.ToLower(strings.TrimSuffix(d.to.Kind, "Map")), d.to.Name)
		}
		names = append(names, id.Name)
	}
	for name := range there.objects {
		names = append(names, name)
	}
	return hintOf(d.to.Name, names)
}

// hintOf is what to say of a name that is not among others.
func hintOf(name string, others []string) string {
	slices.Sort(others)
	return strings.TrimSpace(dsl.Suggestion(name, slices.Compact(others)))
}
