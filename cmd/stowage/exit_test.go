package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/go-multierror"

	"stowage/cmd/stowage/view"
	"stowage/internal/kube"
	"stowage/planner"
)

func TestConclude(t *testing.T) {
	object := &planner.ObjectError{
		ID:     planner.ObjectID{Kind: "Service", Name: "web"},
		Origin: planner.Origin{File: "web.hcl", Line: 3},
		Err:    errors.New("it belongs to Helm release web"),
		Hint:   "delete it first",
	}
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
