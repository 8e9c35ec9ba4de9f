package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// workflow is a workflow of GitHub Actions, as far as the examples go: what is not
// here is an error when the file is read.
type workflow struct {
	Name        string                  `json:"name"`
	On          map[string]any          `json:"true"` // on, to YAML
	Permissions *map[string]string      `json:"permissions"`
	Jobs        map[string]*workflowJob `json:"jobs"`
}

type workflowJob struct {
	Needs       oneOrMore          `json:"needs"`
	If          string             `json:"if"`
	RunsOn      string             `json:"runs-on"`
	Environment string             `json:"environment"`
	Concurrency any                `json:"concurrency"`
	Permissions *map[string]string `json:"permissions"`
	Outputs     map[string]string  `json:"outputs"`
	Uses        string             `json:"uses"`
	Secrets     string             `json:"secrets"`
	Steps       []workflowStep     `json:"steps"`
}

type workflowStep struct {
	ID    string            `json:"id"`
	Name  string            `json:"name"`
	If    string            `json:"if"`
	Uses  string            `json:"uses"`
	With  map[string]any    `json:"with"`
	Shell string            `json:"shell"`
	Env   map[string]string `json:"env"`
	Run   string            `json:"run"`
}

// compositeAction is an action that consists of steps.
type compositeAction struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Inputs      map[string]struct {
		Description string `json:"description"`
		Default     string `json:"default"`
	} `json:"inputs"`
	Runs struct {
		Using string         `json:"using"`
		Steps []workflowStep `json:"steps"`
	} `json:"runs"`
}

// oneOrMore is a text, or a list of them.
type oneOrMore []string

// UnmarshalJSON takes both.
func (o *oneOrMore) UnmarshalJSON(data []byte) error {
	var one string
	if yaml.Unmarshal(data, &one) == nil {
		*o = oneOrMore{one}
		return nil
	}
	return yaml.Unmarshal(data, (*[]string)(o))
}

// readYAML reads a file that may hold only what T has.
func readYAML[T any](t *testing.T, path string) *T {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	value := new(T)
	if err := yaml.UnmarshalStrict(text, value); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return value
}

// githubForge runs workflows as GitHub does: each job in a folder of its own, which has
// nothing of the folders of others but what it checks out and downloads.
type githubForge struct {
	*forge
	secrets map[string]map[string]string // by environment
	state   string                       // what gh works on: see gh_test.go
	runs    int

	approved []string                // the environments whose reviewers have been asked, in order
	before   map[string]func(string) // by environment: what happens while they are asked
}

// githubEvent is what makes a workflow run.
type githubEvent struct {
	name   string // such as push
	ref    string
	commit string
	// Of a pull request: its number, and the head of its branch, of which commit is the merge.
	number int
	head   string
	fork   bool
	inputs map[string]string // of workflow_dispatch
}

// githubRun is a run of a workflow.
type githubRun struct {
	*githubForge
	id    int
	event githubEvent
	jobs  map[string]*githubJob // those of workflows that it calls, too
}

// githubJob is how a job went.
type githubJob struct {
	result  string // success, failure or skipped
	outputs map[string]string
	output  string // what its steps have written
	summary string
}

// run runs a workflow of the repository.
func (g *githubForge) run(file string, event githubEvent) *githubRun {
	g.t.Helper()
	g.runs++
	run := &githubRun{githubForge: g, id: g.runs, event: event, jobs: map[string]*githubJob{}}
	result := run.workflow(file)
	g.recordRun(run, file, result)
	return run
}

