package manifest

import (
	"reflect"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	flowcontrolv1 "k8s.io/api/flowcontrol/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	resourcev1 "k8s.io/api/resource/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	storagev1 "k8s.io/api/storage/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

type values = map[string]any

// constants are the defaults that depend on nothing, by type, wherever in an object it stands.
var constants = map[reflect.Type]values{
	reflect.TypeFor[corev1.PodSpec](): {
		"dnsPolicy":                     "ClusterFirst",
		"restartPolicy":                 "Always",
		"schedulerName":                 "default-scheduler",
		"securityContext":               values{},
		"terminationGracePeriodSeconds": int64(30),
	},
	reflect.TypeFor[corev1.Container]():                inContainer,
	reflect.TypeFor[corev1.EphemeralContainerCommon](): inContainer,
	reflect.TypeFor[corev1.ContainerPort]():            {"protocol": "TCP"},
	reflect.TypeFor[corev1.Probe](): {
		"failureThreshold": int64(3), "periodSeconds": int64(10), "successThreshold": int64(1), "timeoutSeconds": int64(1),
	},
	reflect.TypeFor[corev1.HTTPGetAction]():                 {"path": "/", "scheme": "HTTP"},
	reflect.TypeFor[corev1.GRPCAction]():                    {"service": ""},
	reflect.TypeFor[corev1.ObjectFieldSelector]():           {"apiVersion": "v1"},
	reflect.TypeFor[corev1.FileKeySelector]():               {"optional": false},
	reflect.TypeFor[corev1.ResourceFieldSelector]():         {"divisor": "0"},
	reflect.TypeFor[corev1.ConfigMapVolumeSource]():         {"defaultMode": readableMode},
	reflect.TypeFor[corev1.SecretVolumeSource]():            {"defaultMode": readableMode},
	reflect.TypeFor[corev1.DownwardAPIVolumeSource]():       {"defaultMode": readableMode},
	reflect.TypeFor[corev1.ProjectedVolumeSource]():         {"defaultMode": readableMode},
	reflect.TypeFor[corev1.ServiceAccountTokenProjection](): {"expirationSeconds": int64(3600)},
	reflect.TypeFor[corev1.HostPathVolumeSource]():          {"type": ""},
	reflect.TypeFor[corev1.ISCSIVolumeSource]():             {"iscsiInterface": "default"},
	reflect.TypeFor[corev1.ISCSIPersistentVolumeSource]():   {"iscsiInterface": "default"},
	reflect.TypeFor[corev1.RBDVolumeSource]():               inRBD,
	reflect.TypeFor[corev1.RBDPersistentVolumeSource]():     inRBD,
	reflect.TypeFor[corev1.ScaleIOVolumeSource]():           inScaleIO,
	reflect.TypeFor[corev1.ScaleIOPersistentVolumeSource](): inScaleIO,
	reflect.TypeFor[corev1.AzureDiskVolumeSource](): {
		"cachingMode": "ReadWrite", "fsType": "ext4", "kind": "Shared", "readOnly": false,
	},

	reflect.TypeFor[corev1.Secret]():                    {"type": "Opaque"},
	reflect.TypeFor[corev1.ServiceSpec]():               {"sessionAffinity": "None", "type": "ClusterIP"},
	reflect.TypeFor[corev1.ServicePort]():               {"protocol": "TCP"},
	reflect.TypeFor[corev1.EndpointPort]():              {"protocol": "TCP"},
	reflect.TypeFor[corev1.NamespaceSpec]():             {"finalizers": []any{"kubernetes"}},
	reflect.TypeFor[corev1.PersistentVolumeClaimSpec](): {"volumeMode": "Filesystem"},
	reflect.TypeFor[corev1.PersistentVolumeSpec]():      {"persistentVolumeReclaimPolicy": "Retain", "volumeMode": "Filesystem"},
	// Of the claim templates of a StatefulSet: a claim of its own says its kind, and has no status here.
	reflect.TypeFor[corev1.PersistentVolumeClaim]():       {"apiVersion": "v1", "kind": "PersistentVolumeClaim"},
	reflect.TypeFor[corev1.PersistentVolumeClaimStatus](): {"phase": "Pending"},
	reflect.TypeFor[corev1.ReplicationControllerSpec]():   {"replicas": int64(1)},

	reflect.TypeFor[appsv1.DeploymentSpec](): {
		"progressDeadlineSeconds": int64(600), "replicas": int64(1), "revisionHistoryLimit": int64(10),
	},
	reflect.TypeFor[appsv1.DeploymentStrategy]():      {"type": "RollingUpdate"},
	reflect.TypeFor[appsv1.RollingUpdateDeployment](): {"maxSurge": "25%", "maxUnavailable": "25%"},
	reflect.TypeFor[appsv1.StatefulSetSpec](): {
		"persistentVolumeClaimRetentionPolicy": values{},
		"podManagementPolicy":                  "OrderedReady",
		"replicas":                             int64(1),
		"revisionHistoryLimit":                 int64(10),
		"serviceName":                          "",
	},
	reflect.TypeFor[appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy](): {"whenDeleted": "Retain", "whenScaled": "Retain"},
	reflect.TypeFor[appsv1.RollingUpdateStatefulSetStrategy]():                {"partition": int64(0)},
	reflect.TypeFor[appsv1.DaemonSetSpec]():                                   {"revisionHistoryLimit": int64(10)},
	reflect.TypeFor[appsv1.DaemonSetUpdateStrategy]():                         {"type": "RollingUpdate"},
	reflect.TypeFor[appsv1.RollingUpdateDaemonSet]():                          {"maxSurge": int64(0), "maxUnavailable": int64(1)},
	reflect.TypeFor[appsv1.ReplicaSetSpec]():                                  {"replicas": int64(1)},

	reflect.TypeFor[batchv1.CronJobSpec](): {
		"concurrencyPolicy": "Allow", "failedJobsHistoryLimit": int64(1), "successfulJobsHistoryLimit": int64(3), "suspend": false,
	},
	reflect.TypeFor[batchv1.PodFailurePolicyOnPodConditionsPattern](): {"status": "True"},

	reflect.TypeFor[autoscalingv1.HorizontalPodAutoscalerSpec](): {"minReplicas": int64(1)},
	reflect.TypeFor[autoscalingv2.HorizontalPodAutoscalerSpec](): {
		"minReplicas": int64(1),
		"metrics": []any{values{
			"type": "Resource",
			"resource": values{
				"name": "cpu", "target": values{"type": "Utilization", "averageUtilization": int64(80)},
			},
		}},
	},

	reflect.TypeFor[networkingv1.NetworkPolicyPort]():               {"protocol": "TCP"},
	reflect.TypeFor[networkingv1.IngressClassParametersReference](): {"scope": "Cluster"},
	reflect.TypeFor[rbacv1.RoleRef]():                               {"apiGroup": rbacv1.GroupName},
	reflect.TypeFor[schedulingv1.PriorityClass]():                   {"preemptionPolicy": "PreemptLowerPriority"},
	reflect.TypeFor[storagev1.StorageClass]():                       {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"},
	reflect.TypeFor[storagev1.CSIDriverSpec](): {
		"attachRequired": true, "fsGroupPolicy": "ReadWriteOnceWithFSType", "podInfoOnMount": false, "requiresRepublish": false,
		"seLinuxMount": false, "storageCapacity": false, "volumeLifecycleModes": []any{"Persistent"},
	},
	reflect.TypeFor[discoveryv1.EndpointPort](): {"name": "", "protocol": "TCP"},

	reflect.TypeFor[admissionv1.ValidatingWebhook](): {
		"failurePolicy": "Fail", "matchPolicy": "Equivalent", "namespaceSelector": values{}, "objectSelector": values{},
		"timeoutSeconds": int64(10),
	},
	reflect.TypeFor[admissionv1.MutatingWebhook](): {
		"failurePolicy": "Fail", "matchPolicy": "Equivalent", "namespaceSelector": values{}, "objectSelector": values{},
		"timeoutSeconds": int64(10), "reinvocationPolicy": "Never",
	},
	reflect.TypeFor[admissionv1.Rule]():                          {"scope": "*"},
	reflect.TypeFor[admissionv1.ServiceReference]():              {"port": int64(443)},
	reflect.TypeFor[admissionv1.ValidatingAdmissionPolicySpec](): {"failurePolicy": "Fail"},
	reflect.TypeFor[admissionv1.MutatingAdmissionPolicySpec]():   {"failurePolicy": "Fail"},
	reflect.TypeFor[admissionv1.MatchResources](): {
		"matchPolicy": "Equivalent", "namespaceSelector": values{}, "objectSelector": values{},
	},

	reflect.TypeFor[flowcontrolv1.FlowSchemaSpec]():                    {"matchingPrecedence": int64(1000)},
	reflect.TypeFor[flowcontrolv1.ExemptPriorityLevelConfiguration]():  {"lendablePercent": int64(0), "nominalConcurrencyShares": int64(0)},
	reflect.TypeFor[flowcontrolv1.LimitedPriorityLevelConfiguration](): {"lendablePercent": int64(0), "nominalConcurrencyShares": int64(30)},
	reflect.TypeFor[flowcontrolv1.QueuingConfiguration]():              {"handSize": int64(8), "queueLengthLimit": int64(50), "queues": int64(64)},
	reflect.TypeFor[resourcev1.ExactDeviceRequest]():                   {"allocationMode": "ExactCount"},
	reflect.TypeFor[resourcev1.DeviceSubRequest]():                     {"allocationMode": "ExactCount"},
	reflect.TypeFor[apiextensionsv1.CustomResourceDefinitionSpec]():    {"conversion": values{"strategy": "None"}},
	reflect.TypeFor[apiextensionsv1.ServiceReference]():                {"port": int64(443)},
}

// readableMode is 0644: what a mounted file may be used for when nothing else is said.
const readableMode = int64(0o644)

var (
	inContainer = values{"terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"}
	inRBD       = values{"keyring": "/etc/ceph/keyring", "pool": "rbd", "user": "admin"}
	inScaleIO   = values{"fsType": "xfs", "storageMode": "ThinProvisioned"}
)
