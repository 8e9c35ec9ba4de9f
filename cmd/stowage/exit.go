package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/go-multierror"
	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"stowage/applier"
	"stowage/cmd/stowage/view"
	"stowage/internal/kube"
	"stowage/internal/release"
	"stowage/planner"
)

// The exit codes. Scripts rely on them.
const (
	exitOK          = 0
	exitError       = 1
	exitChanges     = 2 // plan --detailed-exitcode: there is something to apply
	exitWentBack    = 3 // apply failed, and all is again as it was before
	exitBackFailed  = 4 // a rollback failed, be it the command or the one after a failed apply
	exitLocked      = 5 // somebody else works on the release
	exitStale       = 6 // a saved plan was not carried out: what it was made from has changed
	exitInterrupted = 130
)

var (
	// errInterrupted is the cause of a context that an interrupt cancelled.
	errInterrupted = errors.New("interrupted")
	// errChanges makes plan --detailed-exitcode say that there are changes.
	errChanges = errors.New("changes are pending")
	// errShown ends a command that has already shown what is wrong.
	errShown = errors.New("shown already")
)

// hintError is an error with what to do about it.
type hintError struct {
	error
	hint string
}

func (e *hintError) Unwrap() error { return e.error }

// usageError is a command line that makes no sense.
type usageError struct {
	error
	hint string
}

// usage returns an error about the command line.
func usage(hint, format string, args ...any) error {
	return &usageError{error: fmt.Errorf(format, args...), hint: hint}
}

// runError is a run that failed. How it ended decides about the exit code.
type runError struct {
	error
	plan    *planner.Plan
	result  *applier.Result
	sources view.Sources // of the plan; nil: it is from no configuration that is there
	shown   bool         // to people, already
}

func (e *runError) Unwrap() error { return e.error }

// wentBack reports whether all is as it was before the run.
func (e *runError) wentBack() bool {
	back := e.result.Rollback
	return back != nil && back.To > 0 && back.Err == nil
}

// backFailed reports whether a rollback failed. One that was never begun, because
// there is no revision to go back to, did not.
func (e *runError) backFailed() bool {
	back := e.result.Rollback
	return e.plan.Release.RollbackTo > 0 || back != nil && back.To > 0 && back.Err != nil
}

// diagnosticsError is a configuration that is wrong, with its source.
type diagnosticsError struct {
	hcl.Diagnostics
	sources map[string]*hcl.File
}

// conclude shows the error that a command ended with and returns its exit code.
// It is the only place that does either.
func conclude(ctx context.Context, s *streams, command *cobra.Command, err error) int {
	var run *runError
	shown := errors.Is(err, errShown) || errors.As(err, &run) && run.shown
	if err != nil && !shown && !errors.Is(err, errChanges) {
		showError(ctx, s, command, err)
	}
	code := exitCode(ctx, err)
	concludeJSON(ctx, s, command, err, code)
	s.github.failed(ctx, command, err)
	return code
}

// exitCode returns what a command that ended with the error tells scripts. That
// everything is as it was before tells more than that somebody interrupted it.
func exitCode(ctx context.Context, err error) int {
	var run *runError
	var locked *release.LockedError
	var stale *staleError
	ran := errors.As(err, &run)
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errChanges):
		return exitChanges
	case ran && run.wentBack():
		return exitWentBack
	case errors.Is(context.Cause(ctx), errInterrupted):
		return exitInterrupted
	case ran && run.backFailed():
		return exitBackFailed
	case errors.As(err, &locked):
		return exitLocked
	case errors.As(err, &stale):
		return exitStale
	}
	return exitError
}

// showError shows an error in the form that suits its kind. Showing it is the
// last thing the process does: there is nobody to tell when that fails.
func showError(ctx context.Context, s *streams, command *cobra.Command, err error) {
	var wrong *usageError
	var many *multierror.Error
	switch {
	case errors.As(err, &wrong):
		_ = view.Problem(s.err, wrong, wrong.hint)
		_ = view.Note(s.err, fmt.Sprintf("Run '%s --help' for usage.", command.CommandPath()))
	case errors.Is(context.Cause(ctx), errInterrupted):
		_ = view.Note(s.err, "Interrupted.")
	case errors.As(err, &many):
		for i, one := range many.Errors {
			if i > 0 {
				_ = view.Gap(s.err)
			}
			showOne(s, one)
		}
	default:
		showOne(s, err)
	}
}

func showOne(s *streams, err error) {
	var diags *diagnosticsError
	var object *planner.ObjectError
	var notThere *planner.NotThereError
	switch {
	case errors.As(err, &diags):
		_ = view.Diagnostics(s.err, diags.Diagnostics, diags.sources)
	case errors.As(err, &object):
		_ = view.ObjectProblem(s.err, object, hintOf(err))
	case errors.As(err, &notThere):
		_ = view.NotThere(s.err, notThere, hintNotThere)
	default:
		_ = view.Problem(s.err, err, hintOf(err))
	}
}

// hintNotThere is what to do about a version that cannot get traffic.
const hintNotThere = "no traffic was moved; apply waits until it is there, and tells why it is not"

// hintOf returns what to do about an error, where that is known.
func hintOf(err error) string {
	var hinted *hintError
	var object *planner.ObjectError
	var unreachable *kube.UnreachableError
	var locked *release.LockedError
	switch {
	case errors.As(err, &hinted):
		return hinted.hint
	case errors.As(err, &object) && object.Hint != "":
		return object.Hint
	case apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause):
		return "wait until the namespace is gone; apply then makes it anew"
	case errors.As(err, &locked):
		return "--lock-timeout waits longer; unlock takes the lock away from a holder that does no more work"
	case errors.As(err, &unreachable):
		return "is it the cluster that is meant? --context names another one of the kubeconfig"
	case errors.Is(err, kube.ErrNoConfig):
		return "--local uses a cluster on this machine, and starts it when needed"
	}
	return ""
}
