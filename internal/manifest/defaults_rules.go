package manifest

import (
	"encoding/base64"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	resourcev1 "k8s.io/api/resource/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

// rule fills in the defaults of a type that depend on its other fields.
type rule struct {
	// fields are those that it may fill in, as paths with dots, in the order in which they can be left
	// out again.
	fields []string
	fill   func(object values)
}

// rules are applied after the constants of the same type, and before those of what is inside of it.
var rules = map[reflect.Type]rule{
	reflect.TypeFor[corev1.Pod]():                       {[]string{"spec.enableServiceLinks"}, fillPod},
	reflect.TypeFor[corev1.PodSpec]():                   {[]string{"serviceAccount", "serviceAccountName"}, fillServiceAccount},
	reflect.TypeFor[corev1.Container]():                 {[]string{"imagePullPolicy"}, pullPolicy("imagePullPolicy", "image")},
	reflect.TypeFor[corev1.EphemeralContainerCommon]():  {[]string{"imagePullPolicy"}, pullPolicy("imagePullPolicy", "image")},
	reflect.TypeFor[corev1.ImageVolumeSource]():         {[]string{"pullPolicy"}, pullPolicy("pullPolicy", "reference")},
	reflect.TypeFor[corev1.Volume]():                    {[]string{"emptyDir"}, fillVolume},
	reflect.TypeFor[corev1.ServiceSpec]():               {[]string{"allocateLoadBalancerNodePorts", "externalTrafficPolicy", "internalTrafficPolicy", "sessionAffinityConfig"}, fillService},
	reflect.TypeFor[corev1.ServicePort]():               {[]string{"targetPort"}, fillServicePort},
	reflect.TypeFor[corev1.Secret]():                    {nil, foldStringData},
	reflect.TypeFor[corev1.Namespace]():                 {[]string{"metadata.labels"}, fillNamespace},
	reflect.TypeFor[corev1.PersistentVolumeClaimSpec](): {[]string{"dataSource", "dataSourceRef"}, fillDataSource},
	reflect.TypeFor[corev1.LimitRangeItem]():            {[]string{"defaultRequest", "default"}, fillLimits},
	reflect.TypeFor[corev1.ReplicationController]():     {[]string{"metadata.labels", "spec.selector"}, fillReplicationController},

	reflect.TypeFor[appsv1.DeploymentStrategy]():        {[]string{"rollingUpdate"}, fillRollingUpdate},
	reflect.TypeFor[appsv1.DaemonSetUpdateStrategy]():   {[]string{"rollingUpdate"}, fillRollingUpdate},
	reflect.TypeFor[appsv1.StatefulSetUpdateStrategy](): {[]string{"type", "rollingUpdate"}, fillStatefulSetUpdate},

	reflect.TypeFor[batchv1.Job](): {[]string{
		"metadata.labels", "spec.backoffLimit", "spec.completionMode", "spec.manualSelector", "spec.parallelism", "spec.completions",
		"spec.podReplacementPolicy", "spec.suspend",
	}, fillJob},
	reflect.TypeFor[autoscalingv2.HorizontalPodAutoscalerBehavior](): {[]string{
		"scaleUp.policies", "scaleUp.selectPolicy", "scaleUp.stabilizationWindowSeconds", "scaleUp",
		"scaleDown.policies", "scaleDown.selectPolicy", "scaleDown",
	}, fillBehavior},
	reflect.TypeFor[networkingv1.NetworkPolicySpec]():                {[]string{"policyTypes"}, fillPolicyTypes},
	reflect.TypeFor[rbacv1.Subject]():                                {[]string{"apiGroup"}, fillSubject},
	reflect.TypeFor[resourcev1.ExactDeviceRequest]():                 {[]string{"count"}, fillDeviceCount},
	reflect.TypeFor[resourcev1.DeviceSubRequest]():                   {[]string{"count"}, fillDeviceCount},
	reflect.TypeFor[apiextensionsv1.CustomResourceDefinitionNames](): {[]string{"listKind", "singular"}, fillNames},
}

// lookInside are the types whose rules depend on what is in lists and maps.
var lookInside = map[reflect.Type]bool{
	reflect.TypeFor[corev1.Pod]():                                    true,
	reflect.TypeFor[corev1.Namespace]():                              true,
	reflect.TypeFor[corev1.ServiceSpec]():                            true,
	reflect.TypeFor[corev1.LimitRangeItem]():                         true,
	reflect.TypeFor[corev1.ReplicationController]():                  true,
	reflect.TypeFor[batchv1.Job]():                                   true,
	reflect.TypeFor[autoscalingv2.HorizontalPodAutoscalerBehavior](): true,
	reflect.TypeFor[networkingv1.NetworkPolicySpec]():                true,
}

// absent sets a field that is not there.
func absent(object values, name string, value any) {
	if _, has := object[name]; !has {
		object[name] = value
	}
}

// within returns the map at a field, or nil.
func within(object values, name string) values {
	inside, _ := object[name].(values)
	return inside
}

// mapsIn returns the maps of a list.
func mapsIn(list any) []values {
	items, _ := list.([]any)
	var found []values
	for _, item := range items {
		if m, ok := item.(values); ok {
			found = append(found, m)
		}
	}
	return found
}

func fillPod(pod values) {
	spec := within(pod, "spec")
	if spec == nil {
		return
	}
	absent(spec, "enableServiceLinks", true)
	containers := slices.Concat(mapsIn(spec["containers"]), mapsIn(spec["initContainers"]))
	for _, container := range containers {
		resources := within(container, "resources")
		if limits := within(resources, "limits"); limits != nil {
			resources["requests"] = overlaid(limits, within(resources, "requests"))
		}
	}
	if spec["hostNetwork"] == true {
		for _, container := range containers {
			for _, port := range mapsIn(container["ports"]) {
				absent(port, "hostPort", port["containerPort"])
			}
		}
	}
}

// overlaid returns the fields of base with those of over in their place.
func overlaid(base, over values) values {
	both := make(values, len(base)+len(over))
	maps.Copy(both, base)
	maps.Copy(both, over)
	return copiedMap(both)
}

// fillServiceAccount keeps the old name of a field and the present one alike.
func fillServiceAccount(spec values) {
	if name, ok := spec["serviceAccountName"]; ok {
		spec["serviceAccount"] = name
	} else if name, ok := spec["serviceAccount"]; ok {
		spec["serviceAccountName"] = name
	}
}

func pullPolicy(field, image string) func(values) {
	return func(object values) {
		reference, _ := object[image].(string)
		policy := "IfNotPresent"
		if isLatest(reference) {
			policy = "Always"
		}
		if field != "pullPolicy" || reference != "" {
			absent(object, field, policy)
		}
	}
}

func fillVolume(volume values) {
	for name := range volume {
		if f := structOf(reflect.TypeFor[corev1.VolumeSource]()).byName[name]; f != nil {
			return
		}
	}
	volume["emptyDir"] = values{}
}

func fillService(spec values) {
	switch spec["sessionAffinity"] {
	case "None":
		delete(spec, "sessionAffinityConfig")
	case "ClientIP":
		if _, has := within(within(spec, "sessionAffinityConfig"), "clientIP")["timeoutSeconds"]; !has {
			spec["sessionAffinityConfig"] = values{"clientIP": values{"timeoutSeconds": int64(10800)}}
		}
	}
	external, _ := spec["externalIPs"].([]any)
	kind := spec["type"]
	if kind == "NodePort" || kind == "LoadBalancer" || kind == "ClusterIP" && len(external) > 0 {
		absent(spec, "externalTrafficPolicy", "Cluster")
	}
	if kind == "NodePort" || kind == "LoadBalancer" || kind == "ClusterIP" {
		absent(spec, "internalTrafficPolicy", "Cluster")
	}
	if kind == "LoadBalancer" {
		absent(spec, "allocateLoadBalancerNodePorts", true)
	}
}

func fillServicePort(port values) {
	switch port["targetPort"] {
	case nil, int64(0), "":
		if number, ok := port["port"]; ok {
			port["targetPort"] = number
		}
	}
}

// foldStringData does what the server does with the part of a Secret that can only be written.
func foldStringData(secret values) {
	written := within(secret, "stringData")
	if written == nil {
		return
	}
	data := within(secret, "data")
	if data == nil {
		data = values{}
	}
	for key, value := range written {
		text, ok := value.(string)
		if !ok {
			return
		}
		data[key] = base64.StdEncoding.EncodeToString([]byte(text))
	}
	secret["data"] = data
	delete(secret, "stringData")
}

func fillNamespace(namespace values) {
	metadata := within(namespace, "metadata")
	name, _ := metadata["name"].(string)
	if name == "" {
		return
	}
	labels := within(metadata, "labels")
	if labels == nil {
		labels = values{}
	}
	labels[corev1.LabelMetadataName] = name
	metadata["labels"] = labels
}

// fillDataSource keeps both ways of saying what a claim begins with alike.
func fillDataSource(spec values) {
	source, reference := within(spec, "dataSource"), within(spec, "dataSourceRef")
	switch {
	case source != nil && reference == nil:
		spec["dataSourceRef"] = copiedMap(source)
	case source == nil && reference != nil && reference["namespace"] == nil:
		spec["dataSource"] = copiedMap(reference)
	}
}

func fillLimits(item values) {
	if item["type"] != "Container" {
		return
	}
	limits := overlaid(within(item, "max"), within(item, "default"))
	requests := overlaid(within(item, "min"), overlaid(limits, within(item, "defaultRequest")))
	if len(limits) > 0 {
		item["default"] = limits
	}
	if len(requests) > 0 {
		item["defaultRequest"] = requests
	}
}

func fillReplicationController(controller values) {
	spec := within(controller, "spec")
	labels := within(within(within(spec, "template"), "metadata"), "labels")
	if len(labels) == 0 {
		return
	}
	absent(spec, "selector", copiedMap(labels))
	if metadata := within(controller, "metadata"); metadata != nil {
		absent(metadata, "labels", copiedMap(labels))
	}
}

func fillRollingUpdate(strategy values) {
	if strategy["type"] == "RollingUpdate" {
		absent(strategy, "rollingUpdate", values{})
	}
}

// fillStatefulSetUpdate leaves out the details where the type is written without them.
func fillStatefulSetUpdate(strategy values) {
	if _, has := strategy["type"]; !has {
		strategy["type"] = "RollingUpdate"
		absent(strategy, "rollingUpdate", values{})
	}
}

func fillJob(job values) {
	spec := within(job, "spec")
	if spec == nil {
		return
	}
	if _, has := spec["parallelism"]; !has {
		absent(spec, "completions", int64(1))
	}
	absent(spec, "parallelism", int64(1))
	absent(spec, "completionMode", "NonIndexed")
	absent(spec, "suspend", false)
	absent(spec, "manualSelector", false)
	retries := int64(6)
	if _, each := spec["backoffLimitPerIndex"]; each {
		retries = math.MaxInt32
	}
	absent(spec, "backoffLimit", retries)
	replaced := "TerminatingOrFailed"
	if _, has := spec["podFailurePolicy"]; has {
		replaced = "Failed"
	}
	absent(spec, "podReplacementPolicy", replaced)
	labels := within(within(within(spec, "template"), "metadata"), "labels")
	if metadata := within(job, "metadata"); metadata != nil && len(labels) > 0 {
		absent(metadata, "labels", copiedMap(labels))
	}
}

func fillBehavior(behavior values) {
	percent := values{"type": "Percent", "value": int64(100), "periodSeconds": int64(15)}
	pods := values{"type": "Pods", "value": int64(4), "periodSeconds": int64(15)}
	for direction, policies := range map[string][]any{"scaleUp": {pods, percent}, "scaleDown": {percent}} {
		absent(behavior, direction, values{})
		if scaling := within(behavior, direction); scaling != nil {
			absent(scaling, "selectPolicy", "Max")
			absent(scaling, "policies", copied(policies))
			if direction == "scaleUp" {
				absent(scaling, "stabilizationWindowSeconds", int64(0))
			}
		}
	}
}

func fillPolicyTypes(spec values) {
	types := []any{"Ingress"}
	if egress, _ := spec["egress"].([]any); len(egress) > 0 {
		types = append(types, "Egress")
	}
	absent(spec, "policyTypes", types)
}

func fillSubject(subject values) {
	if kind := subject["kind"]; kind == rbacv1.UserKind || kind == rbacv1.GroupKind {
		absent(subject, "apiGroup", rbacv1.GroupName)
	}
}

func fillDeviceCount(request values) {
	if request["allocationMode"] == "ExactCount" {
		absent(request, "count", int64(1))
	}
}

func fillNames(names values) {
	kind, _ := names["kind"].(string)
	if kind == "" {
		return
	}
	absent(names, "singular", strings.ToLower(kind))
	absent(names, "listKind", kind+"List")
}
