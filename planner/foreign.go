package planner

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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

// annotationLastApplied is where kubectl's client-side apply keeps what it was given.
const annotationLastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// mark is a label or an annotation that a tool writes on what it owns.
type mark struct {
	name       string
	annotation bool
	tool       string // in the words that go before the value
}

// ownerMarks tell the owner, the surest first.
var ownerMarks = []mark{
	{name: "helm.toolkit.fluxcd.io/name", tool: "Flux HelmRelease"},
	{name: "kustomize.toolkit.fluxcd.io/name", tool: "Flux Kustomization"},
	{name: "meta.helm.sh/release-name", annotation: true, tool: "Helm release"},
	{name: "argocd.argoproj.io/tracking-id", annotation: true, tool: "Argo CD application"},
	{name: "argocd.argoproj.io/instance", tool: "Argo CD application"},
	{name: "kapp.k14s.io/app", tool: "kapp app"},
}

// toolMarks are the beginnings of the names of all that these tools write on an object
// to find it again.
var toolMarks = []string{
	"helm.toolkit.fluxcd.io/", "kustomize.toolkit.fluxcd.io/", "meta.helm.sh/",
	"argocd.argoproj.io/tracking-id", "argocd.argoproj.io/instance", "argocd.argoproj.io/installation-id", "kapp.k14s.io/",
}

// IsToolMark reports whether a label or an annotation is one that Helm, Argo CD, Flux or kapp
// writes on an object to find it again.
func IsToolMark(name string) bool {
	return slices.ContainsFunc(toolMarks, func(beginning string) bool { return strings.HasPrefix(name, beginning) })
}

// toolOf returns the tool that owns a live object, as its marks tell, and what of the
// tool; empty when none does.
func toolOf(u *unstructured.Unstructured) string {
	for _, m := range ownerMarks {
		from := u.GetLabels()
		if m.annotation {
			from = u.GetAnnotations()
		}
		if value, ok := from[m.name]; ok {
			if m.tool == "Argo CD application" {
				value, _, _ = strings.Cut(value, ":") // the application, then the object
			}
			return m.tool + " " + value
		}
	}
	return ""
}

// releaseOf names the stowage release that a live object belongs to; empty: none.
func releaseOf(u *unstructured.Unstructured) string {
	labels := u.GetLabels()
	release, home := labels[LabelRelease], labels[LabelHome]
	switch {
	case release == "":
		return ""
	case home != "":
		return fmt.Sprintf("stowage release %s of namespace %s", release, home)
	}
	return "stowage release " + release
}

// ownerOf names whom a foreign object belongs to, as well as the marks that
// tools leave can tell.
func ownerOf(u *unstructured.Unstructured) string {
	if release := releaseOf(u); release != "" {
		return release
	}
	if tool := toolOf(u); tool != "" {
		return tool
	}
	for _, ref := range u.GetOwnerReferences() {
		return fmt.Sprintf("%s %s", ref.Kind, ref.Name)
	}
	return makerOf(u)
}

// makerOf names what an object that no tool owns was made with.
func makerOf(u *unstructured.Unstructured) string {
	if _, ok := u.GetAnnotations()[annotationLastApplied]; ok {
		return "kubectl apply"
	}
	for _, o := range ownershipsOf(u) {
		switch {
		case o.subresource != "" || isController(o.manager):
		case o.manager == "kubectl" && o.operation == "Apply":
			return "kubectl apply --server-side"
		case strings.HasPrefix(o.manager, "kubectl-"):
			return strings.Replace(o.manager, "-", " ", 1)
		default:
			return "field manager " + o.manager
		}
	}
	return "somebody else"
}

// foreign says that an object of that name is there and is not ours, and what can be
// done about it.
func (m *maker) foreign(o Object, live *unstructured.Unstructured) *ObjectError {
	return &ObjectError{
		ID:     o.ID,
		Origin: o.Origin,
		Err:    fmt.Errorf("exists already and belongs to %s", ownerOf(live)),
		Hint:   m.foreignHint(live),
	}
}

func (m *maker) foreignHint(live *unstructured.Unstructured) string {
	tool := toolOf(live)
	switch {
	case m.way.target != nil || m.switching != nil:
		return "remove the existing object first"
	case releaseOf(live) != "":
		return "no release takes from another one: rename it in the configuration, or destroy it there first"
	case metav1.GetControllerOf(live) != nil:
		return "its controller would undo every change: rename it in the configuration"
	case tool != "":
		name, _, _ := strings.Cut(tool, " ")
		return fmt.Sprintf("--take-ownership takes it over, and %s is to be told (docs/adopt.md); or rename it in the configuration", name)
	}
	return "--adopt takes it over as it is; or rename it in the configuration"
}
