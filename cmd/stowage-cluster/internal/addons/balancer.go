package addons

import (
	"context"
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
)

// firstAddress is the first of the loopback addresses that load balancers get. Nothing listens there.
var firstAddress = netip.MustParseAddr("127.64.0.1")

// balancer gives each Service of type LoadBalancer a loopback address of its own, and takes it back when the Service
// changes its type. A Service of a load balancer class is someone else's.
type balancer struct {
	client   kubernetes.Interface
	lister   corelisters.ServiceLister
	services *queue
	given    map[types.NamespacedName]netip.Addr // used by the queue's one worker
}

func newBalancer(client kubernetes.Interface, factory informers.SharedInformerFactory) (*balancer, error) {
	services := factory.Core().V1().Services()
	b := &balancer{client: client, lister: services.Lister(), given: map[types.NamespacedName]netip.Addr{}}
	var err error
	b.services, err = newQueue(services.Informer(), b.sync)
	return b, err
}

func (b *balancer) sync(ctx context.Context, name types.NamespacedName) error {
	service, err := b.lister.Services(name.Namespace).Get(name.Name)
	if apierrors.IsNotFound(err) {
		delete(b.given, name)
		return nil
	}
	if err != nil || service.Spec.LoadBalancerClass != nil {
		return err
	}
	has := service.Status.LoadBalancer.Ingress
	switch {
	case service.Spec.Type != corev1.ServiceTypeLoadBalancer:
		delete(b.given, name)
		if len(has) == 0 {
			return nil
		}
		return b.set(ctx, service, nil)
	case len(has) > 0:
		return nil
	}
	address, err := b.address(name)
	if err != nil {
		return err
	}
	mode := corev1.LoadBalancerIPModeVIP
	return b.set(ctx, service, []corev1.LoadBalancerIngress{{IP: address.String(), IPMode: &mode}})
}

// address is the one given to the named Service before, or the first that no Service has.
func (b *balancer) address(name types.NamespacedName) (netip.Addr, error) {
	if address, ok := b.given[name]; ok {
		return address, nil
	}
	services, err := b.lister.List(labels.Everything())
	if err != nil {
		return netip.Addr{}, err
	}
	used := map[string]bool{}
	for _, address := range b.given {
		used[address.String()] = true
	}
	for _, service := range services {
		for _, ingress := range service.Status.LoadBalancer.Ingress {
			used[ingress.IP] = true
		}
	}
	address := firstAddress
	for used[address.String()] {
		address = address.Next()
	}
	b.given[name] = address
	return address, nil
}

func (b *balancer) set(ctx context.Context, service *corev1.Service, ingress []corev1.LoadBalancerIngress) error {
	service = service.DeepCopy()
	service.Status.LoadBalancer.Ingress = ingress
	_, err := b.client.CoreV1().Services(service.Namespace).UpdateStatus(ctx, service, metav1.UpdateOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
