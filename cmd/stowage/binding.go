package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"stowage/dsl"
	"stowage/internal/kube"
)

// checkCluster returns an error when the release belongs to another cluster than the
// one that the client leads to. The address is compared first, which takes no request;
// only then, and only where the configuration says one, the UID is asked for.
func (i *identity) checkCluster(ctx context.Context, c *configuration, bound *dsl.Cluster, client *kube.Client) error {
	if bound == nil {
		return nil
	}
	target := client.Target()
	if bound.Server != "" && !target.IsAt(bound.Server) {
		return c.refuse("Wrong cluster", bound.ServerRange,
			fmt.Sprintf("The release belongs to the cluster at %s, and %s. Nothing was asked of that one.", bound.Server, i.leads(target)),
			i.wayTo(bound.Server))
	}
	if bound.UID == "" {
		return nil
	}
	uid, err := client.ClusterUID(ctx)
	switch {
	case apierrors.IsForbidden(err):
		return c.refuse("Unknown cluster", bound.UIDRange,
			fmt.Sprintf("The release belongs to the cluster with the UID %s, and %s, which does not tell its own: %s.", bound.UID, i.leads(target), err),
			"It takes the right to get the namespace kube-system. Where nobody can give it, bind the release by server instead of uid.")
	case err != nil:
		return fmt.Errorf("cannot tell whether this is the cluster that the release belongs to: %w", err)
	case uid != bound.UID:
		return c.refuse("Wrong cluster", bound.UIDRange,
			fmt.Sprintf("The release belongs to the cluster with the UID %s, and %s, which has the UID %s.", bound.UID, i.leads(target), uid),
			otherContext)
	}
	return nil
}

// leads says what was chosen, and where that leads to.
func (i *identity) leads(target kube.Target) string {
	switch {
	case i.cluster.local:
		return "--local leads to " + target.Server
	case target.Context == kube.InCluster:
		return "the service account of this pod leads to " + target.Server
	}
	return fmt.Sprintf("the context %s leads to %s", target.Context, target.Server)
}

// wayTo says how to get to the right server.
func (i *identity) wayTo(server string) string {
	contexts := kube.ContextsAt(kube.Options{Kubeconfig: i.cluster.kubeconfig}, server)
	if len(contexts) == 0 {
		return "--context names another context of the kubeconfig, where none leads there."
	}
	ways := make([]string, len(contexts))
	for n, context := range contexts {
		ways[n] = "--context " + shellWord(context)
	}
	return "This leads there: " + strings.Join(ways, ", or ") + "."
}

const otherContext = "--context names another context of the kubeconfig."

// refuse returns an error at a place of the configuration.
func (c *configuration) refuse(summary string, at hcl.Range, detail, hint string) error {
	return wrong(hcl.Diagnostics{{
		Severity: hcl.DiagError, Summary: summary, Subject: &at, Detail: detail + "\n" + hint,
	}}, c.module)
}
