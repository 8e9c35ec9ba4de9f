package view

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// Output is a named result of the configuration.
type Output struct {
	Name      string
	Value     cty.Value // unmarked; not set when the output is sensitive
	Sensitive bool
}

// Outputs shows the results of a release that is applied; nothing when there
// are none.
func Outputs(s Screen, outputs []Output) error { return showOutputs(s, "Outputs:", outputs) }

// PlannedOutputs shows what the results will be once a plan is applied.
func PlannedOutputs(s Screen, outputs []Output) error {
	return showOutputs(s, "Outputs once applied:", outputs)
}

func showOutputs(s Screen, title string, outputs []Output) error {
	if len(outputs) == 0 {
		return nil
	}
	p := newPage(s)
	p.blank()
	p.line(span{title, bold})
	for _, output := range outputs {
		for line := range strings.SplitSeq(output.text(), "\n") {
			p.line(txt("  " + line))
		}
	}
	return p.flush(s)
}

// text returns the output as an attribute is written in HCL.
func (o Output) text() string {
	if o.Sensitive {
		return fmt.Sprintf("%s = %s", o.Name, sensitiveValue)
	}
	file := hclwrite.NewEmptyFile()
	file.Body().SetAttributeValue(o.Name, o.Value)
	return strings.TrimSpace(string(hclwrite.Format(file.Bytes())))
}

// outputDocuments are outputs for programs, by name.
type outputDocuments map[string]outputDocument

// outputDocument has neither value nor type when the output is sensitive.
type outputDocument struct {
	Sensitive bool                     `json:"sensitive"`
	Type      json.RawMessage          `json:"type,omitempty"` // as HCL's type constraints are written in JSON
	Value     *ctyjson.SimpleJSONValue `json:"value,omitempty"`
}

func outputDocumentsOf(outputs []Output) outputDocuments {
	documents := make(outputDocuments, len(outputs))
	for _, output := range outputs {
		document := outputDocument{Sensitive: output.Sensitive}
		if !output.Sensitive {
			// A type that cannot be written is left out: the value tells enough.
			document.Type, _ = ctyjson.MarshalType(output.Value.Type())
			document.Value = &ctyjson.SimpleJSONValue{Value: output.Value}
		}
		documents[output.Name] = document
	}
	return documents
}
