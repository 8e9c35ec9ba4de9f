// Package addons does what a cloud or a storage system does for a cluster: it provisions volumes and lets them
// grow, and gives load balancers their address.
package addons

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
)

// Run runs the controllers until ctx ends.
func Run(ctx context.Context, client kubernetes.Interface) error {
	if err := createStorageClasses(ctx, client); err != nil {
		return err
	}
	if err := createIngressClass(ctx, client); err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	provisioner, err := newProvisioner(client, factory)
	if err != nil {
		return err
	}
	balancer, err := newBalancer(client, factory)
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	for kind, ok := range factory.WaitForCacheSync(ctx.Done()) {
		if !ok {
			return fmt.Errorf("listing %s: %w", kind, ctx.Err())
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, q := range []*queue{provisioner.claims, provisioner.volumes, balancer.services} {
		group.Go(func() error { q.run(ctx); return nil })
	}
	return group.Wait()
}

// queue works off the names of changed objects one after the other, failed ones again later.
type queue struct {
	names workqueue.TypedRateLimitingInterface[types.NamespacedName]
	sync  func(context.Context, types.NamespacedName) error
}

// newQueue queues the objects of informer as they change.
func newQueue(informer cache.SharedIndexInformer, sync func(context.Context, types.NamespacedName) error) (*queue, error) {
	q := &queue{
		names: workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[types.NamespacedName]()),
		sync:  sync,
	}
	add := func(object any) {
		if name, err := cache.DeletionHandlingObjectToName(object); err == nil {
			q.names.Add(types.NamespacedName(name))
		}
	}
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: add, UpdateFunc: func(_, object any) { add(object) }, DeleteFunc: add,
	})
	return q, err
}

func (q *queue) run(ctx context.Context) {
	stop := context.AfterFunc(ctx, q.names.ShutDown)
	defer stop()
	for {
		name, shutdown := q.names.Get()
		if shutdown {
			return
		}
		if err := q.sync(ctx, name); err != nil {
			q.names.AddRateLimited(name)
		} else {
			q.names.Forget(name)
		}
		q.names.Done(name)
	}
}
