package main

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// gitlabFile is a .gitlab-ci.yml, as far as the example goes.
type gitlabFile struct {
	Workflow struct {
		Rules []gitlabRule `json:"rules"`
	} `json:"workflow"`
	Default struct {
		Image string `json:"image"`
	} `json:"default"`
	Stages    []string          `json:"stages"`
	Variables map[string]string `json:"variables"`

	jobs map[string]*gitlabJob // with what they extend
}

type gitlabJob struct {
	Extends       string            `json:"extends"`
	BeforeScript  []string          `json:"before_script"`
	Stage         string            `json:"stage"`
	Rules         []gitlabRule      `json:"rules"`
	AllowFailure  *bool             `json:"allow_failure"`
	Needs         []string          `json:"needs"`
	ResourceGroup string            `json:"resource_group"`
	Environment   gitlabPlace       `json:"environment"`
	Variables     map[string]string `json:"variables"`
	Script        []string          `json:"script"`
	Artifacts     gitlabOutcome     `json:"artifacts"`
}

type gitlabRule struct {
	If           string `json:"if"`
	When         string `json:"when"`
	AllowFailure *bool  `json:"allow_failure"`
}

type gitlabPlace struct {
	Name   string `json:"name"`
	Action string `json:"action"`
}

type gitlabOutcome struct {
	ExposeAs string            `json:"expose_as"`
	Paths    []string          `json:"paths"`
	ExpireIn string            `json:"expire_in"`
	When     string            `json:"when"`
	Reports  map[string]string `json:"reports"`
}

func readGitLab(t *testing.T, path string) *gitlabFile {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	flow := &gitlabFile{jobs: map[string]*gitlabJob{}}
	parts := map[string]json.RawMessage{}
	if err := yaml.Unmarshal(text, &parts); err != nil {
		t.Fatal(err)
	}
	for name, part := range parts {
		target := map[string]any{"workflow": &flow.Workflow, "default": &flow.Default, "stages": &flow.Stages, "variables": &flow.Variables}[name]
		if target == nil {
			flow.jobs[name] = &gitlabJob{}
			target = flow.jobs[name]
		}
		if err := yaml.UnmarshalStrict(part, target); err != nil {
			t.Fatalf("%s: %s: %v", path, name, err)
		}
	}
	for name, job := range flow.jobs {
		if base := flow.jobs[job.Extends]; base != nil {
			job.BeforeScript = base.BeforeScript
		}
		if len(job.Script) > 0 && !slices.Contains(flow.Stages, job.Stage) {
			t.Errorf("%s is of no stage", name)
		}
	}
	maps.DeleteFunc(flow.jobs, func(name string, _ *gitlabJob) bool { return strings.HasPrefix(name, ".") })
	return flow
}

// gitlabForge runs pipelines as GitLab does.
type gitlabForge struct {
	*forge
	api       *gitlabAPI
	variables map[string]map[string]string // of the settings, by environment; * is all
	files     map[string]map[string]string // those of type File
}

// gitlabPipeline is a pipeline of one commit.
type gitlabPipeline struct {
	*gitlabForge
	file      *gitlabFile
	commit    string
	source    string // what CI_PIPELINE_SOURCE says
	artifacts map[string]string
}

func (g *gitlabForge) pipeline(source, commit string) *gitlabPipeline {
	g.t.Helper()
	file := readGitLab(g.t, filepath.Join(g.checkout(commit), ".gitlab-ci.yml"))
	return &gitlabPipeline{gitlabForge: g, file: file, commit: commit, source: source, artifacts: map[string]string{}}
}

// environ is what GitLab tells every job of the pipeline.
func (p *gitlabPipeline) environ() map[string]string {
	branch := map[string]string{"CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main"}
	if p.source == "merge_request_event" {
		branch = map[string]string{"CI_DEFAULT_BRANCH": "main", "CI_MERGE_REQUEST_IID": "3"}
	}
	env := map[string]string{
		"CI": "true", "GITLAB_CI": "true", "CI_PIPELINE_SOURCE": p.source, "CI_COMMIT_SHA": p.commit,
		"CI_API_V4_URL": p.api.address, "CI_PROJECT_ID": "7",
		"CI_PIPELINE_URL": "https://gitlab.example/shop/-/pipelines/1", "CI_JOB_URL": "https://gitlab.example/shop/-/jobs/7",
	}
	maps.Copy(env, branch)
	maps.Copy(env, p.file.Variables)
	return env
}

