// Package kubelet simulates the kubelets of all nodes: it runs no container, but reports the status, the events and the
// logs of each pod that a real kubelet would.
//
// Kwok's stages see one object at a time. What a pod does here also depends on other objects (a container waits for its
// ConfigMaps and Secrets) and on the pod's past (back-offs grow), so pods have this controller of their own, and kwok
// keeps the nodes.
package kubelet

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	clientcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"
	"k8s.io/client-go/util/workqueue"

	"stowage/cmd/stowage-cluster/internal/pki"
)

// workers is how many pods are worked on at the same time. Most of the time a worker waits for the API server.
const workers = 32

// Options are the times that the simulated kubelets take.
type Options struct {
	PodReadyDelay     time.Duration // from a pod's binding to its containers' start
	JobDuration       time.Duration // how long a container of a Job's pod runs
	RestartBackOff    time.Duration // before the second restart; doubled for each further one, up to 5 minutes
	MaxReadinessDelay time.Duration // a probe's initial delay counts no longer than this
	RetryMissing      time.Duration // how often a missing ConfigMap or Secret is looked for, besides when one appears
}

// DefaultOptions have ordinary pods start as fast as can be and failing ones as slowly as with a real kubelet.
func DefaultOptions() Options {
	return Options{
		PodReadyDelay:     20 * time.Millisecond,
		JobDuration:       100 * time.Millisecond,
		RestartBackOff:    10 * time.Second,
		MaxReadinessDelay: 30 * time.Second,
		RetryMissing:      30 * time.Second,
	}
}

// kubelets simulates the kubelets of all nodes.
type kubelets struct {
	client     kubernetes.Interface
	options    Options
	pods       corelisters.PodLister
	nodes      corelisters.NodeLister
	references references
	queue      workqueue.TypedRateLimitingInterface[types.NamespacedName]
	addresses  *addresses
	synced     atomic.Bool

	mu        sync.Mutex
	known     map[types.NamespacedName]*pod
	blocked   map[types.NamespacedName]bool
	recorders map[string]record.EventRecorder // by node
}

// Run simulates until ctx ends, and serves the kubelets' API on listener.
func Run(ctx context.Context, client kubernetes.Interface, dir pki.Dir, listener net.Listener, options Options) error {
	k := &kubelets{
		client:    client,
		options:   options,
		queue:     workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[types.NamespacedName]()),
		addresses: newAddresses(),
		known:     map[types.NamespacedName]*pod{},
		blocked:   map[types.NamespacedName]bool{},
		recorders: map[string]record.EventRecorder{},
	}
	defer k.queue.ShutDown()

	server, err := k.serve(dir, listener)
	if err != nil {
		return err
	}
	defer func() { _ = server.Close() }() // the process ends with it
	if err := k.watch(ctx); err != nil {
		return err
	}
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() { k.work(ctx) })
	}
	<-ctx.Done()
	k.queue.ShutDown()
	wg.Wait()
	return nil
}

// recorder records what the kubelet of a node tells. Each node has one of its own: it writes one event after the other.
// The caller holds k.mu.
func (k *kubelets) recorder(ctx context.Context, node string) record.EventRecorder {
	recorder := k.recorders[node]
	if recorder == nil {
		broadcaster := record.NewBroadcaster(record.WithContext(ctx)) // ends with ctx
		broadcaster.StartRecordingToSink(&clientcorev1.EventSinkImpl{Interface: k.client.CoreV1().Events("")})
		recorder = broadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "kubelet", Host: node})
		k.recorders[node] = recorder
	}
	return recorder
}

// watch fills the caches and returns when the addresses that pods hold already are known.
func (k *kubelets) watch(ctx context.Context) error {
	factory := informers.NewSharedInformerFactoryWithOptions(k.client, 0, informers.WithTransform(keysOnly))
	scheduled := func(client kubernetes.Interface, resync time.Duration) cache.SharedIndexInformer {
		list := cache.NewFilteredListWatchFromClient(client.CoreV1().RESTClient(), "pods", "",
			func(o *metav1.ListOptions) {
				o.FieldSelector = fields.OneTermNotEqualSelector("spec.nodeName", "").String()
			})
		return cache.NewSharedIndexInformer(list, &corev1.Pod{}, resync, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc})
	}
	pods := factory.InformerFor(&corev1.Pod{}, scheduled)
	k.pods = corelisters.NewPodLister(pods.GetIndexer())
	k.nodes = factory.Core().V1().Nodes().Lister()
	configMaps, secrets := factory.Core().V1().ConfigMaps(), factory.Core().V1().Secrets()
	k.references = references{ctx: ctx, client: k.client, configMaps: configMaps.Lister(), secrets: secrets.Lister()}

	if _, err := pods.AddEventHandler(handler(k.enqueue)); err != nil {
		return err
	}
	for _, informer := range []cache.SharedIndexInformer{configMaps.Informer(), secrets.Informer()} {
		if _, err := informer.AddEventHandler(handler(k.unblock)); err != nil {
			return err
		}
	}
	factory.Start(ctx.Done())
	for kind, ok := range factory.WaitForCacheSync(ctx.Done()) {
		if !ok {
			return fmt.Errorf("listing %s: %w", kind, ctx.Err())
		}
	}
	k.holdAddresses()
	k.synced.Store(true)
	return nil
}

func handler(changed func(object any)) cache.ResourceEventHandlerFuncs {
	return cache.ResourceEventHandlerFuncs{
		AddFunc:    changed,
		UpdateFunc: func(_, object any) { changed(object) },
		DeleteFunc: changed,
	}
}

func (k *kubelets) enqueue(object any) {
	if name, err := cache.DeletionHandlingObjectToName(object); err == nil {
		k.queue.Add(types.NamespacedName(name))
	}
}

// unblock has the pods looked at again that wait for an object of the namespace in which one has changed.
func (k *kubelets) unblock(object any) {
	changed, err := cache.DeletionHandlingObjectToName(object)
	if err != nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for name := range k.blocked {
		if name.Namespace == changed.Namespace {
			k.queue.Add(name)
		}
	}
}

func (k *kubelets) work(ctx context.Context) {
	for {
		name, shutdown := k.queue.Get()
		if shutdown {
			return
		}
		if err := k.sync(ctx, name); err != nil {
			k.queue.AddRateLimited(name)
		} else {
			k.queue.Forget(name)
		}
		k.queue.Done(name)
	}
}
