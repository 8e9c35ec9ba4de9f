package view_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"stowage/cmd/stowage/view"
)

const source = `app "petclinic" {
  image   = "spring2go/spring-petclinic:1.0.1.RELEASE"
  replica = 3

  mount "/data" {
	subpath = "x" # after a tab
    claim {
      size = "1Gi"
    }
  }
}
`

// spot returns the range of the first occurrence of text in a file.
func spot(file *hcl.File, name, text string) *hcl.Range {
	start := strings.Index(string(file.Bytes), text)
	pos := func(at int) hcl.Pos {
		before := string(file.Bytes[:at])
		return hcl.Pos{Byte: at, Line: strings.Count(before, "\n") + 1, Column: at - strings.LastIndex(before, "\n")}
	}
	return &hcl.Range{Filename: name, Start: pos(start), End: pos(start + len(text))}
}

func parse(t *testing.T, name, text string) *hcl.File {
	t.Helper()
	file, _ := hclsyntax.ParseConfig([]byte(text), name, hcl.InitialPos)
	return file
}

func TestDiagnostics(t *testing.T) {
	file := parse(t, "petclinic.hcl", source)
	diags := hcl.Diagnostics{
		{Severity: hcl.DiagError, Summary: "Unsupported argument", Detail: `An argument named "replica" is not expected here. Did you mean "replicas"?`, Subject: spot(file, "petclinic.hcl", "replica ")},
		{Severity: hcl.DiagError, Summary: "Unsupported argument", Detail: `Did you mean "sub_path"?`, Subject: spot(file, "petclinic.hcl", "subpath")},
		{Severity: hcl.DiagWarning, Summary: "A claim is not shared", Detail: "Line one.\n  laid out\nLine three, which is so long that it has to be wrapped at some place in order to fit.", Subject: spot(file, "petclinic.hcl", "claim {\n      size = \"1Gi\"\n    }")},
		{Severity: hcl.DiagError, Summary: "No release block", Detail: "One file must have a release block."},
		{Severity: hcl.DiagError, Summary: "Elsewhere", Subject: &hcl.Range{Filename: "gone.hcl", Start: hcl.Pos{Line: 4, Column: 2}, End: hcl.Pos{Line: 4, Column: 9}}},
	}
	got := shown(t, 80, func(s view.Screen) error {
		return view.Diagnostics(s, diags, map[string]*hcl.File{"petclinic.hcl": file})
	})
	golden(t, "diagnostics.txt", got)
}

func TestDiagnosticsJSON(t *testing.T) {
	file := parse(t, "petclinic.hcl", source)
	diags := hcl.Diagnostics{
		{Severity: hcl.DiagError, Summary: "Unsupported argument", Detail: "Say replicas.", Subject: spot(file, "petclinic.hcl", "replica ")},
		{Severity: hcl.DiagWarning, Summary: "Odd"},
	}
	findings := view.DiagnosticFindings(diags, view.Sources{"petclinic.hcl": file})
	got := shown(t, 80, func(s view.Screen) error { return view.ValidityJSON(s.Out, findings) })
	golden(t, "diagnostics.json", got)
	golden(t, "diagnostics_none.json", shown(t, 80, func(s view.Screen) error { return view.ValidityJSON(s.Out, nil) }))
}

// A literal of a secret is in the source that a diagnostic is about.
func TestS39DiagnosticsConcealSecretLiterals(t *testing.T) {
	sources := map[string]string{
		"block":               "secret \"db\" {\n  data = {\n    password = \"CANARY\" + 1\n  }\n}\n",
		"unclosed":            "secret \"db\" {\n  data = { password = \"CANARY }\n}\n",
		"heredoc":             "secret \"db\" {\n  data = { p = <<EOT\nCANARY\nEOT\n  }\n}\n",
		"template":            "secret \"db\" {\n  data = { p = \"x${var.y}CANARY\" }\n}\n",
		"app":                 "app \"web\" {\n  image = \"shown\"\n  secret = { p = \"CANARY\" }\n}\n",
		"one line":            "app \"web\" { secret = { p = \"CANARY\" } }\n",
		"default":             "variable \"p\" {\n  sensitive = true\n  default = \"CANARY\"\n}\n",
		"a.vars.hcl":          "p = \"CANARY\"\n",
		"b.vars.hcl":          "p = { x = [\"CANARY\"] }\n",
		"undeclared":          "variable \"q\" { sensitive = true }\n",
		"undeclared.vars.hcl": "unknown = \"CANARY\"\n",
	}
	for name, text := range sources {
		t.Run(name, func(t *testing.T) {
			file := parse(t, name, text)
			whole := hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.Pos{Line: strings.Count(text, "\n"), Column: 1, Byte: len(text)}}
			diags := hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Wrong", Subject: &whole}}
			got := shown(t, 80, func(s view.Screen) error {
				return view.Diagnostics(s, diags, map[string]*hcl.File{name: file})
			})
			if strings.Contains(string(got), "CANARY") {
				t.Errorf("the literal is shown:\n%s", got)
			}
			if !strings.Contains(string(got), strings.SplitN(text, "\n", 2)[0][:4]) {
				t.Errorf("the source is not shown:\n%s", got)
			}
			document := shown(t, 80, func(s view.Screen) error {
				return view.ValidityJSON(s.Out, view.DiagnosticFindings(diags, view.Sources{name: file}))
			})
			if strings.Contains(string(document), "CANARY") || !strings.Contains(string(document), `"lines": [`) {
				t.Errorf("the document has the literal, or no lines:\n%s", document)
			}
		})
	}
}

func TestDiagnosticsShowPublicLiterals(t *testing.T) {
	files := map[string]*hcl.File{
		"variables.hcl": parse(t, "variables.hcl", "variable \"region\" {\n  default = \"west\"\n}\n"),
		"dev.vars.hcl":  parse(t, "dev.vars.hcl", "region = \"east\"\n"),
	}
	for name, want := range map[string]string{"variables.hcl": "west", "dev.vars.hcl": "east"} {
		diags := hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Wrong", Subject: spot(files[name], name, want)}}
		got := shown(t, 80, func(s view.Screen) error { return view.Diagnostics(s, diags, files) })
		if !strings.Contains(string(got), want) {
			t.Errorf("%s is concealed:\n%s", want, got)
		}
	}
}