// workflow runs the jobs of a workflow, each after those it needs, and returns the
// result of all.
func (r *githubRun) workflow(file string) string {
	r.t.Helper()
	flow := readYAML[workflow](r.t, filepath.Join(r.checkout(r.event.commit), ".github", "workflows", file))
	results := map[string]*githubJob{}
	for len(results) < len(flow.Jobs) {
		before := len(results)
		for _, name := range slices.Sorted(maps.Keys(flow.Jobs)) {
			job := flow.Jobs[name]
			ready := !slices.ContainsFunc(job.Needs, func(need string) bool { return results[need] == nil })
			if results[name] == nil && ready {
				results[name] = r.job(job, needed(results, job.Needs))
			}
		}
		if len(results) == before {
			r.t.Fatalf("%s: jobs need each other, or what is not there", file)
		}
	}
	maps.Copy(r.jobs, results)
	for _, job := range results {
		if job.result == "failure" {
			return "failure"
		}
	}
	return "success"
}

func needed(results map[string]*githubJob, names []string) map[string]*githubJob {
	of := map[string]*githubJob{}
	for _, name := range names {
		of[name] = results[name]
	}
	return of
}

// job runs a job.
func (r *githubRun) job(job *workflowJob, needs map[string]*githubJob) *githubJob {
	r.t.Helper()
	context := r.context(job, needs)
	if !context.holds(job.If) {
		return &githubJob{result: "skipped", outputs: map[string]string{}}
	}
	if job.Uses != "" {
		return &githubJob{result: r.workflow(filepath.Base(job.Uses)), outputs: map[string]string{}}
	}
	if job.Environment != "" {
		r.approved = append(r.approved, job.Environment)
		if happen := r.before[job.Environment]; happen != nil {
			happen(job.Environment)
		}
	}
	w := &githubWorker{githubRun: r, folder: r.newFolder(), context: context, result: "success"}
	w.steps(job.Steps)
	done := &githubJob{result: w.result, outputs: map[string]string{}, output: w.folder.output.String(), summary: w.folder.read("summary")}
	for name, value := range job.Outputs {
		done.outputs[name] = context.expand(value)
	}
	return done
}

// context is what the expressions of a job may refer to.
func (r *githubRun) context(job *workflowJob, needs map[string]*githubJob) *expressions {
	repository := "example/shop"
	if r.event.fork {
		repository = "stranger/shop"
	}
	results := map[string]any{}
	for name, need := range needs {
		results[name] = map[string]any{"result": need.result, "outputs": need.outputs}
	}
	return &expressions{t: r.t, needs: needs, values: map[string]any{
		"github": map[string]any{
			"event_name": r.event.name, "ref": r.event.ref, "repository": "example/shop", "token": "token-of-the-run",
			"event": map[string]any{"pull_request": map[string]any{ // null where there is none
				"number": r.event.number, "head": map[string]any{"repo": map[string]any{"full_name": repository}},
			}},
		},
		"secrets": r.secrets[job.Environment],
		"inputs":  r.event.inputs,
		"needs":   results,
		"steps":   map[string]any{},
	}}
}

// githubWorker is the machine that a job runs on.
type githubWorker struct {
	*githubRun
	folder  *folder
	context *expressions
	result  string
}

// steps runs steps until one fails.
func (w *githubWorker) steps(steps []workflowStep) {
	w.t.Helper()
	for i := range steps {
		step := &steps[i]
		if w.result != "success" {
			return
		}
		if !w.context.holds(step.If) {
			continue
		}
		if step.Uses != "" {
			w.use(step)
			continue
		}
		outputs := w.script(step)
		if step.ID != "" {
			w.context.values["steps"].(map[string]any)[step.ID] = map[string]any{"outputs": outputs}
		}
	}
}

// use does what an action does.
func (w *githubWorker) use(step *workflowStep) {
	w.t.Helper()
	with := func(name string) string { return w.context.expand(fmt.Sprint(step.With[name])) }
	action, _, _ := strings.Cut(step.Uses, "@")
	artifact := func() string { return filepath.Join(w.state, "runs", strconv.Itoa(w.id), with("name")) }
	switch action {
	case "actions/checkout":
		w.clone(w.folder.work, w.event.commit)
	case "actions/upload-artifact":
		copyFiles(w.t, filepath.Join(w.folder.work, with("path")), artifact())
	case "actions/download-artifact":
		copyFiles(w.t, artifact(), filepath.Join(w.folder.work, with("path")))
	default:
		if !strings.HasPrefix(action, "./") {
			w.t.Fatalf("the tests do not know what %s does", step.Uses)
		}
		w.composite(filepath.Join(w.folder.work, action, "action.yml"), with, step.With)
	}
}

