package dsl

import (
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// maxDataSize is what the API server accepts as the values of one ConfigMap
// or Secret, in bytes.
const maxDataSize = 1 << 20

// dataBlock is a config or secret block in the course of decoding.
type dataBlock struct {
	*Data
	versioned bool
}

var configSchema = newSchema(
	dataArgs("What the ConfigMap holds: file names or variable names, and their contents."),
	dataLifecycle, dataOverride,
)

var secretSchema = newSchema(append(
	dataArgs("What the Secret holds. Values may be sensitive; they are written as they are, not in base64."),
	arg[dataBlock]{
		name: "type", kind: text(func(d *dataBlock) *string { return &d.Type }, qualifiedName), initial: `"Opaque"`,
		doc: "Type of the Secret, such as `kubernetes.io/tls`. What the known types hold is checked: see above.",
	},
), dataLifecycle, dataOverride)

var (
	dataLifecycle = lifecycleBlock(func(d *dataBlock) *Lifecycle { return &d.Lifecycle })
	dataOverride  = overrideBlock(func(d *dataBlock) *[]Override { return &d.Overrides })
)

func dataArgs(doc string) []arg[dataBlock] {
	args := objectArgs(func(d *dataBlock) *string { return &d.BaseName }, func(d *dataBlock) *[]Reference { return &d.References })
	return append(args, []arg[dataBlock]{
		{name: "data", required: true, doc: doc, kind: kind[dataBlock]{
			name:   "map of text",
			decode: func(s *scope, to *dataBlock, a argument) { s.decodeData(to.Data, a, dataKey) },
		}},
		{
			name: "versioned", kind: boolean(func(d *dataBlock) *bool { return &d.versioned }), initial: "true",
			doc: "Whether each content gets an immutable object of its own, so that a change rolls the apps that use it. If not, one object is updated in place: mounted files change under running pods, and nothing rolls.",
		},
		{name: "labels", kind: textMap(func(d *dataBlock) *map[string]string { return &d.Labels }, objectLabelKey, labelValue), doc: "Labels of the object."},
		{name: "annotations", kind: textMap(func(d *dataBlock) *map[string]string { return &d.Annotations }, annotationKey), doc: "Annotations of the object."},
	}...)
}

// evaluateData decodes a config or secret block. References see its name and
// its keys.
func (ev *evaluation) evaluateData(n *node) cty.Value {
	d := &Data{Address: n.address, Kind: ConfigMap, BaseName: ev.defaultName(n.address), KeyRanges: map[string]hcl.Range{}, DeclRange: n.declRange}
	decoded := &dataBlock{Data: d, versioned: true}
	blockSchema := configSchema
	if n.address.Type == "secret" {
		d.Kind, blockSchema = Secret, secretSchema
	}
	s := &scope{evaluation: ev, node: n, refs: &d.References}
	blockSchema.decode(s, n.body, decoded)
	s.checkName("a "+n.address.Type, d.BaseName, dataName(d.BaseName))
	d.References = settle(d.References)
	s.checkSecretType(d, decoded.versioned)
	ev.complete(d, decoded.versioned)
	ev.data[n] = d
	return d.value()
}

// decodeData reads a map of contents into text and binary keys.
func (s *scope) decodeData(d *Data, a argument, key check) {
	entries, _ := s.entries(a)
	d.Text = map[string]string{}
	d.KeyRanges = map[string]hcl.Range{}
	for _, e := range entries {
		if d.Kind == ConfigMap && isSensitive(e.value) {
			s.report(problem(&e.rng, "Sensitive value not allowed here",
				"%s is a ConfigMap, which many can read, and the value of this entry is sensitive. Put it into a secret block, or into the env or secret of an app.", d.title()))
			continue
		}
		if !s.checkKey(e, key) {
			continue
		}
		raw, err := contentOf(e.value)
		if err != nil {
			s.report(problem(&e.rng, "Invalid value", "The value of a key %s.", err))
			continue
		}
		d.set(e.key, raw, e.rng)
	}
}

// title names a Data in sentences.
func (d *Data) title() string {
	if d.Address.Type == "app" {
		return "The " + blockTypeOf(d.Kind) + " of " + d.Address.String()
	}
	return d.Address.String()
}

// set stores the content of one key where it belongs.
func (d *Data) set(key string, raw []byte, at hcl.Range) {
	if utf8.Valid(raw) {
		if d.Text == nil {
			d.Text = map[string]string{}
		}
		d.Text[key] = string(raw)
	} else {
		if d.Binary == nil {
			d.Binary = map[string][]byte{}
		}
		d.Binary[key] = raw
	}
	d.KeyRanges[key] = at
}

// contentOf returns the bytes that a value stands for.
func contentOf(v cty.Value) ([]byte, error) {
	plain, _ := v.Unmark()
	if plain.Type() == cty.String {
		return bytesOf(v), nil
	}
	if !plain.Type().IsPrimitiveType() {
		return nil, fmt.Errorf("must be text, not %s; jsonencode() or yamlencode() make text of it", plain.Type().FriendlyName())
	}
	text, err := asText(plain)
	return []byte(text), err
}

// complete computes what follows from the content of a Data, and registers
// the object.
func (ev *evaluation) complete(d *Data, versioned bool) {
	ev.checkSize(d)
	d.Name = d.BaseName
	if versioned {
		d.Version, d.Provisional = version(d, ev.inputs.VersionKey)
		d.Name += "-" + d.Version
	}
	ev.objects[dataID{d.Kind, d.Name}] = d
}

// checkSize reports content too large for one object at its largest key.
func (ev *evaluation) checkSize(d *Data) {
	total, largest, most := 0, "", -1
	for _, key := range d.keys() {
		size := len(d.Text[key]) + len(d.Binary[key])
		total += size
		if size > most {
			largest, most = key, size
		}
	}
	if total <= maxDataSize {
		return
	}
	at := d.KeyRanges[largest]
	ev.report(problem(&at, "Too much data",
		"%s holds %d bytes, and a %s holds at most %d (1 MiB). The largest key is %q with %d bytes.", d.title(), total, d.Kind, maxDataSize, largest, most))
}

// keys returns all keys, sorted.
func (d *Data) keys() []string {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(d.Text)), maps.Keys(d.Binary))
	slices.Sort(keys)
	return keys
}

// has reports whether there is a key of this name.
func (d *Data) has(key string) bool {
	_, text := d.Text[key]
	_, binary := d.Binary[key]
	return text || binary
}

// value is what references see: the object's name, and its keys. The values
// of the keys remember where they come from.
func (d *Data) value() cty.Value {
	keys := map[string]cty.Value{}
	for _, key := range d.keys() {
		raw := d.Binary[key]
		if text, ok := d.Text[key]; ok {
			raw = []byte(text)
		}
		v := exactly(raw).Mark(keyMark{Kind: d.Kind, Name: d.Name, Key: key})
		if d.Kind == Secret {
			v = v.Mark(Sensitive)
		}
		keys[key] = v
	}
	return cty.ObjectVal(map[string]cty.Value{"name": cty.StringVal(d.Name), "key": cty.ObjectVal(keys)})
}
