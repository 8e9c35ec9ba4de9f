package planner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// sweepClaims deals with the claims that deleted StatefulSets made from their
// templates: no inventory has them, and nothing else deletes them. It also keeps
// a namespace from taking claims with it that nobody gave up.
func (m *maker) sweepClaims(ctx context.Context) error {
	for _, namespace := range m.namespacesWithClaims() {
		claims, err := m.reader.List(ctx, claimKind, namespace, "")
		if apierrors.IsForbidden(err) {
			m.claimsUnknown(namespace, err)
			continue
		}
		if err != nil {
			return fmt.Errorf("cannot list claims in namespace %s: %w", namespace, err)
		}
		m.sweepTemplateClaims(claims)
		if len(claims) > 0 && !m.in.Options.DeleteData {
			m.refuseNamespace(namespace, fmt.Sprintf("claim %s in it holds data", claims[0].GetName()))
		}
	}
	return nil
}

// namespacesWithClaims returns the namespaces in which a delete could concern
// claims that the plan does not know.
func (m *maker) namespacesWithClaims() []string {
	var namespaces []string
	for _, c := range m.deletes {
		switch {
		case c.Role == RoleNamespace:
			namespaces = append(namespaces, c.ID.Name)
		case len(claimTemplates(m.live.objects[c.ID])) > 0:
			namespaces = append(namespaces, c.ID.Namespace)
		}
	}
	slices.Sort(namespaces)
	return slices.Compact(namespaces)
}

func (m *maker) claimsUnknown(namespace string, err error) {
	m.warn(Warning{
		Summary: fmt.Sprintf("the claims in namespace %s could not be listed and are left alone", namespace),
		Detail:  m.secret.Text(err.Error()),
	})
	m.refuseNamespace(namespace, "it is not known whether claims in it hold data")
}

// refuseNamespace refuses the delete of a namespace, if there is one.
func (m *maker) refuseNamespace(namespace, why string) {
	for _, c := range m.deletes {
		if c.Role == RoleNamespace && c.ID.Name == namespace {
			m.fail(&ObjectError{
				ID: c.ID, Err: errors.New("DATA: refused: " + why),
				Hint: "--delete-data gives up the data of all claims in the namespace",
			})
		}
	}
}

// sweepTemplateClaims deletes or keeps the claims of deleted StatefulSets.
func (m *maker) sweepTemplateClaims(claims []*unstructured.Unstructured) {
	for _, c := range slices.Clone(m.deletes) {
		set := m.live.objects[c.ID]
		for _, claim := range claims {
			if claim.GetNamespace() != c.ID.Namespace || !madeBy(set, claim) || m.live.objects[IDOf(claim)] != nil {
				continue
			}
			if why := m.guarded(IDOf(claim)); why != "" {
				m.keep(IDOf(claim), why)
				continue
			}
			m.live.objects[IDOf(claim)] = claim
			m.remove(claim, fmt.Sprintf("%s is deleted", c.ID))
			last := m.deletes[len(m.deletes)-1]
			last.Needs = append(last.Needs, Need{ID: c.ID, Gate: Gone})
		}
	}
}

// madeBy reports whether a StatefulSet made the claim from one of its templates:
// such claims have its selector's labels and are named <template>-<set>-<ordinal>.
func madeBy(set, claim *unstructured.Unstructured) bool {
	templates := claimTemplates(set)
	if len(templates) == 0 {
		return false
	}
	selector, _, _ := unstructured.NestedStringMap(set.Object, "spec", "selector", "matchLabels")
	labels := claim.GetLabels()
	for name, value := range selector {
		if labels[name] != value {
			return false
		}
	}
	return slices.ContainsFunc(templates, func(template map[string]any) bool {
		name, _, _ := unstructured.NestedString(template, "metadata", "name")
		return isOrdinalOf(claim.GetName(), name+"-"+set.GetName())
	})
}

// takesClaims reports whether the claims that a StatefulSet has made go with it, or with
// its pods: when is whenDeleted or whenScaled.
func takesClaims(u *unstructured.Unstructured, when string) bool {
	if len(claimTemplates(u)) == 0 {
		return false
	}
	policy, _, _ := unstructured.NestedString(u.Object, "spec", "persistentVolumeClaimRetentionPolicy", when)
	return policy == string(appsv1.DeletePersistentVolumeClaimRetentionPolicyType)
}

// claimTemplates returns the claim templates of a StatefulSet; none for anything else.
func claimTemplates(u *unstructured.Unstructured) []map[string]any {
	if u == nil || u.GetKind() != "StatefulSet" {
		return nil
	}
	templates, _, _ := unstructured.NestedFieldNoCopy(u.Object, "spec", "volumeClaimTemplates")
	return maplist(templates)
}

// isOrdinalOf reports whether name is <prefix>-<number>.
func isOrdinalOf(name, prefix string) bool {
	ordinal, ok := strings.CutPrefix(name, prefix+"-")
	if !ok {
		return false
	}
	_, err := strconv.ParseUint(ordinal, 10, 31)
	return err == nil
}
