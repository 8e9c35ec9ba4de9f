package view_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-multierror"

	"stowage/applier"
	"stowage/cmd/stowage/view"
	"stowage/internal/release"
	"stowage/planner"
)

func TestReports(t *testing.T) {
	plan := view.Planned{Plan: oneValueChanged(), Target: view.Target{Env: "prod", Server: "https://x", Namespace: "petclinic"}}
	failed, err := failedResult()
	done := &applier.Result{Revision: 4, Duration: 3 * time.Second, Steps: []applier.Step{
		step(id("ConfigMap", "c"), planner.Create, applier.Done), step(id("Deployment", "petclinic"), planner.Update, applier.Done),
	}}
	back := *failed
	back.Rollback = &applier.Rollback{To: 3, Plan: oneValueChanged(), Result: done}
	for name, write := range map[string]func(io.Writer) error{
		"report_failed.md": func(w io.Writer) error { return view.RunReport(w, plan, failed, err, view.Applied) },
		"report_back.md":   func(w io.Writer) error { return view.RunReport(w, plan, &back, err, view.Applied) },
		"report_done.md":   func(w io.Writer) error { return view.RunReport(w, plan, done, nil, view.Applied) },
		"report_wrong.md": func(w io.Writer) error {
			return view.FindingsReport(w, "stowage plan failed.", []view.Finding{
				{
					Summary: "Unknown variable", Detail: "There is no <b>variable</b> x.", Hint: "see @team and #1",
					Range:   &view.SourceRange{File: "deploy/main.hcl", Start: view.SourcePos{Line: 3, Column: 1}},
					Snippet: &view.Snippet{StartLine: 3, Lines: []string{"x = 1 # ```", "}"}},
				},
				{Summary: "no place"},
			})
		},
	} {
		var out bytes.Buffer
		if err := write(&out); err != nil {
			t.Fatal(err)
		}
		golden(t, name, out.Bytes())
	}
}

// GitHub refuses all of a summary that is longer than 1 MiB.
func TestReportOfManyFailuresIsShort(t *testing.T) {
	result := &applier.Result{}
	var errs *multierror.Error
	long := strings.Repeat("long ", 1000)
	for n := range 2000 {
		failed := step(id("Deployment", fmt.Sprint("web-", n)), planner.Create, applier.Failed)
		failed.Err = &applier.ObjectError{ID: failed.ID, Err: &applier.NotReadyError{
			Health: planner.Health{Condition: planner.Failed, Message: long}, Evidence: &release.Evidence{Pod: "p", Container: "c", Logs: strings.Fields(long)},
		}}
		result.Steps = append(result.Steps, failed)
		errs = multierror.Append(errs, failed.Err)
	}
	var out bytes.Buffer
	if err := view.RunReport(&out, view.Planned{Plan: oneValueChanged(), Target: target}, result, errs, view.Applied); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	if len(text) > 500_000 || !strings.Contains(text, "1990 more failed") || !strings.Contains(text, "and 1700 more\n") {
		t.Errorf("%d bytes, ending in\n%s", len(text), text[max(0, len(text)-300):])
	}
}
