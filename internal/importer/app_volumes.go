package importer

import (
	"fmt"
	"slices"

	"stowage/dsl"
	"stowage/planner"
)

// volume is a source of files of a pod, and the mounts that show it.
type volume struct {
	name     string
	source   field // of the pod's volume, or of a claim template
	template bool  // each pod has a claim of its own
	mounts   []mount
}

type mount struct {
	field
	container field
}

// volumes returns the volumes of the app's pods.
func (a *appWriter) volumes() []*volume {
	var list []*volume
	for _, v := range a.pod.at("volumes").list() {
		list = append(list, &volume{name: v.at("name").text(), source: v})
	}
	for _, t := range a.spec.at("volumeClaimTemplates").list() {
		list = append(list, &volume{name: t.at("metadata", "name").text(), source: t, template: true})
	}
	containers := []field{a.main}
	for _, c := range a.others {
		containers = append(containers, c.field)
	}
	for _, v := range list {
		for _, c := range containers {
			for _, vm := range c.at("volumeMounts").list() {
				if vm.at("name").is(v.name) {
					v.mounts = append(v.mounts, mount{vm, c})
				}
			}
		}
	}
	return list
}

// isInline reports whether a volume is written in the mount that shows it: there is one such
// mount, and the volume has the name there that the language gives it.
func (a *appWriter) isInline(v *volume) bool {
	if len(v.mounts) != 1 {
		return false
	}
	return v.template || v.name == a.nameInMount(v)
}

// nameInMount returns the name that the volume of a mount gets.
func (a *appWriter) nameInMount(v *volume) string {
	own := v.mounts[0].at("mountPath").text()
	if c := v.mounts[0].container; c.path != a.main.path {
		own = c.at("name").text() + "-" + own
	}
	source := v.source
	switch {
	case source.at("configMap").exists():
		return planner.VolumeName("config", source.at("configMap", "name").text())
	case source.at("secret").exists():
		return planner.VolumeName("secret", source.at("secret", "secretName").text())
	case source.at("persistentVolumeClaim").exists():
		return planner.VolumeName("claim", source.at("persistentVolumeClaim", "claimName").text())
	case source.at("hostPath").exists():
		return planner.VolumeName("hostpath", source.at("hostPath", "path").text())
	case source.at("nfs").exists():
		return planner.VolumeName("nfs", source.at("nfs", "path").text())
	case source.at("projected").exists():
		return planner.VolumeName("projected", own)
	case source.at("downwardAPI").exists():
		return planner.VolumeName("fields", own)
	}
	return planner.VolumeName("emptydir", own)
}

// writeVolumes writes the volumes that have a block of their own.
func (a *appWriter) writeVolumes(b *block) {
	for _, v := range a.volumes() {
		if a.isInline(v) {
			continue
		}
		inner := b.block("volume", v.source.path, v.name)
		if !a.writeSource(inner, v, v.name) {
			b.items = b.items[:len(b.items)-1] // and so does no mount show it
		}
	}
}

// writeMounts writes the mounts of a container, but for those of volumes that the language
// has no word for.
func (a *appWriter) writeMounts(b *block, c field) {
	volumes := a.volumes()
	for _, vm := range c.at("volumeMounts").list() {
		i := slices.IndexFunc(volumes, func(v *volume) bool { return vm.at("name").is(v.name) })
		if i < 0 {
			continue
		}
		inner := &block{kind: "mount", labels: []string{vm.at("mountPath").text()}, from: b.from, path: vm.path}
		if a.isInline(volumes[i]) {
			if !a.writeSource(inner, volumes[i], inner.labels[0]) {
				continue
			}
		} else {
			if !a.writeSource(&block{from: b.from}, volumes[i], volumes[i].name) {
				continue
			}
			inner.items = []any{attr{name: "volume", value: volumes[i].name}}
		}
		of := &block{from: b.from}
		of.take("sub_path", vm.at("subPath"))
		of.take("sub_path_expr", vm.at("subPathExpr"))
		of.take("read_only", vm.at("readOnly"))
		of.take("propagation", vm.at("mountPropagation"))
		inner.items = argumentsFirst(append(inner.items, of.items...))
		b.items = append(b.items, inner)
	}
}

// argumentsFirst returns the items of a block with its blocks behind its arguments.
func argumentsFirst(list []any) []any {
	slices.SortStableFunc(list, func(x, y any) int { return kindOfItem(x) - kindOfItem(y) })
	return list
}

func kindOfItem(it any) int {
	if _, ok := it.(*block); ok {
		return 1
	}
	return 0
}

// writeSource writes where the files of a volume come from; false if the language cannot say
// it. The claims of a mount have a name made of at, its path, or of the name of the volume.
func (a *appWriter) writeSource(b *block, v *volume, at string) bool {
	source := v.source
	switch {
	case v.template:
		a.writeClaim(b, source, at, "")
	case source.at("persistentVolumeClaim").exists():
		a.writeClaimOf(b, source.at("persistentVolumeClaim"), at)
	case source.at("configMap").exists():
		return a.writeData(b, "ConfigMap", source.at("configMap"))
	case source.at("secret").exists():
		return a.writeData(b, "Secret", source.at("secret"))
	case source.at("downwardAPI").exists():
		files, ok := fieldFiles(source.at("downwardAPI", "items"))
		b.set("fields", files, source.at("downwardAPI").path)
		writeMode(b, source.at("downwardAPI", "defaultMode"))
		return ok
	case source.at("projected").exists():
		return a.writeProjected(b, source.at("projected"))
	case source.at("hostPath").exists():
		inner := b.block("host_path", source.at("hostPath").path)
		inner.take("path", source.at("hostPath", "path"))
		inner.take("type", source.at("hostPath", "type"))
	case source.at("nfs").exists():
		inner := b.block("nfs", source.at("nfs").path)
		inner.take("server", source.at("nfs", "server"))
		inner.take("path", source.at("nfs", "path"))
		inner.take("read_only", source.at("nfs", "readOnly"))
	case source.at("emptyDir").exists() || source.hasOnly("name"):
		inner := b.block("empty_dir", source.at("emptyDir").path)
		inner.take("medium", source.at("emptyDir", "medium"))
		inner.take("size", source.at("emptyDir", "sizeLimit"))
	default:
		return false
	}
	return true
}