// jobs are the names of the jobs of the pipeline, with an asterisk those that wait for
// somebody, stage by stage.
func (p *gitlabPipeline) jobs() string {
	p.t.Helper()
	var names []string
	if p.rule(p.file.Workflow.Rules) == nil {
		return ""
	}
	for _, stage := range p.file.Stages {
		for _, name := range slices.Sorted(maps.Keys(p.file.jobs)) {
			job := p.file.jobs[name]
			rule := p.rule(job.Rules)
			if job.Stage != stage || rule == nil {
				continue
			}
			if rule.When == "manual" {
				name += "*"
			}
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

// gitlabCondition matches the conditions that the example has.
var gitlabCondition = regexp.MustCompile(`^\$(\w+) (==|!=) (?:\$(\w+)|"([^"]*)")(?: && \$(\w+))?$`)

// rule returns the first rule that holds; nil when none does.
func (p *gitlabPipeline) rule(rules []gitlabRule) *gitlabRule {
	p.t.Helper()
	env := p.environ()
	for i := range rules {
		parts := gitlabCondition.FindStringSubmatch(rules[i].If)
		if parts == nil {
			p.t.Fatalf("the tests do not know what %s means", rules[i].If)
		}
		right := parts[4]
		if parts[3] != "" {
			right = env[parts[3]]
		}
		given := parts[5] == "" || p.variables["*"][parts[5]] != ""
		if given && (env[parts[1]] == right) == (parts[2] == "==") {
			return &rules[i]
		}
	}
	return nil
}

// run runs a job, with the artifacts of those it needs or, when it does not say which,
// of all before, and returns its exit code and what it has written.
func (p *gitlabPipeline) run(name string) (code int, output string) {
	p.t.Helper()
	job := p.file.jobs[name]
	f := p.newFolder()
	p.clone(f.work, p.commit)
	for from, dir := range p.artifacts {
		if job.Needs == nil || slices.Contains(job.Needs, from) {
			copyFiles(p.t, dir, f.work)
		}
	}
	env := append(f.environ(), "CI_PROJECT_DIR="+f.work, "CI_JOB_NAME="+name)
	for _, variables := range []map[string]string{p.environ(), job.Variables, p.variables["*"], p.variables[job.Environment.Name]} {
		for name, value := range variables {
			env = append(env, name+"="+value)
		}
	}
	for name, content := range p.files[job.Environment.Name] {
		if err := os.WriteFile(f.path(name), []byte(content), 0o600); err != nil {
			p.t.Fatal(err)
		}
		env = append(env, name+"="+f.path(name))
	}
	code = f.run([]string{"sh", "-e"}, strings.Join(append(job.BeforeScript, job.Script...), "\n"), env)
	if code == 0 || job.Artifacts.When == "always" {
		p.keep(name, &job.Artifacts, f.work)
	}
	return code, f.output.String()
}

// keep keeps the artifacts of a job, those of its last run.
func (p *gitlabPipeline) keep(name string, artifacts *gitlabOutcome, work string) {
	p.t.Helper()
	dir := p.t.TempDir()
	paths := append(slices.Collect(maps.Values(artifacts.Reports)), artifacts.Paths...)
	for _, path := range paths {
		text, err := fs.ReadFile(os.DirFS(work), path)
		if err != nil {
			p.t.Fatalf("%s has no artifact: %v", name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, path), text, 0o644); err != nil {
			p.t.Fatal(err)
		}
	}
	p.artifacts[name] = dir
}

// artifact returns a file that a job has left.
func (p *gitlabPipeline) artifact(job, file string) string {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.artifacts[job], file))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}
