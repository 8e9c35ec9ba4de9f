package main

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pinned matches an action that is pinned to a major version, or is of the repository.
var pinned = regexp.MustCompile(`^(actions/[a-z-]+@v\d+|\./\.github/[\w./-]+)$`)

func TestWorkflowsAskForLittle(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(examplesDir, "gitops", ".github", "workflows", "*.yml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no workflows: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			flow := readYAML[workflow](t, file)
			if flow.Permissions == nil || len(*flow.Permissions) > 0 {
				t.Error("a workflow gives its jobs no permissions: they say which they need")
			}
			for name, job := range flow.Jobs {
				if job.Permissions == nil {
					t.Errorf("%s says nothing of permissions", name)
				}
				if job.Environment != "" && job.Concurrency == nil {
					t.Errorf("%s uses a cluster, and says not how often at once", name)
				}
				checkSteps(t, name, job.Steps)
			}
		})
	}
	t.Run("action", func(t *testing.T) {
		action := readYAML[compositeAction](t, filepath.Join(examplesDir, "gitops", ".github", "actions", "setup-stowage", "action.yml"))
		checkSteps(t, "action", action.Runs.Steps)
	})
}

// checkSteps looks for what a step must not do.
func checkSteps(t *testing.T, job string, steps []workflowStep) {
	t.Helper()
	for i := range steps {
		step := &steps[i]
		place := fmt.Sprintf("%s, step %d", job, i+1)
		if step.Uses != "" && !pinned.MatchString(step.Uses) {
			t.Errorf("%s: %s is not pinned", place, step.Uses)
		}
		if strings.HasPrefix(step.Uses, "actions/checkout@") && step.With["persist-credentials"] != false {
			t.Errorf("%s leaves credentials in the folder", place)
		}
		if expression.MatchString(step.Run) {
			t.Errorf("%s: an expression in a script is code that others write: pass it by env", place)
		}
		for name, value := range step.Env {
			if strings.Contains(value, "secrets.") && !strings.HasPrefix(name, "STOWAGE_VAR_") {
				t.Errorf("%s: %s has a secret", place, name)
			}
			if strings.Contains(value, "github.token") && name != "GH_TOKEN" {
				t.Errorf("%s: %s has the token", place, name)
			}
		}
		for name, value := range step.With {
			if strings.Contains(fmt.Sprint(value), "secrets.") && name != "kubeconfig" {
				t.Errorf("%s: %s gets a secret", place, name)
			}
		}
		checkShell(t, place, "bash", step.Run)
	}
}

// checkShell has a shell read a script, without running it.
func checkShell(t *testing.T, place, shell, script string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	if output, err := exec.CommandContext(t.Context(), shell, "-n", file).CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", place, err, output)
	}
}

func TestGitLabJobsThatWriteDoSoOneAtATime(t *testing.T) {
	flow := readGitLab(t, filepath.Join(examplesDir, "gitops", ".gitlab-ci.yml"))
	for _, name := range slices.Sorted(maps.Keys(flow.jobs)) {
		job := flow.jobs[name]
		script := strings.Join(job.Script, "\n")
		writes := strings.Contains(script, "stowage apply") || strings.Contains(script, "stowage switch")
		if writes && (job.ResourceGroup == "" || job.Environment.Name == "" || job.Environment.Action != "") {
			t.Errorf("%s writes, and has no resource_group or no environment", name)
		}
		if !writes && job.Environment.Name == "prod" {
			t.Errorf("%s writes nothing, and gets the rights to", name)
		}
		if len(job.Artifacts.Paths) > 0 && job.Artifacts.ExpireIn == "" {
			t.Errorf("%s keeps artifacts for ever", name)
		}
		checkShell(t, name, "sh", strings.Join(append(job.BeforeScript, job.Script...), "\n"))
	}
}
