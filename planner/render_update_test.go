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
		{"value to field", `env = { NAME = "plain" }`, `env = { NAME = { field = "metadata.name" } }`},
		{"field to resource", `env = { NAME = { field = "metadata.name" } }`, `env = { NAME = { resource = "limits.memory" } }`},
		{"resource to value", `env = { NAME = { resource = "limits.memory", divisor = "1Mi" } }`, `env = { NAME = "plain" }`},
		{"containers reordered",
			`container "a" { image = "a" }
			 container "b" { image = "b" }`,
			`container "b" { image = "b" }
			 container "a" { image = "a" }`},
		{"init container before others",
			`init_container "b" { image = "b" }`,
			`init_container "a" { image = "a" }
			 init_container "b" { image = "b" }`},
		{"init container to sidecar", `init_container "a" { image = "a" }`, `sidecar "a" { image = "a" }`},
		{"sidecar to container",
			`sidecar "a" {
			   image = "a"
			   readiness { tcp = 80 }
			 }`, `container "a" { image = "a" }`},
		{"port moved to another container",
			portBlocks("http 80", "metrics 9100"),
			portBlocks("http 80") + `container "exporter" {
			   image = "exporter"
			   ` + portBlocks("metrics 9100") + `
			 }`},
		{"another source of a named volume",
			`volume "x" {
			   host_path { path = "/x" }
			 }
			 mount "/x" { volume = "x" }`,
			`volume "x" { secret = "x" }
			 mount "/x" { volume = "x" }`},
		{"scratch space to files",
			`volume "x" {
			   empty_dir { medium = "Memory" }
			 }
			 mount "/x" { volume = "x" }`,
			`volume "x" { fields = { name = { field = "metadata.name" } } }
			 mount "/x" { volume = "x" }`},
		{"files to projected",
			`volume "x" { fields = { name = { field = "metadata.name" } } }
			 mount "/x" { volume = "x" }`,
			`volume "x" {
			   projected {
			     source { token = { path = "token" } }
			   }
			 }
			 mount "/x" { volume = "x" }`},
		{"network of the node, then of its own", portBlocks("http 80") + `host { network = true }`, portBlocks("http 80")},
		{"port of the node no longer given",
			`port "http" {
			   number    = 80
			   host_port = 8080
			 }`, portBlocks("http 80")},
		{"other hooks", `pre_stop { http = { port = 80 } }`, `pre_stop { sleep = "2s" }`},
		{"less security",
			`security {
			   user         = 1
			   seccomp      = "localhost/x"
			   capabilities = { drop = ["ALL"] }
			 }`, `security { seccomp = "RuntimeDefault" }`},
		{"grace no longer given", `termination_grace_period = "5s"`, ``},
		{"names no longer known",
			`host_aliases = { "10.0.0.1" = ["a"] }
			 dns { options = { ndots = 2 } }`, ``},
		{"image policy no longer given", `image_pull_policy = "Always"`, ``},
		{"affinity of sessions taken back", webPort + `service {
			   session_affinity = "ClientIP"
			   session_timeout  = "1m"
			 }`, webPort},
		{"another time of sessions", webPort + `service {
			   session_affinity = "ClientIP"
			   session_timeout  = "1m"
			 }`, webPort + `service { session_affinity = "ClientIP" }`},
		{"load balancer, then inside the cluster", webPort + `service {
			   type                    = "LoadBalancer"
			   external_traffic_policy = "Local"
			   source_ranges           = ["203.0.113.0/24"]
			   load_balancer_class     = "example.com/internal"
			   allocate_node_ports     = false
			 }`, webPort},
		{"traffic policies taken back", webPort + `service {
			   internal_traffic_policy = "Local"
			   traffic_distribution    = "PreferSameZone"
			   publish_not_ready       = true
			 }`, webPort},
		{"port by its name, then by its number", webPort, `port "80" {}`},
		{"port by its number, then by its name", `port "80" {}`, webPort},
		{"port of the Service by another name, to a number", webPort, `port "http" {
			   number       = 80
			   service_name = "web"
			   target       = 80
			 }`},
		{"port that the container lists no more", webPort, `port "http" {
			   number   = 80
			   declared = false
			 }`},
		{"fewer ports of the Service", portBlocks("http 80", "admin 81"), portBlocks("http 80", "admin 81") + `service { ports = { http = 8080 } }`},
		{"labels of the Service taken back", webPort + `service { labels = { tier = "front" } }`, webPort + `service {}`},
		{"fewer old templates, then as usual", `override "Deployment" { spec = { revisionHistoryLimit = 2 } }`, ``},
		{"account taken back", `service_account { token = false }`, ``},
		{"another account", `service_account {}`, `service_account { existing = "default" }`},
		{"pull secrets changed", `image_pull_secrets = ["a", "b"]`, `image_pull_secrets = ["b", "c"]`},
		{"affinity changed", `node_affinity { label = "fast" }`, `anti_affinity {}`},
		{"scheduling taken back", `node_selector = { disk = "ssd" }
			 priority_class = "system-cluster-critical"
			 toleration { key = "a" }
			 spread { across = "zone" }
			 anti_affinity { required = true }
			 disruption_budget { max_unavailable = 1 }`, ``},
		{"budget the other way", `disruption_budget { max_unavailable = 1 }`, `disruption_budget { min_available = "50%" }`},
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

const webPort = "port \"http\" { number = 80 }\n"

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