// composite runs an action of the repository.
func (w *githubWorker) composite(path string, with func(string) string, given map[string]any) {
	w.t.Helper()
	action := readYAML[compositeAction](w.t, path)
	for name := range given {
		if _, ok := action.Inputs[name]; !ok {
			w.t.Errorf("%s has no input %s", path, name)
		}
	}
	inputs := map[string]string{}
	for name, input := range action.Inputs {
		inputs[name] = input.Default
		if _, ok := given[name]; ok {
			inputs[name] = with(name)
		}
	}
	outer := w.context
	w.context = &expressions{t: w.t, values: map[string]any{"inputs": inputs, "steps": map[string]any{}}}
	w.steps(action.Runs.Steps)
	w.context = outer
}

// script runs the shell script of a step and returns its outputs.
func (w *githubWorker) script(step *workflowStep) map[string]string {
	w.t.Helper()
	f := w.folder
	env := append(f.environ(),
		"CI=true", "GITHUB_ACTIONS=true", "GITHUB_SERVER_URL=https://github.example", "GITHUB_REPOSITORY=example/shop",
		"GITHUB_RUN_ID="+strconv.Itoa(w.id), "GITHUB_EVENT_NAME="+w.event.name, "GITHUB_REF="+w.event.ref, "GITHUB_SHA="+w.event.commit,
		"GITHUB_WORKSPACE="+f.work, "RUNNER_TEMP="+f.temp, "GH_STATE="+w.state,
		"GITHUB_OUTPUT="+f.path("output"), "GITHUB_ENV="+f.path("env"), "GITHUB_PATH="+f.path("path"), "GITHUB_STEP_SUMMARY="+f.path("summary"),
		"PATH="+strings.Join(append(strings.Fields(f.read("path")), w.path), string(os.PathListSeparator)))
	env = append(env, strings.Fields(f.read("env"))...)
	for name, value := range step.Env {
		env = append(env, name+"="+w.context.expand(value))
	}
	shell := []string{"bash", "-e"}
	if step.Shell != "" {
		shell = []string{step.Shell, "--noprofile", "--norc", "-eo", "pipefail"}
	}
	if f.run(shell, step.Run, env) != 0 {
		w.result = "failure"
		fmt.Fprintf(&f.output, "step %s failed\n", cmp.Or(step.Name, step.ID))
	}
	outputs := map[string]string{}
	for line := range strings.Lines(f.read("output")) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		outputs[name] = value
	}
	if err := os.WriteFile(f.path("output"), nil, 0o600); err != nil {
		w.t.Fatal(err)
	}
	return outputs
}

// recordRun has gh know of a run.
func (g *githubForge) recordRun(run *githubRun, file, result string) {
	g.t.Helper()
	g.change(func(state *ghState) {
		commit := cmp.Or(run.event.head, run.event.commit)
		state.Runs = append(state.Runs, ghRun{ID: run.id, Workflow: file, Event: run.event.name, Commit: commit, Status: result})
	})
}

// change changes what GitHub knows.
func (g *githubForge) change(edit func(*ghState)) {
	g.t.Helper()
	state := g.known()
	edit(state)
	if err := state.write(g.state); err != nil {
		g.t.Fatal(err)
	}
}

// known is what GitHub knows.
func (g *githubForge) known() *ghState {
	g.t.Helper()
	state, err := readGH(g.state)
	if err != nil {
		g.t.Fatal(err)
	}
	return state
}
