package planner_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"stowage/dsl"
	"stowage/planner"
)

var update = flag.Bool("update", false, "write the expected results anew")

// TestRender renders the configurations in testdata/render and compares all
// that comes out with objects.yaml beside them.
func TestRender(t *testing.T) {
	for _, dir := range fixtures(t, "testdata/render") {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			objects, err := planner.Render(evaluate(t, dir))
			if err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join(dir, "objects.yaml"), manifests(t, objects))
			for _, o := range objects {
				if err := planner.Validate(o); err != nil {
					t.Errorf("%s: %v", o.ID, err)
				}
			}
		})
	}
}

func TestRenderLeavesTheConfigurationAlone(t *testing.T) {
	for _, dir := range fixtures(t, "testdata/render") {
		cfg := evaluate(t, dir)
		first := mustRender(t, cfg)
		for _, o := range first {
			scribble(o.Manifest.Object) // whatever it shares with the configuration shows in the second rendering
		}
		second := mustRender(t, cfg)
		if diff := cmp.Diff(manifests(t, mustRender(t, evaluate(t, dir))), manifests(t, second)); diff != "" {
			t.Errorf("%s: the second rendering differs:\n%s", dir, diff)
		}
	}
}

// scribble overwrites every value.
func scribble(v any) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			scribble(value)
			v[key] = "scribbled"
		}
	case []any:
		for i, value := range v {
			scribble(value)
			v[i] = "scribbled"
		}
	}
}

func TestRenderReportsAllAtTheirLines(t *testing.T) {
	cfg := evaluate(t, "testdata/render/petclinic")
	petclinic, mysql := cfg.Apps[0], cfg.Apps[1]
	petclinic.Resources.Requests["memory"] = "512 megabytes" // the language lets none of these pass
	mysql.Mounts[0].Volume.Claim.Size = "large"
	mysql.Name = petclinic.Name
	mysql.Kind = petclinic.Kind

	objects, err := planner.Render(cfg)
	if objects != nil {
		t.Errorf("%d objects beside the error", len(objects))
	}
	var got []string
	for _, e := range objectErrors(t, err) {
		text, _, _ := strings.Cut(strings.TrimPrefix(e.Error(), "testdata/render/petclinic/"), ": quantities must match")
		got = append(got, text+" ["+e.Hint+"]")
	}
	want := []string{
		`main.hcl:32: Deployment petclinic: spec.template.spec.containers[petclinic].resources.requests.memory: "512 megabytes" is no quantity [write it as "250m", "0.5", "512Mi" or "1Gi"]`,
		`main.hcl:35: Deployment petclinic: is already made at testdata/render/petclinic/main.hcl:12 [give one of the two another name]`,
		`main.hcl:44: PersistentVolumeClaim var-lib-mysql: spec.resources.requests.storage: "large" is no quantity [write it as "250m", "0.5", "512Mi" or "1Gi"]`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func mustRender(t testing.TB, cfg *dsl.Config) []planner.Object {
	t.Helper()
	objects, err := planner.Render(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// fixtures returns the configurations below a directory.
func fixtures(t testing.TB, parent string) []string {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(parent, "*"))
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no fixtures in %s: %v", parent, err)
	}
	return dirs
}

// configurationOf returns the directory with the configuration of a fixture: its own or,
// if there is none in it, the one of its name by which the language is tested.
func configurationOf(dir string) string {
	if own, _ := filepath.Glob(filepath.Join(dir, "*.hcl")); len(own) > 0 {
		return dir
	}
	return filepath.Join("../dsl/testdata/valid", filepath.Base(dir))
}

// evaluate reads the configuration of a fixture.
func evaluate(t testing.TB, dir string) *dsl.Config {
	t.Helper()
	module, diags := dsl.Parse(configurationOf(dir))
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	config, diags := module.Evaluate(dsl.Inputs{VersionKey: []byte("a key for tests")})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return config
}

// manifests writes objects as YAML, each below a line with the rest of what is
// known of it.
func manifests(t testing.TB, objects []planner.Object) string {
	t.Helper()
	var text strings.Builder
	for _, o := range objects {
		fmt.Fprintf(&text, "---\n# %s: %s of %s at %s", o.ID, o.Role, o.Address, filepath.Base(o.Origin.String()))
		if o.Version != nil {
			fmt.Fprintf(&text, ", version %s of %s", o.Version.Version, o.Version.BaseName)
		}
		if o.Timeout != 0 {
			fmt.Fprintf(&text, ", timeout %s", o.Timeout)
		}
		for _, ref := range o.References {
			fmt.Fprintf(&text, ", after %s", ref.To)
		}
		manifest, err := yaml.Marshal(o.Manifest.Object)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&text, "\n%s", manifest)
	}
	return text.String()
}

// golden compares a result with a file.
func golden(t testing.TB, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(readFile(t, file), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
