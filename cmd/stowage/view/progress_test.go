package view_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-multierror"

	"stowage/applier"
	"stowage/cmd/stowage/view"
	"stowage/internal/release"
	"stowage/planner"
)

// rollout plays the events of applying oneValueChanged.
func rollout(consume func(applier.Event)) {
	config, deployment := id("ConfigMap", "petclinic-config-5k2m9tq8xc"), id("Deployment", "petclinic")
	now := time.Now()
	for _, e := range []applier.Event{
		{Type: applier.RunStarted},
		{Type: applier.RecordWritten, Revision: 4, Record: "pending"},
		{Type: applier.StepDone, ID: id("Service", "mysql"), Action: planner.NoOp},
		{Type: applier.StepStarted, ID: config, Action: planner.Create},
		{Type: applier.StepDone, ID: config, Action: planner.Create, Duration: 52 * time.Millisecond},
		{Type: applier.StepStarted, ID: deployment, Action: planner.Update},
		{Type: applier.StepWaiting, ID: deployment, Action: planner.Update, Message: "0/3 updated"},
		{Type: applier.StepWaiting, ID: deployment, Action: planner.Update, Message: "2/3 updated, 1 available; pod petclinic-6c9f8b7d5-abcde ContainerCreating\x1b[2J"},
		{Type: applier.StepDone, ID: deployment, Action: planner.Update, Duration: 75 * time.Second},
		{Type: applier.RunFinished},
	} {
		e.Time = now
		consume(e)
	}
}

func TestProgressWithoutATerminalIsALinePerStep(t *testing.T) {
	got := shown(t, 80, func(s view.Screen) error {
		progress := view.NewProgress(s, oneValueChanged())
		rollout(progress.Event)
		return progress.Close()
	})
	golden(t, "progress.txt", got)
}

// A terminal is what remains on it after the erased lines are gone.
func TestProgressOnATerminalRedrawsInPlace(t *testing.T) {
	var out bytes.Buffer
	progress := view.NewProgress(view.Screen{Out: &out, Width: 80, Live: true}, oneValueChanged())
	rollout(progress.Event)
	if err := progress.Close(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "… Deployment petclinic 0ms  2/3 updated, 1 available; pod petclinic-6c9f8b") {
		t.Errorf("what is waited for is not shown:\n%q", out.String())
	}
	for line := range strings.Lines(out.String()) {
		if n := len([]rune(strings.TrimRight(line, "\n"))); n > 80+len("\r\x1b[2A\x1b[J") {
			t.Errorf("line of %d characters: %q", n, line)
		}
	}
	if strings.Contains(out.String(), "\x1b[2J") {
		t.Error("a control sequence from the cluster reached the terminal")
	}
	golden(t, "progress.txt", []byte(screenOf(t, out.String())))
}

// screenOf returns what a terminal shows after the output.
func screenOf(t *testing.T, output string) string {
	t.Helper()
	var lines []string
	for output != "" {
		var up int
		if n, _ := fmt.Sscanf(output, "\r\x1b[%dA\x1b[J", &up); n == 1 {
			if up > len(lines) {
				t.Fatalf("%d lines up, with %d on the screen", up, len(lines))
			}
			lines = lines[:len(lines)-up]
			output = output[strings.Index(output, "J")+1:]
			continue
		}
		line, rest, _ := strings.Cut(output, "\n")
		lines, output = append(lines, line), rest
	}
	return strings.Join(lines, "\n") + "\n"
}

func step(id planner.ObjectID, action planner.Action, status applier.Status) applier.Step {
	return applier.Step{ID: id, Action: action, Status: status, Address: "app." + id.Name, Origin: at(id.Name+".hcl", 3)}
}

func failedResult() (*applier.Result, error) {
	exit := int32(1)
	crash := step(id("Deployment", "petclinic"), planner.Update, applier.Failed)
	crash.Err = &applier.ObjectError{ID: crash.ID, Action: crash.Action, Origin: crash.Origin, Hint: "see the log of the container", Err: &applier.NotReadyError{
		Health: planner.Health{Condition: planner.Failed, Message: "1/3 updated, 1 available"},
		Evidence: &release.Evidence{
			Pod: "petclinic-6c9f8", Container: "petclinic", Reason: "CrashLoopBackOff", ExitCode: &exit, Restarts: 4,
			Events: []release.EventLine{
				{Object: "Pod petclinic-6c9f8", Reason: "Unhealthy", Message: "Readiness probe failed", Count: 1},
				{Object: "Pod petclinic-6c9f8", Reason: "BackOff", Message: "Back-off restarting failed container petclinic in pod petclinic-6c9f8", Count: 5},
			},
			Logs:     []string{"Starting"},
			Previous: []string{"Starting", "\x1b[31mException in thread \"main\"\x1b[0m"},
			Missing:  []string{"the events of ReplicaSet petclinic-6c9: forbidden"},
		},
	}}
	refused := step(id("Service", "mysql"), planner.Create, applier.Failed)
	refused.Err = &applier.ObjectError{ID: refused.ID, Action: refused.Action, Err: &applier.RejectedError{Message: "quota exceeded"}}
	skipped := step(id("Service", "petclinic"), planner.Create, applier.Skipped)
	skipped.Message = "Deployment petclinic failed"
	result := &applier.Result{
		Revision: 4, Record: "failed", Duration: 83 * time.Second,
		Steps: []applier.Step{
			step(id("ConfigMap", "petclinic-config-5k2m9tq8xc"), planner.Create, applier.Done), refused, crash, skipped,
			step(id("Secret", "mysql"), planner.NoOp, applier.Done),
		},
	}
	return result, multierror.Append(nil, refused.Err, crash.Err)
}

