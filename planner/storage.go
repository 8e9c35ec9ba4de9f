package planner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

// Growth is a claim that asks for more storage. It is no object of the release: a
// StatefulSet has made it, and nothing but its size is written.
type Growth struct {
	Name string    `json:"name"`
	UID  types.UID `json:"uid"`
	From string    `json:"from"`
	To   string    `json:"to"`
}

// Claim returns what is applied to the claim of that namespace.
func (g Growth) Claim(namespace string) *unstructured.Unstructured {
	claim := &unstructured.Unstructured{Object: map[string]any{
		"spec": map[string]any{"resources": map[string]any{"requests": map[string]any{"storage": g.To}}},
	}}
	claim.SetGroupVersionKind(claimKind)
	claim.SetNamespace(namespace)
	claim.SetName(g.Name)
	claim.SetUID(g.UID)
	return claim
}

// growTemplates plans that the claim templates of a StatefulSet ask for more storage,
// when that is all of its immutable fields that differs. The templates cannot be
// changed, so that the claims are grown one by one and the StatefulSet is made anew
// around its pods, which go on. It reports whether the change is decided.
func (m *maker) growTemplates(ctx context.Context, o Object, c *Change, was *unstructured.Unstructured) (bool, error) {
	sizes := grownTemplates(o.Manifest, was)
	if len(sizes) == 0 || !m.isOurs(was) {
		return false, nil
	}
	// All but the templates the server checks as an update.
	update := o
	update.Manifest = o.Manifest.DeepCopy()
	spec, _ := update.Manifest.Object["spec"].(map[string]any)
	spec["volumeClaimTemplates"], _, _ = unstructured.NestedFieldCopy(was.Object, "spec", "volumeClaimTemplates")
	was, result, err := m.dryRun(ctx, update, was)
	if was == nil || apierrors.IsInvalid(err) || apierrors.IsForbidden(err) {
		return false, nil // more is wrong than the sizes
	}
	if err != nil {
		return false, fmt.Errorf("cannot dry-run %s: %w", o.ID, err)
	}
	if _, fixed := lookup(o.Manifest.Object, replicasPath); !fixed && !m.scaling.now[o.ID] {
		if count := intOr(was, 1, "spec", "replicas"); count != 1 {
			m.fail(needsCount(o, count))
			return true, nil
		}
	}
	if c.Grow, err = m.growths(ctx, o, was, sizes); err != nil {
		return false, err
	}
	c.baseOn(was)
	m.foresee(result)
	m.describe(o, c, was, result, diffObjects(was, result))
	c.Action, c.KeepPods, c.Checked, c.Object = Replace, true, true, o.Manifest
	c.Reason = "spec.volumeClaimTemplates is immutable"
	c.Impact = growthImpact(c, sizes)
	m.keepCount(o, c, was)
	for _, s := range sizes {
		c.Diff = append(c.Diff, FieldDiff{Path: s.field(), Op: Update, Before: s.from, After: s.to})
	}
	return true, nil
}

// needsCount says that a StatefulSet cannot be made anew without a number of pods.
func needsCount(o Object, count int64) *ObjectError {
	return &ObjectError{
		ID: o.ID, Origin: o.Origin, Field: "spec.replicas",
		Err:  fmt.Errorf("somebody else has set it to %d, and the StatefulSet is made anew for its claims to grow", count),
		Hint: fmt.Sprintf("give %s replicas = %d", o.Address, count),
	}
}

// templateSize is the storage that a claim template asks for.
type templateSize struct{ name, from, to string }

func (s templateSize) field() string {
	return "spec.volumeClaimTemplates[" + s.name + "].spec.resources.requests.storage"
}

// grownTemplates returns the claim templates that ask for more than before, or
// nothing when they differ in anything else.
func grownTemplates(want, was *unstructured.Unstructured) []templateSize {
	before, after := claimTemplates(was), claimTemplates(want)
	if len(before) != len(after) {
		return nil
	}
	var sizes []templateSize
	for i, template := range after {
		from, to := storageOf(before[i]), storageOf(template)
		old, oldErr := resource.ParseQuantity(from)
		size, err := resource.ParseQuantity(to)
		if err != nil || oldErr != nil || size.Cmp(old) < 0 || !within(withStorage(template, from), before[i]) {
			return nil
		}
		if size.Cmp(old) > 0 {
			sizes = append(sizes, templateSize{nameOf(template), from, to})
		}
	}
	return sizes
}

func nameOf(template map[string]any) string {
	name, _, _ := unstructured.NestedString(template, "metadata", "name")
	return name
}

var storageFields = []string{"spec", "resources", "requests", "storage"}

// storageOf returns how much a claim or claim template asks for, as it is written.
func storageOf(claim map[string]any) string {
	v, found, _ := unstructured.NestedFieldNoCopy(claim, storageFields...)
	if !found {
		return ""
	}
	return fmt.Sprint(v)
}

// withStorage returns a copy that asks for another size.
func withStorage(claim map[string]any, size string) map[string]any {
	copied := (&unstructured.Unstructured{Object: claim}).DeepCopy().Object
	if err := unstructured.SetNestedField(copied, size, storageFields...); err != nil {
		return claim // it has no size
	}
	return copied
}

