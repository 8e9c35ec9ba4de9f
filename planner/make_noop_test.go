package planner_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"stowage/planner"
)

// spelled is written in ways that the server spells otherwise, or fills in.
const spelled = `
release "shop" { namespace = "NAMESPACE" }

config "files" {
  data = { "a.txt" = "x", empty = "" }
}

app "front" {
  image    = "nginx:1.27"
  replicas = 2
  config   = { A = "0123", B = "yes", C = "1e3", D = "" }
  secret   = { TOKEN = "a-secret-value" }
  env      = { N = "007", T = "true", E = "" }
  port "http" { number = 80 }
  port "dns" { number = 53 }
  port "dns-udp" {
    number   = 53
    protocol = "UDP"
  }
  mount "/files" { config = config.files }
  mount "/tmp/x" {
    empty_dir { size = "1024Mi" }
  }
  readiness {
    http   = { path = "/", port = "http" }
    period = "5s"
  }
  liveness { tcp = "http" }
  resources {
    requests = { cpu = "0.5", memory = "1024Mi", ephemeral-storage = "1e3" }
    limits   = { cpu = "1000m", memory = "2048Mi" }
  }
  rollout { max_surge = "25%" }
}

app "db" {
  kind  = "StatefulSet"
  image = "mysql:5.7"
  port "tcp" { number = 3306 }
  mount "/data" {
    claim { size = "1024Mi" }
  }
  service { headless = true }
}
`

func TestS26SpellingsOfTheSameAreNoChange(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planHCL(t, spelled, planner.Options{}))
	c.waitHealthy(t, "apps", "Deployment", "front")
	c.waitHealthy(t, "apps", "StatefulSet", "db")
	c.requests.take()
	p := c.planHCL(t, spelled, planner.Options{})
	if !p.Empty() {
		for _, change := range p.Changes {
			t.Logf("%s %s: %+v", change.Action, change.ID, change.Diff)
		}
		t.Fatal("not empty")
	}
	want := []string{"configmaps", "deployments", "namespaces", "secrets", "services", "statefulsets"}
	if d := cmp.Diff(want, resources(c.requests.take())); d != "" {
		t.Errorf("requests: %s", d)
	}
}

func TestS12UnchangedButNotReady(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	broken := strings.Replace(shop, `app "aside" {
  image = "nginx:1.27"`, `app "aside" {
  image = "simulate.local/never-ready"`, 1)
	c.carryOut(t, c.planHCL(t, broken, planner.Options{}))
	c.waitHealthy(t, "apps", "Deployment", "front")
	c.waitFor(t, "apps", "Deployment", "aside", func(h planner.Health) bool { return h.Message == "1/1 updated, 0 available" })
	p := c.planHCL(t, broken, planner.Options{})
	if !p.Empty() {
		t.Errorf("%q", summary(p))
	}
	aside, front := change(t, p, "Deployment", "aside"), change(t, p, "Deployment", "front")
	if aside.Health == nil || aside.Health.Condition != planner.InProgress || aside.Health.Message != "1/1 updated, 0 available" {
		t.Errorf("health of aside: %+v", aside.Health)
	}
	if front.Health == nil || front.Health.Condition != planner.Current {
		t.Errorf("health of front: %+v", front.Health)
	}
}

// petclinics is a configuration of n times six objects, none of which runs a pod,
// and a namespace.
func petclinics(n int) string {
	var b strings.Builder
	b.WriteString("release \"many\" { namespace = \"NAMESPACE\" }\n")
	for i := range n {
		fmt.Fprintf(&b, `
secret "mysql%[1]d" { data = { password = "a-secret-value" } }
app "mysql%[1]d" {
  kind     = "StatefulSet"
  replicas = 0
  image    = "mysql:5.7"
  env      = { MYSQL_ROOT_PASSWORD = secret.mysql%[1]d.key.password }
  port "tcp" { number = 3306 }
}
app "petclinic%[1]d" {
  replicas = 0
  image    = "spring2go/spring-petclinic:1.0.1.RELEASE"
  config   = { URL = "jdbc:mysql://${app.mysql%[1]d.host}/petclinic", TEST_CONFIG = "v1" }
  env      = { PASSWORD = secret.mysql%[1]d.key.password }
  port "http" { number = 8080 }
}
`, i)
	}
	return b.String()
}

func TestRequestsDoNotGrowWithObjects(t *testing.T) {
	t.Parallel()
	const page = 500 // objects in one answer
	want := []string{"configmaps", "deployments", "namespaces", "secrets", "services", "statefulsets"}
	for _, n := range []int{1, 117} {
		c := newCluster(t, false)
		config := petclinics(n)
		c.carryOutAtOnce(t, c.planHCL(t, config, planner.Options{}))
		c.waitHealthy(t, "apps", "Deployment", "petclinic0")
		c.requests.take()
		p := c.planHCL(t, config, planner.Options{})
		if !p.Empty() || len(p.Changes) != 6*n+1 {
			t.Errorf("%d: %d changes, %q", n, len(p.Changes), summary(p))
		}
		requests := c.requests.take()
		if len(writes(requests)) > 0 || 2*n > page {
			t.Errorf("%d: planning wrote: %q", n, writes(requests))
		}
		if d := cmp.Diff(want, resources(requests)); d != "" {
			t.Errorf("%d: %s", n, d)
		}

		changed := c.planHCL(t, strings.Replace(config, `TEST_CONFIG = "v1"`, `TEST_CONFIG = "v2"`, 1), planner.Options{})
		if len(summary(changed)) != 2 {
			t.Errorf("%d: %q", n, summary(changed))
		}
		requests = c.requests.take()
		want := append(slices.Clone(want), "PATCH petclinic0", "PATCH "+named(t, changed, "ConfigMap", "petclinic0-", planner.Create).ID.Name)
		slices.Sort(want)
		if d := cmp.Diff(want, resources(requests)); d != "" || len(writes(requests)) > 0 {
			t.Errorf("%d: one value changed: %s", n, d)
		}
	}
}

// carryOutAtOnce applies the namespace of a plan, then everything else side by side.
func (c *cluster) carryOutAtOnce(t *testing.T, p *planner.Plan) {
	t.Helper()
	c.mustApply(t, p.Changes[0].Object)
	var group errgroup.Group
	group.SetLimit(16)
	for _, change := range p.Changes[1:] {
		group.Go(func() error {
			_, err := c.Apply(t.Context(), change.Object, false)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
}
