package main

import (
	"slices"
	"strings"
	"testing"
)

// The same on GitLab, where the plan of the default branch is the one that is approved.
func TestS31GitLabAppliesThePlanThatWasLookedAt(t *testing.T) {
	t.Parallel()
	f := newForge(t)
	planning, applying := f.account("stowage-plan", "plan"), f.account("stowage-apply", "apply")
	password := map[string]string{"STOWAGE_VAR_db_password": passwordOfShop}
	g := &gitlabForge{
		forge:     f,
		api:       newGitLabAPI(t),
		variables: map[string]map[string]string{"prod/plan": password, "prod": password, "*": {"NOTE_TOKEN": noteToken}},
		files:     map[string]map[string]string{"prod/plan": {"KUBECONFIG": planning}, "prod": {"KUBECONFIG": applying}},
	}

	// A merge request: what would change, and nothing to start.
	request := g.pipeline("merge_request_event", g.git("rev-parse", "main"))
	if got := request.jobs(); got != "validate note plan" {
		t.Errorf("jobs of a merge request: %s", got)
	}
	request.wants(0, "validate", "plan", "note", "note")
	if notes := g.api.notes; len(notes) != 2 || !strings.Contains(notes[1].Body, "Plan: 6 to create") {
		t.Errorf("the plan is not in one note: %+v", notes)
	}
	if report := request.artifact("validate", "validate.xml"); !strings.Contains(report, "<testsuite") {
		t.Errorf("no report:\n%s", report)
	}
	for _, page := range []string{"plan.html", "plan.md"} {
		if text := request.artifact("plan", page); !strings.Contains(text, "shop-blue") {
			t.Errorf("%s does not show the plan:\n%s", page, text)
		}
	}

	// The default branch: exactly the plan of this pipeline.
	install := g.pipeline("push", g.git("rev-parse", "main"))
	if got := install.jobs(); got != "validate plan apply* switch switch-back*" {
		t.Errorf("jobs of the default branch: %s", got)
	}
	install.wants(0, "validate", "plan", "apply", "switch")

	// A new version, and somebody who changes the old one meanwhile.
	g.edit("shop/prod.vars.hcl", `image_tag = "1.4.0"`, `image_tag = "1.5.0"`)
	deploy := g.pipeline("push", g.commit("Deploy 1.5.0"))
	deploy.wants(0, "plan")
	g.expose()
	before := g.revision()
	if output := deploy.wants(6, "apply"); !strings.Contains(output, "meddler") {
		t.Errorf("what is out of date is not said:\n%s", output)
	}
	if got := g.revision(); got != before {
		t.Errorf("%d revisions of a plan that was out of date", got-before)
	}
	deploy.wants(0, "plan", "apply", "switch")
	if got := g.color(); got != "green" {
		t.Errorf("%s has the traffic", got)
	}
	deploy.wants(0, "switch-back")
	if got := g.color(); got != "blue" {
		t.Errorf("%s has the traffic", got)
	}

	// The schedule.
	clock := g.pipeline("schedule", g.git("rev-parse", "main"))
	if got := clock.jobs(); got != "drift" {
		t.Errorf("jobs of the schedule: %s", got)
	}
	clock.wants(0, "drift")
	g.meddle("1.3.9")
	if output := clock.wants(2, "drift"); !strings.Contains(output, "1.3.9") {
		t.Errorf("the drift is not said:\n%s", output)
	}

	// What is wrong is in the report, which is kept though the job has failed.
	g.edit("shop/prod.vars.hcl", "replicas  = 3", `replicas  = "many"`)
	wrong := g.pipeline("merge_request_event", g.commit("Many"))
	wrong.wants(1, "validate")
	if report := wrong.artifact("validate", "validate.xml"); !strings.Contains(report, "prod.vars.hcl:4") {
		t.Errorf("no report:\n%s", report)
	}
	g.keepsSecrets(slices.Collect(func(yield func(string) bool) {
		for _, dir := range deploy.artifacts {
			if !yield(dir) {
				return
			}
		}
	})...)
}

// wants runs jobs that must end with an exit code, and returns what the last has written.
func (p *gitlabPipeline) wants(code int, names ...string) string {
	p.t.Helper()
	var output string
	for _, name := range names {
		var got int
		if got, output = p.run(name); got != code {
			p.t.Fatalf("job %s: exit code %d, want %d\n%s", name, got, code, output)
		}
	}
	return output
}
