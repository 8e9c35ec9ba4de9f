// Command stowage-cluster runs a real Kubernetes control plane with simulated nodes on this machine's loopback
// interface: etcd, kube-apiserver, kube-controller-manager and kube-scheduler in one process, and kwok's nodes beside
// them. No container engine takes part and no container runs.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"stowage/cmd/stowage-cluster/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Main(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
