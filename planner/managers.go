package planner

import (
	"slices"
	"strings"
)

// A field manager is a name that a client gives itself. What is known of the names here
// decides whose fields pass to stowage when an object is adopted.

// deployers are the managers that people deploy with, as exact names and, ending in "*",
// as the beginnings of names. What one of them has set and the configuration has not is
// not meant to stay.
var deployers = []string{
	"kubectl*", "oc", "before-first-apply", // the API server's name for what was there before the first server-side apply
	"helm", "Helm", "argocd*", "kustomize-controller", "helm-controller", "kapp", "kluctl*", "timoni", "werf*", "nelm*",
	"Terraform", "terraform*", "HashiCorp", "pulumi*", "k9s", "node-fetch", // the last of them is Lens
}

// controllers are the managers of a cluster's own parts. What they have set is theirs,
// whoever deploys.
var controllers = []string{
	"kube-*", "kubelet", "cloud-controller-manager", "cluster-autoscaler", "k3s", "k0s", "rke2", "stowage-cluster",
}

func isDeployer(manager string) bool { return isNamed(manager, deployers) }

func isController(manager string) bool { return isNamed(manager, controllers) }

func isNamed(name string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		if beginning, ok := strings.CutSuffix(pattern, "*"); ok {
			return strings.HasPrefix(name, beginning)
		}
		return name == pattern
	})
}
