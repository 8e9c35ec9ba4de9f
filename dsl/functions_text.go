package dsl

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

var (
	startsWithFunc  = textPredicate("prefix", strings.HasPrefix)
	endsWithFunc    = textPredicate("suffix", strings.HasSuffix)
	strContainsFunc = textPredicate("part", strings.Contains)

	basenameFunc  = textFunction("path", func(p string) (string, error) { return path.Base(p), nil })
	dirnameFunc   = textFunction("path", func(p string) (string, error) { return path.Dir(p), nil })
	urlEncodeFunc = textFunction("text", func(t string) (string, error) { return url.QueryEscape(t), nil })
)

// textFunction makes a function from text to text.
func textFunction(param string, f func(string) (string, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: param, Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			text, err := f(args[0].AsString())
			return cty.StringVal(text), err
		},
	})
}

// textPredicate makes a function that asks something about a text and a part
// of it.
func textPredicate(param string, f func(text, part string) bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "text", Type: cty.String}, {Name: param, Type: cty.String}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.BoolVal(f(args[0].AsString(), args[1].AsString())), nil
		},
	})
}

// replaceFunc replaces text, or what a pattern between slashes matches.
var replaceFunc = function.New(&function.Spec{
	Params: []function.Parameter{
		{Name: "text", Type: cty.String},
		{Name: "search", Type: cty.String},
		{Name: "replacement", Type: cty.String},
	},
	Type: function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		text, search, replacement := args[0].AsString(), args[1].AsString(), args[2].AsString()
		if len(search) < 2 || !strings.HasPrefix(search, "/") || !strings.HasSuffix(search, "/") {
			return cty.StringVal(strings.ReplaceAll(text, search, replacement)), nil
		}
		pattern, err := regexp.Compile(search[1 : len(search)-1])
		if err != nil {
			return cty.DynamicVal, function.NewArgError(1, fmt.Errorf("this is not a regular expression: %w", err))
		}
		return cty.StringVal(pattern.ReplaceAllString(text, replacement)), nil
	},
})
