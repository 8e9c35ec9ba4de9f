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

func (r *renderer) pod(a *dsl.App) *pod {
	return &pod{renderer: r, app: a, id: r.workloadID(a), volumes: newVolumes(a)}
}

// container makes the app's container, and collects the volumes it mounts.
func (p *pod) container() *corev1ac.ContainerApplyConfiguration {
	a := p.app
	c := corev1ac.Container().
		WithName(a.Name).
		WithImage(a.Image).
		WithCommand(a.Command...).
		WithArgs(a.Args...).
		WithPorts(containerPorts(a)...).
		WithEnvFrom(envFrom(a.EnvFrom)...).
		WithEnv(env(a.Env)...).
		WithVolumeMounts(p.mounts()...)
	c.WithImagePullPolicy(pullPolicy(a.PullPolicy, a.Image))
	c.WorkingDir = given(a.WorkingDir)
	c.ReadinessProbe = p.probe(a.Readiness)
	c.LivenessProbe = p.probe(a.Liveness)
	c.StartupProbe = p.probe(a.Startup)
	c.Resources = p.resources()
	return c
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

func envFrom(sources []dsl.EnvSource) []*corev1ac.EnvFromSourceApplyConfiguration {
	list := make([]*corev1ac.EnvFromSourceApplyConfiguration, len(sources))
	for i, s := range sources {
		list[i] = corev1ac.EnvFromSource()
		list[i].Prefix = given(s.Prefix)
		if s.Kind == dsl.Secret {
			list[i].WithSecretRef(corev1ac.SecretEnvSource().WithName(s.Name))
		} else {
			list[i].WithConfigMapRef(corev1ac.ConfigMapEnvSource().WithName(s.Name))
		}
	}
	return list
}

// env leaves out empty values, as the API server does when it stores them.
func env(vars []dsl.EnvVar) []*corev1ac.EnvVarApplyConfiguration {
	list := make([]*corev1ac.EnvVarApplyConfiguration, len(vars))
	for i, v := range vars {
		list[i] = corev1ac.EnvVar().WithName(v.Name)
		if v.Key == nil {
			list[i].Value = given(v.Value)
			continue
		}
		list[i].WithValueFrom(envKey(v.Key))
	}
	return list
}

func envKey(k *dsl.DataKey) *corev1ac.EnvVarSourceApplyConfiguration {
	source := corev1ac.EnvVarSource()
	if k.Kind == dsl.Secret {
		key := corev1ac.SecretKeySelector().WithName(k.Name).WithKey(k.Key)
		key.Optional = given(k.Optional)
		return source.WithSecretKeyRef(key)
	}
	key := corev1ac.ConfigMapKeySelector().WithName(k.Name).WithKey(k.Key)
	key.Optional = given(k.Optional)
	return source.WithConfigMapKeyRef(key)
}

// resources returns nil when the app asks for nothing.
func (p *pod) resources() *corev1ac.ResourceRequirementsApplyConfiguration {
	requests := p.quantities("requests", p.app.Resources.Requests)
	limits := p.quantities("limits", p.app.Resources.Limits)
	if requests == nil && limits == nil {
		return nil
	}
	return &corev1ac.ResourceRequirementsApplyConfiguration{Requests: requests, Limits: limits}
}

func (p *pod) quantities(side string, texts map[string]string) *corev1.ResourceList {
	if len(texts) == 0 {
		return nil
	}
	list := make(corev1.ResourceList, len(texts))
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		field := "spec.template.spec.containers[" + p.app.Name + "].resources." + side + "." + name
		list[corev1.ResourceName(name)] = p.quantity(p.id, p.at("resources"), field, texts[name])
	}
	return &list
}

// at returns where a part of the app is written, or where the app is.
func (p *pod) at(part string) hcl.Range {
	if r, ok := p.app.Ranges[part]; ok {
		return r
	}
	return p.app.DeclRange
}
