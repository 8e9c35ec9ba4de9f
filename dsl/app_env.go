package dsl

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// EnvSource is a whole ConfigMap or Secret taken as environment variables.
type EnvSource struct {
	Kind   DataKind
	Name   string // the object's name, version included
	Prefix string
	// Optional lets the container start without the object.
	Optional bool
}

// EnvVar is one environment variable: a literal Value, a key of a ConfigMap or
// Secret, or a field. A sensitive value is always a key.
type EnvVar struct {
	Name  string
	Value string
	Key   *DataKey
	Field *FieldSource
	Range hcl.Range
}

// DataKey points to one key of a ConfigMap or Secret.
type DataKey struct {
	Kind     DataKind
	Name     string // the object's name, version included
	Key      string
	Optional bool
}

var envFromSchema = newSchema([]arg[envFromBlock]{
	{name: "config", kind: dataReference[envFromBlock](ConfigMap), doc: "The ConfigMap: `config.NAME`, or the name of one that exists, as text."},
	{name: "secret", kind: dataReference[envFromBlock](Secret), doc: "The Secret: `secret.NAME`, or the name of one that exists, as text."},
	{name: "prefix", kind: text(func(e *envFromBlock) *string { return &e.prefix }, envName), doc: "Put before each key."},
	{name: "optional", kind: boolean(func(e *envFromBlock) *bool { return &e.optional }), initial: "false", doc: "Whether the container starts without it."},
})

type envFromBlock struct {
	dataChoice
	prefix   string
	optional bool
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
			s.invalid(a, "%q must be a %s block, as in %s.NAME.", a.name, blockTypeOf(of), blockTypeOf(of))
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

func decodeEnvFrom(s *scope, to *containerBlock, b *hcl.Block) {
	var e envFromBlock
	if s.failed(func() { envFromSchema.decode(s, b.Body, &e) }) {
		return
	}
	if e.kind == "" || e.twice {
		s.report(problem(&b.DefRange, "Invalid block", "An env_from block takes from one place: config or secret."))
		return
	}
	to.EnvFrom = append(to.EnvFrom, EnvSource{Kind: e.kind, Name: e.name, Prefix: e.prefix, Optional: e.optional})
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

func decodeEnv(s *scope, to *containerBlock, a argument) {
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
func (s *scope) decodeEnvVar(to *containerBlock, e entry) {
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
		return s.sourceObject(e)
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

// sourceObject is an environment variable written { secret = NAME, key = KEY },
// { field = FIELD } or { resource = RESOURCE }.
type sourceObject struct {
	dataChoice
	fieldArgs
	key      string
	optional bool
}

var sourceSchema = newSchema(append([]arg[sourceObject]{
	{name: "config", kind: dataReference[sourceObject](ConfigMap), doc: "Name of the ConfigMap."},
	{name: "secret", kind: dataReference[sourceObject](Secret), doc: "Name of the Secret."},
	{name: "key", kind: text(func(o *sourceObject) *string { return &o.key }, dataKey), doc: "The key in it; required with `config` and `secret`."},
	{name: "optional", kind: boolean(func(o *sourceObject) *bool { return &o.optional }), initial: "false", doc: "Whether the container starts without it."},
}, lifted(func(o *sourceObject) *fieldArgs { return &o.fieldArgs }, fieldSourceArgs)...))

// sourceObject reads a variable that is written as an object.
func (s *scope) sourceObject(e entry) (EnvVar, bool) {
	var o sourceObject
	if !sourceSchema.decodeObject(s, argument{name: e.key, expr: hcl.StaticExpr(e.value, e.rng), rng: e.rng}, &o) {
		return EnvVar{}, false
	}
	field := o.Field != "" || o.Resource != ""
	switch {
	case field && (o.kind != "" || o.key != "" || o.optional), o.kind == "" && !field, o.twice:
		s.report(problem(&e.rng, "Invalid value", "%q must name one place: { secret = NAME, key = KEY }, { config = NAME, key = KEY }, { field = FIELD } or { resource = RESOURCE }.", e.key))
		return EnvVar{}, false
	case field:
		source, ok := s.fieldSource(e, o.fieldArgs, envFields)
		return EnvVar{Name: e.key, Range: e.rng, Field: &source}, ok
	case o.key == "":
		s.report(problem(&e.rng, "Missing required argument", "%q needs \"key\".", e.key))
		return EnvVar{}, false
	}
	if !o.optional && !s.checkKeyExists(o.kind, o.name, o.key, e.rng) {
		return EnvVar{}, false
	}
	return EnvVar{
		Name: e.key, Range: e.rng,
		Key: &DataKey{Kind: o.kind, Name: o.name, Key: o.key, Optional: o.optional},
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

// completeSecret moves sensitive env values of all containers into the app's own
// Secret, and versions it. The own config and secret are environment of the main
// container, after the shared ones, so that they win.
func (s *scope) completeSecret(a *appBlock) {
	if a.Config != nil {
		a.EnvFrom = append(a.EnvFrom, EnvSource{Kind: ConfigMap, Name: a.Config.Name})
	}
	declared := a.Secret != nil
	for _, c := range a.containers() {
		for _, e := range c.fromEnv {
			s.moveToSecret(a, c, e)
		}
	}
	if a.Secret == nil {
		return
	}
	s.complete(a.Secret, true)
	for _, c := range a.containers() {
		for _, e := range c.fromEnv {
			c.Env = append(c.Env, EnvVar{Name: e.key, Key: &DataKey{Kind: Secret, Name: a.Secret.Name, Key: c.secretKey(e.key)}, Range: e.rng})
		}
	}
	if declared {
		a.EnvFrom = append(a.EnvFrom, EnvSource{Kind: Secret, Name: a.Secret.Name})
	}
}

func (s *scope) moveToSecret(a *appBlock, c *containerBlock, e entry) {
	if a.Secret == nil {
		a.Secret = a.ownData(Secret, "-secret", c.Ranges["env"])
	}
	key := c.secretKey(e.key)
	if a.Secret.has(key) {
		s.report(problem(&e.rng, "Duplicate key", "%s is also in the secret of %s; only one of the two could count.", key, a.Address))
		return
	}
	raw, _ := contentOf(e.value) // checked by decodeEnvVar
	a.Secret.set(key, raw, e.rng)
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
		for _, used := range VariablesIn(e.Value) {
			place(used)
		}
		ordered = append(ordered, e)
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		place(name)
	}
	return ordered
}

// VariablesIn returns the names of the variables that the value of another one uses as
// $(NAME); "$$" is a dollar sign.
func VariablesIn(value string) []string {
	var names []string
	for {
		_, after, found := strings.Cut(value, "$")
		if !found || after == "" {
			return names
		}
		value = after[1:]
		if after[0] == '(' {
			if name, rest, closed := strings.Cut(value, ")"); closed {
				names, value = append(names, name), rest
			}
		}
	}
}
