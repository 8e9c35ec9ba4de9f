package view_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"stowage/cmd/stowage/view"
)

func outputs() []view.Output {
	return []view.Output{
		{Name: "url", Value: cty.StringVal("http://shop.example/")},
		{Name: "password", Sensitive: true},
		{Name: "ports", Value: cty.TupleVal([]cty.Value{cty.NumberIntVal(9007199254740993), cty.NullVal(cty.String)})},
		{Name: "hosts", Value: cty.ObjectVal(map[string]cty.Value{
			"shop": cty.StringVal("shop"),
			"db.a": cty.ObjectVal(map[string]cty.Value{"ready": cty.True}),
		})},
		{Name: "text", Value: cty.StringVal("two\nlines \x1b[31m")},
	}
}

func TestOutputs(t *testing.T) {
	golden(t, "outputs.txt", shown(t, 80, func(s view.Screen) error { return view.Outputs(s, outputs()) }))
}

func TestPlannedOutputsSayThatTheyAreNotThereYet(t *testing.T) {
	got := shown(t, 80, func(s view.Screen) error { return view.PlannedOutputs(s, outputs()[:2]) })
	want := "\nOutputs once applied:\n  url = \"http://shop.example/\"\n  password = (sensitive)\n"
	if string(got) != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestNoOutputsShowNothing(t *testing.T) {
	if got := shown(t, 80, func(s view.Screen) error { return view.Outputs(s, nil) }); len(got) > 0 {
		t.Errorf("got %q", got)
	}
}

func TestOutputsForProgramsLeaveSensitiveValuesOut(t *testing.T) {
	var out bytes.Buffer
	lines := view.NewJSONLines(&out, noonClock)
	lines.Outputs(outputs())
	lines.Summary(view.EndedUnchanged, 0)
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	golden(t, "outputs.jsonl", out.Bytes())
	if !strings.Contains(out.String(), `"password":{"sensitive":true}`) {
		t.Errorf("got %s", out.String())
	}
}
