package planner

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"stowage/dsl"
)

// service makes the Service in front of an app.
func (r *renderer) service(a *dsl.App) {
	spec := corev1ac.ServiceSpec().
		WithType(corev1.ServiceType(a.Service.Type)).
		WithSelector(r.selector(a))
	if a.Service.Headless {
		spec.WithClusterIP(corev1.ClusterIPNone)
	}
	names := containerPortNames(a)
	for _, p := range a.Ports {
		port := corev1ac.ServicePort().
			WithName(p.Name).
			WithProtocol(protocolOf(p)).
			WithPort(p.ServicePort).
			WithTargetPort(intstr.FromString(names[p.Name]))
		port.NodePort = given(p.NodePort)
		spec.WithPorts(port)
	}
	r.add(
		r.object(a, RoleService, a.Service.DeclRange),
		corev1ac.Service(a.Service.Name, r.release.Namespace).
			WithLabels(r.appLabels(a, nil)).
			WithAnnotations(a.Service.Annotations).
			WithAnnotations(annotations(a.Lifecycle)).
			WithSpec(spec),
	)
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

// containerPorts returns the ports of an app's container. Two ports of the
// Service may lead to the same one.
func containerPorts(a *dsl.App) []*corev1ac.ContainerPortApplyConfiguration {
	var ports []*corev1ac.ContainerPortApplyConfiguration
	names := containerPortNames(a)
	for _, p := range a.Ports {
		if names[p.Name] == p.Name {
			ports = append(ports, corev1ac.ContainerPort().
				WithName(p.Name).
				WithContainerPort(p.Number).
				WithProtocol(protocolOf(p)))
		}
	}
	return ports
}

// containerPortNames returns, by the name of a port, the name that it has in
// the container: that of the first port with its number and protocol.
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
