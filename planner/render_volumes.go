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
	named    map[*dsl.Volume]string // names of volumes with a block
	bySource map[string]string      // name of the volume, by a text that tells sources apart
	taken    map[string]bool
}

// newVolumes starts with the names of the claim templates taken, for each of which
// the StatefulSet adds a volume itself, and with the volumes that have a block.
func (p *pod) newVolumes() *volumes {
	v := &volumes{named: map[*dsl.Volume]string{}, bySource: map[string]string{}, taken: map[string]bool{}}
	for _, from := range p.app.Volumes() {
		if isTemplate(p.app, from) {
			v.taken[from.Claim.Name] = true
		}
	}
	for _, from := range p.app.NamedVolumes {
		if isTemplate(p.app, from) {
			v.named[from] = from.Claim.Name
			continue
		}
		v.named[from], v.taken[from.Name] = from.Name, true
		v.list = append(v.list, p.volume(from).WithName(from.Name))
	}
	return v
}

// isTemplate reports whether a volume is a claim that is made anew for each pod.
func isTemplate(a *dsl.App, v *dsl.Volume) bool {
	return v.Claim != nil && !v.Claim.Existing && a.Kind == dsl.StatefulSet
}

// mounts makes the volume mounts of a container, and the volumes for them.
func (p *pod) mounts(c *dsl.Container) []*corev1ac.VolumeMountApplyConfiguration {
	list := make([]*corev1ac.VolumeMountApplyConfiguration, len(c.Mounts))
	for i, m := range c.Mounts {
		list[i] = corev1ac.VolumeMount().WithName(p.volumeOf(c, m)).WithMountPath(m.Path)
		list[i].SubPath = given(m.SubPath)
		list[i].SubPathExpr = given(m.SubPathExpr)
		list[i].ReadOnly = given(m.ReadOnly)
		list[i].MountPropagation = given(corev1.MountPropagationMode(m.Propagation))
	}
	return list
}

// volumeOf returns the name of the volume that a mount shows. It starts with the
// kind of the source: a config, a secret and a claim may well have one name.
// Sources that are the same are one volume, but scratch space is each mount's own.
func (p *pod) volumeOf(c *dsl.Container, m dsl.Mount) string {
	v := m.Volume
	if name, named := p.volumes.named[v]; named {
		return name
	}
	own := strings.TrimPrefix(m.Path, "/")
	if c.Role != dsl.MainContainer {
		own = c.Name + "-" + own
	}
	switch {
	case isTemplate(p.app, v):
		return v.Claim.Name
	case v.Claim != nil:
		return p.volumes.add("claim", v.Claim.Name, v.Claim.Name, p.volume(v))
	case v.HostPath != nil:
		return p.volumes.add("hostpath", v.HostPath.Path, v.HostPath.Path+":"+v.HostPath.Type, p.volume(v))
	case v.NFS != nil:
		return p.volumes.add("nfs", v.NFS.Path, fmt.Sprintf("%q:%q %t", v.NFS.Server, v.NFS.Path, v.NFS.ReadOnly), p.volume(v))
	case v.Projected != nil:
		return p.volumes.add("projected", own, own, p.volume(v))
	case v.Files != nil && v.Files.Data != nil:
		return p.volumes.add(dataPrefix[v.Files.Data.Kind], p.baseName(v.Files.Data), dataSource(v.Files), p.volume(v))
	case v.Files != nil:
		return p.volumes.add("fields", own, own, p.volume(v))
	default:
		return p.volumes.add("emptydir", own, own, p.volume(v))
	}
}

// dataPrefix starts the names of volumes with data.
var dataPrefix = map[dsl.DataKind]string{dsl.ConfigMap: "config", dsl.Secret: "secret"}

// volume makes a volume without its name.
func (p *pod) volume(v *dsl.Volume) *corev1ac.VolumeApplyConfiguration {
	volume := corev1ac.Volume()
	switch {
	case v.Claim != nil:
		return volume.WithPersistentVolumeClaim(corev1ac.PersistentVolumeClaimVolumeSource().WithClaimName(v.Claim.Name))
	case v.HostPath != nil:
		source := corev1ac.HostPathVolumeSource().WithPath(v.HostPath.Path)
		source.Type = given(corev1.HostPathType(v.HostPath.Type))
		return volume.WithHostPath(source)
	case v.NFS != nil:
		source := corev1ac.NFSVolumeSource().WithServer(v.NFS.Server).WithPath(v.NFS.Path)
		source.ReadOnly = given(v.NFS.ReadOnly)
		return volume.WithNFS(source)
	case v.Projected != nil:
		return volume.WithProjected(p.projected(v.Projected))
	case v.Files != nil:
		return p.files(volume, v.Files)
	default:
		return volume.WithEmptyDir(p.emptyDir(v))
	}
}

func (p *pod) emptyDir(v *dsl.Volume) *corev1ac.EmptyDirVolumeSourceApplyConfiguration {
	source := corev1ac.EmptyDirVolumeSource()
	source.Medium = given(corev1.StorageMedium(v.EmptyDir.Medium))
	if v.EmptyDir.Size != "" {
		source.WithSizeLimit(p.quantity(p.id, v.DeclRange, "spec.template.spec.volumes.emptyDir.sizeLimit", v.EmptyDir.Size))
	}
	return source
}

// add returns the name of the volume with a source, which is made when it is
// not there yet.
func (v *volumes) add(kind, name, source string, volume *corev1ac.VolumeApplyConfiguration) string {
	source = kind + " " + source
	if made, ok := v.bySource[source]; ok {
		return made
	}
	unique := VolumeName(kind, name)
	for i := 2; v.taken[unique]; i++ {
		unique = fmt.Sprintf("%s-%d", VolumeName(kind, name), i)
	}
	v.taken[unique] = true
	v.bySource[source] = unique
	v.list = append(v.list, volume.WithName(unique))
	return unique
}

var notInLabel = regexp.MustCompile(`[^a-z0-9]+`)

// VolumeName returns the name of the volume of a mount: the kind of its source, and what tells
// it from others of the kind. It is a DNS label that leaves room for a number.
func VolumeName(kind, of string) string {
	const longest, hash = 60, 8
	text := kind + "-" + of
	name := strings.Trim(notInLabel.ReplaceAllString(strings.ToLower(text), "-"), "-")
	if len(name) <= longest {
		return name
	}
	sum := sha256.Sum256([]byte(text))
	return strings.TrimRight(name[:longest-hash-1], "-") + "-" + hex.EncodeToString(sum[:])[:hash]
}
