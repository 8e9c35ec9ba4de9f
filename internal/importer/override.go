package importer

import (
	"reflect"

	"stowage/internal/manifest"
)

// writeOverrides writes what the arguments of a block cannot say of its objects.
func (m *maker) writeOverrides(b *block, p *part) {
	for _, o := range p.stands {
		overridden := p.overrides[o]
		if len(overridden) == 0 {
			continue
		}
		inner := b.blockOf(o, "override", "", o.id.Kind)
		if o.id.Name != p.main().id.Name {
			inner.set("name", o.id.Name, "")
		}
		for _, name := range o.inOrder(overridden, "") {
			value := o.overriding(overridden[name], o.get(name), name)
			inner.set(name, m.exactly(p, m.withReferences(value), o.id.Kind+"."+name), name)
		}
	}
}

// overriding returns fields of an override as an expression, with the paths that they have in
// the object: items of lists have other places there.
func (o *object) overriding(v, whole any, path string) any {
	switch v := v.(type) {
	case map[string]any:
		of, _ := whole.(map[string]any)
		object := make(fields, 0, len(v))
		for _, name := range o.inOrder(v, path) {
			p := manifest.Path(path, name)
			object = append(object, attr{name: name, value: o.overriding(v[name], of[name], p), path: p})
		}
		return object
	case []any:
		of, _ := whole.([]any)
		list := make(items, len(v))
		for i, item := range v {
			at := placeOf(item, i, of)
			if at < 0 {
				list[i] = attr{value: ordered(item)}
				continue
			}
			p := manifest.IndexPath(path, at)
			list[i] = attr{value: o.overriding(item, of[at], p), path: p}
		}
		return list
	}
	return v
}

// placeOf returns the place of an item of an override in the whole list: that of the item
// with the same name, port or path, or its own where lists are replaced; -1 for none.
func placeOf(item any, own int, whole []any) int {
	fields, ok := item.(map[string]any)
	if !ok {
		if own < len(whole) && reflect.DeepEqual(whole[own], item) {
			return own
		}
		return -1
	}
	for _, key := range []string{"name", "mountPath", "devicePath", "containerPort", "port", "ip", "topologyKey", "key"} {
		value, has := fields[key]
		if !has {
			continue
		}
		for i, other := range whole {
			if of, _ := other.(map[string]any); of[key] == value {
				return i
			}
		}
	}
	return -1
}
