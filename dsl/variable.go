package dsl

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// variable is a variable block and the value it got.
type variable struct {
	node        *node
	typ         cty.Type
	typed       bool // has a type argument
	defaults    *typeexpr.Defaults
	initial     cty.Value // NilVal when there is no default
	nullable    bool
	sensitive   bool
	description string
	validations []validation
	value       cty.Value
}

// validation is one validation block.
type validation struct {
	condition, message hcl.Expression
}

var variableSchema = newSchema([]arg[variable]{
	{
		name: "type", kind: kind[variable]{name: "type", decode: decodeType}, initial: "any",
		doc: "Type constraint: `string`, `number`, `bool`, `list(T)`, `set(T)`, `map(T)`, `tuple([T, ...])`, `object({ name = T, ... })` with `optional(T)` and `optional(T, DEFAULT)`, or `any`.",
	},
	{
		name: "default", kind: kind[variable]{name: "any", decode: decodeDefault},
		doc: "The value when none is given. It may call functions, and refer to nothing. Without it a value is required.",
	},
	{
		name: "sensitive", kind: boolean(func(v *variable) *bool { return &v.sensitive }), initial: "false",
		doc: "Marks the value, and all that is computed from it, as sensitive.",
	},
	{
		name: "nullable", kind: boolean(func(v *variable) *bool { return &v.nullable }), initial: "true",
		doc: "Whether null is a value. If not, null stands for the default.",
	},
	{
		name: "description", kind: text(func(v *variable) *string { return &v.description }),
		doc: "What it is for.",
	},
}, nested[variable]{
	name: "validation", many: true, body: validationSchema, decode: decodeValidation,
	doc: "A condition that the value must meet.",
})

var validationSchema = newSchema([]arg[validation]{
	{
		name: "condition", required: true, doc: "Must be true. It may refer to variables.",
		kind: kind[validation]{name: "bool", decode: func(_ *scope, to *validation, a argument) { to.condition = a.expr }},
	},
	{
		name: "error_message", required: true, doc: "What to tell when it is not. It may refer to variables that are not sensitive.",
		kind: kind[validation]{name: "text", decode: func(_ *scope, to *validation, a argument) { to.message = a.expr }},
	},
})

func decodeType(s *scope, v *variable, a argument) {
	typ, defaults, diags := typeexpr.TypeConstraintWithDefaults(a.expr)
	s.diags = append(s.diags, diags...)
	if !diags.HasErrors() {
		v.typ, v.defaults, v.typed = typ, defaults, true
	}
}

func decodeDefault(s *scope, v *variable, a argument) {
	initial, diags := a.expr.Value(s.frame().base)
	suggestFunctions(diags, s.frame().base.Functions)
	s.diags = append(s.diags, diags...)
	if diags.HasErrors() {
		return
	}
	initial, err := v.convert(initial)
	if err != nil {
		s.invalid(a, "The default of %s does not have its type: %s.", v.node.address, err)
		return
	}
	v.initial = initial
}

func decodeValidation(s *scope, v *variable, b *hcl.Block) {
	var check validation
	validationSchema.decode(s, b.Body, &check)
	if check.condition != nil && check.message != nil {
		v.validations = append(v.validations, check)
	}
}

// declaredSensitive reports whether a variable block says that it is
// sensitive, or says so in a way that cannot be told without evaluating it.
func declaredSensitive(b *block) bool {
	content, _, _ := b.body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "sensitive"}}})
	attr := content.Attributes["sensitive"]
	if attr == nil {
		return false
	}
	v, diags := attr.Expr.Value(nil)
	return diags.HasErrors() || !v.RawEquals(cty.False)
}

// convert gives a value the variable's type.
func (v *variable) convert(value cty.Value) (cty.Value, error) {
	if v.defaults != nil && !value.IsNull() {
		value = v.defaults.Apply(value)
	}
	return convert.Convert(value, v.typ)
}

// literal reports whether text from a flag or the environment is the value as
// it stands, and not an expression that gives the value.
func (v *variable) literal() bool {
	if v.typed || v.initial == cty.NilVal {
		return v.typ.IsPrimitiveType() || !v.typed
	}
	return v.initial.IsNull() || v.initial.Type().IsPrimitiveType()
}

