package planner

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"stowage/dsl"
)

// service makes the Service in front of an app, and the one in front of the
// version that has no traffic yet.
func (r *renderer) service(a *dsl.App) {
	r.add(
		r.object(a, RoleService, a.Service.DeclRange),
		corev1ac.Service(a.Service.Name, r.release.Namespace).
			WithLabels(r.appLabels(a, nil)).
			WithAnnotations(a.Service.Annotations).
			WithAnnotations(annotations(a.Lifecycle)).
			WithSpec(r.serviceSpec(a)),
	)
	if a.Rollout.Preview {
		r.preview(a)
	}
}

func (r *renderer) serviceSpec(a *dsl.App) *corev1ac.ServiceSpecApplyConfiguration {
	s := a.Service
	spec := corev1ac.ServiceSpec().
		WithType(corev1.ServiceType(s.Type)).
		WithSelector(r.selector(a)).
		WithPorts(servicePorts(a)...).
		WithExternalIPs(s.ExternalIPs...).
		WithLoadBalancerSourceRanges(s.LoadBalancer.SourceRanges...)
	for i, p := range a.Ports {
		spec.Ports[i].NodePort = given(p.NodePort)
	}
	if s.Headless {
		spec.WithClusterIP(corev1.ClusterIPNone)
	}
	spec.PublishNotReadyAddresses = given(s.PublishNotReady)
	spec.InternalTrafficPolicy = given(corev1.ServiceInternalTrafficPolicy(s.InternalTrafficPolicy))
	spec.ExternalTrafficPolicy = given(corev1.ServiceExternalTrafficPolicy(s.ExternalTrafficPolicy))
	spec.TrafficDistribution = given(s.TrafficDistribution)
	spec.IPFamilyPolicy = given(corev1.IPFamilyPolicy(s.IPFamilyPolicy))
	for _, family := range s.IPFamilies {
		spec.WithIPFamilies(corev1.IPFamily(family))
	}
	spec.LoadBalancerClass = given(s.LoadBalancer.Class)
	spec.AllocateLoadBalancerNodePorts = s.LoadBalancer.NodePorts
	spec.HealthCheckNodePort = given(s.LoadBalancer.HealthCheckPort)
	spec.SessionAffinity = given(corev1.ServiceAffinity(s.SessionAffinity))
	if s.SessionTimeout != 0 {
		spec.WithSessionAffinityConfig(corev1ac.SessionAffinityConfig().
			WithClientIP(&corev1ac.ClientIPConfigApplyConfiguration{TimeoutSeconds: seconds(s.SessionTimeout)}))
	}
	return spec
}

// previewSuffix makes the name of a preview from that of the Service.
const previewSuffix = "-preview"

// preview makes the Service in front of the idle color. It is for those inside the
// cluster, whatever the Service itself is.
func (r *renderer) preview(a *dsl.App) {
	labels := r.appLabels(a, nil)
	labels[LabelPreview] = "true"
	spec := corev1ac.ServiceSpec().
		WithType(corev1.ServiceTypeClusterIP).
		WithSelector(r.selector(a)).
		WithPorts(servicePorts(a)...)
	r.add(
		r.object(a, RoleService, a.Rollout.DeclRange),
		corev1ac.Service(a.Service.Name+previewSuffix, r.release.Namespace).
			WithLabels(labels).
			WithAnnotations(annotations(a.Lifecycle)).
			WithSpec(spec),
	)
}

// servicePorts returns the ports of an app's Services. Each leads to a port of a
// container by its name.
func servicePorts(a *dsl.App) []*corev1ac.ServicePortApplyConfiguration {
	ports := make([]*corev1ac.ServicePortApplyConfiguration, len(a.Ports))
	names := containerPortNames(a)
	for i, p := range a.Ports {
		ports[i] = corev1ac.ServicePort().
			WithName(p.Name).
			WithProtocol(protocolOf(p)).
			WithPort(p.ServicePort).
			WithTargetPort(intstr.FromString(names[p.Name]))
		ports[i].AppProtocol = given(p.AppProtocol)
	}
	return ports
}

// protocolOf returns the protocol of a port. It is sent even where it is the
// API's default, being part of the key that the API server tells ports apart
// by: so its managed fields can be compared with ours without a schema.
func protocolOf(p dsl.Port) corev1.Protocol {
	if p.Protocol == "" {
		return corev1.ProtocolTCP
	}
	return corev1.Protocol(p.Protocol)
}

// containerPortNames returns, by the name of a port, the name that it has in
// its container: that of the first port with its number and protocol.
func containerPortNames(a *dsl.App) map[string]string {
	type listener struct {
		number   int32
		protocol corev1.Protocol
	}
	first := make(map[listener]string, len(a.Ports))
	names := make(map[string]string, len(a.Ports))
	for _, p := range a.Ports {
		l := listener{p.Number, protocolOf(p)}
		if _, taken := first[l]; !taken {
			first[l] = p.Name
		}
		names[p.Name] = first[l]
	}
	return names
}
