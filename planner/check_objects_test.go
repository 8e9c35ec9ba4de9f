package planner_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/go-multierror"

	"stowage/planner"
)

// TestObjectsThatCannotWork renders configurations that evaluate and whose objects
// would be refused, or would not work together.
func TestObjectsThatCannotWork(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, config string
		want         []string
	}{
		{"nothing wrong", `app "web" {
  image = "nginx"
  port "http" { number = 80 }
  readiness { tcp = "http" }
}`, nil},
		{"selectors of two Deployments", `app "web" { image = "nginx" }
resource "Deployment" "wide" {
  spec = {
    selector = { matchLabels = { team = "a" } }
    template = { metadata = { labels = { team = "a" } }, spec = { containers = [{ name = "x", image = "nginx" }] } }
  }
}
resource "Deployment" "narrow" {
  spec = {
    selector = { matchLabels = { team = "a", tier = "b" } }
    template = { metadata = { labels = { team = "a", tier = "b" } }, spec = { containers = [{ name = "x", image = "nginx" }] } }
  }
}`, []string{
			`main.hcl:4: Deployment wide: spec.selector: also selects the pods of Deployment narrow, at main.hcl:8. give one of the two labels that the other has not`,
		}},
		{"selectors of two apps that were there", `app "leader" {
  image      = "redis"
  selector   = { app = "redis" }
  pod_labels = { app = "redis", role = "leader" }
}
app "follower" {
  image      = "redis"
  selector   = { app = "redis", role = "follower" }
}`, nil},
		{"one node port twice", `app "web" {
  image = "nginx"
  port "http" {
    number    = 80
    node_port = 31080
  }
}
resource "Service" "other" {
  spec = {
    type  = "NodePort"
    ports = [{ name = "http", port = 80, nodePort = 31080 }]
  }
}`, []string{`main.hcl:11: Service other: spec.ports[0].nodePort: port 31080/TCP of the nodes is that of Service web already, at main.hcl:3`}},
		{"target port by a wrong name", `app "web" {
  image = "nginx"
  port "http" { number = 80 }
}
resource "Service" "other" {
  spec = {
    selector = { "app.kubernetes.io/name" = "web" }
    ports    = [{ port = 80, targetPort = "htp" }]
  }
}`, []string{`main.hcl:8: Service other: spec.ports[0].targetPort: refers to port "htp", which no container behind the Service has. Did you mean "http"?`}},
		{"probe by a wrong name", `resource "Deployment" "x" {
  spec = {
    selector = { matchLabels = { a = "b" } }
    template = {
      metadata = { labels = { a = "b" } }
      spec = { containers = [{
        name           = "x"
        image          = "nginx"
        ports          = [{ name = "http", containerPort = 80 }]
        readinessProbe = { httpGet = { port = "htpp" } }
      }] }
    }
  }
}`, []string{`main.hcl:6: Deployment x: spec.template.spec.containers[x].readinessProbe.httpGet.port: refers to port "htpp", and the container has no such port. Did you mean "http"?`}},
		{"key of a ConfigMap", `resource "ConfigMap" "settings" { data = { color = "red" } }
app "web" {
  image = "nginx"
  env   = { COLOR = { config = "settings", key = "colour" } }
}`, []string{`main.hcl:4: Deployment web: spec.template.spec.containers[web].env[COLOR]: refers to key "colour" of ConfigMap settings, which has no such key. Did you mean "color"?`}},
		{"port of a Service", `resource "Service" "legacy" { spec = { ports = [{ name = "http", port = 80 }] } }
resource "Ingress" "front" {
  spec = { defaultBackend = { service = { name = "legacy", port = { number = 8080 } } } }
}`, []string{`main.hcl:3: Ingress front: spec.defaultBackend.service: refers to port "8080" of Service legacy, which has no such port`}},
		{"too many annotations", `resource "ConfigMap" "settings" {
  annotations = { "example.com/big" = join("", [for i in range(1024) : format("%0300d", i)]) }
}`, []string{`main.hcl:1: ConfigMap settings: metadata.annotations: Too long: may not be more than 262144 bytes`}},
		{"too much data", `resource "ConfigMap" "settings" {
  data = { big = join("", [for i in range(1024) : format("%01025d", i)]) }
}`, []string{`main.hcl:2: ConfigMap settings: data: holds 1049603 bytes, and may hold 1048576. divide it`}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "main.hcl"), []byte(tc.config+"\nrelease \"shop\" {}\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := planner.Render(evaluate(t, dir))
			var got []string
			var all *multierror.Error
			if errors.As(err, &all) {
				for _, e := range all.Errors {
					var one *planner.ObjectError
					if !errors.As(e, &one) {
						t.Fatalf("%v", e)
					}
					line := strings.ReplaceAll(e.Error(), dir+"/", "")
					if one.Hint != "" {
						line += ". " + one.Hint
					}
					got = append(got, line)
				}
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}
