package dsl

import (
	"errors"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

var envFromSchema = newSchema([]arg[envFromBlock]{
	{name: "config", kind: dataReference[envFromBlock](ConfigMap), doc: "The ConfigMap: `config.NAME`, or the name of one that exists, as text."},
	{name: "secret", kind: dataReference[envFromBlock](Secret), doc: "The Secret: `secret.NAME`, or the name of one that exists, as text."},
	{name: "prefix", kind: text(func(e *envFromBlock) *string { return &e.prefix }, envName), doc: "Put before each key."},
})

type envFromBlock struct {
	dataChoice
	prefix string
}

// dataChoice is one ConfigMap or Secret, chosen by the argument config or
// secret.
type dataChoice struct {
	kind  DataKind
	name  string
	twice bool
}

func (c *dataChoice) choose(kind DataKind, name string) {
	c.twice = c.kind != ""
	c.kind, c.name = kind, name
}

type chooser interface{ choose(DataKind, string) }

// dataReference is an argument that names a ConfigMap or Secret: a config or
// secret block, or the name of an object.
func dataReference[T any](of DataKind) kind[T] {
	return kind[T]{name: "reference or text", decode: func(s *scope, to *T, a argument) {
		if name, ok := s.objectName(a, of); ok {
			any(to).(chooser).choose(of, name)
		}
	}}
}

// objectName evaluates config = config.x, config = config.x.name and
// config = "x" to the object's name.
func (s *scope) objectName(a argument, of DataKind) (string, bool) {
	v, ok := s.value(a.expr)
	if !ok {
		return "", false
	}
	if v, _ := v.Unmark(); v.Type().IsObjectType() && v.Type().HasAttribute("name") && v.Type().HasAttribute("key") {
		name := v.GetAttr("name").AsString()
		if s.objects[dataID{of, name}] == nil {
			s.invalid(a, "%q must be a %s block, as in %s = %s.NAME.", a.name, a.name, a.name, a.name)
			return "", false
		}
		return name, true
	}
	return s.text(a, dataName)
}

// blockTypeOf returns the block type that makes objects of a kind.
func blockTypeOf(kind DataKind) string {
	if kind == Secret {
		return "secret"
	}
	return "config"
}

func decodeEnvFrom(s *scope, to *appBlock, b *hcl.Block) {
	var e envFromBlock
	if s.failed(func() { envFromSchema.decode(s, b.Body, &e) }) {
		return
	}
	if e.kind == "" || e.twice {
		s.report(problem(&b.DefRange, "Invalid block", "An env_from block takes from one place: config or secret."))
		return
	}
	to.EnvFrom = append(to.EnvFrom, EnvSource{Kind: e.kind, Name: e.name, Prefix: e.prefix})
}

// ownData starts the ConfigMap or Secret of an app's own.
func (a *appBlock) ownData(kind DataKind, suffix string, at hcl.Range) *Data {
	return &Data{
		Address:   a.Address,
		Kind:      kind,
		BaseName:  a.Name + suffix,
		KeyRanges: map[string]hcl.Range{},
		DeclRange: at,
	}
}

func decodeOwnConfig(s *scope, to *appBlock, a argument) {
	to.Config = decodeOwnData(s, to.ownData(ConfigMap, "-config", a.rng), a)
	s.complete(to.Config, true)
}

// decodeOwnSecret leaves the version open: sensitive env values may be added.
func decodeOwnSecret(s *scope, to *appBlock, a argument) {
	to.Secret = decodeOwnData(s, to.ownData(Secret, "-secret", a.rng), a)
}

func decodeOwnData(s *scope, d *Data, a argument) *Data {
	own := *s
	own.refs = &d.References // they hold up the data, and the app only through it
	own.decodeData(d, a, envName)
	for _, key := range slices.Sorted(maps.Keys(d.Binary)) {
		at := d.KeyRanges[key]
		s.report(problem(&at, "Invalid value", "The value of an environment variable must be text, and this is binary."))
	}
	d.References = settle(d.References)
	return d
}

func decodeEnv(s *scope, to *appBlock, a argument) {
	entries, _ := s.entries(a)
	for _, e := range entries {
		if !s.checkKey(e, envName) {
			continue
		}
		to.Ranges["env."+e.key] = e.rng
		s.decodeEnvVar(to, e)
	}
}

// decodeEnvVar keeps one variable; what is sensitive and no key is on its way
// into the own Secret.
func (s *scope) decodeEnvVar(to *appBlock, e entry) {
	v, ok := s.envVar(e, func() { to.fromEnv = append(to.fromEnv, e) })
	if ok {
		to.Env = append(to.Env, v)
	}
}

// envVar decides how one variable is rendered: as a reference where its value
// is that of a key, and else as it is. What is sensitive cannot be rendered, and
// is handed to sensitive instead.
func (s *scope) envVar(e entry, sensitive func()) (EnvVar, bool) {
	if plain, _ := e.value.Unmark(); plain.Type().IsObjectType() {
		return s.keyObject(e)
	}
	raw, err := contentOf(e.value)
	if err == nil && !utf8.Valid(raw) {
		err = errors.New("must be text, and this is binary")
	}
	if err != nil {
		s.report(problem(&e.rng, "Invalid value", "The value of an environment variable %s.", err))
		return EnvVar{}, false
	}
	if key, ok := keyOf(e.value); ok && string(s.objects[dataID{key.Kind, key.Name}].content(key.Key)) == string(raw) {
		return EnvVar{Name: e.key, Key: &DataKey{Kind: key.Kind, Name: key.Name, Key: key.Key}, Range: e.rng}, true
	}
	if isSensitive(e.value) {
		sensitive()
		return EnvVar{}, false
	}
	return EnvVar{Name: e.key, Value: string(raw), Range: e.rng}, true
}

// content returns the bytes of a key.
func (d *Data) content(key string) []byte {
	if text, ok := d.Text[key]; ok {
		return []byte(text)
	}
	return d.Binary[key]
}

// keyObject is an environment variable written { secret = NAME, key = KEY }.
type keyObject struct {
	dataChoice
	key      string
	optional bool
}

var keyObjectSchema = newSchema([]arg[keyObject]{
	{name: "config", kind: dataReference[keyObject](ConfigMap), doc: "Name of the ConfigMap."},
	{name: "secret", kind: dataReference[keyObject](Secret), doc: "Name of the Secret."},
	{name: "key", kind: text(func(k *keyObject) *string { return &k.key }, dataKey), required: true, doc: "The key in it."},
	{name: "optional", kind: boolean(func(k *keyObject) *bool { return &k.optional }), initial: "false", doc: "Whether the container starts without it."},
})

// keyObject reads a variable that is written as an object.
func (s *scope) keyObject(e entry) (EnvVar, bool) {
	var k keyObject
	if !keyObjectSchema.decodeObject(s, argument{name: e.key, expr: hcl.StaticExpr(e.value, e.rng), rng: e.rng}, &k) {
		return EnvVar{}, false
	}
	if k.kind == "" || k.twice {
		s.report(problem(&e.rng, "Invalid value", "%q must name one place: { secret = NAME, key = KEY } or { config = NAME, key = KEY }.", e.key))
		return EnvVar{}, false
	}
	if !k.optional && !s.checkKeyExists(k.kind, k.name, k.key, e.rng) {
		return EnvVar{}, false
	}
	return EnvVar{
		Name: e.key, Range: e.rng,
		Key: &DataKey{Kind: k.kind, Name: k.name, Key: k.key, Optional: k.optional},
	}, true
}

// checkKeyExists reports a key that an object of this configuration does not
// have. Objects made elsewhere are not known here.
func (s *scope) checkKeyExists(kind DataKind, name, key string, at hcl.Range) bool {
	d := s.objects[dataID{kind, name}]
	if d == nil || d.has(key) {
		return true
	}
	s.report(problem(&at, "Unknown key", "%s has no key %q.%s", d.title(), key, suggestion(key, d.keys())))
	return false
}

// completeSecret moves sensitive env values into the own Secret, and versions
// it.
func (s *scope) completeSecret(a *appBlock) {
	if len(a.fromEnv) > 0 && a.Secret == nil {
		a.Secret = a.ownData(Secret, "-secret", a.Ranges["env"])
	} else if a.Secret != nil {
		a.EnvFrom = append(a.EnvFrom, EnvSource{Kind: Secret}) // named by completeEnvFrom
	}
	if a.Secret == nil {
		return
	}
	for _, e := range a.fromEnv {
		if a.Secret.has(e.key) {
			s.report(problem(&e.rng, "Duplicate key", "%s is also in the secret of %s; only one of the two could count.", e.key, a.Address))
			continue
		}
		raw, _ := contentOf(e.value) // checked by decodeEnvVar
		a.Secret.set(e.key, raw, e.rng)
	}
	s.complete(a.Secret, true)
	for _, e := range a.fromEnv {
		a.Env = append(a.Env, EnvVar{Name: e.key, Key: &DataKey{Kind: Secret, Name: a.Secret.Name, Key: e.key}, Range: e.rng})
	}
}

// completeEnvFrom adds the own config and secret after the shared ones, so
// that they win, and orders the single variables.
func (s *scope) completeEnvFrom(a *appBlock) {
	own := len(a.EnvFrom) > 0 && a.EnvFrom[len(a.EnvFrom)-1].Name == ""
	if own {
		a.EnvFrom = a.EnvFrom[:len(a.EnvFrom)-1]
	}
	if a.Config != nil {
		a.EnvFrom = append(a.EnvFrom, EnvSource{Kind: ConfigMap, Name: a.Config.Name})
	}
	if own {
		a.EnvFrom = append(a.EnvFrom, EnvSource{Kind: Secret, Name: a.Secret.Name})
	}
	a.Env = orderEnv(a.Env)
}

// orderEnv sorts variables by name, but puts each one after those that its
// text uses as $(NAME): a container sees only what comes before.
func orderEnv(env []EnvVar) []EnvVar {
	byName := map[string]EnvVar{}
	for _, e := range env {
		byName[e.Name] = e
	}
	var ordered []EnvVar
	placed := map[string]bool{}
	var place func(name string)
	place = func(name string) {
		e, there := byName[name]
		if !there || placed[name] {
			return
		}
		placed[name] = true
		for _, used := range composed.FindAllStringSubmatch(e.Value, -1) {
			place(used[1])
		}
		ordered = append(ordered, e)
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		place(name)
	}
	return ordered
}