func TestS8FailureTellsWhatWasDoneAndEvidenceLast(t *testing.T) {
	result, err := failedResult()
	for name, width := range map[string]int{"failure.txt": 120, "failure_80.txt": 80} {
		golden(t, name, shown(t, width, func(s view.Screen) error { return view.Failure(s, oneValueChanged(), result, err) }))
	}
}

func TestFailureThatIsNoObjectsFault(t *testing.T) {
	result := &applier.Result{Duration: time.Second, Interrupted: true}
	got := shown(t, 100, func(s view.Screen) error {
		return view.Failure(s, oneValueChanged(), result, errors.New("the record could not be written"))
	})
	golden(t, "failure_record.txt", got)
}

func TestOutcome(t *testing.T) {
	result := &applier.Result{Revision: 4, Duration: 3 * time.Second, Steps: []applier.Step{
		step(id("ConfigMap", "c"), planner.Create, applier.Done), step(id("Deployment", "petclinic"), planner.Update, applier.Done),
	}}
	want := "\nApplied petclinic, revision 4: 1 created, 1 changed, 0 replaced, 0 deleted; 5 unchanged, in 3.0s.\n"
	if got := shown(t, 80, func(s view.Screen) error {
		return view.Outcome(s, view.Planned{Plan: oneValueChanged()}, result, view.Applied)
	}); string(got) != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func noonClock() time.Time { return time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC) }

func TestEventsAsJSONLines(t *testing.T) {
	result, _ := failedResult()
	var out bytes.Buffer
	lines := view.NewJSONLines(&out, noonClock)
	lines.Plan(view.Planned{Plan: oneValueChanged(), Target: target})
	noon := noonClock()
	failed := result.Steps[2]
	var notReady *applier.NotReadyError
	errors.As(failed.Err, &notReady)
	lines.Event(applier.Event{Type: applier.StepFailed, Time: noon, ID: failed.ID, Action: failed.Action, Err: failed.Err, Duration: time.Second, Evidence: notReady.Evidence})
	lines.Result(result)
	lines.Diagnostics([]view.Finding{{Severity: view.SeverityError, Summary: "it failed", Evidence: notReady.Evidence}})
	lines.Summary(view.EndedFailed, 1)
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	golden(t, "events.jsonl", out.Bytes())
}

func TestS50HeartbeatEveryThirtySeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		progress := view.NewProgress(view.Screen{Out: &out, Width: 100}, oneValueChanged())
		deployment := id("Deployment", "petclinic")
		progress.Event(applier.Event{Type: applier.StepStarted, Time: time.Now(), ID: deployment, Action: planner.Update})
		<-time.After(time.Second)
		for range 40 { // however often what is waited for changes
			progress.Event(applier.Event{Type: applier.StepWaiting, Time: time.Now(), ID: deployment, Message: "1/3 available"})
			<-time.After(1500 * time.Millisecond)
		}
		if err := progress.Close(); err != nil {
			t.Fatal(err)
		}
		want := "  waiting for Deployment petclinic, 30s: 1/3 available\n  waiting for Deployment petclinic, 1m00s: 1/3 available\n"
		if out.String() != want {
			t.Errorf("got:\n%swant:\n%s", out.String(), want)
		}
	})
}

func TestS50HeartbeatNamesAFewOfManyAndTheLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		progress := view.NewProgress(view.Screen{Out: &out, Width: 100}, oneValueChanged())
		progress.Event(applier.Event{Type: applier.LockWaiting, Time: time.Now(), Holder: &release.Holder{Who: "ann@ci", Command: "apply"}})
		<-time.After(31 * time.Second)
		for n := range 12 {
			progress.Event(applier.Event{Type: applier.StepStarted, Time: time.Now(), ID: id("Deployment", fmt.Sprint("web-", n)), Action: planner.Create})
		}
		<-time.After(30 * time.Second)
		if err := progress.Close(); err != nil {
			t.Fatal(err)
		}
		golden(t, "heartbeat.txt", out.Bytes())
		if strings.Contains(out.String(), "\x1b") {
			t.Error("there are control sequences")
		}
	})
}
