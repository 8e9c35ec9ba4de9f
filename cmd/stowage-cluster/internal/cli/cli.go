// Package cli is the command line of stowage-cluster.
package cli

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stowage/cmd/stowage-cluster/internal/cluster"
	"stowage/cmd/stowage-cluster/internal/instance"
	"stowage/cmd/stowage-cluster/internal/kubelet"
)

// Main runs the command line args and returns the process's exit code.
func Main(ctx context.Context, args []string) int {
	root := newRoot()
	root.SetArgs(args)
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		return 1
	}
	return 0
}

// target names the instance that a command is about.
type target struct{ name, dataDir string }

func (t *target) open() (instance.Instance, error) { return instance.Open(t.name, t.dataDir) }

func (t *target) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&t.name, "name", instance.DefaultName, "the `instance`: several run side by side")
	flags.StringVar(&t.dataDir, "data-dir", "", "the instance's `folder` (default: stowage/<name> in the XDG state folder)")
}

func newRoot() *cobra.Command {
	t := &target{}
	root := &cobra.Command{
		Use:   "stowage-cluster",
		Short: "A real Kubernetes control plane with simulated nodes, on this machine's loopback interface",
		Long: `stowage-cluster runs etcd, kube-apiserver, kube-controller-manager and kube-scheduler in one process, with
simulated nodes: pods get their address, status, events and logs as on real ones, but no container runs.
It is a scratch cluster: etcd does not flush its writes to the disk.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
	}
	t.addFlags(root.PersistentFlags())
	root.AddCommand(newUp(t), newDown(t), newStatus(t), newKubeconfig(t), newRun(t), newVersion())
	return root
}

// shape is what a cluster is started with.
type shape struct{ cluster.Options }

func newShape() *shape {
	return &shape{cluster.Options{Nodes: 3, Kubelet: kubelet.DefaultOptions()}}
}

func (s *shape) addFlags(flags *pflag.FlagSet) {
	duration := func(p *time.Duration, name, usage string) { flags.DurationVar(p, name, *p, usage) }
	flags.IntVar(&s.Nodes, "nodes", s.Nodes, "how many simulated nodes")
	duration(&s.IdleTimeout, "idle-timeout", "end the cluster when nobody has used it for this long (0: never)")
	duration(&s.Kubelet.PodReadyDelay, "pod-ready-delay", "from a pod's binding to the start of its containers")
	duration(&s.Kubelet.JobDuration, "job-duration", "how long a container of a Job's pod runs")
	duration(&s.Kubelet.RestartBackOff, "restart-back-off", "before a crashed container's second restart; doubles with each further one")
	duration(&s.Kubelet.MaxReadinessDelay, "max-readiness-delay", "a probe's initial delay counts no longer than this")
}

// args are the flags that make another process start the same cluster.
func (s *shape) args() []string {
	var args []string
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	s.addFlags(flags)
	flags.VisitAll(func(f *pflag.Flag) { args = append(args, "--"+f.Name+"="+f.Value.String()) })
	return args
}

func (s *shape) validate() error {
	if s.Nodes < 1 || s.Nodes > 100 {
		return fmt.Errorf("--nodes=%d: between 1 and 100 are possible", s.Nodes)
	}
	return nil
}
