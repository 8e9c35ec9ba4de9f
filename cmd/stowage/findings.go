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

// sourced adds to an error the files that it is about; nil stays nil.
func (c *configuration) sourced(err error) error {
	if c == nil || err == nil {
		return err
	}
	return &sourcedError{err, c.module.Sources()}
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
	var diags *diagnosticsError
	var many *multierror.Error
	var sourced *sourcedError
	if errors.As(err, &sourced) {
		sources = sourced.sources
	}
	var run *runError
	switch {
	case errors.As(err, &run) && run != nil && run.result.Rollback != nil && run.result.Rollback.Err != nil:
		findings := collect(run.error, sources)
		// What went wrong on the way back is of another plan, maybe of files that have changed since.
		return append(findings, collect(run.result.Rollback.Err, nil)...)
	case errors.As(err, &diags):
		return view.DiagnosticFindings(diags.Diagnostics, diags.sources)
	case errors.As(err, &many):
		var findings []view.Finding
		for _, one := range many.Errors {
			findings = append(findings, collect(one, sources)...)
		}
		return findings
	}
	return []view.Finding{findingOf(err, sources)}
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
