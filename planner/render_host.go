package planner

import (
	"maps"
	"reflect"
	"slices"

	corev1 "k8s.io/api/core/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"stowage/dsl"
)

// shareHost adds to a pod what it shares with its node, and the names it knows.
func shareHost(spec *corev1ac.PodSpecApplyConfiguration, a *dsl.App) {
	spec.HostNetwork = given(a.Host.Network)
	spec.HostPID = given(a.Host.PID)
	spec.HostIPC = given(a.Host.IPC)
	spec.HostUsers = a.Host.Users
	for _, alias := range a.HostAliases {
		spec.WithHostAliases(corev1ac.HostAlias().WithIP(alias.IP).WithHostnames(alias.Names...))
	}
	if a.DNS != nil {
		spec.DNSPolicy = given(corev1.DNSPolicy(a.DNS.Policy))
		spec.DNSConfig = dnsConfig(a.DNS)
	}
}

// dnsConfig returns nil when there is only a policy.
func dnsConfig(from *dsl.DNS) *corev1ac.PodDNSConfigApplyConfiguration {
	config := &corev1ac.PodDNSConfigApplyConfiguration{Nameservers: from.Nameservers, Searches: from.Searches}
	for _, name := range slices.Sorted(maps.Keys(from.Options)) {
		option := corev1ac.PodDNSConfigOption().WithName(name)
		option.Value = given(from.Options[name])
		config.WithOptions(option)
	}
	return unlessEmpty(config)
}

// unlessEmpty returns nil for a part of an object of which nothing is said.
func unlessEmpty[T any](part *T) *T {
	if reflect.ValueOf(*part).IsZero() {
		return nil
	}
	return part
}
