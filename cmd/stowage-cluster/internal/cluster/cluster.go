// Package cluster starts the parts of one local cluster in order, keeps them until they are no longer wanted, and stops
// them.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/kubernetes"

	"stowage/cmd/stowage-cluster/internal/addons"
	"stowage/cmd/stowage-cluster/internal/controlplane"
	"stowage/cmd/stowage-cluster/internal/instance"
	"stowage/cmd/stowage-cluster/internal/kubelet"
	"stowage/cmd/stowage-cluster/internal/nodes"
	"stowage/cmd/stowage-cluster/internal/pki"
)

// Options shape a cluster.
type Options struct {
	Nodes       int
	IdleTimeout time.Duration // the cluster ends when nobody used it for so long; 0: never
	Kubelet     kubelet.Options
}

// folderInterval is how often the cluster looks whether its folder is still there.
const folderInterval = 5 * time.Second

// stopTimeout is how long the parts may take to stop in an orderly way.
const stopTimeout = 3 * time.Second

// ErrIdle ends a cluster that nobody used for Options.IdleTimeout.
var ErrIdle = errors.New("unused")

type runner struct {
	in        instance.Instance
	lock      *instance.Lock
	pki       pki.Dir
	options   Options
	listeners *instance.Listeners
	activity  *activity
	progress  *log.Logger
	began     time.Time
}

// Run runs the cluster of in until ctx ends, nobody uses it any longer, or a part of it fails, and reports on its start
// through progress, a line for each part.
func Run(ctx context.Context, in instance.Instance, options Options, progress io.Writer) error {
	if err := in.Create(); err != nil {
		return err
	}
	lock, err := in.Lock()
	if err != nil {
		return err
	}
	defer runtime.KeepAlive(lock) // its file, once collected, would be closed, and the lock with it
	if err := in.ClearReady(); err != nil {
		return err
	}
	r := &runner{
		in: in, lock: lock, pki: pki.Dir(in.PKI()), options: options, activity: newActivity(time.Now),
		progress: log.New(progress, "", 0), began: time.Now(),
	}
	closeLogs, err := divertLogs(in)
	if err != nil {
		return err
	}
	defer closeLogs()
	if err := r.prepare(ctx); err != nil {
		return err
	}
	err = r.run(ctx)
	return errors.Join(err, in.ClearReady())
}

// prepare mends what an earlier run left behind, makes the certificates, opens the ports and writes the kubeconfig.
func (r *runner) prepare(ctx context.Context) error {
	renewed, err := r.pki.Ensure(r.began)
	if err != nil {
		return err
	}
	if renewed {
		r.report("certificates made in %s", r.in.PKI())
	}
	aside, err := controlplane.SetBrokenDataAside(r.in)
	if err != nil {
		return err
	}
	if aside != "" {
		r.report("starting empty: etcd could not open its data, which is now in %s", aside)
	}
	if r.listeners, err = r.in.Listen(ctx); err != nil {
		return err
	}
	return r.pki.WriteKubeconfig(r.in.Kubeconfig(), r.in.Context(), r.listeners.Server(), pki.Admin)
}

// run starts etcd, then the API server, then all that needs it. It stops them the other way round.
func (r *runner) run(ctx context.Context) error {
	etcd, err := controlplane.StartEtcd(ctx, r.in, r.pki, r.listeners.Ports)
	if err != nil {
		return err
	}
	defer etcd.Close()
	r.report("etcd ready (%s)", r.in.EtcdData())

	parts, ctx := errgroup.WithContext(ctx)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	parts.Go(func() error {
		select {
		case err := <-etcd.Failed():
			return fmt.Errorf("etcd: %w", err)
		case <-ctx.Done():
			return nil
		}
	})
	r.part(ctx, parts, "kube-apiserver", func() error {
		return controlplane.RunAPIServer(ctx, r.in, r.pki, r.listeners, r.observe)
	})
	parts.Go(func() error { return r.watchFolder(ctx) })
	parts.Go(func() error {
		if err := r.startRest(ctx, parts); err != nil {
			return err
		}
		if r.options.IdleTimeout > 0 && r.activity.waitIdle(ctx, r.options.IdleTimeout) {
			cancel(ErrIdle)
		}
		return nil
	})
	return r.wait(ctx, parts)
}

