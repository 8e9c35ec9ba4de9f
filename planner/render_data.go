package planner

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"stowage/dsl"
)

// dataBlock makes the object of a config or secret block.
func (r *renderer) dataBlock(d *dsl.Data) {
	defer r.overriding(d.Overrides, d.BaseName)()
	r.overrides.data, r.overrides.own = true, map[string]string{string(d.Kind): d.Name}
	r.data(d, d.Lifecycle, r.labels(d.Labels))
}

// data makes a ConfigMap or Secret. A versioned one is immutable: a change of
// its data is another object.
func (r *renderer) data(d *dsl.Data, block dsl.Lifecycle, labels map[string]string) {
	o := Object{Address: d.Address.String(), Origin: OriginOf(d.DeclRange), Role: RoleData, References: d.References}
	ours := annotations(block)
	if d.Version != "" {
		o.Version = &DataVersion{BaseName: d.BaseName, Version: d.Version, Provisional: d.Provisional}
		ours[AnnotationBaseName] = d.BaseName
	}
	if d.Kind == dsl.Secret {
		r.add(o, r.secret(d).WithLabels(labels).WithAnnotations(d.Annotations).WithAnnotations(ours))
		return
	}
	r.add(o, r.configMap(d).WithLabels(labels).WithAnnotations(d.Annotations).WithAnnotations(ours))
}

func (r *renderer) configMap(d *dsl.Data) *corev1ac.ConfigMapApplyConfiguration {
	c := corev1ac.ConfigMap(d.Name, r.release.Namespace).WithData(d.Text).WithBinaryData(d.Binary)
	if d.Version != "" {
		c.WithImmutable(true)
	}
	return c
}

// secret sends data rather than stringData: the API server stores only that.
func (r *renderer) secret(d *dsl.Data) *corev1ac.SecretApplyConfiguration {
	data := make(map[string][]byte, len(d.Text)+len(d.Binary))
	for key, text := range d.Text {
		data[key] = []byte(text)
	}
	maps.Copy(data, d.Binary)
	s := corev1ac.Secret(d.Name, r.release.Namespace).WithData(data)
	if d.Type != "" {
		s.WithType(corev1.SecretType(d.Type))
	}
	if d.Version != "" {
		s.WithImmutable(true)
	}
	return s
}