// growths returns the claims that ask for less than their templates will, each
// checked by the server.
func (m *maker) growths(ctx context.Context, o Object, was *unstructured.Unstructured, sizes []templateSize) ([]Growth, error) {
	selector, _, _ := unstructured.NestedStringMap(was.Object, "spec", "selector", "matchLabels")
	claims, err := m.reader.List(ctx, claimKind, o.ID.Namespace, metav1.FormatLabelSelector(&metav1.LabelSelector{MatchLabels: selector}))
	if apierrors.IsForbidden(err) {
		m.fail(&ObjectError{
			ID: o.ID, Origin: o.Origin, Field: sizes[0].field(),
			Err:  fmt.Errorf("its claims cannot be listed, so they cannot be grown: %w", err),
			Hint: "this needs the right to list and patch PersistentVolumeClaims",
		})
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot list claims in namespace %s: %w", o.ID.Namespace, err)
	}
	var all []Growth
	for _, s := range sizes {
		for _, claim := range claims {
			if !madeBy(was, claim) || !isOrdinalOf(claim.GetName(), s.name+"-"+o.ID.Name) || !isLess(storageOf(claim.Object), s.to) {
				continue
			}
			g := Growth{Name: claim.GetName(), UID: claim.GetUID(), From: storageOf(claim.Object), To: s.to}
			if err := m.checkGrowth(ctx, o, s, g); err != nil {
				return nil, err
			}
			all = append(all, g)
		}
	}
	slices.SortFunc(all, func(a, b Growth) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

func (m *maker) checkGrowth(ctx context.Context, o Object, s templateSize, g Growth) error {
	_, err := m.reader.DryRun(ctx, g.Claim(o.ID.Namespace))
	switch {
	case err == nil:
		return nil
	case !isAnswer(err):
		return fmt.Errorf("cannot dry-run PersistentVolumeClaim %s: %w", g.Name, err)
	}
	m.fail(&ObjectError{
		ID: o.ID, Origin: o.Origin, Field: s.field(),
		Err: fmt.Errorf("DATA: refused: claim %s cannot grow from %s to %s: %s", g.Name, g.From, g.To, m.secret.Text(WithoutSubject(g.Name, err.Error()))),
	})
	return nil
}

// isLess reports whether one quantity is less than another.
func isLess(a, b string) bool {
	x, err := resource.ParseQuantity(a)
	y, otherErr := resource.ParseQuantity(b)
	return err == nil && otherErr == nil && x.Cmp(y) < 0
}

// growthImpact says what it means that claims grow, before what else changes.
func growthImpact(c *Change, sizes []templateSize) string {
	parts := make([]string, 0, len(sizes))
	for _, s := range sizes {
		var names []string
		for _, g := range c.Grow {
			if isOrdinalOf(g.Name, s.name+"-"+c.ID.Name) {
				names = append(names, g.Name)
			}
		}
		text := fmt.Sprintf("new claims of %s ask for %s", s.name, s.to)
		if len(names) > 0 {
			text = fmt.Sprintf("%s %s from %s to %s and %s", strings.Join(names, ", "), plural(len(names), "grows", "grow"), s.from, s.to, plural(len(names), "stays", "stay"))
		}
		parts = append(parts, text)
	}
	impact := strings.Join(parts, "; ") + "; the StatefulSet is made anew around its pods"
	if c.Impact != "" && c.Impact != "no pod rolls" {
		return impact + "; " + c.Impact
	}
	return impact + ", none of which restarts"
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// claimImpact says what the update of a claim means.
func claimImpact(was, result *unstructured.Unstructured) string {
	if from, to := storageOf(was.Object), storageOf(result.Object); isLess(from, to) {
		return fmt.Sprintf("grows from %s to %s; no pod restarts", from, to)
	}
	return "no pod rolls"
}

// shrinks says which claim or claim template asks for less than it has, or nothing.
func shrinks(o Object, was *unstructured.Unstructured) string {
	if o.ID.Kind == claimKind.Kind {
		if from, to := storageOf(was.Object), storageOf(o.Manifest.Object); isLess(to, from) {
			return fmt.Sprintf("a claim cannot shrink from %s to %s", from, to)
		}
		return ""
	}
	for _, template := range claimTemplates(o.Manifest) {
		for _, before := range claimTemplates(was) {
			if from, to := storageOf(before), storageOf(template); nameOf(before) == nameOf(template) && isLess(to, from) {
				return fmt.Sprintf("the claims of %s cannot shrink from %s to %s", nameOf(template), from, to)
			}
		}
	}
	return ""
}

// keepSizes returns a recorded object that asks for no less storage than there is:
// storage that has grown stays so when a release goes back.
func (m *maker) keepSizes(o Object) Object {
	was := m.live.object(o.ID)
	if was == nil || !m.way.back[o.ID] {
		return o
	}
	manifest := o.Manifest.DeepCopy()
	claims := claimTemplates(manifest)
	live := claimTemplates(was)
	if o.ID.Group == "" && o.ID.Kind == claimKind.Kind {
		claims, live = []map[string]any{manifest.Object}, []map[string]any{was.Object}
	}
	kept := false
	for _, claim := range claims {
		for _, before := range live {
			size := storageOf(before)
			if nameOf(before) != nameOf(claim) || !isLess(storageOf(claim), size) {
				continue
			}
			m.warn(Warning{
				Summary: fmt.Sprintf("%s keeps %s of storage, and does not go back to %s", o.ID, size, storageOf(claim)),
				Detail:  "Storage cannot shrink.", Origin: o.Origin,
			})
			if err := unstructured.SetNestedField(claim, size, storageFields...); err != nil {
				m.fail(&ObjectError{ID: o.ID, Origin: o.Origin, Err: errors.Join(errors.New("has no size"), err)})
				return o
			}
			kept = true
		}
	}
	if kept {
		o.Manifest = manifest
	}
	return o
}

// orphans reports whether an object that is being deleted leaves what it has made.
func orphans(u *unstructured.Unstructured) bool {
	return slices.Contains(u.GetFinalizers(), metav1.FinalizerOrphanDependents)
}
