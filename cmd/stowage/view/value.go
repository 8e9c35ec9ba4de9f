package view

import (
	"errors"
	"io"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"stowage/dsl"
)

// OutputList shows outputs, one assignment each.
func OutputList(s Screen, outputs []Output) error {
	p := newPage(s)
	for _, output := range outputs {
		p.line(txt(output.text()))
	}
	return p.flush(s)
}

// OutputsJSON writes outputs for programs.
func OutputsJSON(w io.Writer, target Target, release string, outputs []Output) error {
	return writeJSON(w, outputsDocument{FormatVersion, target, release, outputDocumentsOf(outputs)})
}

// outputsDocument are the outputs of a release as it was applied last, by name.
type outputsDocument struct {
	FormatVersion string          `json:"formatVersion"`
	Target        Target          `json:"target"`
	Release       string          `json:"release"`
	Outputs       outputDocuments `json:"outputs"`
}

// Value shows a value as it is written in HCL, but for what is sensitive in it.
func Value(s Screen, value cty.Value) error {
	return Raw(s, append(hclwrite.Format(valueTokens(value).Bytes()), '\n'))
}

// valueTokens returns a value as HCL. A value that is not known, as it depends on what
// only a cluster has, and one that is sensitive are said to be so.
func valueTokens(value cty.Value) hclwrite.Tokens {
	kind := value.Type()
	switch {
	case value.HasMark(dsl.Sensitive):
		return wordTokens(sensitiveValue)
	case !value.IsKnown():
		return wordTokens("(not known)")
	case !value.IsNull() && (kind.IsMapType() || kind.IsObjectType()):
		var items []hclwrite.ObjectAttrTokens
		for key, item := range value.Elements() {
			items = append(items, hclwrite.ObjectAttrTokens{Name: keyTokens(key.AsString()), Value: valueTokens(item)})
		}
		return hclwrite.TokensForObject(items)
	case !value.IsNull() && (kind.IsCollectionType() || kind.IsTupleType()):
		var items []hclwrite.Tokens
		for _, item := range value.Elements() {
			items = append(items, valueTokens(item))
		}
		return hclwrite.TokensForTuple(items)
	}
	return hclwrite.TokensForValue(value)
}

func wordTokens(word string) hclwrite.Tokens {
	return hclwrite.Tokens{{Type: hclsyntax.TokenIdent, Bytes: []byte(word)}}
}

func keyTokens(key string) hclwrite.Tokens {
	if hclsyntax.ValidIdentifier(key) {
		return hclwrite.TokensForIdentifier(key)
	}
	return hclwrite.TokensForValue(cty.StringVal(key))
}

// RawValue returns a text, number or truth value as text; an error for all others.
func RawValue(value cty.Value) (string, error) {
	text, err := convert.Convert(value, cty.String)
	switch {
	case err != nil:
		return "", err
	case text.IsNull():
		return "", errors.New("there is no value")
	}
	return text.AsString(), nil
}
