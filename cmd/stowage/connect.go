package main

import (
	"context"

	"stowage/internal/kube"
	"stowage/internal/local"
)

// connect prepares a client for the cluster that is meant. The local cluster is
// started when it is the one and does not run.
func (f *clusterFlags) connect(ctx context.Context, s *streams, warn func(string)) (*kube.Client, error) {
	options := kube.Options{
		Kubeconfig: f.kubeconfig,
		Context:    f.context,
		UserAgent:  "stowage/" + versionOf().Version,
		Warn:       warn,
	}
	if f.local {
		kubeconfig, err := local.Ensure(ctx, s.err.Out)
		if err != nil {
			return nil, err
		}
		options.Kubeconfig = kubeconfig
	}
	return kube.Connect(options)
}
