package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/go-multierror"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"stowage/applier"
	"stowage/cmd/stowage/view"
	"stowage/internal/kube"
	"stowage/internal/release"
	"stowage/planner"
)

// What people are shown of an error, programs are told in parts.
func TestFindings(t *testing.T) {
	file, _ := hclsyntax.ParseConfig([]byte("app \"web\" {\n  image = \"a\"\n}\n"), "web.hcl", hcl.InitialPos)
	sources := view.Sources{"web.hcl": file}
	id := planner.ObjectID{Kind: "Service", Name: "web"}
	at := planner.Origin{File: "web.hcl", Line: 2, Column: 3}
	planned := &planner.ObjectError{ID: id, Origin: at, Field: "spec.type", Err: errors.New("no"), Hint: "say yes"}
	evidence := &release.Evidence{Pod: "web-1", Reason: "OOMKilled"}
	applied := &applier.ObjectError{ID: id, Origin: at, Hint: "more memory", Err: &applier.NotReadyError{
		Health: planner.Health{Message: "no pod is ready"}, Evidence: evidence,
	}}
	failed := func(back *applier.Rollback) error {
		return &runError{error: multierror.Append(nil, applied), plan: &planner.Plan{}, result: &applier.Result{Rollback: back}, shown: true}
	}
	within := &view.SourceRange{File: "web.hcl", Start: view.SourcePos{Line: 2, Column: 3}, End: view.SourcePos{Line: 2, Column: 14}}
	point := &view.SourceRange{File: "web.hcl", Start: within.Start, End: within.Start}
	snippet := &view.Snippet{Block: `app "web"`, StartLine: 2, Lines: []string{`  image = "a"`}}
	wrong := view.Finding{Severity: "error", Summary: "Service web: spec.type: no", Hint: "say yes", Object: &id, Field: "spec.type", Range: point}
	wrongThere := wrong
	wrongThere.Range, wrongThere.Snippet = within, snippet
	unready := view.Finding{
		Severity: "error", Summary: "Service web: no pod is ready; pod web-1: OOMKilled", Hint: "more memory", Object: &id, Range: point, Evidence: evidence,
	}
	for name, test := range map[string]struct {
		err         error
		interrupted bool
		want        []view.Finding
	}{
		"none":    {err: nil},
		"changes": {err: errChanges},
		"plain":   {err: errors.New("no"), want: []view.Finding{{Severity: "error", Summary: "no"}}},
		"hint":    {err: &hintError{errors.New("no"), "say yes"}, want: []view.Finding{{Severity: "error", Summary: "no", Hint: "say yes"}}},
		"usage":   {err: usage("say yes", "no"), want: []view.Finding{{Severity: "error", Summary: "no", Hint: "say yes"}}},
		"no cluster": {err: fmt.Errorf("no: %w", kube.ErrNoConfig), want: []view.Finding{{
			Severity: "error", Summary: "no: " + kube.ErrNoConfig.Error(), Hint: "--local uses a cluster on this machine, and starts it when needed",
		}}},
		"diagnostics": {
			err: &diagnosticsError{sources: sources, Diagnostics: hcl.Diagnostics{
				{Severity: hcl.DiagError, Summary: "Wrong", Detail: "Very.", Subject: &hcl.Range{
					Filename: "web.hcl", Start: hcl.Pos{Line: 2, Column: 3, Byte: 14}, End: hcl.Pos{Line: 2, Column: 14, Byte: 25},
				}},
				{Severity: hcl.DiagWarning, Summary: "Odd"},
			}},
			want: []view.Finding{
				{Severity: "error", Summary: "Wrong", Detail: "Very.", Range: within, Snippet: snippet},
				{Severity: "warning", Summary: "Odd"},
			},
		},
		"object":           {err: planned, want: []view.Finding{wrong}},
		"object, sourced":  {err: &sourcedError{planned, sources}, want: []view.Finding{wrongThere}},
		"objects":          {err: &sourcedError{multierror.Append(nil, planned, errors.New("no")), sources}, want: []view.Finding{wrongThere, {Severity: "error", Summary: "no"}}},
		"run":              {err: failed(nil), want: []view.Finding{unready}},
		"run, interrupted": {err: failed(nil), interrupted: true, want: []view.Finding{unready}},
		"run, not back":    {err: failed(&applier.Rollback{To: 1, Err: planned}), want: []view.Finding{unready, wrong}},
		"interrupted":      {err: context.Canceled, interrupted: true, want: []view.Finding{{Severity: "error", Summary: "Interrupted."}}},
		"not there": {
			err: &planner.NotThereError{App: "web", Side: planner.Side{Name: "green"}, Wanted: 2, Reasons: []string{"pod a", "pod b"}},
			want: []view.Finding{{
				Severity: "error", Summary: "web: green is not fully there: 0 of 2 pods ready", Detail: "pod a\npod b", Hint: hintNotThere,
			}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			if test.interrupted {
				cancel(errInterrupted)
			}
			var got, want bytes.Buffer
			if err := errors.Join(view.ErrorJSON(&got, findingsOf(ctx, test.err)), view.ErrorJSON(&want, test.want)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.String(), got.String()); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}
