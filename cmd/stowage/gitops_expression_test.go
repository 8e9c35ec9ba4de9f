package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// expressions evaluates the expressions of workflows, which are, as far as the
// examples go, those of HCL with other quotes.
type expressions struct {
	t      *testing.T
	values map[string]any
	needs  map[string]*githubJob // the jobs that the status functions are about
}

var expression = regexp.MustCompile(`\$\{\{(.*?)\}\}`)

// expand returns a text with the values of its expressions.
func (x *expressions) expand(text string) string {
	x.t.Helper()
	return expression.ReplaceAllStringFunc(text, func(found string) string {
		value, err := convert.Convert(x.evaluate(expression.FindStringSubmatch(found)[1]), cty.String)
		if err != nil {
			x.t.Fatalf("%s: %v", found, err)
		}
		if value.IsNull() {
			return ""
		}
		return value.AsString()
	})
}

// statusFunction matches what a condition says itself about the jobs before; one that
// does not holds only when they have succeeded.
var statusFunction = regexp.MustCompile(`\b(success|failure|cancelled|always)\(\)`)

// holds evaluates the condition of a job or step.
func (x *expressions) holds(condition string) bool {
	x.t.Helper()
	if !statusFunction.MatchString(condition) && x.some("failure", "skipped") {
		return false
	}
	if condition == "" {
		return true
	}
	if inner := expression.FindStringSubmatch(condition); inner != nil {
		condition = inner[1]
	}
	return x.evaluate(condition).True()
}

// some reports whether a needed job has one of the results.
func (x *expressions) some(results ...string) bool {
	for _, need := range x.needs {
		for _, result := range results {
			if need.result == result {
				return true
			}
		}
	}
	return false
}

func (x *expressions) evaluate(text string) cty.Value {
	x.t.Helper()
	parsed, problems := hclsyntax.ParseExpression([]byte(strings.ReplaceAll(text, "'", `"`)), "", hcl.InitialPos)
	if problems.HasErrors() {
		x.t.Fatalf("%s: %v", text, problems)
	}
	context := &hcl.EvalContext{Variables: map[string]cty.Value{}, Functions: map[string]function.Function{
		"failure":   x.status(x.some("failure")),
		"cancelled": x.status(false),
	}}
	for name, value := range x.values {
		context.Variables[name] = x.value(value)
	}
	value, problems := parsed.Value(context)
	if !problems.HasErrors() {
		return value
	}
	if _, isPath := hcl.AbsTraversalForExpr(parsed); !isPath.HasErrors() {
		return cty.StringVal("") // an output that no step has set
	}
	x.t.Fatalf("%s: %v", text, problems)
	return cty.NilVal
}

func (x *expressions) status(is bool) function.Function {
	return function.New(&function.Spec{
		Type: function.StaticReturnType(cty.Bool),
		Impl: func([]cty.Value, cty.Type) (cty.Value, error) { return cty.BoolVal(is), nil },
	})
}

func (x *expressions) value(value any) cty.Value {
	x.t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		x.t.Fatal(err)
	}
	typed, err := ctyjson.ImpliedType(text)
	if err != nil {
		x.t.Fatal(err)
	}
	result, err := ctyjson.Unmarshal(text, typed)
	if err != nil {
		x.t.Fatal(err)
	}
	return result
}
