package planner_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stowage/planner"
)

// shapes of an object: its kind and the name without the version.
func shapes(p *planner.Plan) []string {
	var lines []string
	for _, line := range summary(p) {
		if i := strings.LastIndex(line, "-"); i > 0 {
			line = line[:i]
		}
		lines = append(lines, line)
	}
	return lines
}

func TestRollbackOfOneAppLeavesTheOthers(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	first := c.deploy(t, shop)
	second := c.deploy(t, shop2)
	p := c.rollback(t, planner.Rollback{To: first, App: "front", From: second})
	if p.Release.RollbackTo != 1 || p.Release.RollbackApp != "front" {
		t.Errorf("%+v", p.Release)
	}
	if d := cmp.Diff([]string{"update Deployment front", "update Service front"}, summary(p)); d != "" {
		t.Error(d)
	}
	checkOrder(t, p)
	// Both versions of what they share are part of the new revision: each app has its own.
	configs := 0
	for _, change := range p.Changes {
		if strings.HasPrefix(change.ID.Name, "common-") && change.Action == planner.NoOp {
			configs++
		}
	}
	if configs != 2 {
		t.Errorf("%d versions of common", configs)
	}
	if got := change(t, p, "Deployment", "front").Reason; got != "back to revision 1: earlier version of common" {
		t.Errorf("reason %q", got)
	}
	c.carryOut(t, p)
	if p := c.rollback(t, planner.Rollback{To: first, App: "front", From: recordingOf(p)}); !p.Empty() {
		t.Errorf("%q", summary(p))
	}
}

func TestRollbackOfOneAppBringsBackWhatItNeeds(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	const chain = `
release "shop" { namespace = "NAMESPACE" }
secret "shared" { data = { token = "token-canary" } }
app "db" {
  kind   = "StatefulSet"
  image  = "mysql:5.7"
  config = { A = "a" }
  env    = { TOKEN = secret.shared.key.token }
  port "tcp" { number = 3306 }
}
app "web" {
  image = "nginx:1.27"
  env   = { DB = app.db.host }
}
app "aside" { image = "nginx:1.27" }
`
	first := c.deploy(t, chain)
	_, aside, _ := strings.Cut(chain, `app "aside"`)
	const web = "app \"web\" { image = \"nginx:1.28\" }\n"
	second := c.deploy(t, "release \"shop\" { namespace = \"NAMESPACE\" }\n"+web+`app "aside"`+strings.Replace(aside, "1.27", "1.28", 1))
	p := c.rollback(t, planner.Rollback{To: first, App: "web", From: second})
	want := []string{"create StatefulSet db", "create Service db", "update Deployment web"}
	if d := cmp.Diff(want, shapes(p)); d != "" {
		t.Error(d)
	}
	checkOrder(t, p)
	named(t, p, "Secret", "shared-", planner.NoOp)
	named(t, p, "ConfigMap", "db-config-", planner.NoOp)
	if got := change(t, p, "Deployment", "aside"); got.Action != planner.NoOp {
		t.Errorf("aside: %s", got.Action)
	}
}

func TestRollbackOfOneAppMakesNoLoop(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	app := func(name, env string) string {
		return "app \"" + name + "\" {\n  image = \"nginx:1.27\"\n  env = { OTHER = " + env + " }\n  port \"http\" { number = 80 }\n}\n"
	}
	const head = "release \"shop\" { namespace = \"NAMESPACE\" }\n"
	first := c.deploy(t, head+app("a", "app.b.host")+app("b", `"none"`))
	second := c.deploy(t, head+app("a", `"none"`)+app("b", "app.a.host"))
	p := c.rollback(t, planner.Rollback{To: first, App: "a", From: second})
	if d := cmp.Diff([]string{"update Deployment a"}, summary(p)); d != "" {
		t.Error(d)
	}
	checkOrder(t, p)
	waits := func(name, on string) bool {
		for _, need := range change(t, p, "Deployment", name).Needs {
			if need.ID.Kind == "Service" && need.ID.Name == on {
				return true
			}
		}
		return false
	}
	if !waits("a", "b") || waits("b", "a") {
		t.Error("the needs of what goes back are not those that count")
	}
}

func TestRollbackOfOneAppWarnsOfWhatOthersLose(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	first := c.deploy(t, shop)
	const back = "app \"back\" {\n  image = \"nginx:1.27\"\n"
	text := strings.NewReplacer(back, back+"  port \"http\" { number = 80 }\n").Replace(shop) +
		"app \"user\" {\n  image = \"nginx:1.27\"\n  env = { BACK = app.back.host }\n}\n"
	second := c.deploy(t, text)
	p := c.rollback(t, planner.Rollback{To: first, App: "back", From: second})
	if d := cmp.Diff([]string{"update Deployment back", "delete Service back"}, summary(p)); d != "" {
		t.Error(d)
	}
	want := "Deployment user needs Service back, which app back does not have in revision 1"
	if len(p.Warnings) != 1 || p.Warnings[0].Summary != want {
		t.Errorf("%+v", p.Warnings)
	}
}

func TestRollbackOfAnAppThatWasNotThere(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	first := c.deploy(t, shop)
	second := c.deploy(t, shop2)
	for app, want := range map[string]string{
		"extra": `app "extra" came after revision 1, so it cannot go back to it: it has aside, back, front`,
		"fornt": `there is no app "fornt" in revision 1: it has aside, back, front. Did you mean "front"?`,
	} {
		_, err := c.tryRollback(t.Context(), planner.Rollback{To: first, App: app, From: second})
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v", app, err)
		}
	}
}

func TestS17RollbackOfOneAppNeedsTheKeysOfWhatStays(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	const shared = `
release "shop" { namespace = "NAMESPACE" }
secret "s" {
  versioned = false
  data      = { a = "x", b = "y" }
}
`
	first := c.deploy(t, shared+`
app "web" {
  image = "nginx:1"
  env   = { B = secret.s.key.b }
}
`)
	second := c.deploy(t, strings.Replace(shared, `, b = "y"`, "", 1)+`
app "web" { image = "nginx:2" }
app "other" {
  image = "nginx:1"
  env   = { A = secret.s.key.a }
}
`)
	_, err := c.tryRollback(t.Context(), planner.Rollback{To: first, App: "web", From: second})
	errs := objectErrors(t, err)
	if len(errs) != 1 || errs[0].ID.Name != "s" || !strings.Contains(errs[0].Err.Error(), `no key "b"`) {
		t.Errorf("%v", err)
	}
}
