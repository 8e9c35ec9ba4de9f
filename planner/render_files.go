package planner

import (
	"fmt"
	"strings"

	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"stowage/dsl"
)

// files makes a volume of a ConfigMap, a Secret, or fields of the pod.
func (p *pod) files(volume *corev1ac.VolumeApplyConfiguration, from *dsl.FileSource) *corev1ac.VolumeApplyConfiguration {
	d := from.Data
	switch {
	case d == nil:
		source := corev1ac.DownwardAPIVolumeSource().WithItems(p.fieldFiles(from.Fields)...)
		source.DefaultMode = from.Mode
		return volume.WithDownwardAPI(source)
	case d.Kind == dsl.Secret:
		source := corev1ac.SecretVolumeSource().WithSecretName(d.Name).WithItems(items(d.Items)...)
		source.DefaultMode, source.Optional = from.Mode, given(d.Optional)
		return volume.WithSecret(source)
	default:
		source := corev1ac.ConfigMapVolumeSource().WithName(d.Name).WithItems(items(d.Items)...)
		source.DefaultMode, source.Optional = from.Mode, given(d.Optional)
		return volume.WithConfigMap(source)
	}
}

// projected shows several sources in one directory.
func (p *pod) projected(from *dsl.Projected) *corev1ac.ProjectedVolumeSourceApplyConfiguration {
	volume := corev1ac.ProjectedVolumeSource()
	volume.DefaultMode = from.Mode
	for _, source := range from.Sources {
		volume.WithSources(p.projection(source))
	}
	return volume
}

// projection says all that the API server would fill in: the list of sources is
// compared with what is live as a whole.
func (p *pod) projection(from *dsl.FileSource) *corev1ac.VolumeProjectionApplyConfiguration {
	projection := corev1ac.VolumeProjection()
	d := from.Data
	switch {
	case from.Token != nil:
		return projection.WithServiceAccountToken(token(from.Token))
	case d == nil:
		return projection.WithDownwardAPI(corev1ac.DownwardAPIProjection().WithItems(p.fieldFiles(from.Fields)...))
	case d.Kind == dsl.Secret:
		source := corev1ac.SecretProjection().WithName(d.Name).WithItems(items(d.Items)...)
		source.Optional = given(d.Optional)
		return projection.WithSecret(source)
	default:
		source := corev1ac.ConfigMapProjection().WithName(d.Name).WithItems(items(d.Items)...)
		source.Optional = given(d.Optional)
		return projection.WithConfigMap(source)
	}
}

// tokenLifetime is what the API server gives a token of which nothing is said, in
// seconds.
const tokenLifetime = 3600

func token(from *dsl.Token) *corev1ac.ServiceAccountTokenProjectionApplyConfiguration {
	projection := corev1ac.ServiceAccountTokenProjection().WithPath(from.Path).WithExpirationSeconds(tokenLifetime)
	projection.Audience = given(from.Audience)
	if from.Lifetime != 0 {
		projection.WithExpirationSeconds(*wholeSeconds(&from.Lifetime))
	}
	return projection
}

func (p *pod) fieldFiles(from []dsl.FieldFile) []*corev1ac.DownwardAPIVolumeFileApplyConfiguration {
	list := make([]*corev1ac.DownwardAPIVolumeFileApplyConfiguration, len(from))
	for i := range from {
		list[i] = corev1ac.DownwardAPIVolumeFile().WithPath(from[i].Path)
		list[i].Mode = from[i].Mode
		if field := &from[i].Field; field.Resource != "" {
			list[i].WithResourceFieldRef(resourceField(field))
		} else {
			list[i].WithFieldRef(podField(field))
		}
	}
	return list
}

func items(from []dsl.Item) []*corev1ac.KeyToPathApplyConfiguration {
	list := make([]*corev1ac.KeyToPathApplyConfiguration, len(from))
	for i, item := range from {
		list[i] = corev1ac.KeyToPath().WithKey(item.Key).WithPath(item.Path)
		list[i].Mode = item.Mode
	}
	return list
}

// baseName returns the name of data without its version, so that a new version
// changes one field of the pod and no names.
func (p *pod) baseName(d *dsl.DataVolume) string {
	if base, ours := p.baseNames[dataRef{d.Kind, d.Name}]; ours {
		return base
	}
	return d.Name
}

// dataSource tells apart what two mounts of the same data show.
func dataSource(from *dsl.FileSource) string {
	d := from.Data
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s %t", d.Name, octal(from.Mode), d.Optional)
	for _, item := range d.Items {
		fmt.Fprintf(&text, " %q:%q %s", item.Key, item.Path, octal(item.Mode))
	}
	return text.String()
}

func octal(mode *int32) string {
	if mode == nil {
		return "-"
	}
	return fmt.Sprintf("%o", *mode)
}
