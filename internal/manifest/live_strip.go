package manifest

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// serversAnnotations and serversLabels are written by the server, its controllers and admission, on any kind;
// the beginnings of names end in "/".
var (
	serversAnnotations = []string{
		corev1.LastAppliedConfigAnnotation,
		"autoscaling.alpha.kubernetes.io/",
		"batch.kubernetes.io/cronjob-scheduled-timestamp",
		"batch.kubernetes.io/job-tracking",
		"cloud.google.com/neg-status",
		"control-plane.alpha.kubernetes.io/leader",
		"deployment.kubernetes.io/",
		"deprecated.daemonset.template.generation",
		"endpoints.kubernetes.io/last-change-trigger-time",
		"field.cattle.io/publicEndpoints",
		"kubernetes.io/service-account.uid",
		"pv.kubernetes.io/",
		"volume.beta.kubernetes.io/storage-provisioner",
		"volume.kubernetes.io/selected-node",
		"volume.kubernetes.io/storage-provisioner",
		"volume.kubernetes.io/storage-resizer",
	}
	serversLabels = []string{
		"batch.kubernetes.io/controller-uid", "controller-uid", "controller-revision-hash", "pod-template-hash", "pod-template-generation",
		"statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index",
	}
	serversFinalizers = []string{
		"batch.kubernetes.io/job-tracking", "foregroundDeletion", "kubernetes", "kubernetes.io/pv-protection", "kubernetes.io/pvc-protection",
		"orphan", "service.kubernetes.io/load-balancer-cleanup", "external-provisioner.volume.kubernetes.io/finalizer",
	}
)

// dropNamed takes entries out of a map, and the map if nothing is left of it.
func dropNamed(object values, field string, names []string) {
	entries := within(object, field)
	for name := range entries {
		if slices.ContainsFunc(names, func(n string) bool { return name == n || strings.HasSuffix(n, "/") && strings.HasPrefix(name, n) }) {
			delete(entries, name)
		}
	}
	if entries != nil && len(entries) == 0 {
		delete(object, field)
	}
}

func dropFinalizers(metadata values) {
	list, _ := metadata["finalizers"].([]any)
	list = slices.DeleteFunc(list, func(item any) bool {
		name, _ := item.(string)
		return slices.Contains(serversFinalizers, name)
	})
	if len(list) == 0 {
		delete(metadata, "finalizers")
	} else {
		metadata["finalizers"] = list
	}
}

// strips take out what the server fills in on objects of a kind, where no evidence tells.
var strips = map[schema.GroupKind]func(object values){
	{Kind: "Service"}:               stripService,
	{Kind: "PersistentVolumeClaim"}: stripClaim,
	{Kind: "PersistentVolume"}:      stripVolume,
	{Kind: "Pod"}:                   stripPod,
	{Kind: "Secret"}:                stripSecret,
	{Kind: "ServiceAccount"}:        stripAccount,
	{Group: "batch", Kind: "Job"}:   stripJob,
}

// stripService takes out the addresses that were allocated. Ports of nodes stay: they may have been
// written as well.
func stripService(service values) {
	spec := within(service, "spec")
	if spec["clusterIP"] != "None" {
		delete(spec, "clusterIP")
	}
	delete(spec, "clusterIPs")
	delete(spec, "healthCheckNodePort")
	if spec["ipFamilyPolicy"] == "SingleStack" {
		delete(spec, "ipFamilyPolicy")
		delete(spec, "ipFamilies")
	}
}

// stripClaim takes out the volume that was made for the claim; provisioners name it after the claim's UID.
func stripClaim(claim values) {
	spec := within(claim, "spec")
	if name, _ := spec["volumeName"].(string); strings.HasPrefix(name, "pvc-") {
		delete(spec, "volumeName")
	}
}

func stripVolume(volume values) {
	claim := within(within(volume, "spec"), "claimRef")
	delete(claim, "uid")
	delete(claim, "resourceVersion")
}

func stripSecret(secret values) {
	if secret["type"] == string(corev1.SecretTypeServiceAccountToken) {
		delete(secret, "data") // the token controller fills it in
	}
}

// stripAccount takes out the tokens that older servers made for each account.
func stripAccount(account values) {
	name, _ := within(account, "metadata")["name"].(string)
	secrets, _ := account["secrets"].([]any)
	secrets = slices.DeleteFunc(secrets, func(item any) bool {
		reference, _ := item.(values)
		secret, _ := reference["name"].(string)
		return strings.HasPrefix(secret, name+"-token-") || strings.HasPrefix(secret, name+"-dockercfg-")
	})
	if len(secrets) == 0 {
		delete(account, "secrets")
	} else {
		account["secrets"] = secrets
	}
}

// jobsOwnLabels are those by which a Job finds its pods.
var jobsOwnLabels = []string{
	"batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name",
}

func stripJob(job values) {
	spec := within(job, "spec")
	if spec["manualSelector"] != true {
		delete(spec, "selector")
		dropNamed(within(within(spec, "template"), "metadata"), "labels", jobsOwnLabels)
		dropNamed(within(job, "metadata"), "labels", jobsOwnLabels)
	}
}

// stripPod takes out what admission and the scheduler add to every pod.
func stripPod(pod values) {
	spec := within(pod, "spec")
	for _, name := range []string{"nodeName", "priority", "preemptionPolicy"} {
		delete(spec, name)
	}
	if spec["serviceAccountName"] == "default" {
		delete(spec, "serviceAccountName")
		delete(spec, "serviceAccount")
	}
	drop(spec, "tolerations", func(toleration values) bool {
		key, _ := toleration["key"].(string)
		return toleration["tolerationSeconds"] == int64(300) && (key == corev1.TaintNodeNotReady || key == corev1.TaintNodeUnreachable)
	})
	drop(spec, "volumes", func(volume values) bool { return isTokenVolume(volume["name"]) })
	for _, container := range slices.Concat(mapsIn(spec["containers"]), mapsIn(spec["initContainers"])) {
		drop(container, "volumeMounts", func(mount values) bool { return isTokenVolume(mount["name"]) })
	}
}

// isTokenVolume reports whether it is the volume that admission gives every pod.
func isTokenVolume(name any) bool {
	text, _ := name.(string)
	return strings.HasPrefix(text, "kube-api-access-") || strings.HasPrefix(text, "default-token-")
}

// drop takes items out of a list, and the list if nothing is left of it.
func drop(object values, field string, unwanted func(values) bool) {
	list, ok := object[field].([]any)
	if !ok {
		return
	}
	list = slices.DeleteFunc(list, func(item any) bool {
		m, ok := item.(values)
		return ok && unwanted(m)
	})
	if len(list) == 0 {
		delete(object, field)
	} else {
		object[field] = list
	}
}
