package planner

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apiextensionsac "k8s.io/apiextensions-apiserver/pkg/client/applyconfiguration"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/kubernetes/scheme"

	"stowage/dsl"
)

// kind is what is known of the kind of a resource block.
type kind struct {
	schema.GroupVersionKind
	clusterScoped bool
	custom        *customKind // its definition; nil: built in, or not known
	unknown       bool        // neither built in nor defined anywhere that was looked at
}

// definitions knows CustomResourceDefinitions, which are built in and not among the
// kinds that clients know by themselves.
var definitions = sync.OnceValue(func() *runtime.Scheme {
	s := runtime.NewScheme()
	utilruntime.Must(apiextensionsv1.AddToScheme(s))
	return s
})

// schemeOf returns the scheme that has the Go type of a kind, or nil.
func schemeOf(gvk schema.GroupVersionKind) *runtime.Scheme {
	for _, s := range []*runtime.Scheme{scheme.Scheme, definitions()} {
		if s.Recognizes(gvk) {
			return s
		}
	}
	return nil
}

// builtInKinds are the group versions of all kinds of object that are built in.
var builtInKinds = sync.OnceValue(func() map[string][]schema.GroupVersion {
	object := reflect.TypeFor[metav1.Object]()
	kinds := map[string][]schema.GroupVersion{}
	for _, s := range []*runtime.Scheme{scheme.Scheme, definitions()} {
		for gvk, goType := range s.AllKnownTypes() {
			if gvk.Version != runtime.APIVersionInternal && reflect.PointerTo(goType).Implements(object) {
				kinds[gvk.Kind] = append(kinds[gvk.Kind], gvk.GroupVersion())
			}
		}
	}
	return kinds
})

// inNoNamespace are the built-in kinds whose objects are in no namespace, by
// GROUP/KIND.
var inNoNamespace = map[string]bool{
	"/ComponentStatus":  true,
	"/Namespace":        true,
	"/Node":             true,
	"/PersistentVolume": true,
	"admissionregistration.k8s.io/MutatingAdmissionPolicy":          true,
	"admissionregistration.k8s.io/MutatingAdmissionPolicyBinding":   true,
	"admissionregistration.k8s.io/MutatingWebhookConfiguration":     true,
	"admissionregistration.k8s.io/ValidatingAdmissionPolicy":        true,
	"admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding": true,
	"admissionregistration.k8s.io/ValidatingWebhookConfiguration":   true,
	"apiextensions.k8s.io/CustomResourceDefinition":                 true,
	"authentication.k8s.io/SelfSubjectReview":                       true,
	"authentication.k8s.io/TokenReview":                             true,
	"authorization.k8s.io/SelfSubjectAccessReview":                  true,
	"authorization.k8s.io/SelfSubjectRulesReview":                   true,
	"authorization.k8s.io/SubjectAccessReview":                      true,
	"certificates.k8s.io/CertificateSigningRequest":                 true,
	"certificates.k8s.io/ClusterTrustBundle":                        true,
	"flowcontrol.apiserver.k8s.io/FlowSchema":                       true,
	"flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration":       true,
	"internal.apiserver.k8s.io/StorageVersion":                      true,
	"networking.k8s.io/IPAddress":                                   true,
	"networking.k8s.io/IngressClass":                                true,
	"networking.k8s.io/ServiceCIDR":                                 true,
	"node.k8s.io/RuntimeClass":                                      true,
	"rbac.authorization.k8s.io/ClusterRole":                         true,
	"rbac.authorization.k8s.io/ClusterRoleBinding":                  true,
	"resource.k8s.io/DeviceClass":                                   true,
	"resource.k8s.io/DeviceTaintRule":                               true,
	"resource.k8s.io/ResourcePoolStatusRequest":                     true,
	"resource.k8s.io/ResourceSlice":                                 true,
	"scheduling.k8s.io/PriorityClass":                               true,
	"storage.k8s.io/CSIDriver":                                      true,
	"storage.k8s.io/CSINode":                                        true,
	"storage.k8s.io/StorageClass":                                   true,
	"storage.k8s.io/VolumeAttachment":                               true,
	"storage.k8s.io/VolumeAttributesClass":                          true,
	"storagemigration.k8s.io/StorageVersionMigration":               true,
}

// kindError says why it is not known what kind is meant, and what to write.
type kindError struct {
	text, hint string
}

func (e *kindError) Error() string { return e.text }

