package manifest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/kubernetes/scheme"
)

// removal says since when a version of an API is gone, what to write in its place, and what else has changed.
type removal struct{ since, use, also string }

const (
	alsoSelector = "spec.selector must be written, and cannot be changed later"
	alsoIngress  = "a backend is service: {name, port: {number or name}}, each path has a pathType, and the default is defaultBackend"
	alsoMetrics  = "what was targetAverageUtilization and the like is target: {type, averageUtilization}"
	alsoWebhook  = "sideEffects and admissionReviewVersions must be written"
	alsoBudget   = "an empty selector selects all pods of the namespace"
)

// removals are the API versions that no supported Kubernetes has any more, by group/version and kind; "*" is all kinds that are not named.
var removals = map[string]map[string]removal{
	"extensions/v1beta1": {
		"Ingress":           {"1.22", "networking.k8s.io/v1", alsoIngress},
		"NetworkPolicy":     {"1.16", "networking.k8s.io/v1", ""},
		"PodSecurityPolicy": {"1.16", "", "use the labels pod-security.kubernetes.io/enforce of the Namespace"},
		"*":                 {"1.16", "apps/v1", alsoSelector},
	},
	"apps/v1beta1":              {"*": {"1.16", "apps/v1", alsoSelector}},
	"apps/v1beta2":              {"*": {"1.16", "apps/v1", alsoSelector}},
	"networking.k8s.io/v1beta1": {"Ingress": {"1.22", "networking.k8s.io/v1", alsoIngress}, "IngressClass": {"1.22", "networking.k8s.io/v1", ""}},
	"policy/v1beta1": {
		"PodSecurityPolicy": {"1.25", "", "use the labels pod-security.kubernetes.io/enforce of the Namespace"},
		"*":                 {"1.25", "policy/v1", alsoBudget},
	},
	"autoscaling/v2beta1":                  {"*": {"1.25", "autoscaling/v2", alsoMetrics}},
	"autoscaling/v2beta2":                  {"*": {"1.26", "autoscaling/v2", ""}},
	"batch/v1beta1":                        {"*": {"1.25", "batch/v1", ""}},
	"batch/v2alpha1":                       {"*": {"1.21", "batch/v1", ""}},
	"rbac.authorization.k8s.io/v1alpha1":   {"*": {"1.22", "rbac.authorization.k8s.io/v1", ""}},
	"rbac.authorization.k8s.io/v1beta1":    {"*": {"1.22", "rbac.authorization.k8s.io/v1", ""}},
	"apiextensions.k8s.io/v1beta1":         {"*": {"1.22", "apiextensions.k8s.io/v1", "each version has a schema, and there is spec.versions instead of spec.version"}},
	"apiregistration.k8s.io/v1beta1":       {"*": {"1.22", "apiregistration.k8s.io/v1", ""}},
	"certificates.k8s.io/v1beta1":          {"CertificateSigningRequest": {"1.22", "certificates.k8s.io/v1", "signerName must be written"}},
	"coordination.k8s.io/v1beta1":          {"Lease": {"1.22", "coordination.k8s.io/v1", ""}},
	"discovery.k8s.io/v1beta1":             {"*": {"1.25", "discovery.k8s.io/v1", ""}},
	"events.k8s.io/v1beta1":                {"*": {"1.25", "events.k8s.io/v1", ""}},
	"node.k8s.io/v1alpha1":                 {"*": {"1.22", "node.k8s.io/v1", ""}},
	"node.k8s.io/v1beta1":                  {"*": {"1.25", "node.k8s.io/v1", ""}},
	"scheduling.k8s.io/v1alpha1":           {"PriorityClass": {"1.22", "scheduling.k8s.io/v1", ""}},
	"scheduling.k8s.io/v1beta1":            {"PriorityClass": {"1.22", "scheduling.k8s.io/v1", ""}},
	"flowcontrol.apiserver.k8s.io/v1beta1": {"*": {"1.26", "flowcontrol.apiserver.k8s.io/v1", ""}},
	"flowcontrol.apiserver.k8s.io/v1beta2": {"*": {"1.29", "flowcontrol.apiserver.k8s.io/v1", ""}},
	"flowcontrol.apiserver.k8s.io/v1beta3": {"*": {"1.32", "flowcontrol.apiserver.k8s.io/v1", ""}},
	"storage.k8s.io/v1beta1": {
		"CSIDriver": {"1.22", "storage.k8s.io/v1", ""}, "CSINode": {"1.22", "storage.k8s.io/v1", ""}, "StorageClass": {"1.22", "storage.k8s.io/v1", ""},
		"VolumeAttachment": {"1.22", "storage.k8s.io/v1", ""}, "CSIStorageCapacity": {"1.27", "storage.k8s.io/v1", ""},
	},
	"admissionregistration.k8s.io/v1beta1": {
		"MutatingWebhookConfiguration":   {"1.22", "admissionregistration.k8s.io/v1", alsoWebhook},
		"ValidatingWebhookConfiguration": {"1.22", "admissionregistration.k8s.io/v1", alsoWebhook},
	},
}

