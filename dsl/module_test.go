package dsl

import (
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestIdentifyLooksAtNothingButTheRelease(t *testing.T) {
	m := load(t, map[string]string{"main.hcl": `
		release "shop" { namespace = local.ns }
		locals { ns = "shop-${var.stage}" }
		variable "stage" { default = "test" }
		variable "password" { type = string } # no value
		app "broken" { image = var.nothing }`})
	release, diags := m.Identify(Inputs{})
	noErrors(t, diags)
	if release.Name != "shop" || release.Namespace != "shop-test" || release.HistoryLimit != 10 {
		t.Errorf("the release is %+v", release)
	}
}

func TestIdentifyReportsWhatIsWrongWithTheRelease(t *testing.T) {
	for name, src := range map[string]string{
		"none":       `app "a" { image = "x" }`,
		"no value":   "release \"r\" { namespace = var.ns }\nvariable \"ns\" { type = string }",
		"bad name":   `release "R" {}`,
		"from a app": "release \"r\" { namespace = app.a.name }\napp \"a\" { image = \"x\" }",
	} {
		t.Run(name, func(t *testing.T) {
			release, diags := load(t, map[string]string{"main.hcl": src}).Identify(Inputs{})
			if release != nil || !diags.HasErrors() {
				t.Errorf("the release is %+v, with\n%s", release, diagText(diags))
			}
		})
	}
}

func TestParseNamesWhatCannotBeRead(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	for dir, want := range map[string]string{missing: "no such file or directory", t.TempDir(): "holds no *.hcl"} {
		m, diags := Parse(dir)
		if m == nil || !diags.HasErrors() || !strings.Contains(diags.Error(), want) || !strings.Contains(diags.Error(), dir) {
			t.Errorf("diagnostics for %s: %s", dir, diagText(diags))
		}
	}
}

func TestRangesNameFilesAsTheUserDoes(t *testing.T) {
	m := load(t, map[string]string{"main.hcl": `release "r" {}`, "prod.vars.hcl": `x = 1`})
	t.Chdir(filepath.Dir(m.dir))
	for _, dir := range []string{filepath.Base(m.dir), "./" + filepath.Base(m.dir) + "/"} {
		m, diags := Parse(dir)
		noErrors(t, diags)
		release, diags := m.Identify(Inputs{})
		noErrors(t, diags)
		if want := filepath.Join(dir, "main.hcl"); release.DeclRange.Filename != want {
			t.Errorf("%s: %s, not %s", dir, release.DeclRange.Filename, want)
		}
	}
	t.Chdir(m.dir)
	m, diags := Parse(".")
	noErrors(t, diags)
	_, diags = m.Evaluate(Inputs{VarFiles: []string{"prod.vars.hcl"}})
	if len(diags) != 1 || diags[0].Subject.Filename != "prod.vars.hcl" || m.Sources()["main.hcl"] == nil || m.Sources()["prod.vars.hcl"] == nil {
		t.Errorf("diagnostics %v, sources %v", diags, m.Sources())
	}
}

func TestDiagnosticsAreSortedAndToldOnce(t *testing.T) {
	m := load(t, map[string]string{
		"b.hcl": "release \"r\" {\n  nope = 1\n}\napp \"a\" {\n  image = var.none\n  args = [var.none, app.b.host]\n}",
		"a.hcl": "config \"c\" {\n  data = { a = local.none, b = local.none }\n  labels = { x = \"not ok\" }\n}",
	})
	_, diags := m.Evaluate(Inputs{})
	var places []string
	for _, d := range diags {
		places = append(places, d.Subject.String())
	}
	sorted := slices.Clone(places)
	slices.Sort(sorted)
	if !slices.Equal(places, sorted) {
		t.Errorf("not in order: %v", places)
	}
	const due = 7
	if len(slices.Compact(sorted)) != due || len(diags) != due {
		t.Errorf("%d diagnostics, not %d:\n%s", len(diags), due, diagText(diags))
	}
}

func TestAModuleCanBeEvaluatedAtTheSameTime(t *testing.T) {
	m, diags := Parse("testdata/valid/petclinic")
	noErrors(t, diags)
	results := make([]string, 8)
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() {
			if cfg, _ := m.Evaluate(Inputs{}); cfg != nil {
				results[i] = dump(cfg)
			}
			m.Sources()
		})
	}
	wg.Wait()
	for _, result := range results {
		if result == "" || result != results[0] {
			t.Fatal("the results differ")
		}
	}
}