// startRest starts what needs the API server, and marks the cluster ready when all of it answers.
func (r *runner) startRest(ctx context.Context, parts *errgroup.Group) error {
	prober, err := NewProber(r.pki, r.listeners.Ports)
	if err != nil {
		return err
	}
	if err := prober.wait(ctx, APIServer); err != nil {
		return err
	}
	r.report("kube-apiserver ready (%s)", r.listeners.Server())

	nodesClient, err := kubernetes.NewForConfig(r.pki.RESTConfig(r.listeners.Server(), pki.Nodes))
	if err != nil {
		return err
	}
	addonsClient, err := kubernetes.NewForConfig(r.pki.RESTConfig(r.listeners.Server(), pki.Addons))
	if err != nil {
		return err
	}
	r.part(ctx, parts, "kube-controller-manager", func() error {
		return controlplane.RunControllerManager(ctx, r.in, r.pki, r.listeners)
	})
	r.part(ctx, parts, "kube-scheduler", func() error {
		return controlplane.RunScheduler(ctx, r.in, r.pki, r.listeners)
	})
	r.part(ctx, parts, "simulated nodes", func() error { return r.runNodes(ctx, nodesClient) })
	r.part(ctx, parts, "simulated kubelets", func() error {
		return kubelet.Run(ctx, nodesClient, r.pki, r.listeners.Kubelet, r.options.Kubelet)
	})
	r.part(ctx, parts, "storage and load balancer", func() error { return addons.Run(ctx, addonsClient) })

	for _, part := range []Part{ControllerManager, Scheduler, Nodes, Kubelets, Storage} {
		if err := prober.wait(ctx, part); err != nil {
			return err
		}
		r.report("%s ready", part)
	}
	if err := r.in.SetReady(); err != nil {
		return err
	}
	r.report("cluster %q ready: kubeconfig %s, context %s", r.in.Name, r.in.Kubeconfig(), r.in.Context())
	return nil
}

func (r *runner) runNodes(ctx context.Context, client kubernetes.Interface) error {
	logs, err := openLog(r.in.NodesLog())
	if err != nil {
		return err
	}
	defer logs.Close()
	if err := nodes.Run(ctx, client, r.options.Nodes, r.listeners.Ports.Kubelet, logs); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// part runs one part of the cluster. None may end before the cluster does.
func (r *runner) part(ctx context.Context, parts *errgroup.Group, name string, run func() error) {
	parts.Go(func() error {
		err := run()
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // what a part says when all are to end is of no interest
		case err == nil:
			err = errors.New("ended without being asked to")
		}
		return fmt.Errorf("%s (log: %s): %w", name, r.in.KubernetesLog(), err)
	})
}

// wait waits for the cluster's end. Parts that take too long to stop are left to end with the process.
func (r *runner) wait(ctx context.Context, parts *errgroup.Group) error {
	<-ctx.Done()
	stopped := make(chan error, 1)
	go func() { stopped <- parts.Wait() }()
	select {
	case err := <-stopped:
		if err != nil {
			return err
		}
	case <-time.After(stopTimeout):
	}
	if errors.Is(context.Cause(ctx), ErrIdle) {
		return ErrIdle
	}
	return nil
}

// watchFolder returns an error when the instance's folder is deleted, after which nobody could find the cluster to stop
// it.
func (r *runner) watchFolder(ctx context.Context) error {
	tick := time.NewTicker(folderInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if r.in.Abandoned(r.lock) {
			return fmt.Errorf("%s was deleted", r.in.Dir)
		}
	}
}

func (r *runner) observe(next http.Handler) http.Handler { return r.activity.observe(next) }

// report writes a line of progress with the time since the start.
func (r *runner) report(format string, args ...any) {
	r.progress.Printf("%6.1fs  %s", time.Since(r.began).Seconds(), fmt.Sprintf(format, args...))
}
