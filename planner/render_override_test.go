package planner_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/dsl"
	"stowage/planner"
)

// TestOverrideIsStrict writes overrides that cannot be, each on the fourth line, and
// expects the errors at their places.
func TestOverrideIsStrict(t *testing.T) {
	cases := []struct {
		name, override string
		want           []string
	}{
		{"unknown field", `override "Deployment" { spec = { minReadySecond = 5 } }`,
			[]string{`4:36: Deployment web: spec.minReadySecond: there is no such field. Did you mean "minReadySeconds"?`}},
		{"as stowage writes it", `override "Deployment" { spec = { min_ready_seconds = 5 } }`,
			[]string{`4:36: Deployment web: spec.min_ready_seconds: there is no such field. Did you mean "minReadySeconds"?`}},
		{"deep inside of lists", `override "Deployment" { spec = { template = { spec = { containers = [{ name = "web", resources = { limit = {} } }] } } } }`,
			[]string{`4:102: Deployment web: spec.template.spec.containers[0].resources.limit: there is no such field. Did you mean "limits"?`}},
		{"several at once", `override "Deployment" { spec = { minReadySeconds = "5", paused = "no", strategy = [], template = 1 } }`, []string{
			`4:36: Deployment web: spec.minReadySeconds: must be a number, not text`,
			`4:59: Deployment web: spec.paused: must be true or false, not text`,
			`4:74: Deployment web: spec.strategy: must be an object, not a list`,
			`4:89: Deployment web: spec.template: must be an object, not a number`,
		}},
		{"number for text", `override "Deployment" { metadata = { annotations = { "example.com/a" = 5 } } }`,
			[]string{`4:56: Deployment web: metadata.annotations[example.com/a]: must be text, not a number`}},
		{"fraction of a whole", `override "Deployment" { spec = { minReadySeconds = 1.5 } }`,
			[]string{`4:3: Deployment web: json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.minReadySeconds of type int32`}},
		{"item without its key", `override "Deployment" { spec = { template = { spec = { containers = [{ image = "x" }] } } } }`,
			[]string{`4:72: Deployment web: spec.template.spec.containers[0]: needs name, by which the items of the list are told apart`}},
		{"one item twice", `override "Service" { spec = { ports = [{ port = 80, name = "a" }, { port = 80, protocol = "TCP" }] } }`,
			[]string{`4:69: Service web: spec.ports[1]: is the same item as spec.ports[0]: they are told apart by port and protocol`}},
		{"name", `override "Deployment" { metadata = { name = "other" } }`,
			[]string{`4:40: Deployment web: metadata.name: cannot be overridden: it follows from the name of the block`}},
		{"selector", `override "Service" { spec = { selector = { a = "b" } } }`,
			[]string{`4:33: Service web: spec.selector: cannot be overridden: it is how the app's pods are found`}},
		{"selector taken out", `override "Deployment" { spec = null }`, []string{
			`4:27: Deployment web: spec.selector: cannot be overridden: it is how the app's pods are found`,
			`4:27: Deployment web: spec.template.metadata.labels[app.kubernetes.io/instance]: cannot be overridden: stowage finds its objects by it`,
		}},
		{"labels of ours", `override "Deployment" { spec = { template = { metadata = { labels = { "stowage.dev/app" = "x" } } } } }`,
			[]string{`4:73: Deployment web: spec.template.metadata.labels[stowage.dev/app]: cannot be overridden: stowage finds its objects by it`}},
		{"labels all taken out", `override "Service" { metadata = { labels = null } }`,
			[]string{`4:37: Service web: metadata.labels[app.kubernetes.io/instance]: cannot be overridden: stowage finds its objects by it`}},
		{"replicas", `override "Deployment" { spec = { replicas = 3 } }`,
			[]string{`4:36: Deployment web: spec.replicas: cannot be overridden: it is set by the argument replicas, or by autoscale`}},
		{"kind that the app does not become", `override "Deploymint" { spec = {} }`,
			[]string{`4:3: Deploymint web: the block becomes no Deploymint, but Deployment, Service. Did you mean "Deployment"?`}},
		{"another name", `override "Service" { ` + "\n" + `name = "other"` + "\n" + ` spec = {}` + "\n" + `}`,
			[]string{`4:3: Service other: the block becomes no Service of this name`}},
		{"data", `override "ConfigMap" { data = { A = "b" } }`,
			[]string{`4:3: ConfigMap web: is made from data alone, and cannot be overridden`}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			_, err := planner.Render(evaluateText(t, `release "r" {}
app "web" {
  image = "nginx"
  `+tc.override+`
  port "http" { number = 80 }
  config = { A = "a" }
}`))
			var got []string
			for _, e := range objectErrors(t, err) {
				text := strings.TrimPrefix(e.Error(), e.Origin.String()+": ")
				got = append(got, fmt.Sprintf("%d:%d: %s", e.Origin.Line, e.Origin.Column, text))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestOverrideOfDataIsStrict does the same with the block of the data, which has a name
// with a version.
func TestOverrideOfDataIsStrict(t *testing.T) {
	cases := []struct{ name, override, want string }{
		{"data", `override "Secret" { data = { A = "b" } }`, `3:23: Secret s: data: cannot be overridden: it follows from the argument data`},
		{"text", `override "Secret" { stringData = { A = "b" } }`, `3:23: Secret s: stringData: cannot be overridden: it follows from the argument data`},
		{"type", `override "Secret" { type = "kubernetes.io/tls" }`, `3:23: Secret s: type: cannot be overridden: it follows from the argument type`},
		{"not immutable", `override "Secret" { immutable = false }`, `3:23: Secret s: immutable: cannot be overridden: it is always so unless versioned = false`},
		{"labels of ours", `override "Secret" { metadata = { labels = { "app.kubernetes.io/managed-by" = "x" } } }`,
			`3:47: Secret s: metadata.labels[app.kubernetes.io/managed-by]: cannot be overridden: stowage finds its objects by it`},
		{"the other kind", `override "ConfigMap" { immutable = true }`, `3:3: ConfigMap s: the block becomes no ConfigMap, but Secret.`},
		{"a field that is not there", `override "Secret" { imutable = true }`, `3:23: Secret s: imutable: there is no such field. Did you mean "immutable"?`},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			_, err := planner.Render(evaluateText(t, `release "r" {}
secret "s" {
  `+tc.override+`
  data = { A = "a" }
}`))
			var got []string
			for _, e := range objectErrors(t, err) {
				text := strings.TrimPrefix(e.Error(), e.Origin.String()+": ")
				got = append(got, fmt.Sprintf("%d:%d: %s", e.Origin.Line, e.Origin.Column, text))
			}
			if len(got) != 1 || !strings.HasPrefix(withoutVersion.ReplaceAllString(got[0], "Secret s:"), tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// withoutVersion matches the name of the Secret with its version.
var withoutVersion = regexp.MustCompile(`Secret s-[0-9a-z]+:`)

func TestOverrideTakesFieldsOut(t *testing.T) {
	u := renderedDeployment(t, `override "Deployment" {
		spec = { template = { spec = { containers = [{ name = "web", imagePullPolicy = null, terminationMessagePath = null }] } }, strategy = null }
	}`)
	if _, there := u["spec"].(map[string]any)["strategy"]; there {
		t.Error("spec.strategy is still there")
	}
	container := u["spec"].(map[string]any)["template"].(map[string]any)["spec"].(map[string]any)["containers"].([]any)[0]
	port := map[string]any{"name": "http", "containerPort": int64(80), "protocol": "TCP"}
	if diff := cmp.Diff(map[string]any{"name": "web", "image": "nginx", "ports": []any{port}}, container); diff != "" {
		t.Error(diff)
	}
}

// TestS46OverrideIsExact writes values that are easily bent on the way.
func TestS46OverrideIsExact(t *testing.T) {
	u := renderedDeployment(t, `override "Deployment" {
		metadata = { annotations = { a = "0123", b = "yes", c = "1e3", d = "null", e = "" } }
		spec = { template = { spec = { securityContext = { runAsUser = 9007199254740993, fsGroup = 9223372036854775807 } } } }
	}`)
	want := map[string]any{"a": "0123", "b": "yes", "c": "1e3", "d": "null", "e": ""}
	if diff := cmp.Diff(want, u["metadata"].(map[string]any)["annotations"]); diff != "" {
		t.Error(diff)
	}
	security := u["spec"].(map[string]any)["template"].(map[string]any)["spec"].(map[string]any)["securityContext"]
	if diff := cmp.Diff(map[string]any{"runAsUser": int64(9007199254740993), "fsGroup": int64(9223372036854775807)}, security); diff != "" {
		t.Error(diff)
	}
}

// renderedDeployment returns the Deployment of an app with a part of its body.
func renderedDeployment(t *testing.T, body string) map[string]any {
	t.Helper()
	objects := mustRender(t, evaluateText(t, `release "r" {}
		app "web" {
		  image = "nginx"
		  port "http" { number = 80 }
		  `+body+`
		}`))
	for _, o := range objects {
		if o.ID.Kind == "Deployment" {
			return o.Manifest.Object
		}
	}
	t.Fatal("no Deployment")
	return nil
}

// evaluateText reads a configuration of one file.
func evaluateText(t testing.TB, text string) *dsl.Config {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.hcl"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return evaluate(t, dir)
}

// TestOverrideIsPartOfTheVersion places an app with versions side by side: what is
// overridden is in its Deployment, and another override makes another version.
func TestOverrideIsPartOfTheVersion(t *testing.T) {
	for strategy, name := range map[string]string{
		`strategy = "blue-green"`: "web-blue", "strategy = \"canary\"\n steps = [50]": "web",
	} {
		t.Run(strategy, func(t *testing.T) {
			builds := map[string]bool{}
			for _, hostname := range []string{"inside", "outside"} {
				placed, err := planner.Place(mustRender(t, evaluateText(t, `release "r" {}
					app "web" {
					  image = "nginx"
					  port "http" { number = 80 }
					  rollout {
					    `+strategy+`
					  }
					  override "Deployment" {
					    metadata = { annotations = { "example.com/team" = "shop" } }
					    spec     = { template = { spec = { hostname = "`+hostname+`" } } }
					  }
					}`)))
				if err != nil {
					t.Fatal(err)
				}
				i := slices.IndexFunc(placed, func(o planner.Object) bool { return o.ID.Kind == "Deployment" })
				u := placed[i].Manifest
				got, _, _ := unstructured.NestedString(u.Object, "spec", "template", "spec", "hostname")
				if u.GetName() != name || got != hostname || u.GetAnnotations()["example.com/team"] != "shop" {
					t.Errorf("%s: %v", u.GetName(), u.Object)
				}
				builds[u.GetAnnotations()[planner.AnnotationBuild]] = true
			}
			if len(builds) != 2 || builds[""] {
				t.Errorf("builds %v", builds)
			}
		})
	}
}
