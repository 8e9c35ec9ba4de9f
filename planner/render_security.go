package planner

import (
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"stowage/dsl"
)

// podSecurity returns nil when nothing is said.
func podSecurity(from dsl.PodSecurity) *corev1ac.PodSecurityContextApplyConfiguration {
	s := &corev1ac.PodSecurityContextApplyConfiguration{
		RunAsUser: from.User, RunAsGroup: from.Group, RunAsNonRoot: from.NonRoot,
		SeccompProfile: seccomp(from.Seccomp), AppArmorProfile: appArmor(from.AppArmor), SELinuxOptions: seLinux(from.SELinux),
		FSGroup:                  from.FSGroup,
		FSGroupChangePolicy:      given(corev1.PodFSGroupChangePolicy(from.FSGroupPolicy)),
		SupplementalGroups:       from.SupplementalGroups,
		SupplementalGroupsPolicy: given(corev1.SupplementalGroupsPolicy(from.SupplementalGroupsPolicy)),
	}
	for _, name := range slices.Sorted(maps.Keys(from.Sysctls)) {
		s.WithSysctls(corev1ac.Sysctl().WithName(name).WithValue(from.Sysctls[name]))
	}
	return unlessEmpty(s)
}

// containerSecurity returns nil when nothing is said.
func containerSecurity(from dsl.ContainerSecurity) *corev1ac.SecurityContextApplyConfiguration {
	return unlessEmpty(&corev1ac.SecurityContextApplyConfiguration{
		RunAsUser: from.User, RunAsGroup: from.Group, RunAsNonRoot: from.NonRoot,
		SeccompProfile: seccomp(from.Seccomp), AppArmorProfile: appArmor(from.AppArmor), SELinuxOptions: seLinux(from.SELinux),
		ReadOnlyRootFilesystem:   from.ReadOnlyRoot,
		Privileged:               from.Privileged,
		AllowPrivilegeEscalation: from.PrivilegeEscalation,
		Capabilities: unlessEmpty(&corev1ac.CapabilitiesApplyConfiguration{
			Add: capabilities(from.AddCapabilities), Drop: capabilities(from.DropCapabilities),
		}),
	})
}

func capabilities(names []string) []corev1.Capability {
	var list []corev1.Capability
	for _, name := range names {
		list = append(list, corev1.Capability(name))
	}
	return list
}

// profileOf splits "localhost/PATH", which names a profile on the node.
func profileOf(text string) (kind string, local *string) {
	if name, onNode := strings.CutPrefix(text, "localhost/"); onNode {
		return "Localhost", &name
	}
	return text, nil
}

func seccomp(text string) *corev1ac.SeccompProfileApplyConfiguration {
	if text == "" {
		return nil
	}
	kind, local := profileOf(text)
	profile := corev1ac.SeccompProfile().WithType(corev1.SeccompProfileType(kind))
	profile.LocalhostProfile = local
	return profile
}

func appArmor(text string) *corev1ac.AppArmorProfileApplyConfiguration {
	if text == "" {
		return nil
	}
	kind, local := profileOf(text)
	profile := corev1ac.AppArmorProfile().WithType(corev1.AppArmorProfileType(kind))
	profile.LocalhostProfile = local
	return profile
}

func seLinux(from *dsl.SELinux) *corev1ac.SELinuxOptionsApplyConfiguration {
	if from == nil {
		return nil
	}
	return &corev1ac.SELinuxOptionsApplyConfiguration{
		User: given(from.User), Role: given(from.Role), Type: given(from.Type), Level: given(from.Level),
	}
}
