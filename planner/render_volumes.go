package planner

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"stowage/dsl"
)

// volumes are those of one pod, each source once.
type volumes struct {
	list     []*corev1ac.VolumeApplyConfiguration
	bySource map[string]string // name of the volume, by a text that tells sources apart
	taken    map[string]bool
}

// newVolumes starts with the names of the claim templates taken: for each of
// them the StatefulSet adds a volume itself.
func newVolumes(a *dsl.App) *volumes {
	v := &volumes{bySource: map[string]string{}, taken: map[string]bool{}}
	for _, m := range a.Mounts {
		if isTemplate(a, m) {
			v.taken[m.Claim.Name] = true
		}
	}
	return v
}

// isTemplate reports whether a mount's claim is made anew for each pod.
func isTemplate(a *dsl.App, m dsl.Mount) bool {
	return m.Claim != nil && !m.Claim.Existing && a.Kind == dsl.StatefulSet
}

// mounts makes the volume mounts of the container, and the volumes for them.
func (p *pod) mounts() []*corev1ac.VolumeMountApplyConfiguration {
	list := make([]*corev1ac.VolumeMountApplyConfiguration, len(p.app.Mounts))
	for i, m := range p.app.Mounts {
		list[i] = corev1ac.VolumeMount().WithName(p.volumeOf(m)).WithMountPath(m.Path)
		list[i].SubPath = given(m.SubPath)
		list[i].ReadOnly = given(m.ReadOnly)
	}
	return list
}

// volumeOf returns the name of the volume that a mount shows. It starts with the
// kind of the source: a config, a secret and a claim may well have one name.
func (p *pod) volumeOf(m dsl.Mount) string {
	switch {
	case isTemplate(p.app, m):
		return m.Claim.Name
	case m.Claim != nil:
		return p.volumes.add("claim", m.Claim.Name, m.Claim.Name, corev1ac.Volume().
			WithPersistentVolumeClaim(corev1ac.PersistentVolumeClaimVolumeSource().WithClaimName(m.Claim.Name)))
	case m.Data != nil:
		return p.dataVolume(m.Data)
	case m.HostPath != nil:
		source := corev1ac.HostPathVolumeSource().WithPath(m.HostPath.Path)
		source.Type = given(corev1.HostPathType(m.HostPath.Type))
		return p.volumes.add("hostpath", m.HostPath.Path, m.HostPath.Path+":"+m.HostPath.Type, corev1ac.Volume().WithHostPath(source))
	default:
		return p.volumes.add("emptydir", m.Path, m.Path, corev1ac.Volume().WithEmptyDir(p.emptyDir(m)))
	}
}

func (p *pod) emptyDir(m dsl.Mount) *corev1ac.EmptyDirVolumeSourceApplyConfiguration {
	source := corev1ac.EmptyDirVolumeSource()
	source.Medium = given(corev1.StorageMedium(m.EmptyDir.Medium))
	if m.EmptyDir.Size != "" {
		source.WithSizeLimit(p.quantity(p.id, m.DeclRange, "spec.template.spec.volumes.emptyDir.sizeLimit", m.EmptyDir.Size))
	}
	return source
}

// dataVolume is named after the data without its version, so that a new
// version changes one field of the pod and no names.
func (p *pod) dataVolume(d *dsl.DataVolume) string {
	base, ours := p.baseNames[dataRef{d.Kind, d.Name}]
	if !ours {
		base = d.Name
	}
	if d.Kind == dsl.Secret {
		source := corev1ac.SecretVolumeSource().WithSecretName(d.Name).WithItems(items(d.Items)...)
		source.DefaultMode, source.Optional = d.Mode, given(d.Optional)
		return p.volumes.add("secret", base, dataSource(d), corev1ac.Volume().WithSecret(source))
	}
	source := corev1ac.ConfigMapVolumeSource().WithName(d.Name).WithItems(items(d.Items)...)
	source.DefaultMode, source.Optional = d.Mode, given(d.Optional)
	return p.volumes.add("config", base, dataSource(d), corev1ac.Volume().WithConfigMap(source))
}

func items(from []dsl.Item) []*corev1ac.KeyToPathApplyConfiguration {
	list := make([]*corev1ac.KeyToPathApplyConfiguration, len(from))
	for i, item := range from {
		list[i] = corev1ac.KeyToPath().WithKey(item.Key).WithPath(item.Path)
		list[i].Mode = item.Mode
	}
	return list
}

// dataSource tells apart what two mounts of the same data show.
func dataSource(d *dsl.DataVolume) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s %t", d.Name, octal(d.Mode), d.Optional)
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

// add returns the name of the volume with a source, which is made when it is
// not there yet.
func (v *volumes) add(kind, name, source string, volume *corev1ac.VolumeApplyConfiguration) string {
	source = kind + " " + source
	if made, ok := v.bySource[source]; ok {
		return made
	}
	unique := volumeName(kind + "-" + name)
	for i := 2; v.taken[unique]; i++ {
		unique = fmt.Sprintf("%s-%d", volumeName(kind+"-"+name), i)
	}
	v.taken[unique] = true
	v.bySource[source] = unique
	v.list = append(v.list, volume.WithName(unique))
	return unique
}

var notInLabel = regexp.MustCompile(`[^a-z0-9]+`)

// volumeName makes a DNS label of any text, and leaves room for a number.
func volumeName(text string) string {
	const longest, hash = 60, 8
	name := strings.Trim(notInLabel.ReplaceAllString(strings.ToLower(text), "-"), "-")
	if len(name) <= longest {
		return name
	}
	sum := sha256.Sum256([]byte(text))
	return strings.TrimRight(name[:longest-hash-1], "-") + "-" + hex.EncodeToString(sum[:])[:hash]
}
