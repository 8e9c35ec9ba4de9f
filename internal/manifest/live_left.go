package manifest

import (
	"fmt"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// surroundings are the other objects of a list, as far as they make some of it.
type surroundings struct {
	selecting map[string]bool           // Services that find their pods, by NAMESPACE/NAME
	templates map[string]*regexp.Regexp // the names of claims that a StatefulSet makes, by NAMESPACE/NAME of that
}

func surroundingsOf(list []*unstructured.Unstructured) surroundings {
	all := surroundings{selecting: map[string]bool{}, templates: map[string]*regexp.Regexp{}}
	for _, u := range list {
		spec := within(u.Object, "spec")
		switch u.GetKind() {
		case "Service":
			all.selecting[nameOf(u)] = len(within(spec, "selector")) > 0
		case "StatefulSet":
			for _, template := range mapsIn(spec["volumeClaimTemplates"]) {
				name, _ := within(template, "metadata")["name"].(string)
				all.templates[nameOf(u)+"/"+name] = regexp.MustCompile("^" + regexp.QuoteMeta(name+"-"+u.GetName()) + "-[0-9]+$")
			}
		}
	}
	return all
}

func nameOf(u *unstructured.Unstructured) string { return u.GetNamespace() + "/" + u.GetName() }

// reasonToLeave says why an object is not one that somebody wrote; empty: it is.
func (all surroundings) reasonToLeave(u *unstructured.Unstructured) string {
	if owner := metav1.GetControllerOf(u); owner != nil {
		return fmt.Sprintf("is made by %s %s", owner.Kind, owner.Name)
	}
	for _, owner := range u.GetOwnerReferences() { // with which it goes
		return fmt.Sprintf("belongs to %s %s", owner.Kind, owner.Name)
	}
	if release := u.GetLabels()["stowage.dev/release"]; release != "" {
		return "belongs to stowage release " + release + " already"
	}
	if u.GetDeletionTimestamp() != nil {
		return "is being deleted"
	}
	if reason := all.reasonByKind(u); reason != "" {
		return reason
	}
	return reasonByManagers(u)
}

// reasonByKind knows what Kubernetes and the tools around it make of each kind.
func (all surroundings) reasonByKind(u *unstructured.Unstructured) string {
	switch u.GetKind() {
	case "ConfigMap":
		return reasonToLeaveConfigMap(u)
	case "Secret":
		return reasonToLeaveSecret(u)
	case "ServiceAccount":
		if u.GetName() == "default" && isPlainAccount(u) {
			return madeInEach
		}
	case "RoleBinding":
		if strings.HasPrefix(u.GetName(), "system:") {
			return madeInEach
		}
	case "Service":
		if nameOf(u) == "default/kubernetes" {
			return "is made by the API server"
		}
	case "Namespace":
		switch u.GetName() {
		case metav1.NamespaceDefault, metav1.NamespaceSystem, metav1.NamespacePublic, corev1.NamespaceNodeLease:
			return "is made by Kubernetes"
		}
	case "Endpoints":
		if all.selecting[nameOf(u)] || nameOf(u) == "default/kubernetes" {
			return "is made for the Service of this name"
		}
	case "EndpointSlice":
		if by := u.GetLabels()["endpointslice.kubernetes.io/managed-by"]; strings.HasSuffix(by, ".k8s.io") || nameOf(u) == "default/kubernetes" {
			return "is made for a Service"
		}
	case "Event", "Lease", "Node", "PodMetrics", "NodeMetrics", "CSIStorageCapacity", "CSINode", "VolumeAttachment", "ControllerRevision":
		return "is written by the parts of a cluster, for themselves"
	case "Pod":
		return reasonToLeavePod(u)
	case "PersistentVolumeClaim":
		return all.reasonToLeaveClaim(u)
	case "PersistentVolume":
		if by := u.GetAnnotations()["pv.kubernetes.io/provisioned-by"]; by != "" {
			return "is made by " + by + " for a claim"
		}
	}
	return ""
}

const madeInEach = "is made by Kubernetes in each namespace"

// rootCertificates are the ConfigMaps with certificates that every namespace gets.
var rootCertificates = map[string]string{
	"kube-root-ca.crt":         madeInEach,
	"openshift-service-ca.crt": "is made by OpenShift in each namespace",
	"istio-ca-root-cert":       "is made by Istio in each namespace",
}

func reasonToLeaveConfigMap(u *unstructured.Unstructured) string {
	_, elected := u.GetAnnotations()["control-plane.alpha.kubernetes.io/leader"]
	switch {
	case rootCertificates[u.GetName()] != "":
		return rootCertificates[u.GetName()]
	case elected:
		return "is a lock by which a controller elects its leader"
	case u.GetLabels()["owner"] == "helm" && u.GetLabels()["name"] != "":
		return "is a record of Helm release " + u.GetLabels()["name"]
	}
	return ""
}

func reasonToLeaveSecret(u *unstructured.Unstructured) string {
	kind, _ := u.Object["type"].(string)
	account := u.GetAnnotations()[corev1.ServiceAccountNameKey]
	switch {
	case kind == "helm.sh/release.v1":
		return "is a record of Helm release " + u.GetLabels()["name"]
	case strings.HasPrefix(kind, "stowage.dev/"):
		return "is a record of a stowage release"
	case kind == string(corev1.SecretTypeServiceAccountToken) && isGenerated(u.GetName(), account+"-token-"):
		return "is a token that Kubernetes made for ServiceAccount " + account
	case isGenerated(u.GetName(), "default-dockercfg-"), isGenerated(u.GetName(), "builder-dockercfg-"), isGenerated(u.GetName(), "deployer-dockercfg-"):
		return "is made by OpenShift in each namespace"
	}
	if certificate := u.GetAnnotations()["cert-manager.io/certificate-name"]; certificate != "" {
		return "is made by cert-manager for Certificate " + certificate
	}
	return ""
}

// isGenerated reports whether a name is a prefix and the five characters that the server adds.
func isGenerated(name, prefix string) bool {
	const added = 5
	rest, ok := strings.CutPrefix(name, prefix)
	return ok && len(rest) == added
}

// isPlainAccount reports whether an account is as Kubernetes makes it.
func isPlainAccount(u *unstructured.Unstructured) bool {
	written := asWritten(u)
	for name := range written.Object {
		switch name {
		case "apiVersion", "kind", "metadata":
		default:
			return false
		}
	}
	return len(written.GetLabels()) == 0 && len(written.GetAnnotations()) == 0
}

func reasonToLeavePod(u *unstructured.Unstructured) string {
	if _, mirror := u.GetAnnotations()[corev1.MirrorPodAnnotationKey]; mirror {
		return "is made by the kubelet of its node"
	}
	if phase := within(u.Object, "status")["phase"]; phase == string(corev1.PodSucceeded) || phase == string(corev1.PodFailed) {
		return "has ended, and no controller makes it again"
	}
	return ""
}

func (all surroundings) reasonToLeaveClaim(u *unstructured.Unstructured) string {
	for template, names := range all.templates {
		namespace, rest, _ := strings.Cut(template, "/")
		if set, _, _ := strings.Cut(rest, "/"); namespace == u.GetNamespace() && names.MatchString(u.GetName()) {
			return "is made by StatefulSet " + set
		}
	}
	return ""
}

// reasonByManagers leaves out what nobody but controllers has ever written.
func reasonByManagers(u *unstructured.Unstructured) string {
	made := ""
	for _, entry := range managedEntries(u) {
		manager, _ := entry["manager"].(string)
		if entry["subresource"] == "status" {
			continue
		}
		if !isController(manager) {
			return ""
		}
		made = manager
	}
	if made == "" {
		return ""
	}
	return "is made by " + made
}
