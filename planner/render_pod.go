package planner

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	corev1 "k8s.io/api/core/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"stowage/dsl"
)

// pod is an app's pod in the making.
type pod struct {
	*renderer
	app     *dsl.App
	id      ObjectID // of the workload
	volumes *volumes
}

// podSpec makes what the pods of an app run, and what they run in.
func (r *renderer) podSpec(a *dsl.App) *corev1ac.PodSpecApplyConfiguration {
	p := &pod{renderer: r, app: a, id: r.workloadID(a)}
	p.volumes = p.newVolumes()
	spec := corev1ac.PodSpec()
	for _, c := range a.Pod() {
		container := p.container(c)
		switch c.Role {
		case dsl.SidecarContainer:
			spec.WithInitContainers(container.WithRestartPolicy(corev1.ContainerRestartPolicyAlways))
		case dsl.InitContainer:
			spec.WithInitContainers(container)
		case dsl.MainContainer, dsl.ExtraContainer:
			spec.WithContainers(container)
		}
	}
	spec.WithVolumes(p.volumes.list...)
	spec.TerminationGracePeriodSeconds = wholeSeconds(a.TerminationGrace)
	spec.ShareProcessNamespace = given(a.ShareProcesses)
	spec.SecurityContext = podSecurity(a.PodSecurity)
	shareHost(spec, a)
	r.identity(spec, a)
	r.scheduling(spec, a)
	return spec
}

// container makes one container, and collects the volumes it mounts.
func (p *pod) container(from *dsl.Container) *corev1ac.ContainerApplyConfiguration {
	c := corev1ac.Container().
		WithName(from.Name).
		WithImage(from.Image).
		WithCommand(from.Command...).
		WithArgs(from.Args...).
		WithPorts(p.containerPorts(from)...).
		WithEnvFrom(envFrom(from.EnvFrom)...).
		WithEnv(env(from.Env)...).
		WithVolumeMounts(p.mounts(from)...)
	c.WithImagePullPolicy(pullPolicy(from.PullPolicy, from.Image))
	c.WorkingDir = given(from.WorkingDir)
	c.ReadinessProbe = p.probe(from.Readiness)
	c.LivenessProbe = p.probe(from.Liveness)
	c.StartupProbe = p.probe(from.Startup)
	c.Lifecycle = p.hooks(from)
	c.Resources = p.resources(from)
	c.SecurityContext = containerSecurity(from.Security)
	c.TerminationMessagePath = given(from.TerminationMessagePath)
	c.TerminationMessagePolicy = given(corev1.TerminationMessagePolicy(from.TerminationMessagePolicy))
	c.Stdin, c.TTY = given(from.Stdin), given(from.TTY)
	return c
}

// containerPorts returns the ports of a container. Two ports of the Service may
// lead to the same one.
func (p *pod) containerPorts(c *dsl.Container) []*corev1ac.ContainerPortApplyConfiguration {
	var ports []*corev1ac.ContainerPortApplyConfiguration
	for _, from := range c.Ports {
		if listed, ok := p.app.ContainerPort(from); !ok || listed.DeclRange != from.DeclRange {
			continue
		}
		port := corev1ac.ContainerPort().
			WithContainerPort(from.Number).
			WithProtocol(protocolOf(from))
		port.Name = given(from.Name)
		port.HostPort = given(from.HostPort)
		ports = append(ports, port)
	}
	return ports
}

// pullPolicy returns the policy that is asked for, or else the one that the API
// server gives a new container. Left to the server it would stay what an earlier
// image made of it.
func pullPolicy(asked, image string) corev1.PullPolicy {
	if asked != "" {
		return corev1.PullPolicy(asked)
	}
	name, _, digest := strings.Cut(image, "@")
	_, tag, tagged := strings.Cut(name[strings.LastIndex(name, "/")+1:], ":")
	if tag == "latest" || !tagged && !digest {
		return corev1.PullAlways
	}
	return corev1.PullIfNotPresent
}

// resources returns nil when the container asks for nothing.
func (p *pod) resources(c *dsl.Container) *corev1ac.ResourceRequirementsApplyConfiguration {
	requests := p.quantities(c, "requests", c.Resources.Requests)
	limits := p.quantities(c, "limits", c.Resources.Limits)
	if requests == nil && limits == nil {
		return nil
	}
	return &corev1ac.ResourceRequirementsApplyConfiguration{Requests: requests, Limits: limits}
}

func (p *pod) quantities(c *dsl.Container, side string, texts map[string]string) *corev1.ResourceList {
	if len(texts) == 0 {
		return nil
	}
	list := make(corev1.ResourceList, len(texts))
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		field := "spec.template.spec." + containerList(c) + "[" + c.Name + "].resources." + side + "." + name
		list[corev1.ResourceName(name)] = p.quantity(p.id, writtenAt(c, "resources"), field, texts[name])
	}
	return &list
}

// containerList returns the field of a pod that a container is in.
func containerList(c *dsl.Container) string {
	if c.Role == dsl.InitContainer || c.Role == dsl.SidecarContainer {
		return "initContainers"
	}
	return "containers"
}

// writtenAt returns where a part of a container is written, or where the
// container is.
func writtenAt(c *dsl.Container, part string) hcl.Range {
	if r, ok := c.Ranges[part]; ok {
		return r
	}
	return c.DeclRange
}

// podRanges returns where all that is said of an app and of its containers is
// written.
func podRanges(a *dsl.App) map[string]hcl.Range {
	ranges := maps.Clone(a.Ranges)
	for _, c := range a.Pod() {
		for part, at := range c.Ranges {
			ranges[c.Name+"/"+part] = at
		}
	}
	return ranges
}