// evaluateVariable decodes a variable block and gives it its value.
func (ev *evaluation) evaluateVariable(n *node) cty.Value {
	v := &variable{node: n, typ: cty.DynamicPseudoType, nullable: true, value: cty.DynamicVal}
	ev.variables[n] = v
	s := &scope{evaluation: ev, site: n}
	if ev.failed(func() { variableSchema.decode(s, n.body, v) }) {
		return cty.DynamicVal
	}
	value, ok := ev.valueFor(v)
	if !ok {
		return cty.DynamicVal
	}
	if value.IsNull() && !v.nullable {
		at := n.declRange
		if call := n.frame.call; call != nil {
			at = call.call.inputs[n.address.Name].Expr.Range()
		}
		ev.report(problem(&at, "Invalid value for variable",
			"%s must not be null (nullable = false), and it has no default to stand for null.", n.address))
		return cty.DynamicVal
	}
	if v.sensitive {
		value = value.Mark(Sensitive)
	}
	v.value = value
	return value
}

// valueFor chooses the value of highest precedence: the last one given, or
// the default. A variable of a module gets it from the module block alone.
func (ev *evaluation) valueFor(v *variable) (cty.Value, bool) {
	n := v.node
	if n.frame.call != nil {
		value, given, ok := ev.input(v)
		switch {
		case given && ok && (!value.IsNull() || v.nullable):
			return value, true
		case given && !ok || v.initial == cty.NilVal && !given:
			ev.skipped++ // reported already
			return cty.DynamicVal, false
		case v.initial == cty.NilVal:
			return value, true // null, which is reported
		}
		return v.initial, true
	}
	all := ev.given[n.address.Name]
	if len(all) == 0 {
		if v.initial == cty.NilVal && (ev.alone || ev.noEnvironment) {
			ev.skipped++
			return cty.DynamicVal, false
		}
		if v.initial == cty.NilVal {
			ev.report(problem(&n.declRange, "No value for variable",
				"%s has no default, so it needs a value: --var '%s=VALUE', --var-file FILE, the environment variable %s%s, or a *.auto.vars.hcl file.%s",
				n.address, n.address.Name, environPrefix, n.address.Name, ev.otherEnvironments()))
			return cty.DynamicVal, false
		}
		return v.initial, true
	}
	last := all[len(all)-1]
	value, err := last.value(v)
	if err == nil {
		value, err = v.convert(value)
	}
	if err != nil {
		ev.report(last.problem(v, err))
		return cty.DynamicVal, false
	}
	if value.IsNull() && !v.nullable && v.initial != cty.NilVal {
		return v.initial, true
	}
	return value, true
}

// problem reports a value that does not fit. For a sensitive variable it
// points to the declaration, since the line of the value would show it.
func (g given) problem(v *variable, err error) *hcl.Diagnostic {
	if v.sensitive {
		return problem(&v.node.declRange, "Invalid value for variable",
			"The value of %s from %s does not fit its type, %s.", v.node.address, g.source, v.typeText())
	}
	subject := g.rng
	if subject == nil {
		subject = &v.node.declRange
	}
	return problem(subject, "Invalid value for variable", "The value of %s from %s is not valid: %s.", v.node.address, g.source, err)
}

// checkValidations runs all validation blocks, once all variables have their
// values.
func (ev *evaluation) checkValidations() {
	for _, n := range ev.ofType("variable") {
		v := ev.variables[n]
		if !v.value.IsWhollyKnown() {
			continue
		}
		for _, check := range v.validations {
			ev.checkValidation(v, check)
		}
	}
}

func (ev *evaluation) checkValidation(v *variable, check validation) {
	s := &scope{evaluation: ev, site: v.node}
	condition, ok := s.value(check.condition)
	if !ok {
		return
	}
	condition, _ = condition.Unmark()
	condition, err := convert.Convert(condition, cty.Bool)
	if err != nil || condition.IsNull() {
		ev.report(problem(check.condition.Range().Ptr(), "Invalid condition", "The condition of a validation must be true or false."))
		return
	}
	if condition.True() {
		return
	}
	message, ok := s.text(argument{name: "error_message", expr: check.message, rng: check.message.Range()})
	if !ok {
		message = "The condition is not met"
	}
	ev.report(problem(check.condition.Range().Ptr(), "Invalid value for variable",
		"%s\n\nThis is about the value of %s%s.", message, v.node.address, ev.sourceOf(v)))
}

// sourceOf says where a variable's value came from.
func (ev *evaluation) sourceOf(v *variable) string {
	if v.node.frame.call != nil {
		return ""
	}
	if all := ev.given[v.node.address.Name]; len(all) > 0 {
		return fmt.Sprintf(" from %s", all[len(all)-1].source)
	}
	return ", its default"
}

func (v *variable) typeText() string { return typeexpr.TypeString(v.typ) }

func (v *variable) result() *Variable {
	return &Variable{
		Name:        v.node.address.Name,
		Description: v.description,
		Type:        v.typ,
		Value:       v.value,
		Sensitive:   v.sensitive,
		DeclRange:   v.node.declRange,
	}
}
