package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"testing"

	"stowage/applier"
	"stowage/cmd/stowage/view"
	"stowage/internal/release"
	"stowage/planner"
)

// However a command ends that carries out a plan, the last line says so, and its exit code
// is that of the process.
func TestLastLineSaysHowACommandEnded(t *testing.T) {
	plan, failed := &planner.Plan{}, errors.New("Deployment web failed")
	ran := func(back *applier.Rollback) error {
		return &runError{error: failed, plan: plan, result: &applier.Result{Rollback: back}}
	}
	for name, test := range map[string]struct {
		err         error
		interrupted bool
		ran         bool
		want        view.Ending
		code        int
	}{
		"done":        {nil, false, true, view.EndedDone, 0},
		"unchanged":   {nil, false, false, view.EndedUnchanged, 0},
		"error":       {failed, false, false, view.EndedError, 1},
		"failed":      {ran(nil), false, true, view.EndedFailed, 1},
		"went back":   {ran(&applier.Rollback{To: 1}), false, true, view.EndedRolledBack, 3},
		"not back":    {ran(&applier.Rollback{To: 1, Err: failed}), false, true, view.EndedRollbackFailed, 4},
		"locked":      {&release.LockedError{Release: "web"}, false, false, view.EndedLocked, 5},
		"stale":       {stale(planAgain, "it has changed"), false, false, view.EndedStale, 6},
		"interrupted": {context.Canceled, true, false, view.EndedInterrupted, 130},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			if test.interrupted {
				cancel(errInterrupted)
			}
			var out bytes.Buffer
			s := &streams{out: view.Screen{Out: &out}, err: view.Screen{Out: io.Discard}}
			command, rest, err := newRoot(s).Find([]string{"apply", "-o", "json", "--auto-approve"})
			if err := errors.Join(err, command.ParseFlags(rest)); err != nil {
				t.Fatal(err)
			}
			if test.ran {
				command.Flags().Lookup("output").Value.(*output).lines.Result(&applier.Result{})
			}
			code := conclude(ctx, s, command, test.err)
			lines := bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n"))
			var last struct {
				Type     string
				Status   view.Ending
				ExitCode int
			}
			if err := json.Unmarshal(lines[len(lines)-1], &last); err != nil {
				t.Fatal(err)
			}
			if last.Type != "summary" || last.Status != test.want || last.ExitCode != test.code || code != test.code {
				t.Errorf("exit code %d, last line %+v; want %d, %s", code, last, test.code, test.want)
			}
		})
	}
}
