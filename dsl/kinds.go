package dsl

import (
	"errors"
	"fmt"
	"math"
	"time"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// check reports what is wrong with a value, as the end of a sentence that
// starts with the argument's name; nil when nothing is.
type check func(string) error

func text[T any](field func(*T) *string, checks ...check) kind[T] {
	return kind[T]{name: "text", decode: func(s *scope, to *T, a argument) {
		if v, ok := s.text(a, checks...); ok {
			*field(to) = v
		}
	}}
}

func integer[T any](field func(*T) *int32, low, high int32) kind[T] {
	return kind[T]{name: "number", decode: func(s *scope, to *T, a argument) {
		if v, ok := s.integer(a, low, high); ok {
			*field(to) = v
		}
	}}
}

func boolean[T any](field func(*T) *bool) kind[T] {
	return kind[T]{name: "bool", decode: func(s *scope, to *T, a argument) {
		if v, ok := s.plain(a, cty.Bool); ok {
			*field(to) = v.True()
		}
	}}
}

// seconds is a duration of whole seconds: Kubernetes counts in these.
func seconds[T any](field func(*T) *time.Duration, low time.Duration) kind[T] {
	return kind[T]{name: "duration", decode: func(s *scope, to *T, a argument) {
		if v, ok := s.duration(a, low); ok {
			*field(to) = v
		}
	}}
}

func textList[T any](field func(*T) *[]string, checks ...check) kind[T] {
	return kind[T]{name: "list of text", decode: func(s *scope, to *T, a argument) {
		if v, ok := s.texts(a, checks...); ok {
			*field(to) = v
		}
	}}
}

func textMap[T any](field func(*T) *map[string]string, key check, checks ...check) kind[T] {
	return kind[T]{name: "map of text", decode: func(s *scope, to *T, a argument) {
		if v, ok := s.textMap(a, key, checks...); ok {
			*field(to) = v
		}
	}}
}

// plain evaluates an argument that must not be sensitive, and converts it. It
// is not ok after an error and for null, which means that the argument is not
// given.
func (s *scope) plain(a argument, want cty.Type) (cty.Value, bool) {
	v, ok := s.value(a.expr)
	if !ok {
		return v, false
	}
	if isSensitive(v) {
		s.report(problem(a.expr.Range().Ptr(), "Sensitive value not allowed here",
			"The value of %q is sensitive. Sensitive values may stand in the data of a secret block and in the env and secret arguments of an app; anywhere else they could be read by others.", a.name))
		return v, false
	}
	v, _ = v.UnmarkDeep()
	if s.absent(a, v) {
		return v, false
	}
	v, err := convert.Convert(v, want)
	if err != nil {
		s.invalid(a, "%q is not valid: %s.", a.name, err)
		return v, false
	}
	return v, true
}

// absent reports whether an argument is null, that is not given, which is an
// error if it is required.
func (s *scope) absent(a argument, v cty.Value) bool {
	if v.IsNull() && a.required {
		s.invalid(a, "%q is required, so it must not be null.", a.name)
	}
	return v.IsNull()
}

// invalid reports a value that the argument does not take.
func (s *scope) invalid(a argument, format string, args ...any) {
	s.report(problem(a.expr.Range().Ptr(), "Invalid value", format, args...))
}

func (s *scope) text(a argument, checks ...check) (string, bool) {
	v, ok := s.plain(a, cty.DynamicPseudoType)
	if !ok {
		return "", false
	}
	text, err := asText(v)
	if err == nil {
		for _, c := range checks {
			err = errors.Join(err, c(text))
		}
	}
	if err != nil {
		s.invalid(a, "%q %s", a.name, ended(err))
		return "", false
	}
	return text, true
}

// asText converts a value to the text that stands for it, numbers exactly.
func asText(v cty.Value) (string, error) {
	if !v.Type().IsPrimitiveType() {
		return "", fmt.Errorf("must be text, not %s", v.Type().FriendlyName())
	}
	if v.Type() == cty.Number && !fits(v) {
		return "", errors.New("is a number too large or too small to be written out")
	}
	v, err := convert.Convert(v, cty.String)
	if err != nil {
		return "", err
	}
	text := v.AsString()
	if !utf8.ValidString(text) {
		return "", errors.New("must be text, and this is binary")
	}
	return text, nil
}

// fits reports whether a number has a length that can be written out.
func fits(number cty.Value) bool {
	const most = 4096 // bits
	exponent := number.AsBigFloat().MantExp(nil)
	return -most < exponent && exponent < most
}

func (s *scope) integer(a argument, low, high int32) (int32, bool) {
	v, ok := s.plain(a, cty.Number)
	if !ok {
		return 0, false
	}
	n, accuracy := v.AsBigFloat().Int64()
	if accuracy != 0 || n < int64(low) || n > int64(high) {
		s.invalid(a, "%q must be a whole number from %d to %d.", a.name, low, high)
		return 0, false
	}
	return int32(n), true
}

func (s *scope) duration(a argument, low time.Duration) (time.Duration, bool) {
	text, ok := s.text(a)
	if !ok {
		return 0, false
	}
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		s.invalid(a, "%q must be a duration with its unit, such as \"30s\", \"5m\" or \"1h30m\".", a.name)
	case d%time.Second != 0:
		s.invalid(a, "%q must be whole seconds, such as \"1s\"; Kubernetes knows nothing finer.", a.name)
	case d < low || d > math.MaxInt32*time.Second:
		s.invalid(a, "%q must be at least %s and at most %d seconds.", a.name, low, math.MaxInt32)
	default:
		return d, true
	}
	return 0, false
}

func (s *scope) texts(a argument, checks ...check) ([]string, bool) {
	v, ok := s.plain(a, cty.DynamicPseudoType)
	if !ok {
		return nil, false
	}
	if ty := v.Type(); !ty.IsListType() && !ty.IsTupleType() && !ty.IsSetType() {
		s.invalid(a, "%q must be a list, as in [\"a\", \"b\"].", a.name)
		return nil, false
	}
	list := []string{}
	written, diags := hcl.ExprList(a.expr)
	for _, element := range v.Elements() {
		rng := a.expr.Range()
		if !diags.HasErrors() && len(list) < len(written) {
			rng = written[len(list)].Range()
		}
		item, itemOK := s.item(fmt.Sprintf("%s[%d]", a.name, len(list)), element, rng, checks...)
		ok = ok && itemOK
		list = append(list, item)
	}
	return list, ok
}

// item checks one element of a list or map.
func (s *scope) item(name string, v cty.Value, at hcl.Range, checks ...check) (string, bool) {
	if v.IsNull() {
		s.report(problem(&at, "Invalid value", "%q is null, and must be text.", name))
		return "", false
	}
	return s.text(argument{name: name, expr: hcl.StaticExpr(v, at), rng: at}, checks...)
}

func (s *scope) textMap(a argument, key check, checks ...check) (map[string]string, bool) {
	entries, ok := s.entries(a)
	m := map[string]string{}
	for _, e := range entries {
		if isSensitive(e.value) {
			_, ok = s.plain(argument{name: a.name + "." + e.key, expr: hcl.StaticExpr(e.value, e.rng), rng: e.rng}, cty.DynamicPseudoType)
			continue
		}
		ok = s.checkKey(e, key) && ok
		v, _ := e.value.UnmarkDeep()
		item, itemOK := s.item(a.name+"."+e.key, v, e.rng, checks...)
		ok = ok && itemOK
		m[e.key] = item
	}
	return m, ok
}