// builtIn returns the built-in kind of a name: the one of the API version if that
// is given, else of the most stable version, nil when there is none. It is an error
// when several groups have such a kind.
func builtIn(name, apiVersion string) (*kind, error) {
	candidates := builtInKinds()[name]
	if apiVersion != "" {
		candidates = slices.DeleteFunc(slices.Clone(candidates), func(gv schema.GroupVersion) bool { return gv.String() != apiVersion })
	} else {
		candidates = newest(candidates)
	}
	switch len(candidates) {
	case 0:
		return nil, nil
	case 1:
		gvk := candidates[0].WithKind(name)
		return &kind{GroupVersionKind: gvk, clusterScoped: inNoNamespace[gvk.Group+"/"+gvk.Kind]}, nil
	}
	var versions []string
	for _, gv := range candidates {
		versions = append(versions, fmt.Sprintf("%q", gv))
	}
	slices.Sort(versions)
	return nil, &kindError{
		text: fmt.Sprintf("there are several kinds %s", name),
		hint: "say which one is meant: api_version = " + strings.Join(versions, " or "),
	}
}

// newest returns the newest version of each group, without groups that have but
// versions under trial where another group has the kind for good: these are what it
// was before.
func newest(versions []schema.GroupVersion) []schema.GroupVersion {
	best := map[string]schema.GroupVersion{}
	stable := false
	for _, gv := range versions {
		if b, ok := best[gv.Group]; !ok || version.CompareKubeAwareVersionStrings(gv.Version, b.Version) > 0 {
			best[gv.Group] = gv
		}
		stable = stable || isStable(gv.Version)
	}
	var chosen []schema.GroupVersion
	for _, gv := range best {
		if !stable || isStable(gv.Version) {
			chosen = append(chosen, gv)
		}
	}
	slices.SortFunc(chosen, func(a, b schema.GroupVersion) int { return cmp.Compare(a.String(), b.String()) })
	return chosen
}

// isStable reports whether a version is no trial: v1, and not v1beta1.
func isStable(text string) bool {
	return !strings.Contains(text, "alpha") && !strings.Contains(text, "beta")
}

// kindOf finds the kind of a resource block: a built-in one, or one that the
// configuration defines, or one that was found in the cluster.
func (r *renderer) kindOf(res *dsl.Resource) (*kind, error) {
	found, err := builtIn(res.Kind, res.APIVersion)
	if found != nil || err != nil {
		return found, err
	}
	if found, err := r.defined.find(res.Kind, res.APIVersion); found != nil || err != nil {
		return found, err
	}
	if res.APIVersion != "" {
		gv, err := schema.ParseGroupVersion(res.APIVersion)
		if err != nil {
			return nil, err
		}
		if group := builtInGroup(gv, res.Kind); group != "" {
			return nil, &kindError{text: group, hint: "leave api_version out to get the newest one"}
		}
		gvk := gv.WithKind(res.Kind)
		if known, ok := r.known[gvk]; ok {
			return known, nil
		}
		return &kind{GroupVersionKind: gvk, unknown: true}, nil
	}
	names := r.defined.names()
	for name := range builtInKinds() {
		names = append(names, name)
	}
	slices.Sort(names)
	return nil, &kindError{
		text: fmt.Sprintf("%s is no built-in kind, and no CustomResourceDefinition of the configuration defines it.%s", res.Kind, dsl.Suggestion(res.Kind, names)),
		hint: `say where it belongs with api_version = "GROUP/VERSION" if something else defines it`,
	}
}

// builtInGroup says that a kind is built in under another version than this one;
// nothing when it is not.
func builtInGroup(gv schema.GroupVersion, name string) string {
	var versions []string
	for _, other := range builtInKinds()[name] {
		if other.Group == gv.Group {
			versions = append(versions, other.Version)
		}
	}
	if len(versions) == 0 {
		return ""
	}
	slices.Sort(versions)
	return fmt.Sprintf("%s has no version %s; there is %s", name, gv.Version, strings.Join(versions, ", "))
}

// typesOf returns the schemas that have a built-in kind.
func typesOf(gvk schema.GroupVersionKind) managedfields.TypeConverter {
	if definitions().Recognizes(gvk) {
		return apiextensionsac.NewTypeConverter(definitions())
	}
	return builtInTypes()
}

// InNoNamespace reports whether a built-in kind's objects are in no namespace. Other
// kinds are not known here.
func InNoNamespace(kind schema.GroupKind) bool { return inNoNamespace[kind.Group+"/"+kind.Kind] }

// UsualVersion returns the API version of objects of a built-in kind where none is named,
// or false where one has to be.
func UsualVersion(kind string) (schema.GroupVersion, bool) {
	k, err := builtIn(kind, "")
	if err != nil || k == nil {
		return schema.GroupVersion{}, false
	}
	return k.GroupVersion(), true
}
