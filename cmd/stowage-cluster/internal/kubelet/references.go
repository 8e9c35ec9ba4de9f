package kubelet

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
)

// references looks up the objects that pods refer to. Its caches hold keys without values.
type references struct {
	ctx        context.Context
	client     kubernetes.Interface
	configMaps corelisters.ConfigMapLister
	secrets    corelisters.SecretLister
}

// source is a ConfigMap or a Secret that a pod refers to.
type source struct {
	kind      string // "configmap" or "secret", as a kubelet writes it
	title     string // "ConfigMap" or "Secret"
	namespace string
	name      string
	optional  *bool
}

func configMap(namespace, name string, optional *bool) source {
	return source{"configmap", "ConfigMap", namespace, name, optional}
}

func secret(namespace, name string, optional *bool) source {
	return source{"secret", "Secret", namespace, name, optional}
}

// lacks says what is missing: the object itself or one of keys. It is "" when nothing is or the reference is optional.
func (r references) lacks(s source, keys ...string) string {
	if s.optional != nil && *s.optional {
		return ""
	}
	if message := missing(s, keys, r.cached); message == "" {
		return ""
	}
	// The cache may lag behind: ask the API server before a pod is held up.
	return missing(s, keys, r.live)
}

// missing takes only a sure NotFound for absence: an API server that does not answer holds no pod up.
func missing(s source, keys []string, lookUp func(source) (map[string]bool, error)) string {
	have, err := lookUp(s)
	switch {
	case apierrors.IsNotFound(err):
		return fmt.Sprintf("%s %q not found", s.kind, s.name)
	case err != nil:
		return ""
	}
	for _, key := range keys {
		if !have[key] {
			return fmt.Sprintf("couldn't find key %s in %s %s/%s", key, s.title, s.namespace, s.name)
		}
	}
	return ""
}

func (r references) cached(s source) (keys map[string]bool, err error) {
	if s.kind == "secret" {
		object, err := r.secrets.Secrets(s.namespace).Get(s.name)
		return secretKeys(object), err
	}
	object, err := r.configMaps.ConfigMaps(s.namespace).Get(s.name)
	return configMapKeys(object), err
}

func (r references) live(s source) (keys map[string]bool, err error) {
	if s.kind == "secret" {
		object, err := r.client.CoreV1().Secrets(s.namespace).Get(r.ctx, s.name, metav1.GetOptions{})
		return secretKeys(object), err
	}
	object, err := r.client.CoreV1().ConfigMaps(s.namespace).Get(r.ctx, s.name, metav1.GetOptions{})
	return configMapKeys(object), err
}

func configMapKeys(object *corev1.ConfigMap) map[string]bool {
	keys := map[string]bool{}
	if object != nil {
		for key := range object.Data {
			keys[key] = true
		}
		for key := range object.BinaryData {
			keys[key] = true
		}
	}
	return keys
}

func secretKeys(object *corev1.Secret) map[string]bool {
	keys := map[string]bool{}
	if object != nil {
		for key := range object.Data {
			keys[key] = true
		}
	}
	return keys
}

// keysOnly strips what the kubelet does not look at before an object is cached.
func keysOnly(object any) (any, error) {
	switch object := object.(type) {
	case *corev1.ConfigMap:
		object.ManagedFields, object.Annotations = nil, nil
		for key := range object.Data {
			object.Data[key] = ""
		}
		for key := range object.BinaryData {
			object.BinaryData[key] = nil
		}
	case *corev1.Secret:
		object.ManagedFields, object.Annotations = nil, nil
		for key := range object.Data {
			object.Data[key] = nil
		}
	case *corev1.Pod:
		object.ManagedFields = nil
	}
	return object, nil
}

// missingVolume names the first volume of pod whose content does not exist, and why.
func (r references) missingVolume(pod *corev1.Pod) (volume, message string) {
	for _, v := range pod.Spec.Volumes {
		if message := r.lacksVolume(pod.Namespace, &v.VolumeSource); message != "" {
			return v.Name, message
		}
	}
	return "", ""
}

func (r references) lacksVolume(namespace string, v *corev1.VolumeSource) string {
	switch {
	case v.ConfigMap != nil:
		return r.lacks(configMap(namespace, v.ConfigMap.Name, v.ConfigMap.Optional), itemKeys(v.ConfigMap.Items)...)
	case v.Secret != nil:
		return r.lacks(secret(namespace, v.Secret.SecretName, v.Secret.Optional), itemKeys(v.Secret.Items)...)
	case v.Projected != nil:
		for _, p := range v.Projected.Sources {
			if message := r.lacksProjection(namespace, p); message != "" {
				return message
			}
		}
	}
	return ""
}

func (r references) lacksProjection(namespace string, p corev1.VolumeProjection) string {
	switch {
	case p.ConfigMap != nil:
		return r.lacks(configMap(namespace, p.ConfigMap.Name, p.ConfigMap.Optional), itemKeys(p.ConfigMap.Items)...)
	case p.Secret != nil:
		return r.lacks(secret(namespace, p.Secret.Name, p.Secret.Optional), itemKeys(p.Secret.Items)...)
	}
	return ""
}

func itemKeys(items []corev1.KeyToPath) []string {
	keys := make([]string, len(items))
	for i, item := range items {
		keys[i] = item.Key
	}
	return keys
}

// missingEnv says which object or key that c's environment comes from does not exist.
func (r references) missingEnv(namespace string, c *corev1.Container) string {
	for _, from := range c.EnvFrom {
		message := ""
		switch {
		case from.ConfigMapRef != nil:
			message = r.lacks(configMap(namespace, from.ConfigMapRef.Name, from.ConfigMapRef.Optional))
		case from.SecretRef != nil:
			message = r.lacks(secret(namespace, from.SecretRef.Name, from.SecretRef.Optional))
		}
		if message != "" {
			return message
		}
	}
	for _, env := range c.Env {
		if message := r.lacksKey(namespace, env.ValueFrom); message != "" {
			return message
		}
	}
	return ""
}

func (r references) lacksKey(namespace string, from *corev1.EnvVarSource) string {
	switch {
	case from == nil:
	case from.ConfigMapKeyRef != nil:
		ref := from.ConfigMapKeyRef
		return r.lacks(configMap(namespace, ref.Name, ref.Optional), ref.Key)
	case from.SecretKeyRef != nil:
		ref := from.SecretKeyRef
		return r.lacks(secret(namespace, ref.Name, ref.Optional), ref.Key)
	}
	return ""
}

// missingPullSecrets names the pull secrets of pod that do not exist.
func (r references) missingPullSecrets(pod *corev1.Pod) []string {
	var names []string
	for _, ref := range pod.Spec.ImagePullSecrets {
		if r.lacks(secret(pod.Namespace, ref.Name, nil)) != "" {
			names = append(names, ref.Name)
		}
	}
	return names
}
