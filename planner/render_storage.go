package planner

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"stowage/dsl"
)

// claims renders the claims of an app that is not a StatefulSet, whose claims
// come from templates.
func (r *renderer) claims(a *dsl.App) {
	if a.Kind == dsl.StatefulSet {
		return
	}
	for _, c := range claimsOf(a) {
		claim := corev1ac.PersistentVolumeClaim(c.Name, r.release.Namespace).
			WithLabels(r.appLabels(a)).
			WithSpec(r.claimSpec(c))
		r.add(claim, objectOf(a, RoleClaim, c.DeclRange))
	}
}

// claimTemplates renders the claims of a StatefulSet, one for each pod. Their
// labels stay those of the selector for good: a template cannot be changed.
func (r *renderer) claimTemplates(a *dsl.App) []*corev1ac.PersistentVolumeClaimApplyConfiguration {
	var templates []*corev1ac.PersistentVolumeClaimApplyConfiguration
	for _, c := range claimsOf(a) {
		// Kind and version are part of a template as the server stores it.
		template := corev1ac.PersistentVolumeClaim(c.Name, "").
			WithLabels(r.selectorLabels(a)).
			WithLabels(map[string]string{LabelRelease: r.release.Name, LabelApp: a.Name}).
			WithSpec(r.claimSpec(c))
		template.Namespace = nil
		templates = append(templates, template)
	}
	return templates
}

// claimsOf returns the claims that an app brings along, each once.
func claimsOf(a *dsl.App) []*dsl.Claim {
	var claims []*dsl.Claim
	seen := map[string]bool{}
	for _, m := range a.Mounts {
		if m.Claim != nil && !m.Claim.Existing && !seen[m.Claim.Name] {
			seen[m.Claim.Name] = true
			claims = append(claims, m.Claim)
		}
	}
	return claims
}

func (r *renderer) claimSpec(c *dsl.Claim) *corev1ac.PersistentVolumeClaimSpecApplyConfiguration {
	spec := corev1ac.PersistentVolumeClaimSpec().
		WithResources(corev1ac.VolumeResourceRequirements().
			WithRequests(corev1.ResourceList{corev1.ResourceStorage: r.quantity(c)}))
	for _, mode := range c.AccessModes {
		spec.WithAccessModes(corev1.PersistentVolumeAccessMode(mode))
	}
	spec.StorageClassName = c.StorageClass
	return spec
}

func (r *renderer) quantity(c *dsl.Claim) resource.Quantity {
	size, err := resource.ParseQuantity(c.Size)
	if err != nil {
		r.fail("PersistentVolumeClaim", c.Name, "size", c.DeclRange, err)
	}
	return size
}

// volumes renders the volumes of an app and where its container mounts them. A
// source that is mounted at several paths is one volume.
func (r *renderer) volumes(a *dsl.App) ([]*corev1ac.VolumeApplyConfiguration, []*corev1ac.VolumeMountApplyConfiguration) {
	var volumes []*corev1ac.VolumeApplyConfiguration
	var mounts []*corev1ac.VolumeMountApplyConfiguration
	names := volumeNames{bySource: map[string]string{}, taken: map[string]bool{}}
	for _, m := range a.Mounts {
		name, isNew := names.of(m)
		// A StatefulSet's own claims are volumes by their template's name.
		if isNew && !(a.Kind == dsl.StatefulSet && m.Claim != nil && !m.Claim.Existing) {
			volumes = append(volumes, r.volume(a, name, m))
		}
		mount := corev1ac.VolumeMount().WithName(name).WithMountPath(m.Path)
		if m.SubPath != "" {
			mount.WithSubPath(m.SubPath)
		}
		if m.ReadOnly {
			mount.WithReadOnly(true)
		}
		mounts = append(mounts, mount)
	}
	return volumes, mounts
}

func (r *renderer) volume(a *dsl.App, name string, m dsl.Mount) *corev1ac.VolumeApplyConfiguration {
	volume := corev1ac.Volume().WithName(name)
	switch {
	case m.Claim != nil:
		volume.WithPersistentVolumeClaim(corev1ac.PersistentVolumeClaimVolumeSource().WithClaimName(m.Claim.Name))
	case m.Data != nil && m.Data.Kind == dsl.Secret:
		volume.WithSecret(secretVolume(m.Data))
	case m.Data != nil:
		volume.WithConfigMap(configMapVolume(m.Data))
	case m.HostPath != nil:
		source := corev1ac.HostPathVolumeSource().WithPath(m.HostPath.Path)
		if m.HostPath.Type != "" {
			source.WithType(corev1.HostPathType(m.HostPath.Type))
		}
		volume.WithHostPath(source)
	default:
		volume.WithEmptyDir(r.emptyDir(a, m))
	}
	return volume
}

