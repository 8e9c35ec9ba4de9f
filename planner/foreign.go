package planner

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// isOurs reports whether a live object belongs to the release that is kept in the
// namespace home: it has its label, or, where somebody took the label away, fields that
// stowage applied. Elsewhere, that of a release of the same name in another namespace
// looks the same but for the label that names home.
func isOurs(u *unstructured.Unstructured, release, home string) bool {
	labels := u.GetLabels()
	switch labels[LabelRelease] {
	case release:
		return isAtHome(u, home) || labels[LabelHome] == home
	case "":
		return isAtHome(u, home) && ownTree(u) != nil
	}
	return false
}

// isAtHome reports whether an object is in the namespace of its release, or is that.
func isAtHome(u *unstructured.Unstructured, home string) bool {
	return u.GetNamespace() == home || IDOf(u) == (ObjectID{Kind: namespaceKind.Kind, Name: home})
}

// ownerOf names whom a foreign object belongs to, as well as the marks that
// tools leave can tell.
func ownerOf(u *unstructured.Unstructured) string {
	labels, annotations := u.GetLabels(), u.GetAnnotations()
	if release := labels[LabelRelease]; release != "" {
		if home := labels[LabelHome]; home != "" {
			return fmt.Sprintf("stowage release %s of namespace %s", release, home)
		}
		return "stowage release " + release
	}
	for _, mark := range ownerMarks {
		from := labels
		if mark.annotation {
			from = annotations
		}
		if value, ok := from[mark.name]; ok {
			if mark.nameless {
				return mark.tool
			}
			return mark.tool + " " + value
		}
	}
	for _, ref := range u.GetOwnerReferences() {
		return fmt.Sprintf("%s %s", ref.Kind, ref.Name)
	}
	for _, o := range ownershipsOf(u) {
		if o.subresource == "" {
			return "field manager " + o.manager
		}
	}
	return "somebody else"
}

// ownerMarks are what tools write on what they own, the surest first.
var ownerMarks = []struct {
	name       string
	annotation bool
	nameless   bool // the value does not name anything
	tool       string
}{
	{name: "helm.toolkit.fluxcd.io/name", tool: "Flux HelmRelease"},
	{name: "kustomize.toolkit.fluxcd.io/name", tool: "Flux Kustomization"},
	{name: "meta.helm.sh/release-name", annotation: true, tool: "Helm release"},
	{name: "argocd.argoproj.io/tracking-id", annotation: true, tool: "Argo CD application"},
	{name: "argocd.argoproj.io/instance", tool: "Argo CD application"},
	{name: "kapp.k14s.io/app", tool: "kapp app"},
	{name: "kubectl.kubernetes.io/last-applied-configuration", annotation: true, nameless: true, tool: "kubectl apply"},
}

// foreignError says that an object of that name is there and is not ours.
func foreignError(o Object, live *unstructured.Unstructured) *ObjectError {
	return &ObjectError{
		ID:     o.ID,
		Origin: o.Origin,
		Err:    fmt.Errorf("exists already and belongs to %s", ownerOf(live)),
		Hint:   "rename it in the configuration, or remove the existing object first",
	}
}
