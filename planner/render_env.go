package planner

import (
	"k8s.io/apimachinery/pkg/api/resource"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"stowage/dsl"
)

func envFrom(sources []dsl.EnvSource) []*corev1ac.EnvFromSourceApplyConfiguration {
	list := make([]*corev1ac.EnvFromSourceApplyConfiguration, len(sources))
	for i, s := range sources {
		list[i] = corev1ac.EnvFromSource()
		list[i].Prefix = given(s.Prefix)
		if s.Kind == dsl.Secret {
			source := corev1ac.SecretEnvSource().WithName(s.Name)
			source.Optional = given(s.Optional)
			list[i].WithSecretRef(source)
		} else {
			source := corev1ac.ConfigMapEnvSource().WithName(s.Name)
			source.Optional = given(s.Optional)
			list[i].WithConfigMapRef(source)
		}
	}
	return list
}

// env leaves out empty values, as the API server does when it stores them.
func env(vars []dsl.EnvVar) []*corev1ac.EnvVarApplyConfiguration {
	list := make([]*corev1ac.EnvVarApplyConfiguration, len(vars))
	for i, v := range vars {
		list[i] = corev1ac.EnvVar().WithName(v.Name)
		switch {
		case v.Key != nil:
			list[i].WithValueFrom(envKey(v.Key))
		case v.Field != nil:
			list[i].WithValueFrom(envField(v))
		default:
			list[i].Value = given(v.Value)
		}
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

func envField(v dsl.EnvVar) *corev1ac.EnvVarSourceApplyConfiguration {
	if v.Field.Resource != "" {
		return corev1ac.EnvVarSource().WithResourceFieldRef(resourceField(v.Field))
	}
	return corev1ac.EnvVarSource().WithFieldRef(podField(v.Field))
}

// podField and resourceField are compared with what is live as a whole, and so say
// all that the API server would fill in. The quantity is checked by dsl.
func podField(from *dsl.FieldSource) *corev1ac.ObjectFieldSelectorApplyConfiguration {
	return corev1ac.ObjectFieldSelector().WithAPIVersion("v1").WithFieldPath(from.Field)
}

func resourceField(from *dsl.FieldSource) *corev1ac.ResourceFieldSelectorApplyConfiguration {
	divisor := from.Divisor
	if divisor == "" {
		divisor = "0" // as the API server writes that there is none
	}
	field := corev1ac.ResourceFieldSelector().WithResource(from.Resource).WithDivisor(resource.MustParse(divisor))
	field.ContainerName = given(from.Container)
	return field
}
