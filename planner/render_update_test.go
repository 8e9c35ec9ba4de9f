package planner_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/planner"
)

// TestS34UpdateEqualsFreshCreate applies one configuration over another, and
// alone in another namespace: the API server must hold the same in the end.
// What it has filled in for the first one must not stay behind.
func TestS34UpdateEqualsFreshCreate(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, before, after string }{
		{"value to reference", `env = { PASSWORD = "plain" }`, `env = { PASSWORD = { secret = "elsewhere", key = "password" } }`},
		{"reference to value", `env = { PASSWORD = { secret = "elsewhere", key = "password" } }`, `env = { PASSWORD = "" }`},
		{"ports renamed and reordered",
			portBlocks("http 80", "admin 81"), portBlocks("management 81", "web 80")},
		{"names of ports exchanged",
			portBlocks("http 80", "admin 81"), portBlocks("admin 80", "http 81")},
		{"UDP beside TCP", portBlocks("dns 53"), portBlocks("dns 53", "dns-udp 53 UDP")},
		{"TCP beside UDP", portBlocks("dns-udp 53 UDP"), portBlocks("dns 53", "dns-udp 53 UDP")},
		{"TCP to UDP", portBlocks("dns 53"), portBlocks("dns 53 UDP")},
		{"probe by HTTP, then by TCP", `readiness { http = { port = 80 } }`, `readiness { tcp = 80 }`},
		{"probe by HTTP, then by a command", `readiness { http = { port = 80, headers = { A = "1" } } }`, `readiness { exec = ["true"] }`},
		{"probe by gRPC, then by HTTP", `readiness { grpc = { port = 80 } }`, `readiness { http = { port = 80 } }`},
		{"rolling, then recreate", `rollout {}`, `rollout { strategy = "recreate" }`},
		{"recreate, then rolling", `rollout { strategy = "recreate" }`, `rollout { max_surge = 1 }`},
		{"another source at one path",
			`mount "/etc/x" { config = "x" }`, `mount "/etc/x" { secret = "x" }`},
		{"files of a mount no longer chosen",
			`mount "/etc/x" {
			   config = "x"
			   mode   = "0400"
			   items  = { a = "b" }
			 }`, `mount "/etc/x" { config = "x" }`},
		{"resources in other units", `resources { requests = { cpu = "500m" } }`, `resources { requests = { cpu = 1, memory = "1Ki" } }`},
		{"image policy no longer given", `image_pull_policy = "Always"`, ``},
	}
	updated, fresh := newCluster(t, true), newCluster(t, true)
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			name := "case-" + strings.Trim(strings.ToLower(strings.NewReplacer(" ", "-", ",", "").Replace(tc.name)), "-")
			apply(t, updated, name, tc.before)
			got := apply(t, updated, name, tc.after)
			want := apply(t, fresh, name, tc.after)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("not the same as made anew (-anew +updated):\n%s", diff)
			}
		})
	}
}

// portBlocks writes ports given as "name number [protocol]".
func portBlocks(ports ...string) string {
	var text strings.Builder
	for _, p := range ports {
		part := strings.Fields(p)
		text.WriteString("port \"" + part[0] + "\" {\n number = " + part[1] + "\n")
		if len(part) > 2 {
			text.WriteString(" protocol = \"" + part[2] + "\"\n")
		}
		text.WriteString("}\n")
	}
	return text.String()
}

// apply applies an app with that body and returns the specs of its objects as
// the API server holds them, by kind.
func apply(t *testing.T, c *cluster, name, body string) map[string]any {
	t.Helper()
	config := c.evaluate(t, `release "updates" { namespace = "NAMESPACE" }
		app "`+name+`" {
		  image    = "nginx"
		  replicas = 0
		  `+body+`
		}`)
	specs := map[string]any{}
	for _, o := range mustRender(t, config) {
		if o.Role == planner.RoleNamespace {
			continue
		}
		live := c.mustApply(t, o.Manifest)
		for _, chosenByServer := range []string{"clusterIP", "clusterIPs"} {
			unstructured.RemoveNestedField(live.Object, "spec", chosenByServer)
		}
		specs[o.ID.Kind] = live.Object["spec"]
	}
	return specs
}
