package main

import (
	"context"
	"errors"
	"strings"

	"github.com/hashicorp/go-multierror"

	"stowage/applier"
	"stowage/cmd/stowage/view"
	"stowage/planner"
)

// sourcedError is an error about what a configuration says, with its files. It shows
// to programs the lines that it is about.
type sourcedError struct {
	error
	sources view.Sources
}

func (e *sourcedError) Unwrap() error { return e.error }

// sources returns the files of a configuration; none when there is no configuration.
func (c *configuration) sources() view.Sources {
	if c == nil {
		return nil
	}
	return c.module.Sources()
}

// sourced adds to an error the files that it is about; nil stays nil.
func (c *configuration) sourced(err error) error {
	if err == nil {
		return nil
	}
	return &sourcedError{err, c.sources()}
}

// findingsOf returns what a command's error says, one finding for each thing that is
// wrong: what showError shows to people, for programs. It is nil when nothing is wrong.
func findingsOf(ctx context.Context, err error) []view.Finding {
	var run *runError
	switch {
	case err == nil, errors.Is(err, errShown), errors.Is(err, errChanges):
		return nil
	case errors.As(err, &run):
	case errors.Is(context.Cause(ctx), errInterrupted):
		return []view.Finding{{Severity: view.SeverityError, Summary: "Interrupted."}}
	}
	return collect(err, nil)
}

// collect takes an error apart. Sources are those of the errors around it.
func collect(err error, sources view.Sources) []view.Finding {
	var run *runError
	var sourced *sourcedError
	var diags *diagnosticsError
	var many *multierror.Error
	switch {
	case errors.As(err, &run):
		return collectRun(run)
	case errors.As(err, &diags):
		return view.DiagnosticFindings(diags.Diagnostics, diags.sources)
	case errors.As(err, &sourced):
		return collect(sourced.error, sourced.sources)
	case errors.As(err, &many):
		var findings []view.Finding
		for _, one := range many.Errors {
			findings = append(findings, collect(one, sources)...)
		}
		return findings
	}
	return []view.Finding{findingOf(err, sources)}
}

// collectRun takes the error of a run apart, and that of going back after it.
func collectRun(run *runError) []view.Finding {
	findings := collect(run.error, run.sources)
	if back := run.result.Rollback; back != nil && back.Err != nil {
		// The plan of going back is not from the files that are there now.
		findings = append(findings, collect(back.Err, nil)...)
	}
	return findings
}

// findingOf returns what an error says that is about one thing.
func findingOf(err error, sources view.Sources) view.Finding {
	f := view.Finding{Severity: view.SeverityError, Summary: err.Error(), Hint: hintOf(err)}
	var planned *planner.ObjectError
	var applied *applier.ObjectError
	var notThere *planner.NotThereError
	var notReady *applier.NotReadyError
	var wrong *usageError
	switch {
	case errors.As(err, &planned):
		f.Object, f.Field = &planned.ID, planned.Field
		f.PlaceAt(planned.Origin, sources)
		at := *planned
		at.Origin = planner.Origin{} // stands in the range
		f.Summary = at.Error()
	case errors.As(err, &applied):
		f.Object, f.Hint = &applied.ID, applied.Hint
		f.PlaceAt(applied.Origin, sources)
		at := *applied
		at.Origin = planner.Origin{}
		f.Summary = at.Error()
	case errors.As(err, &notThere):
		short := *notThere
		short.Reasons = nil
		f.Summary, f.Detail, f.Hint = short.Error(), strings.Join(notThere.Reasons, "\n"), hintNotThere
	case errors.As(err, &wrong):
		f.Hint = wrong.hint
	}
	if errors.As(err, &notReady) {
		f.Evidence = notReady.Evidence
	}
	return f
}
