package planner

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"stowage/dsl"
)

// services makes the Services in front of an app but for the governing one, which comes
// before its workload, and the one in front of the version that has no traffic yet.
func (r *renderer) services(a *dsl.App) {
	for _, s := range a.Services() {
		if s != a.Governing() {
			r.service(a, s)
		}
		if s == a.Service && a.Rollout.Preview {
			r.preview(a)
		}
	}
}

func (r *renderer) service(a *dsl.App, s *dsl.Service) {
	r.add(
		r.object(a, RoleService, s.DeclRange),
		corev1ac.Service(s.Name, r.release.Namespace).
			WithLabels(r.appLabels(a, nil)).
			WithLabels(s.Labels).
			WithAnnotations(s.Annotations).
			WithAnnotations(annotations(a.Lifecycle)).
			WithSpec(r.serviceSpec(a, s)),
	)
}

// serviceSelector returns the labels by which a Service finds the pods.
func (r *renderer) serviceSelector(a *dsl.App, s *dsl.Service) map[string]string {
	if s.Selector != nil {
		return s.Selector
	}
	return r.selector(a)
}

func (r *renderer) serviceSpec(a *dsl.App, s *dsl.Service) *corev1ac.ServiceSpecApplyConfiguration {
	spec := corev1ac.ServiceSpec().
		WithType(corev1.ServiceType(s.Type)).
		WithSelector(r.serviceSelector(a, s)).
		WithPorts(servicePorts(a, s)...).
		WithExternalIPs(s.ExternalIPs...).
		WithLoadBalancerSourceRanges(s.LoadBalancer.SourceRanges...)
	for i, p := range s.Ports {
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
		WithPorts(servicePorts(a, a.Service)...)
	r.add(
		r.object(a, RoleService, a.Rollout.DeclRange),
		corev1ac.Service(a.Service.Name+previewSuffix, r.release.Namespace).
			WithLabels(labels).
			WithAnnotations(annotations(a.Lifecycle)).
			WithSpec(spec),
	)
}

// servicePorts returns the ports of one of an app's Services.
func servicePorts(a *dsl.App, s *dsl.Service) []*corev1ac.ServicePortApplyConfiguration {
	ports := make([]*corev1ac.ServicePortApplyConfiguration, len(s.Ports))
	for i, p := range s.Ports {
		ports[i] = corev1ac.ServicePort().
			WithProtocol(protocolOf(p)).
			WithPort(p.ServicePort).
			WithTargetPort(targetOf(a, p))
		ports[i].Name = given(p.ServiceName)
		ports[i].AppProtocol = given(p.AppProtocol)
	}
	return ports
}

// targetOf returns what the port of a Service leads to: a port of a container, by its name
// where it has one.
func targetOf(a *dsl.App, p dsl.Port) intstr.IntOrString {
	if p.Target != "" {
		return intstr.Parse(p.Target)
	}
	if listed, ok := a.ContainerPort(p); ok && listed.Name != "" && p.Name != "" {
		return intstr.FromString(listed.Name)
	}
	return intstr.FromInt32(p.Number)
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
