package planner

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"stowage/dsl"
)

// probe returns nil for none.
func (p *pod) probe(from *dsl.Probe) *corev1ac.ProbeApplyConfiguration {
	if from == nil {
		return nil
	}
	probe := corev1ac.Probe()
	switch {
	case from.HTTP != nil:
		probe.WithHTTPGet(p.httpGet(from.HTTP))
	case from.TCP != "":
		probe.WithTCPSocket(corev1ac.TCPSocketAction().WithPort(p.port(from.TCP)))
	case from.GRPC != nil:
		probe.WithGRPC(grpc(from.GRPC))
	default:
		probe.WithExec(corev1ac.ExecAction().WithCommand(from.Exec...))
	}
	probe.InitialDelaySeconds = seconds(from.InitialDelay)
	probe.PeriodSeconds = seconds(from.Period)
	probe.TimeoutSeconds = seconds(from.Timeout)
	probe.SuccessThreshold = given(from.SuccessThreshold)
	probe.FailureThreshold = given(from.FailureThreshold)
	return probe
}

func (p *pod) httpGet(from *dsl.HTTPProbe) *corev1ac.HTTPGetActionApplyConfiguration {
	get := corev1ac.HTTPGetAction().WithPort(p.port(from.Port))
	get.Path = given(from.Path)
	get.Scheme = given(corev1.URIScheme(from.Scheme))
	for _, h := range from.Headers {
		get.WithHTTPHeaders(corev1ac.HTTPHeader().WithName(h.Name).WithValue(h.Value))
	}
	return get
}

func grpc(from *dsl.GRPCProbe) *corev1ac.GRPCActionApplyConfiguration {
	action := corev1ac.GRPCAction().WithPort(from.Port)
	action.Service = given(from.Service)
	return action
}

// port returns the container port that a probe asks, by name where it has one.
func (p *pod) port(text string) intstr.IntOrString {
	for _, port := range p.app.Ports {
		if port.Label == text {
			return targetOf(p.app, dsl.Port{Name: port.Name, Number: port.Number, Protocol: port.Protocol})
		}
	}
	return intstr.Parse(text)
}
