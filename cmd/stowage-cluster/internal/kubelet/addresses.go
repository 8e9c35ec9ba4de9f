package kubelet

import (
	"net/netip"
	"sync"

	"k8s.io/apimachinery/pkg/labels"
)

// addresses gives each pod an address of its node's range.
type addresses struct {
	mu   sync.Mutex
	used map[netip.Addr]bool
	last map[string]netip.Addr // by range
}

func newAddresses() *addresses {
	return &addresses{used: map[netip.Addr]bool{}, last: map[string]netip.Addr{}}
}

// take gives a free address of cidr, "" when there is none. One that became free is used again as late as possible.
func (a *addresses) take(cidr string) string {
	prefix, err := netip.ParsePrefix(cidr)
	if err != nil {
		return ""
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	first := prefix.Masked().Addr().Next()
	start, ok := a.last[cidr]
	if !ok {
		start = first
	}
	for ip := start; ; {
		if ip = ip.Next(); !prefix.Contains(ip) {
			ip = first
		}
		if !a.used[ip] {
			a.used[ip], a.last[cidr] = true, ip
			return ip.String()
		}
		if ip == start {
			return ""
		}
	}
}

func (a *addresses) hold(ip string) {
	if addr, err := netip.ParseAddr(ip); err == nil {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.used[addr] = true
	}
}

func (a *addresses) release(ip string) {
	if addr, err := netip.ParseAddr(ip); err == nil {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.used, addr)
	}
}

// holdAddresses takes over the addresses that an earlier process gave out.
func (k *kubelets) holdAddresses() {
	pods, err := k.pods.List(labels.Everything())
	if err != nil {
		return // a lister of a filled cache does not fail
	}
	for _, object := range pods {
		if !object.Spec.HostNetwork {
			k.addresses.hold(object.Status.PodIP)
		}
	}
}
