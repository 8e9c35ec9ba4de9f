package controlplane

import (
	"context"
	"fmt"
	"os"

	"k8s.io/kubernetes/cmd/kube-scheduler/app"
	"k8s.io/kubernetes/cmd/kube-scheduler/app/options"

	"stowage/cmd/stowage-cluster/internal/instance"
	"stowage/cmd/stowage-cluster/internal/pki"
)

const schedulerConfig = `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
clientConnection:
  kubeconfig: %q
  qps: 10000
  burst: 10000
leaderElection:
  leaderElect: false
enableProfiling: false
`

// RunScheduler runs the scheduler until ctx ends. The API server must be ready.
func RunScheduler(ctx context.Context, in instance.Instance, dir pki.Dir, listeners *instance.Listeners) error {
	kubeconfig := dir.Kubeconfig(pki.Scheduler)
	if err := dir.WriteKubeconfig(kubeconfig, in.Context(), listeners.Server(), pki.Scheduler); err != nil {
		return err
	}
	if err := os.WriteFile(in.SchedulerConfig(), fmt.Appendf(nil, schedulerConfig, kubeconfig), 0o600); err != nil {
		return err
	}
	opts := options.NewOptions()
	cert, key := dir.Serving()
	args := []string{
		"--config=" + in.SchedulerConfig(),
		"--bind-address=127.0.0.1",
		"--tls-cert-file=" + cert,
		"--tls-private-key-file=" + key,
		"--authentication-skip-lookup",
	}
	if err := parse(*opts.Flags, args); err != nil {
		return err
	}
	opts.SecureServing.Listener = listeners.Scheduler
	config, scheduler, err := app.Setup(ctx, opts)
	if err != nil {
		return err
	}
	return app.Run(ctx, config, scheduler)
}
