package view

import (
	"errors"
	"io"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	ctyjson "github.com/zclconf/go-cty/cty/json"
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
func OutputsJSON(w io.Writer, outputs []Output) error {
	return writeJSON(w, struct {
		FormatVersion string          `json:"formatVersion"`
		Outputs       outputDocuments `json:"outputs"`
	}{FormatVersion, outputDocumentsOf(outputs)})
}

// Value shows a value as it is written in HCL.
func Value(s Screen, value cty.Value) error {
	return Raw(s, append(hclwrite.Format(hclwrite.TokensForValue(value).Bytes()), '\n'))
}

// ValueJSON writes a value, and nothing else.
func ValueJSON(w io.Writer, value cty.Value) error {
	return writeJSON(w, ctyjson.SimpleJSONValue{Value: value})
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