func (r *renderer) emptyDir(a *dsl.App, m dsl.Mount) *corev1ac.EmptyDirVolumeSourceApplyConfiguration {
	source := corev1ac.EmptyDirVolumeSource()
	if m.EmptyDir.Medium != "" {
		source.WithMedium(corev1.StorageMedium(m.EmptyDir.Medium))
	}
	if m.EmptyDir.Size != "" {
		size, err := resource.ParseQuantity(m.EmptyDir.Size)
		if err != nil {
			r.fail(string(a.Kind), a.Name, "empty_dir.size", m.DeclRange, err)
		}
		source.WithSizeLimit(size)
	}
	return source
}

func secretVolume(d *dsl.DataVolume) *corev1ac.SecretVolumeSourceApplyConfiguration {
	source := corev1ac.SecretVolumeSource().WithSecretName(d.Name).WithItems(keyPaths(d.Items)...)
	source.DefaultMode = d.Mode
	if d.Optional {
		source.WithOptional(true)
	}
	return source
}

func configMapVolume(d *dsl.DataVolume) *corev1ac.ConfigMapVolumeSourceApplyConfiguration {
	source := corev1ac.ConfigMapVolumeSource().WithName(d.Name).WithItems(keyPaths(d.Items)...)
	source.DefaultMode = d.Mode
	if d.Optional {
		source.WithOptional(true)
	}
	return source
}

func keyPaths(items []dsl.Item) []*corev1ac.KeyToPathApplyConfiguration {
	var paths []*corev1ac.KeyToPathApplyConfiguration
	for _, item := range items {
		path := corev1ac.KeyToPath().WithKey(item.Key).WithPath(item.Path)
		path.Mode = item.Mode
		paths = append(paths, path)
	}
	return paths
}

// volumeNames gives each source of an app one name.
type volumeNames struct {
	bySource map[string]string
	taken    map[string]bool
}

// of returns the name of a mount's volume, and whether it is a new one. The
// name follows from the path, so that adding a mount renames no other: volumes
// merge by name, and a new name rolls the pods. Claims keep their own name.
func (n *volumeNames) of(m dsl.Mount) (name string, isNew bool) {
	source := sourceOf(m)
	if name, ok := n.bySource[source]; ok {
		return name, false
	}
	base := pathName(m.Path)
	if m.Claim != nil {
		base = m.Claim.Name
	}
	name = base
	for i := 2; n.taken[name]; i++ {
		name = fmt.Sprintf("%s-%d", base, i)
	}
	n.bySource[source], n.taken[name] = name, true
	return name, true
}

// sourceOf tells sources apart. Scratch space is never shared by being alike.
func sourceOf(m dsl.Mount) string {
	switch {
	case m.Claim != nil:
		return "claim " + m.Claim.Name
	case m.Data != nil:
		items := make([]string, 0, len(m.Data.Items))
		for _, item := range m.Data.Items {
			items = append(items, fmt.Sprintf("%s=%s=%s", item.Key, item.Path, octal(item.Mode)))
		}
		return fmt.Sprintf("%s %s %s %v %q", m.Data.Kind, m.Data.Name, octal(m.Data.Mode), m.Data.Optional, items)
	case m.HostPath != nil:
		return "host " + m.HostPath.Type + " " + m.HostPath.Path
	default:
		return "scratch " + m.Path
	}
}

func octal(mode *int32) string {
	if mode == nil {
		return "default"
	}
	return fmt.Sprintf("%04o", *mode)
}

// pathName turns a path into a DNS label: /etc/nginx/conf.d into etc-nginx-conf-d.
func pathName(path string) string {
	name := strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			return c
		case c >= 'A' && c <= 'Z':
			return c - 'A' + 'a'
		default:
			return '-'
		}
	}, path)
	// 59 leaves room for a number that tells two like paths apart.
	name = strings.Trim(name, "-")
	if len(name) > 59 {
		name = strings.Trim(name[len(name)-59:], "-")
	}
	if name == "" {
		return "root"
	}
	return name
}
