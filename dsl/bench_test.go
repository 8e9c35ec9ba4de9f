package dsl

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkEvaluate measures Evaluate on configurations of many petclinics:
// two apps, a secret and a claim each.
func BenchmarkEvaluate(b *testing.B) {
	for _, apps := range []int{1, 100, 1000} {
		b.Run(fmt.Sprintf("apps=%d", apps), func(b *testing.B) {
			m := petclinics(b, apps)
			b.ReportAllocs()
			for b.Loop() {
				if _, diags := m.Evaluate(Inputs{VersionKey: testKey}); diags.HasErrors() {
					b.Fatal(diagText(diags))
				}
			}
		})
	}
}

// BenchmarkParse measures reading the same configurations.
func BenchmarkParse(b *testing.B) {
	for _, apps := range []int{1, 100, 1000} {
		b.Run(fmt.Sprintf("apps=%d", apps), func(b *testing.B) {
			dir := petclinics(b, apps).dir
			b.ReportAllocs()
			for b.Loop() {
				if _, diags := Parse(dir); diags.HasErrors() {
					b.Fatal(diagText(diags))
				}
			}
		})
	}
}

// petclinics makes a configuration of n apps from copies of the petclinic
// fixture.
func petclinics(tb testing.TB, n int) *Module {
	tb.Helper()
	src, err := os.ReadFile("testdata/valid/petclinic/main.hcl")
	if err != nil {
		tb.Fatal(err)
	}
	head, body, _ := strings.Cut(string(src), "secret ")
	body = strings.ReplaceAll("secret "+body, "    node_port = 31080 # makes the Service a NodePort one\n", "")
	files := map[string]string{"head.hcl": head, "x.auto.vars.hcl": `mysql_password = "petclinic"`}
	for i := range (n + 1) / 2 {
		text := body
		for _, name := range []string{"mysql", "petclinic"} {
			for _, form := range []string{`"%s" {`, "app.%s.", "secret.%s."} {
				text = strings.ReplaceAll(text, fmt.Sprintf(form, name), fmt.Sprintf(form, fmt.Sprintf("%s-%d", name, i)))
			}
		}
		files[filepath.Base(fmt.Sprintf("petclinic-%04d.hcl", i))] = text
	}
	return load(tb, files)
}
