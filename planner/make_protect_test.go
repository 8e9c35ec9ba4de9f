package planner_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stowage/planner"
)

// guarded is a configuration all blocks of which say LIFECYCLE.
const guarded = `release "shop" {
  namespace     = "NAMESPACE"
  history_limit = 2
}
secret "signing" {
  data = { key = "first" }
  LIFECYCLE
}
app "db" {
  kind  = "StatefulSet"
  image = "mysql:5.7"
  config = { MODE = "strict" }
  port "tcp" { number = 3306 }
  mount "/data" {
    claim { size = "1Gi" }
  }
  LIFECYCLE
}
app "files" {
  image = "nginx:1.27"
  mount "/data" {
    claim { size = "1Gi" }
  }
  LIFECYCLE
}
`

const (
	protection   = "lifecycle { prevent_destroy = true }"
	noProtection = "lifecycle { prevent_destroy = false }"
)

func protected(config string) string   { return strings.ReplaceAll(config, "LIFECYCLE", protection) }
func unprotected(config string) string { return strings.ReplaceAll(config, "LIFECYCLE", noProtection) }

// without takes a block out of a configuration.
func without(t *testing.T, config, header string) string {
	t.Helper()
	before, rest, found := strings.Cut(config, header+" {\n")
	_, after, ended := strings.Cut(rest, "\n}\n")
	if !found || !ended {
		t.Fatalf("there is no %s", header)
	}
	return before + after
}

// refusals writes the errors of a plan, which must all be about protection.
func refusals(t *testing.T, err error) []string {
	t.Helper()
	var lines []string
	for _, e := range objectErrors(t, err) {
		lines = append(lines, fmt.Sprintf("%s %s: %s: %s", strings.TrimPrefix(filepath.Base(e.Origin.String()), "."), e.ID.Kind, e.Err, e.Hint))
	}
	return lines
}

func TestProtectionIsAnUpdateThatRollsNothing(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planHCL(t, unprotected(guarded), planner.Options{}))
	p := c.planHCL(t, protected(guarded), planner.Options{})
	seen := 0
	for _, change := range p.Changes {
		if change.Action == planner.NoOp {
			continue
		}
		seen++
		want := []planner.FieldDiff{{Path: "metadata.annotations[stowage.dev/prevent-destroy]", Op: planner.Create, After: "true"}}
		if d := cmp.Diff(want, change.Diff); d != "" || change.Action != planner.Update || change.Impact != "no pod rolls" {
			t.Errorf("%s %s, impact %q: %s", change.Action, change.ID, change.Impact, d)
		}
	}
	if seen != 6 {
		t.Errorf("%d objects are marked, want Secret, ConfigMap, StatefulSet, Service, claim and Deployment: %q", seen, summary(p))
	}
	c.carryOut(t, p)
	if p := c.planHCL(t, protected(guarded), planner.Options{}); !p.Empty() {
		t.Errorf("not empty: %q", summary(p))
	}
}

