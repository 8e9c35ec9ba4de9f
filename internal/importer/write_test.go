package importer

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"stowage/dsl"
)

// FuzzText writes text at two depths and reads it again.
func FuzzText(f *testing.F) {
	for _, text := range []string{
		"", "a", "a\n", "a\nb", "a\nb\n", "a\n\nb\n", "a\nb\n\n", "\n\na\n", "  a\n b\n", " a\n  b\nc", "\ta\nb\n", "a\n   \nb\n", "a\n\t\nb", "EOT\nEOT\n",
		"${a}\n%{b}\n", "$${a}\n%%{b}\n", "a$\nb%\n", "\"\\\n\\\"\n", "a\r\nb\r\n", "\u0301a\nb\n", "a\n\u00a0b\n", "a\n\u3000\nb\n", "\ufeffa\nb\n", "a\x00\nb\n",
		"a\u2028b\nc\n", "a \nb  \n", "#a\n//b\n/*c\n", "  EOT\na\n", "a\n  EOT\nb\n", "é\né\n", "👩\u200d👧\n\u200db\n", "\x7fa\nb", "chomp(<<EOT\na\nEOT\n)", "}\n]\n,\n",
	} {
		f.Add(text)
	}
	functions := map[string]function.Function{"chomp": stdlib.ChompFunc}
	f.Fuzz(func(t *testing.T, text string) {
		if !isLiteral(text) {
			t.Skip("is no text that a literal can say")
		}
		for _, value := range []any{
			fields{{name: "a", value: text}},
			items{{value: text}, {value: fields{{name: "a", value: text}, {name: "b", value: int64(1)}}}},
			fields{{name: text, value: items{{value: text}}}},
		} {
			w := &writer{}
			w.attr(nil, attr{name: "v", value: value}, "v = ", "")
			source := dsl.Format([]byte(w.text.String()))
			file, diags := hclsyntax.ParseConfig(source, "a.hcl", hcl.InitialPos)
			if diags.HasErrors() {
				t.Fatalf("%q does not parse: %v\n%s", text, diags, source)
			}
			attrs, _ := file.Body.JustAttributes()
			got, diags := attrs["v"].Expr.Value(&hcl.EvalContext{Functions: functions})
			if diags.HasErrors() {
				t.Fatalf("%q cannot be evaluated: %v\n%s", text, diags, source)
			}
			if texts := textsIn(got); len(texts) == 0 || strings.Join(texts, "\x00") != strings.Repeat(text+"\x00", len(texts)-1)+text {
				t.Errorf("%q becomes %q:\n%s", text, texts, source)
			}
		}
	})
}

// textsIn returns all texts in a value, keys among them that are no name of the test.
func textsIn(v cty.Value) (all []string) {
	switch {
	case v.Type() == cty.String:
		return []string{v.AsString()}
	case v.Type() == cty.Number:
		return nil
	}
	for it := v.ElementIterator(); it.Next(); {
		key, item := it.Element()
		if key.Type() == cty.String && v.LengthInt() == 1 && item.Type() != cty.String {
			all = append(all, key.AsString())
		}
		all = append(all, textsIn(item)...)
	}
	return all
}
