package importer

import "strings"

// writeSecurity writes who the processes of the pods are, and what those of the app's own
// container may do.
func (a *appWriter) writeSecurity(b *block) {
	pod, own := a.pod.at("securityContext"), a.main.at("securityContext")
	if !pod.exists() && !own.exists() {
		return
	}
	path := pod.path
	if !pod.exists() {
		path = own.path
	}
	inner := b.block("security", path)
	a.writeIdentity(inner, pod)
	inner.take("fs_group", pod.at("fsGroup"))
	inner.take("fs_group_policy", pod.at("fsGroupChangePolicy"))
	inner.take("supplemental_groups", pod.at("supplementalGroups"))
	inner.take("supplemental_groups_policy", pod.at("supplementalGroupsPolicy"))
	a.writeSysctls(inner, pod.at("sysctls"))
	a.writeRights(inner, own)
	identity := inner.block("container", own.path)
	a.writeIdentity(identity, own)
	inner.unlessEmpty(identity)
	b.unlessEmpty(inner)
}

// writeIdentity writes who processes run as, and within what profile.
func (a *appWriter) writeIdentity(b *block, context field) {
	b.take("user", context.at("runAsUser"))
	b.take("group", context.at("runAsGroup"))
	b.take("non_root", context.at("runAsNonRoot"))
	writeProfile(b, "seccomp", context.at("seccompProfile"))
	writeProfile(b, "app_armor", context.at("appArmorProfile"))
	b.take("selinux", context.at("seLinuxOptions"))
}

// writeProfile writes a profile by its type, or by its place on the node.
func writeProfile(b *block, name string, profile field) {
	if local := profile.at("localhostProfile"); local.exists() {
		b.set(name, "localhost/"+local.text(), profile.path)
	} else if profile.exists() {
		b.set(name, profile.at("type").text(), profile.path)
	}
}

func (a *appWriter) writeSysctls(b *block, list field) {
	var sysctls fields
	for _, sysctl := range list.list() {
		sysctls = append(sysctls, attr{name: sysctl.at("name").text(), value: sysctl.at("value").text(), path: sysctl.path})
	}
	if len(sysctls) > 0 {
		b.set("sysctls", sysctls, list.path)
	}
}

// writeRights writes what the processes of one container may do.
func (a *appWriter) writeRights(b *block, context field) {
	b.take("read_only_root", context.at("readOnlyRootFilesystem"))
	b.take("privileged", context.at("privileged"))
	b.take("privilege_escalation", context.at("allowPrivilegeEscalation"))
	capabilities := context.at("capabilities")
	for _, list := range []field{capabilities.at("add"), capabilities.at("drop")} {
		for _, name := range list.list() {
			if strings.HasPrefix(name.text(), "CAP_") {
				return // as Kubernetes takes it, but not means it: an override says it
			}
		}
	}
	b.take("capabilities", capabilities)
}
