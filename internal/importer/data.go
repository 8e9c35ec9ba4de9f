package importer

import (
	"cmp"
	"encoding/base64"
	"slices"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"

	"stowage/internal/manifest"
)

// recogniseData makes config and secret blocks.
func (m *maker) recogniseData() {
	for _, o := range m.objects {
		if o.part == nil {
			m.asData(o)
		}
	}
}

// asData makes a config or secret block of an object, if it is a ConfigMap or Secret that one
// can make.
func (m *maker) asData(o *object) bool {
	id, ok := m.dataIDOf(o)
	if !ok || o.Object.GetAPIVersion() != "v1" {
		return false
	}
	kind := "config"
	if id.kind == "Secret" {
		kind = "secret"
	}
	p := m.take(&part{kind: kind, stands: []*object{o}})
	p.write = m.writeData
	p.fallBack = func(*part, *object) bool { return false }
	return true
}

// writeData writes a config or a secret block.
func (m *maker) writeData(p *part) *block {
	o := p.main()
	b := &block{kind: p.kind, labels: []string{p.label}, from: o}
	if p.label != o.id.Name {
		b.set("name", o.id.Name, "metadata.name")
	}
	if kind, _ := o.get("type").(string); kind != "" && kind != "Opaque" {
		b.set("type", kind, "type")
	}
	if !m.isVersioned(p) {
		b.set("versioned", false, "immutable")
	}
	m.writeLabels(b, o)
	b.set("data", m.dataOf(p), "data")
	m.writeOverrides(b, p)
	return b
}

// isVersioned reports whether each content gets an object of its own. That is so where
// nothing but pods that are made anew with the configuration refers to the object: its name
// changes, and they are all that is told.
func (m *maker) isVersioned(p *part) bool {
	o := p.main()
	id, _ := m.dataIDOf(o)
	use := m.uses[id]
	if m.options.KeepNames || use == nil || use.other || len(use.pods) == 0 || o.get("type") == "kubernetes.io/service-account-token" || o.get("immutable") == false {
		return false // the last one says that it may change in place
	}
	return !slices.ContainsFunc(use.pods, func(by *object) bool { return !by.rolls() })
}

// rolls reports whether a change of what the object says makes its pods anew.
func (o *object) rolls() bool {
	switch o.id.Kind {
	case "Deployment", "StatefulSet", "DaemonSet", "CronJob":
		return true
	}
	return o.part != nil && o.part.kind == "app" // which makes Jobs anew, and accounts that refer to it
}

// datum is what a ConfigMap or a Secret has under one key.
type datum struct {
	key, path string
	content   []byte
	// text says that it is text that a literal can say.
	text bool
}

// dataIn returns what a ConfigMap or Secret holds, in the order of its document. What a
// Secret has in stringData comes first, as in the API. It is not ok if a value is no text, or
// no base64 where that has to be.
func (o *object) dataIn() (all []datum, ok bool) {
	places := map[string]int{}
	for _, field := range []string{"data", "binaryData", "stringData"} {
		values, _ := o.get(field).(map[string]any)
		for _, key := range o.inOrder(values, field) {
			d := datum{key: key, path: manifest.Path(field, key)}
			text, isText := values[key].(string)
			if !isText && values[key] != nil {
				return nil, false
			}
			d.content = []byte(text)
			if field == "binaryData" || field == "data" && o.id.IsSecret() {
				var err error
				if d.content, err = base64.StdEncoding.DecodeString(text); err != nil {
					return nil, false
				}
			}
			d.text = isLiteral(string(d.content))
			if at, twice := places[key]; twice {
				all[at] = d
				continue
			}
			places[key] = len(all)
			all = append(all, d)
		}
	}
	return all, true
}

// isLiteral reports whether a literal of HCL means a text exactly: it is taken in the one
// form of Unicode that has no other for the same letters.
func isLiteral(s string) bool { return utf8.ValidString(s) && cty.NormalizeString(s) == s }

// dataOf returns what the block of a ConfigMap or Secret says of its content.
func (m *maker) dataOf(p *part) any {
	o := p.main()
	all, _ := o.dataIn()
	object := make(fields, len(all))
	for i, d := range all {
		object[i] = attr{name: d.key, path: d.path}
		switch {
		case o.id.IsSecret() && len(d.content) > 0:
			object[i].value = m.secretValue(o, d)
		case len(d.content) == 0:
			object[i].value = ""
		case !d.text || isLong(string(d.content)):
			object[i].value = m.fileValue("file", p, d)
		default:
			object[i].value = m.variable(p, d.key, string(d.content))
		}
	}
	return object
}

// fileFor returns the file that a block goes to. That of a ConfigMap or Secret that one block
// uses is the one of that block.
func (m *maker) fileFor(p *part) string {
	if p.file != "" {
		return p.file
	}
	const shared = "shared.hcl"
	id, _ := m.dataIDOf(p.main())
	file := ""
	if use := m.uses[id]; use != nil {
		for _, by := range use.pods {
			if by.part == nil || by.part.file == "" || file != "" && file != by.part.file {
				return shared
			}
			file = by.part.file
		}
	}
	return cmp.Or(file, shared)
}
