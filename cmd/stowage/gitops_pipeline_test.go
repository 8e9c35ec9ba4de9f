package main

import (
	"context"
	"encoding/base64"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

func newGitHub(t *testing.T) *githubForge {
	t.Helper()
	f := newForge(t)
	planning := map[string]string{"KUBECONFIG": f.account("stowage-plan", "plan"), "DB_PASSWORD": passwordOfShop}
	applying := map[string]string{"KUBECONFIG": f.account("stowage-apply", "apply"), "DB_PASSWORD": passwordOfShop}
	return &githubForge{forge: f, state: t.TempDir(), before: map[string]func(string){}, secrets: map[string]map[string]string{
		"": {}, "prod-plan": planning, "prod": applying, "prod-traffic": {"KUBECONFIG": applying["KUBECONFIG"]},
	}}
}

// pullRequest commits what is in the working tree as a branch, and returns the event
// of its pull request.
func (g *githubForge) pullRequest(number int, message string) githubEvent {
	g.t.Helper()
	g.git("checkout", "--quiet", "-B", "change")
	head := g.commit(message)
	g.git("checkout", "--quiet", "-B", "merge", "main")
	g.git("merge", "--quiet", "--no-ff", "--no-edit", "change")
	event := githubEvent{name: "pull_request", ref: "refs/pull/1/merge", commit: g.git("rev-parse", "HEAD"), number: number, head: head}
	g.git("checkout", "--quiet", "change")
	return event
}

// merge squashes the branch into main, and returns the event of that.
func (g *githubForge) merge(pull githubEvent) githubEvent {
	g.t.Helper()
	g.git("checkout", "--quiet", "main")
	g.git("merge", "--quiet", "--squash", pull.head)
	event := g.push("Merge the pull request")
	g.change(func(state *ghState) {
		of := ghPull{}
		of.Head.SHA = pull.head
		state.Pulls[event.commit] = []ghPull{of}
	})
	return event
}

// push commits to main.
func (g *githubForge) push(message string) githubEvent {
	return githubEvent{name: "push", ref: "refs/heads/main", commit: g.commit(message)}
}

// want checks how the jobs of a run ended, and who was asked.
func (r *githubRun) want(approved string, results map[string]string) {
	r.t.Helper()
	for name, job := range r.jobs {
		if want := results[name]; job.result != want {
			r.t.Fatalf("job %s is a %s, not %q:\n%s", name, job.result, want, job.output)
		}
	}
	if got := strings.Join(r.approved, " "); got != approved {
		r.t.Errorf("asked the reviewers of %q, want %q", got, approved)
	}
	r.approved = nil
}

// A pull request is planned by one account, its merge applied by another one, from
// another folder: exactly the plan that was shown, or none.
func TestS31GitHubAppliesWhatThePullRequestShowed(t *testing.T) {
	t.Parallel()
	g := newGitHub(t)

	// The first one makes all. It has a comment, which the next push edits.
	pull := g.pullRequest(1, "Nothing yet")
	g.run("plan.yml", pull).want("prod-plan", map[string]string{"check": "success", "plan": "success"})
	first := g.comment(1)
	g.edit("shop/prod.vars.hcl", "replicas  = 3", "replicas  = 2")
	pull = g.pullRequest(1, "Two are enough")
	run := g.run("plan.yml", pull)
	run.want("prod-plan", map[string]string{"check": "success", "plan": "success"})
	if second := g.comment(1); second == first || !strings.Contains(second, "2 replicas") || !strings.Contains(second, "shop-blue") {
		t.Errorf("the comment does not show the plan:\n%s", second)
	}
	if !strings.Contains(run.jobs["plan"].summary, "shop-blue") {
		t.Errorf("the summary does not show the plan:\n%s", run.jobs["plan"].summary)
	}

	// The merge applies it. There is nothing to switch yet.
	merged := g.run("apply.yml", g.merge(pull))
	merged.want("prod prod-traffic", map[string]string{"apply": "success", "plan-again": "skipped", "apply-again": "skipped", "switch": "success"})
	if got := g.color(); got != "blue" {
		t.Errorf("%s has the traffic", got)
	}
	history := want(t, exitOK, "history", "-C", filepath.Join(g.origin, "shop"), "--kubeconfig", g.cluster.Kubeconfig, "-o", "json")
	for _, recorded := range []string{`"env": "prod"`, pull.commit, "https://github.example/example/shop/actions/runs/" + strconv.Itoa(merged.id)} {
		if !strings.Contains(history, recorded) {
			t.Errorf("%s is not recorded:\n%s", recorded, history)
		}
	}

	// A new version. Its plan is out of date when it comes to be applied: nothing is
	// written, and there is a new plan and a new question.
	g.edit("shop/prod.vars.hcl", `image_tag = "1.4.0"`, `image_tag = "1.5.0"`)
	pull = g.pullRequest(2, "Deploy 1.5.0")
	g.run("plan.yml", pull).want("prod-plan", map[string]string{"check": "success", "plan": "success"})
	g.before["prod"] = func(string) { // once
		g.expose()
		delete(g.before, "prod")
	}
	writes := g.revision()
	stale := g.run("apply.yml", g.merge(pull))
	stale.want("prod prod-plan prod prod-traffic", map[string]string{
		"apply": "success", "check": "success", "plan": "success", "plan-again": "success", "apply-again": "success", "switch": "success",
	})
	for _, said := range []string{"Service shop", "meddler", "NodePort"} {
		if !strings.Contains(stale.jobs["apply"].output, said) {
			t.Errorf("what is out of date is not said (%s):\n%s", said, stale.jobs["apply"].output)
		}
	}
	if got := g.revision(); got != writes+2 { // apply-again and switch
		t.Errorf("%d revisions, want 2", got-writes)
	}
	if got := g.color(); got != "green" {
		t.Errorf("%s has the traffic", got)
	}

	// By hand: back, and forward again.
	for operation, color := range map[string]string{"back": "blue"} {
		event := githubEvent{name: "workflow_dispatch", ref: "refs/heads/main", commit: g.git("rev-parse", "main"), inputs: map[string]string{"operation": operation}}
		g.run("switch.yml", event).want("prod-traffic", map[string]string{"switch": "success"})
		if got := g.color(); got != color {
			t.Errorf("%s has the traffic", got)
		}
	}
	g.keepsSecrets(g.state, g.origin)
}

// What was not in a pull request, or is not what it was there, is planned anew.
func TestGitHubPlansAgainWhatNoPullRequestShowed(t *testing.T) {
	t.Parallel()
	g := newGitHub(t)
	again := map[string]string{
		"apply": "success", "check": "success", "plan": "success", "plan-again": "success", "apply-again": "success", "switch": "success",
	}
	g.run("apply.yml", g.push("Straight to main")).want("prod prod-plan prod prod-traffic", again)

	// Of a fork nothing is planned, as it gets no credentials.
	g.edit("shop/prod.vars.hcl", "replicas  = 3", "replicas  = 2")
	pull := g.pullRequest(1, "From far away")
	pull.fork = true
	g.run("plan.yml", pull).want("", map[string]string{"check": "success", "plan": "skipped"})
	g.run("apply.yml", g.merge(pull)).want("prod prod-plan prod prod-traffic", again)

	// Another pull request was merged meanwhile.
	g.edit("shop/prod.vars.hcl", "replicas  = 2", "replicas  = 4")
	pull = g.pullRequest(2, "Four")
	g.run("plan.yml", pull).want("prod-plan", map[string]string{"check": "success", "plan": "success"})
	g.git("checkout", "--quiet", "main")
	g.edit("shop/shop.hcl", "LOG_LEVEL    = var.log_level", "LOG_LEVEL    = upper(var.log_level)")
	g.push("Louder")
	g.run("apply.yml", g.merge(pull)).want("prod prod-plan prod prod-traffic", again)

	// What is wrong is found where it is, and nobody is asked.
	g.edit("shop/prod.vars.hcl", "replicas  = 4", `replicas  = "many"`)
	run := g.run("plan.yml", g.pullRequest(3, "Many"))
	run.want("", map[string]string{"check": "failure", "plan": "skipped"})
	if output := run.jobs["check"].output; !strings.Contains(output, "::error file=shop/prod.vars.hcl,line=4") {
		t.Errorf("no annotation:\n%s", output)
	}
	g.keepsSecrets(g.state, g.origin)
}

// Drift opens one issue, which is kept up to date and closed.
func TestGitHubSaysDriftInOneIssue(t *testing.T) {
	t.Parallel()
	g := newGitHub(t)
	g.run("apply.yml", g.push("All"))
	drift := func(want ...ghIssue) {
		t.Helper()
		event := githubEvent{name: "schedule", ref: "refs/heads/main", commit: g.git("rev-parse", "main")}
		g.approved = nil
		g.run("drift.yml", event).want("prod-plan", map[string]string{"drift": "success"})
		issues := g.known().Issues
		if len(issues) != len(want) {
			t.Fatalf("issues: %+v", issues)
		}
		for i, issue := range issues {
			if issue.Title != "Drift: shop in prod" || issue.State != want[i].State || !strings.Contains(issue.Body, want[i].Body) {
				t.Fatalf("issue: %+v", issue)
			}
		}
	}
	drift()
	g.meddle("1.4.1")
	drift(ghIssue{State: "open", Body: "1.4.1"})
	g.meddle("1.4.2")
	drift(ghIssue{State: "open", Body: "1.4.2"})
	g.meddle("1.4.0")
	drift(ghIssue{State: "closed"})
	g.keepsSecrets(g.state, g.origin)
}

// comment returns the one comment of a pull request.
func (g *githubForge) comment(number int) string {
	g.t.Helper()
	comments := g.known().Comments
	if len(comments) != number {
		g.t.Fatalf("%d comments on %d pull requests", len(comments), number)
	}
	return comments[number-1].Body
}

// color returns the color that has the traffic.
func (f *forge) color() string {
	f.t.Helper()
	service, err := f.cluster.Client.CoreV1().Services(f.namespace).Get(f.t.Context(), "shop", metav1.GetOptions{})
	if err != nil {
		f.t.Fatal(err)
	}
	return service.Spec.Selector["stowage.dev/color"]
}

// meddle has somebody else change the image of the version with the traffic.
func (f *forge) meddle(tag string) {
	f.t.Helper()
	patch := []byte(`{"spec":{"template":{"spec":{"containers":[{"name":"shop","image":"example.com/shop:` + tag + `"}]}}}}`)
	_, err := f.cluster.Client.AppsV1().Deployments(f.namespace).Patch(f.t.Context(), "shop-"+f.color(), types.StrategicMergePatchType, patch,
		metav1.PatchOptions{FieldManager: "meddler"})
	if err != nil {
		f.t.Fatal(err)
	}
}

// expose has somebody else open the Service to the world.
func (f *forge) expose() {
	f.t.Helper()
	_, err := f.cluster.Client.CoreV1().Services(f.namespace).Patch(f.t.Context(), "shop", types.MergePatchType, []byte(`{"spec":{"type":"NodePort"}}`),
		metav1.PatchOptions{FieldManager: "meddler"})
	if err != nil {
		f.t.Fatal(err)
	}
}

// revision returns how many revisions the release has.
func (f *forge) revision() int {
	f.t.Helper()
	records, err := f.cluster.Client.CoreV1().Secrets(f.namespace).List(f.t.Context(), metav1.ListOptions{FieldSelector: "type=stowage.dev/release"})
	if err != nil {
		f.t.Fatal(err)
	}
	return len(records.Items)
}

// keepsSecrets looks for the password, and for what accounts log in with, in all that
// jobs have written and in all files of directories.
func (f *forge) keepsSecrets(dirs ...string) {
	f.t.Helper()
	f.without("a log", f.said.String())
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			f.without(path, string(text))
			return err
		})
		if err != nil {
			f.t.Fatal(err)
		}
	}
}

func (f *forge) without(place, text string) {
	f.t.Helper()
	for _, secret := range []string{passwordOfShop, noteToken, base64.StdEncoding.EncodeToString([]byte(passwordOfShop)), "token:"} {
		if at := strings.Index(text, secret); at >= 0 {
			f.t.Errorf("%s has %s:\n%s", place, secret, text[max(0, at-200):at])
		}
	}
}

// The account that plans can do nothing else: see also the tests of rbac.
func TestS32PlanningAccountWritesNothing(t *testing.T) {
	t.Parallel()
	f := newForge(t)
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(kubeconfig, []byte(f.account("stowage-plan", "plan")), 0o600); err != nil {
		t.Fatal(err)
	}
	flags := []string{filepath.Join(f.origin, "shop"), "--env", "prod", "--kubeconfig", kubeconfig}
	want(t, exitChanges, append([]string{"plan", "--detailed-exitcode"}, flags...)...)
	want(t, exitError, append([]string{"apply", "--auto-approve"}, flags...)...)
	services, err := f.cluster.Client.CoreV1().Services(f.namespace).List(context.WithoutCancel(t.Context()), metav1.ListOptions{})
	if err != nil || len(services.Items) > 0 {
		t.Errorf("%v %v", services.Items, err)
	}
}