func TestAPlanThatWouldDeleteWhatIsProtectedIsRefused(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	config := protected(guarded)
	c.carryOut(t, c.planHCL(t, config, planner.Options{}))
	const is = "is protected by lifecycle.prevent_destroy: "
	const (
		absent = "put %s back; to delete it, set prevent_destroy to false there and apply first"
		first  = "set prevent_destroy to false in %s and apply first"
	)
	all := []string{
		" ConfigMap: " + is + fmt.Sprintf(first, "app.db"),
		" Deployment: " + is + fmt.Sprintf(first, "app.files"),
		" Secret: " + is + fmt.Sprintf(first, "secret.signing"),
		" Service: " + is + fmt.Sprintf(first, "app.db"),
		" StatefulSet: " + is + fmt.Sprintf(first, "app.db"),
	}
	everything := planner.Options{Destroy: true, DeleteData: true, DeleteNamespace: true, ForceConflicts: true, AllowEmpty: true}
	withClaim := append(append([]string{}, all[:2]...), append([]string{" PersistentVolumeClaim: " + is + fmt.Sprintf(first, "app.files")}, all[2:]...)...)
	cases := map[string]struct {
		config  string
		options planner.Options
		want    []string
	}{
		"a secret that left": {without(t, config, `secret "signing"`), planner.Options{}, []string{
			" Secret: " + is + fmt.Sprintf(absent, "secret.signing"),
		}},
		"an app that left": {without(t, config, `app "files"`), planner.Options{}, []string{
			" Deployment: " + is + fmt.Sprintf(absent, "app.files"),
		}},
		"an app that left, with its data": {without(t, config, `app "files"`), planner.Options{DeleteData: true}, []string{
			" Deployment: " + is + fmt.Sprintf(absent, "app.files"),
			" PersistentVolumeClaim: " + is + fmt.Sprintf(absent, "app.files"),
		}},
		"a Service that the app has no more": {strings.Replace(config, `port "tcp" { number = 3306 }`, "", 1), planner.Options{}, []string{
			"petclinic.hcl:9 Service: " + is + fmt.Sprintf(first, "app.db"),
		}},
		"destroy":                 {config, planner.Options{Destroy: true}, all},
		"destroy with everything": {config, everything, withClaim},
		"an empty configuration": {"release \"shop\" { namespace = \"NAMESPACE\" }", planner.Options{AllowEmpty: true}, []string{
			" ConfigMap: " + is + fmt.Sprintf(absent, "app.db"),
			" Deployment: " + is + fmt.Sprintf(absent, "app.files"),
			" Secret: " + is + fmt.Sprintf(absent, "secret.signing"),
			" Service: " + is + fmt.Sprintf(absent, "app.db"),
			" StatefulSet: " + is + fmt.Sprintf(absent, "app.db"),
		}},
		"a replacement": {strings.Replace(config, `port "tcp" { number = 3306 }`, "port \"tcp\" { number = 3306 }\nservice { headless = true }", 1), planner.Options{}, []string{
			"petclinic.hcl:14 Service: cannot be changed in place, and the object is protected by lifecycle.prevent_destroy: take the change back, or set prevent_destroy to false in app.db",
		}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			p, err := c.tryPlanHCL(t, tc.config, tc.options)
			if err == nil {
				t.Fatalf("planned: %q", summary(p))
			}
			if d := cmp.Diff(tc.want, refusals(t, err)); d != "" {
				t.Error(d)
			}
		})
	}
	// What the block says counts as long as it is there.
	headless := strings.Replace(unprotected(guarded), `port "tcp" { number = 3306 }`, "port \"tcp\" { number = 3306 }\nservice { headless = true }", 1)
	expectReplace(t, change(t, c.planHCL(t, headless, planner.Options{}), "Service", "db"), "spec.clusterIP is immutable", "")
	// And what it said last counts when it has gone.
	c.carryOut(t, c.planHCL(t, unprotected(guarded), planner.Options{}))
	p := c.planHCL(t, unprotected(guarded), everything)
	if p.Count(planner.Delete) < 7 {
		t.Errorf("%q", summary(p))
	}
}

func TestOldVersionsOfAProtectedSecretGoAsUsual(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	config := protected(guarded)
	for _, value := range []string{"first", "second", "third", "fourth"} {
		config = strings.Replace(protected(guarded), `key = "first"`, `key = "`+value+`"`, 1)
		c.carryOut(t, c.planHCL(t, config, planner.Options{}))
	}
	if got := c.list(t, "Secret"); len(got) != 2 {
		t.Errorf("Secrets %q, want the one in use and the one to roll back to", got)
	}
	// The newest version stays; it would be kept for a rollback for a while, but
	// that the block is missing is said at once.
	_, err := c.tryPlanHCL(t, without(t, config, `secret "signing"`), planner.Options{})
	if got := refusals(t, err); len(got) != 1 {
		t.Errorf("%q", got)
	}
	// Only the newest version is marked anew, and it speaks for the others.
	config = strings.Replace(config, protection, noProtection, 1)
	c.carryOut(t, c.planHCL(t, config, planner.Options{}))
	for range 2 {
		config = strings.Replace(config, "nginx:1.2", "nginx:1.29", 1)
		c.carryOut(t, c.planHCL(t, without(t, config, `secret "signing"`), planner.Options{}))
	}
	if got := c.list(t, "Secret"); len(got) != 0 {
		t.Errorf("Secrets %q are left", got)
	}
}

func TestARollbackLeavesWhatIsProtected(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	config := protected(guarded)
	before := c.deploy(t, without(t, config, `app "files"`))
	c.deploy(t, strings.Replace(config, "mysql:5.7", "mysql:8", 1))
	p := c.rollback(t, planner.Rollback{To: before})
	if d := cmp.Diff([]string{"update StatefulSet db"}, summary(p)); d != "" {
		t.Error(d)
	}
	kept := map[string]string{}
	for _, k := range p.Kept {
		kept[k.ID.String()] = k.Reason
	}
	want := map[string]string{
		"Deployment files":                 "it is protected by lifecycle.prevent_destroy",
		"PersistentVolumeClaim files-data": "it holds data; --delete-data deletes it",
	}
	if d := cmp.Diff(want, kept); d != "" {
		t.Error(d)
	}
}
