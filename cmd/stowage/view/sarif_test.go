package view_test

import (
	"testing"

	"github.com/hashicorp/hcl/v2"

	"stowage/cmd/stowage/view"
	"stowage/planner"
)

// checked is a check that found something of each kind.
func checked(t *testing.T) view.Checked {
	t.Helper()
	const text = "app \"web\" {\n  # Grüße\n  image = \"nginx\"; replica = 3\n}\n"
	file := parse(t, "shop/web app.hcl", text)
	sources := view.Sources{"shop/web app.hcl": file}
	service := planner.ObjectID{Kind: "Service", Name: "web"}
	diags := hcl.Diagnostics{
		{Severity: hcl.DiagError, Summary: "Unsupported argument", Detail: `Did you mean "replicas"?`, Subject: spot(file, "shop/web app.hcl", "replica ")},
		{Severity: hcl.DiagError, Summary: "Unsupported argument", Detail: "Not <here> & now.", Subject: spot(file, "shop/web app.hcl", "image")},
		{Severity: hcl.DiagWarning, Summary: "A literal names an app", Subject: spot(file, "shop/web app.hcl", "app \"web\" {\n  # Grüße")},
		{Severity: hcl.DiagError, Summary: "Invalid Service web", Detail: "spec.ports: there are none", Extra: service, Subject: spot(file, "shop/web app.hcl", "app")},
		{Severity: hcl.DiagError, Summary: "No release block", Detail: "One file must have one."},
	}
	return view.Checked{
		Dir: "shop", Files: []string{"shop/release.hcl", "shop/web app.hcl"},
		Findings: view.DiagnosticFindings(diags, sources), Version: "1.2.3",
	}
}

func TestSARIF(t *testing.T) {
	golden(t, "checked.sarif", shown(t, 80, func(s view.Screen) error { return view.SARIF(s.Out, checked(t)) }))
	golden(t, "checked_none.sarif", shown(t, 80, func(s view.Screen) error {
		return view.SARIF(s.Out, view.Checked{Dir: ".", Files: []string{"main.hcl"}, Version: "1.2.3"})
	}))
}

func TestJUnit(t *testing.T) {
	golden(t, "checked.junit.xml", shown(t, 80, func(s view.Screen) error { return view.JUnit(s.Out, checked(t)) }))
	golden(t, "checked_none.junit.xml", shown(t, 80, func(s view.Screen) error {
		return view.JUnit(s.Out, view.Checked{Dir: ".", Files: []string{"main.hcl"}, Version: "1.2.3"})
	}))
}
