package manifest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	storagev1 "k8s.io/api/storage/v1"
	pathsegment "k8s.io/apimachinery/pkg/api/validate/content"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation"
)

// words are the values that a type takes. The API server compares them as they are.
var words = map[reflect.Type][]string{
	reflect.TypeFor[admissionregistrationv1.FailurePolicyType]():       {"Fail", "Ignore"},
	reflect.TypeFor[admissionregistrationv1.SideEffectClass]():         {"None", "NoneOnDryRun", "Some", "Unknown"},
	reflect.TypeFor[appsv1.DaemonSetUpdateStrategyType]():              {"OnDelete", "RollingUpdate"},
	reflect.TypeFor[appsv1.DeploymentStrategyType]():                   {"Recreate", "RollingUpdate"},
	reflect.TypeFor[appsv1.PodManagementPolicyType]():                  {"OrderedReady", "Parallel"},
	reflect.TypeFor[appsv1.StatefulSetUpdateStrategyType]():            {"OnDelete", "RollingUpdate"},
	reflect.TypeFor[autoscalingv2.MetricSourceType]():                  {"ContainerResource", "External", "Object", "Pods", "Resource"},
	reflect.TypeFor[autoscalingv2.MetricTargetType]():                  {"AverageValue", "Utilization", "Value"},
	reflect.TypeFor[autoscalingv2.ScalingPolicySelect]():               {"Disabled", "Max", "Min"},
	reflect.TypeFor[batchv1.CompletionMode]():                          {"Indexed", "NonIndexed"},
	reflect.TypeFor[batchv1.ConcurrencyPolicy]():                       {"Allow", "Forbid", "Replace"},
	reflect.TypeFor[corev1.DNSPolicy]():                                {"ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"},
	reflect.TypeFor[corev1.MountPropagationMode]():                     {"Bidirectional", "HostToContainer", "None"},
	reflect.TypeFor[corev1.PersistentVolumeAccessMode]():               {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"},
	reflect.TypeFor[corev1.PersistentVolumeMode]():                     {"Block", "Filesystem"},
	reflect.TypeFor[corev1.PersistentVolumeReclaimPolicy]():            {"Delete", "Recycle", "Retain"},
	reflect.TypeFor[corev1.PreemptionPolicy]():                         {"Never", "PreemptLowerPriority"},
	reflect.TypeFor[corev1.Protocol]():                                 {"SCTP", "TCP", "UDP"},
	reflect.TypeFor[corev1.PullPolicy]():                               {"Always", "IfNotPresent", "Never"},
	reflect.TypeFor[corev1.RestartPolicy]():                            {"Always", "Never", "OnFailure"},
	reflect.TypeFor[corev1.ServiceAffinity]():                          {"ClientIP", "None"},
	reflect.TypeFor[corev1.ServiceExternalTrafficPolicy]():             {"Cluster", "Local"},
	reflect.TypeFor[corev1.ServiceInternalTrafficPolicy]():             {"Cluster", "Local"},
	reflect.TypeFor[corev1.ServiceType]():                              {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"},
	reflect.TypeFor[corev1.TaintEffect]():                              {"NoExecute", "NoSchedule", "PreferNoSchedule"},
	reflect.TypeFor[corev1.TolerationOperator]():                       {"Equal", "Exists", "Gt", "Lt"},
	reflect.TypeFor[corev1.UnsatisfiableConstraintAction]():            {"DoNotSchedule", "ScheduleAnyway"},
	reflect.TypeFor[corev1.URIScheme]():                                {"HTTP", "HTTPS"},
	reflect.TypeFor[metav1.LabelSelectorOperator]():                    {"DoesNotExist", "Exists", "In", "NotIn"},
	reflect.TypeFor[networkingv1.PathType]():                           {"Exact", "ImplementationSpecific", "Prefix"},
	reflect.TypeFor[networkingv1.PolicyType]():                         {"Egress", "Ingress"},
	reflect.TypeFor[policyv1.UnhealthyPodEvictionPolicyType]():         {"AlwaysAllow", "IfHealthyBudget"},
	reflect.TypeFor[storagev1.VolumeBindingMode]():                     {"Immediate", "WaitForFirstConsumer"},
	reflect.TypeFor[appsv1.PersistentVolumeClaimRetentionPolicyType](): {"Delete", "Retain"},
	reflect.TypeFor[corev1.PodFSGroupChangePolicy]():                   {"Always", "OnRootMismatch"},
	reflect.TypeFor[corev1.TerminationMessagePolicy]():                 {"FallbackToLogsOnError", "File"},
	reflect.TypeFor[corev1.NodeSelectorOperator]():                     {"DoesNotExist", "Exists", "Gt", "In", "Lt", "NotIn"},
}

// word checks a text that only some values are allowed for. An empty one is what is not written.
func (c *checker) word(path string, t reflect.Type, text string) {
	allowed := words[t]
	if allowed == nil || text == "" || slices.Contains(allowed, text) {
		return
	}
	hint := "write " + strings.Join(allowed[:len(allowed)-1], ", ") + " or " + allowed[len(allowed)-1]
	if near := nearest(text, allowed); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	c.fail(path, hint, "%q is not allowed here", text)
}

// nameRules are the rules for names of kinds that have others than most, by GROUP/KIND.
var nameRules = map[string]func(string) []string{
	"/Service":                                     validation.IsDNS1123Label,
	"/Namespace":                                   validation.IsDNS1123Label,
	"certificates.k8s.io/ClusterTrustBundle":       pathsegment.IsPathSegmentName, // SIGNER:NAME
	"rbac.authorization.k8s.io/Role":               pathsegment.IsPathSegmentName,
	"rbac.authorization.k8s.io/ClusterRole":        pathsegment.IsPathSegmentName,
	"rbac.authorization.k8s.io/RoleBinding":        pathsegment.IsPathSegmentName,
	"rbac.authorization.k8s.io/ClusterRoleBinding": pathsegment.IsPathSegmentName,
}

// names checks the names, labels and annotations of the object, and the names that its pods use.
func (c *checker) names(gvk schema.GroupVersionKind) {
	u := c.document.Object
	rule := nameRules[gvk.Group+"/"+gvk.Kind]
	switch {
	case rule != nil:
	case typeOf(gvk) == nil:
		rule = pathsegment.IsPathSegmentName
	default:
		rule = validation.IsDNS1123Subdomain
	}
	c.name("metadata.name", u.GetName(), rule)
	if namespace := u.GetNamespace(); namespace != "" {
		c.name("metadata.namespace", namespace, validation.IsDNS1123Label)
	}
	metadata, _ := u.Object["metadata"].(map[string]any)
	labels, _ := metadata["labels"].(map[string]any)
	for key, value := range labels {
		at := Path("metadata.labels", key)
		c.name(at, key, validation.IsQualifiedName)
		if text, ok := value.(string); ok {
			c.name(at, text, validation.IsValidLabelValue)
		} else if value != nil && typeOf(gvk) == nil { // the types of a known kind say the same
			c.fail(at, quoteHint(value), "must be text, not %s", show(value))
		}
	}
	annotations, _ := metadata["annotations"].(map[string]any)
	for key := range annotations {
		c.name(Path("metadata.annotations", key), strings.ToLower(key), validation.IsQualifiedName)
	}
}

func (c *checker) name(path, name string, rule func(string) []string) {
	if errs := rule(name); len(errs) > 0 {
		hint, _, _ := strings.Cut(errs[0], " (e.g.")
		if strings.Contains(name, "{{") {
			hint = templateHint
		}
		c.fail(path, hint, "%q is not allowed", name)
	}
}
