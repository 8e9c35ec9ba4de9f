package kube

import "k8s.io/apimachinery/pkg/runtime/schema"

// scope tells where the objects of a kind live.
type scope int

const (
	inCluster scope = iota + 1
	inNamespace
)

// builtin holds the kinds that every cluster has, so that no discovery is
// needed for them. Their resource names follow from the kinds by rule. A kind
// that is missing here works too, at the price of a discovery request.
var builtin = map[schema.GroupKind]scope{
	{Kind: "ConfigMap"}:             inNamespace,
	{Kind: "Endpoints"}:             inNamespace,
	{Kind: "Event"}:                 inNamespace,
	{Kind: "LimitRange"}:            inNamespace,
	{Kind: "Namespace"}:             inCluster,
	{Kind: "Node"}:                  inCluster,
	{Kind: "PersistentVolume"}:      inCluster,
	{Kind: "PersistentVolumeClaim"}: inNamespace,
	{Kind: "Pod"}:                   inNamespace,
	{Kind: "PodTemplate"}:           inNamespace,
	{Kind: "ReplicationController"}: inNamespace,
	{Kind: "ResourceQuota"}:         inNamespace,
	{Kind: "Secret"}:                inNamespace,
	{Kind: "Service"}:               inNamespace,
	{Kind: "ServiceAccount"}:        inNamespace,

	{Group: "admissionregistration.k8s.io", Kind: "MutatingWebhookConfiguration"}:     inCluster,
	{Group: "admissionregistration.k8s.io", Kind: "ValidatingAdmissionPolicy"}:        inCluster,
	{Group: "admissionregistration.k8s.io", Kind: "ValidatingAdmissionPolicyBinding"}: inCluster,
	{Group: "admissionregistration.k8s.io", Kind: "ValidatingWebhookConfiguration"}:   inCluster,
	{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}:                 inCluster,
	{Group: "apiregistration.k8s.io", Kind: "APIService"}:                             inCluster,

	{Group: "apps", Kind: "ControllerRevision"}: inNamespace,
	{Group: "apps", Kind: "DaemonSet"}:          inNamespace,
	{Group: "apps", Kind: "Deployment"}:         inNamespace,
	{Group: "apps", Kind: "ReplicaSet"}:         inNamespace,
	{Group: "apps", Kind: "StatefulSet"}:        inNamespace,

	{Group: "autoscaling", Kind: "HorizontalPodAutoscaler"}:           inNamespace,
	{Group: "batch", Kind: "CronJob"}:                                 inNamespace,
	{Group: "batch", Kind: "Job"}:                                     inNamespace,
	{Group: "certificates.k8s.io", Kind: "CertificateSigningRequest"}: inCluster,
	{Group: "coordination.k8s.io", Kind: "Lease"}:                     inNamespace,
	{Group: "discovery.k8s.io", Kind: "EndpointSlice"}:                inNamespace,
	{Group: "events.k8s.io", Kind: "Event"}:                           inNamespace,
	{Group: "flowcontrol.apiserver.k8s.io", Kind: "FlowSchema"}:       inCluster,
	{Group: "networking.k8s.io", Kind: "Ingress"}:                     inNamespace,
	{Group: "networking.k8s.io", Kind: "IngressClass"}:                inCluster,
	{Group: "networking.k8s.io", Kind: "NetworkPolicy"}:               inNamespace,
	{Group: "node.k8s.io", Kind: "RuntimeClass"}:                      inCluster,
	{Group: "policy", Kind: "PodDisruptionBudget"}:                    inNamespace,
	{Group: "rbac.authorization.k8s.io", Kind: "ClusterRole"}:         inCluster,
	{Group: "rbac.authorization.k8s.io", Kind: "ClusterRoleBinding"}:  inCluster,
	{Group: "rbac.authorization.k8s.io", Kind: "Role"}:                inNamespace,
	{Group: "rbac.authorization.k8s.io", Kind: "RoleBinding"}:         inNamespace,
	{Group: "scheduling.k8s.io", Kind: "PriorityClass"}:               inCluster,
	{Group: "storage.k8s.io", Kind: "CSIDriver"}:                      inCluster,
	{Group: "storage.k8s.io", Kind: "CSINode"}:                        inCluster,
	{Group: "storage.k8s.io", Kind: "CSIStorageCapacity"}:             inNamespace,
	{Group: "storage.k8s.io", Kind: "StorageClass"}:                   inCluster,
	{Group: "storage.k8s.io", Kind: "VolumeAttachment"}:               inCluster,
}