// writeClaimOf writes the claim of a volume: one that belongs to the app, or one that is
// made elsewhere.
func (a *appWriter) writeClaimOf(b *block, source field, at string) {
	name := source.at("claimName").text()
	for _, claim := range a.part.of("PersistentVolumeClaim") {
		if claim.id.Name == name {
			a.writeClaim(b, claim.written(), at, name)
			last := b.items[len(b.items)-1].(*block) //nolint:forcetypeassert // it has been written just now
			last.from, last.path = claim, ""
			return
		}
	}
	inner := b.block("claim", source.path)
	inner.set("existing", a.nameOf(a.part, "", "PersistentVolumeClaim", name), source.at("claimName").path)
}

// writeClaim writes a claim, or the template of one.
func (a *appWriter) writeClaim(b *block, claim field, at, name string) {
	inner := b.block("claim", claim.path)
	if name == "" {
		name = claim.at("metadata", "name").text()
	}
	if name != dsl.ClaimName(dsl.AppKind(a.workload.id.Kind), a.workload.id.Name, at) {
		inner.set("name", name, claim.at("metadata", "name").path)
	}
	spec := claim.at("spec")
	inner.take("size", spec.at("resources", "requests", "storage"))
	if modes := spec.at("accessModes"); len(modes.list()) != 1 || !modes.list()[0].is("ReadWriteOnce") {
		inner.take("access_modes", modes)
	}
	inner.take("storage_class", spec.at("storageClassName"))
}

// writeData writes a ConfigMap or Secret as files.
func (a *appWriter) writeData(b *block, kind string, source field) bool {
	argument, name := "config", source.at("name")
	if kind == "Secret" {
		argument, name = "secret", source.at("secretName")
		if !name.exists() { // in a projected volume
			name = source.at("name")
		}
	}
	b.set(argument, a.data(kind, name.text()), name.path)
	list := source.at("items")
	files, ok := itemsOf(list)
	if len(files) > 0 {
		b.set("items", files, list.path)
	}
	writeMode(b, source.at("defaultMode"))
	takeTrue(b, "optional", source.at("optional"))
	return ok
}

// itemsOf returns which keys become which files, if each does once.
func itemsOf(list field) (fields, bool) {
	var files fields
	seen := map[string]bool{}
	for _, item := range list.list() {
		key := item.at("key").text()
		if seen[key] {
			return nil, false
		}
		seen[key] = true
		value := item.at("path").value
		if mode := item.at("mode"); mode.exists() {
			value = fields{{name: "path", value: value}, {name: "mode", value: octal(mode.number())}}
		}
		files = append(files, attr{name: key, value: value, path: item.path})
	}
	return files, true
}

// fieldFiles returns what the pod knows of itself as files.
func fieldFiles(list field) (fields, bool) {
	files := fields{}
	seen := map[string]bool{}
	for _, item := range list.list() {
		path := item.at("path").text()
		if seen[path] {
			return nil, false
		}
		seen[path] = true
		value := fields{{name: "field", value: item.at("fieldRef", "fieldPath").value}}
		if ref := item.at("resourceFieldRef"); ref.exists() {
			value = resourceOf(ref)
		}
		if mode := item.at("mode"); mode.exists() {
			value = append(value, attr{name: "mode", value: octal(mode.number())})
		}
		files = append(files, attr{name: path, value: value, path: item.path})
	}
	return files, len(files) > 0
}

// writeProjected writes several sources of files in one directory.
func (a *appWriter) writeProjected(b *block, source field) bool {
	inner := b.block("projected", source.path)
	writeMode(inner, source.at("defaultMode"))
	for _, s := range source.at("sources").list() {
		one := inner.block("source", s.path)
		ok := false
		switch token := s.at("serviceAccountToken"); {
		case s.at("configMap").exists():
			ok = a.writeData(one, "ConfigMap", s.at("configMap"))
		case s.at("secret").exists():
			ok = a.writeData(one, "Secret", s.at("secret"))
		case s.at("downwardAPI").exists():
			var files fields
			files, ok = fieldFiles(s.at("downwardAPI", "items"))
			one.set("fields", files, s.at("downwardAPI").path)
		case token.exists():
			ok = true
			object := fields{{name: "path", value: token.at("path").value}}
			if audience := token.at("audience"); audience.exists() {
				object = append(object, attr{name: "audience", value: audience.value})
			}
			if lifetime := token.at("expirationSeconds"); lifetime.exists() {
				object = append(object, attr{name: "lifetime", value: duration(lifetime.number())})
			}
			one.set("token", object, token.path)
		}
		if !ok {
			return false
		}
	}
	return len(source.at("sources").list()) > 0
}

func writeMode(b *block, mode field) {
	if mode.exists() {
		b.set("mode", octal(mode.number()), mode.path)
	}
}

// octal writes permissions of files as people do.
func octal(mode int64) string { return fmt.Sprintf("%04o", mode) }
