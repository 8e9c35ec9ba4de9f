package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/go-multierror"

	"stowage/applier"
	"stowage/cmd/stowage/view"
	"stowage/internal/kube"
	"stowage/internal/release"
	"stowage/planner"
)

func TestConclude(t *testing.T) {
	object := &planner.ObjectError{
		ID:     planner.ObjectID{Kind: "Service", Name: "web"},
		Origin: planner.Origin{File: "web.hcl", Line: 3},
		Err:    errors.New("it belongs to Helm release web"),
		Hint:   "delete it first",
	}
	apply, rollback := &planner.Plan{}, &planner.Plan{Release: planner.ReleaseInfo{RollbackTo: 1}}
	failed := errors.New("Deployment web failed")
	ran := func(plan *planner.Plan, back *applier.Rollback) error {
		return &runError{error: failed, plan: plan, result: &applier.Result{Rollback: back}, shown: true}
	}
	locked := &release.LockedError{Release: "web", Holder: release.Holder{Who: "ann@laptop"}}
	for name, test := range map[string]struct {
		err         error
		interrupted bool
		code        int
		shown       string
	}{
		"done":             {nil, false, 0, ""},
		"changes":          {errChanges, false, 2, ""},
		"shown":            {errShown, false, 1, ""},
		"shown, interrupt": {errShown, true, 130, ""},
		"interrupt":        {fmt.Errorf("list pods: %w", context.Canceled), true, 130, "Interrupted.\n"},
		"plain":            {errors.New("no"), false, 1, "Error: no\n"},
		"hint":             {&hintError{errors.New("no"), "say yes"}, false, 1, "Error: no\n  hint: say yes\n"},
		"failed":           {ran(apply, nil), false, 1, ""},
		"not shown":        {&runError{error: failed, plan: apply, result: &applier.Result{}}, false, 1, "Error: Deployment web failed\n"},
		"went back":        {ran(apply, &applier.Rollback{To: 1}), false, 3, ""},
		"went back though": {ran(apply, &applier.Rollback{To: 1}), true, 3, ""},
		"not back":         {ran(apply, &applier.Rollback{To: 1, Err: failed}), false, 4, ""},
		"not back, stop":   {ran(apply, &applier.Rollback{To: 1, Err: failed}), true, 130, ""},
		"nowhere to go":    {ran(apply, &applier.Rollback{Err: applier.ErrNoHealthyRevision}), false, 1, ""},
		"rollback":         {ran(rollback, nil), false, 4, ""},
		"locked":           {locked, false, 5, "Error: release web is locked by ann@laptop\n  hint: --lock-timeout"},
		"stale":            {stale("plan again", "it moved"), false, 6, "Error: it moved\n  hint: plan again\n"},
		"stale, object":    {&staleError{multierror.Append(nil, object, errors.New("all"))}, false, 6, "delete it first\n\nError: all\n"},
		"usage":            {usage("", "no flag %s", "-x"), false, 1, "Error: no flag -x\nRun 'stowage --help' for usage.\n"},
		"no kubeconfig":    {fmt.Errorf("wrapped: %w", kube.ErrNoConfig), false, 1, "--local"},
		"object":           {object, false, 1, "Error: Service web: it belongs to Helm release web\n  at web.hcl:3\n  hint: delete it first\n"},
		"objects":          {multierror.Append(nil, object, object), false, 1, "delete it first\n\nError: Service web"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			if test.interrupted {
				cancel(errInterrupted)
			}
			var out, err bytes.Buffer
			s := &streams{out: view.Screen{Out: &out}, err: view.Screen{Out: &err}}
			if code := conclude(ctx, s, newRoot(s), test.err); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			if shown := err.String(); shown != test.shown && (test.shown == "" || !strings.Contains(shown, test.shown)) {
				t.Errorf("shown %q, want %q", shown, test.shown)
			}
			if out.Len() > 0 {
				t.Errorf("an error went to the output stream: %q", out.String())
			}
		})
	}
}