// removed notes that the kind's version is gone.
func (c *checker) removed(gvk schema.GroupVersionKind) bool {
	kinds := removals[gvk.GroupVersion().String()]
	r, ok := kinds[gvk.Kind]
	if !ok {
		if r, ok = kinds["*"]; !ok {
			return false
		}
	}
	hint := "write apiVersion: " + r.use
	switch {
	case r.use == "":
		hint = r.also
	case r.also != "":
		hint += "; " + r.also
	}
	c.fail("apiVersion", hint, "Kubernetes has no %s of %s since %s", gvk.Kind, gvk.GroupVersion(), r.since)
	return true
}

// unknownKind notes that a group of Kubernetes' own has no such kind or version. Other groups may have any.
func (c *checker) unknownKind(gvk schema.GroupVersionKind) bool {
	if typeOf(gvk) != nil {
		return false
	}
	versions := versionsOf(gvk.Kind)
	kinds := scheme.Scheme.KnownTypes(gvk.GroupVersion())
	switch own := ownGroup(gvk.Group); {
	case !own:
		return false
	case len(versions) > 0:
		c.fail("apiVersion", "write apiVersion: "+versions[0].String(), "there is no %s in %s", gvk.Kind, gvk.GroupVersion())
	case len(kinds) == 0:
		c.fail("apiVersion", "", "Kubernetes has no API %s", gvk.GroupVersion())
	default:
		hint := ""
		if near := nearest(gvk.Kind, slices.Sorted(maps.Keys(kinds))); near != "" {
			hint = fmt.Sprintf("did you mean %s?", near)
		}
		c.fail("kind", hint, "there is no %s in %s", gvk.Kind, gvk.GroupVersion())
	}
	return true
}

// ownGroup says whether all kinds of a group are built in. A group of k8s.io is so only if clients know it: the others are of add-ons.
func ownGroup(group string) bool {
	return !strings.Contains(group, ".") || scheme.Scheme.IsGroupRegistered(group)
}

// versionsOf returns the API versions that have a kind, the most stable one first.
func versionsOf(kind string) (versions []schema.GroupVersion) {
	for _, s := range []*runtime.Scheme{scheme.Scheme, definitions()} {
		for gvk := range s.AllKnownTypes() {
			gone := removals[gvk.GroupVersion().String()]
			if _, named := gone[kind]; gvk.Kind == kind && gvk.Version != runtime.APIVersionInternal && !named && gone["*"] == (removal{}) {
				versions = append(versions, gvk.GroupVersion())
			}
		}
	}
	slices.SortFunc(versions, func(a, b schema.GroupVersion) int {
		return cmp.Or(-version.CompareKubeAwareVersionStrings(a.Version, b.Version), cmp.Compare(a.Group, b.Group))
	})
	return versions
}
