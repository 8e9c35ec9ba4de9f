package planner_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stowage/planner"
)

// shop has a shared config with two consumers, a shared secret with one, and an
// app that uses neither.
const shop = `
release "shop" {
  namespace     = "NAMESPACE"
  history_limit = 3
}

config "common" {
  data = {
    GREETING = "hello"
    COLOR    = "red"
  }
}

secret "db" {
  data = {
    user  = "shop-user-canary"
    first = "first-secret-canary"
    other = "other-secret-canary"
    third = "third-secret-canary"
    forth = "forth-secret-canary"
  }
}

app "front" {
  image    = "nginx:1.27"
  replicas = 2
  env = { GREETING = config.common.key.GREETING }
  port "http" { number = 80 }
}

app "back" {
  image = "nginx:1.27"
  env = {
    COLOR = config.common.key.COLOR
    TOKEN = secret.db.key.first
  }
}

app "aside" {
  image = "nginx:1.27"
}
`

func ids(list []planner.ObjectID) []string {
	var names []string
	for _, id := range list {
		names = append(names, id.String())
	}
	return names
}

// named finds the one change of a kind whose name begins so.
func named(t testing.TB, p *planner.Plan, kind, prefix string, action planner.Action) planner.Change {
	t.Helper()
	for _, c := range p.Changes {
		if c.ID.Kind == kind && strings.HasPrefix(c.ID.Name, prefix) && c.Action == action {
			return c
		}
	}
	t.Fatalf("no %s of %s %s* in %q", action, kind, prefix, summary(p))
	return planner.Change{}
}

func TestS3SharedConfigRollsItsConsumers(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	first := c.planHCL(t, shop, planner.Options{})
	c.carryOut(t, first)
	old := named(t, first, "ConfigMap", "common-", planner.Create)

	p := c.planHCL(t, strings.Replace(shop, `"red"`, `"blue"`, 1), planner.Options{})
	created := named(t, p, "ConfigMap", "common-", planner.Create)
	want := &planner.DataDiff{
		From:      old.ID.Name,
		Keys:      []planner.FieldDiff{{Path: "COLOR", Op: planner.Update, Before: "red", After: "blue"}},
		Consumers: []planner.ObjectID{{Group: "apps", Kind: "Deployment", Namespace: c.namespace, Name: "front"}, {Group: "apps", Kind: "Deployment", Namespace: c.namespace, Name: "back"}},
	}
	if d := cmp.Diff(want, created.Data); d != "" {
		t.Error(d)
	}
	if created.Reason != "new version of "+old.ID.Name {
		t.Errorf("reason %q", created.Reason)
	}
	wantLines := []string{"create ConfigMap " + created.ID.Name, "update Deployment front", "update Deployment back"}
	if d := cmp.Diff(wantLines, summary(p)); d != "" {
		t.Error(d)
	}
	front := change(t, p, "Deployment", "front")
	wantDiff := []planner.FieldDiff{{
		Path: "spec.template.spec.containers[front].env[GREETING].valueFrom.configMapKeyRef.name", Op: planner.Update,
		Before: old.ID.Name, After: created.ID.Name,
	}}
	if d := cmp.Diff(wantDiff, front.Diff); d != "" {
		t.Error(d)
	}
	if front.Reason != "new version of common" || !strings.HasPrefix(front.Impact, "2 pods of front roll") {
		t.Errorf("reason %q, impact %q", front.Reason, front.Impact)
	}
	if len(p.Kept) != 1 || p.Kept[0].ID != old.ID || p.Kept[0].Reason != "revision 1 can be rolled back to" {
		t.Errorf("kept: %v", p.Kept)
	}
}

func TestS3LabelOfConfigRollsNothing(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planHCL(t, shop, planner.Options{}))
	labelled := strings.Replace(shop, `config "common" {`, "config \"common\" {\n  labels = { team = \"a\" }", 1)
	p := c.planHCL(t, labelled, planner.Options{})
	config := named(t, p, "ConfigMap", "common-", planner.Update)
	if len(summary(p)) != 1 || config.Impact != "no pod rolls" || len(config.Diff) != 1 || config.Diff[0].Path != "metadata.labels.team" {
		t.Errorf("%q, impact %q, %v", summary(p), config.Impact, config.Diff)
	}
}

func TestS4ChangeTakenBackUsesOldVersion(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	first := c.planHCL(t, shop, planner.Options{})
	c.carryOut(t, first)
	old := named(t, first, "ConfigMap", "common-", planner.Create)
	second := c.planHCL(t, strings.Replace(shop, `"red"`, `"blue"`, 1), planner.Options{})
	c.carryOut(t, second)
	newer := named(t, second, "ConfigMap", "common-", planner.Create)

	p := c.planHCL(t, shop, planner.Options{})
	if d := cmp.Diff([]string{"update Deployment front", "update Deployment back"}, summary(p)); d != "" {
		t.Error(d)
	}
	again := named(t, p, "ConfigMap", "common-", planner.NoOp)
	if again.ID != old.ID || again.Data == nil || again.Data.From != newer.ID.Name || len(again.Data.Keys) != 1 {
		t.Errorf("%+v, data %+v", again, again.Data)
	}
	if len(p.Kept) != 1 || p.Kept[0].ID != newer.ID {
		t.Errorf("kept: %v", p.Kept)
	}
}

func TestS6UnversionedConfigIsUpdatedInPlace(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	text := strings.Replace(shop, `config "common" {`, "config \"common\" {\n  versioned = false", 1)
	c.carryOut(t, c.planHCL(t, text, planner.Options{}))
	p := c.planHCL(t, strings.Replace(text, `"red"`, `"blue"`, 1), planner.Options{})
	if d := cmp.Diff([]string{"update ConfigMap common"}, summary(p)); d != "" {
		t.Error(d)
	}
	got := change(t, p, "ConfigMap", "common")
	want := []planner.FieldDiff{{Path: "data.COLOR", Op: planner.Update, Before: "red", After: "blue"}}
	if d := cmp.Diff(want, got.Diff); d != "" {
		t.Error(d)
	}
	if !strings.HasPrefix(got.Impact, "no pod rolls") {
		t.Errorf("impact %q", got.Impact)
	}
}

func TestS40SecretKeyIsNamedWithoutValue(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planHCL(t, shop, planner.Options{}))
	p := c.planHCL(t, strings.Replace(shop, "first-secret-canary", "changed-secret-canary", 1), planner.Options{})
	secret := named(t, p, "Secret", "db-", planner.Create)
	want := []planner.FieldDiff{{Path: "first", Op: planner.Update, Masked: true}}
	if d := cmp.Diff(want, secret.Data.Keys); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"Deployment back"}, ids(secret.Data.Consumers)); d != "" {
		t.Error(d)
	}
}
