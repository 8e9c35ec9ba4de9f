package view

import (
	"encoding/json"
	"errors"
	"io"
	"time"

	"stowage/applier"
	"stowage/internal/release"
	"stowage/planner"
)

// JSONLines writes a run as one JSON document a line: the plan, each event as it
// happens, and last of all the summary. docs/schema/run.schema.json describes them.
type JSONLines struct {
	encoder *json.Encoder
	now     func() time.Time
	began   time.Time
	err     error

	plan    *Planned        // the newest
	result  *applier.Result // of carrying it out; nil: it was not
	outputs []Output
	counts  diagnosticCounts
}

// NewJSONLines writes to w. What is not told when it happened, happens now.
func NewJSONLines(w io.Writer, now func() time.Time) *JSONLines {
	return &JSONLines{encoder: newEncoder(w), now: now, began: now()}
}

// Err returns the first error of writing.
func (j *JSONLines) Err() error { return j.err }

// lineHead is what each line begins with.
type lineHead struct {
	Type          string    `json:"type"`
	FormatVersion string    `json:"formatVersion"`
	Time          time.Time `json:"time"`
}

func (j *JSONLines) head(kind string) lineHead {
	return lineHead{kind, FormatVersion, j.now().UTC()}
}

func (j *JSONLines) write(document any) {
	if err := j.encoder.Encode(document); j.err == nil {
		j.err = err
	}
}

// planLine is a plan that is about to be carried out. It takes the place of the plan before.
type planLine struct {
	lineHead
	// GoingBack is set on the plan that undoes a run that failed. The steps that follow
	// are those of this plan.
	GoingBack bool `json:"goingBack,omitempty"`
	planBody
}

// Plan writes the plan.
func (j *JSONLines) Plan(plan Planned) {
	j.plan, j.result = &plan, nil
	j.write(planLine{lineHead: j.head("plan"), planBody: bodyOf(plan)})
}

// diagnosticLine is something that is wrong, or to be known.
type diagnosticLine struct {
	lineHead
	Finding
}

// Diagnostics writes findings. The evidence of a failure is in a line of its own.
func (j *JSONLines) Diagnostics(findings []Finding) {
	errors, warnings := countFindings(findings)
	j.counts.Errors += errors
	j.counts.Warnings += warnings
	for _, finding := range findings {
		finding.Evidence = nil
		j.write(diagnosticLine{j.head("diagnostic"), finding})
	}
}

// Again says why the plan is made anew; the next one follows. It returns the first error
// of writing.
func (j *JSONLines) Again(why string) error {
	j.Diagnostics([]Finding{{Severity: SeverityWarning, Summary: sentence(why) + ": planning again."}})
	return j.err
}

// Ran tells whether the plan was carried out, be it in part.
func (j *JSONLines) Ran() bool { return j.result != nil }

// stepHead says which change a line is about.
type stepHead struct {
	lineHead
	ID      planner.ObjectID `json:"id"`
	Action  planner.Action   `json:"action"`
	Address string           `json:"address,omitempty"` // block of the configuration, such as app.petclinic
	Origin  planner.Origin   `json:"origin,omitzero"`   // where that block is
}

// stepStartedLine says that a change is begun.
type stepStartedLine struct{ stepHead }

// stepProgressLine says what a change that was written waits for. There is one whenever
// that changes.
type stepProgressLine struct {
	stepHead
	Message string `json:"message"` // what is waited for
}

// stepDoneLine says how a change ended. There is one for each change of the plan that
// was reached.
type stepDoneLine struct {
	stepHead
	Status  applier.Status `json:"status"`
	Message string         `json:"message,omitempty"` // why it failed or was skipped
	Seconds float64        `json:"seconds"`           // it took
	Moved   *movedDocument `json:"moved,omitempty"`   // of a change that has moved traffic
	Logs    []string       `json:"logs,omitempty"`    // last lines of the Job that it has run
}

// evidenceLine is what is known of why an object did not become ready. It follows the
// step_done of the change.
type evidenceLine struct {
	stepHead
	Evidence *release.Evidence `json:"evidence"`
}

// recordWrittenLine says that the cluster knows of the revision, and how it stands.
type recordWrittenLine struct {
	lineHead
	Revision int            `json:"revision"`
	Record   release.Status `json:"record"`
}

// lockLine tells of the lock that somebody else holds: it is waited for
// (lock_waiting), or was taken over since the holder has ended (lock_taken_over).
type lockLine struct {
	lineHead
	Holder *release.Holder `json:"holder"`
}

// Event writes an event. What a run ends with is in the summary.
func (j *JSONLines) Event(e applier.Event) {
	head := func(kind string) lineHead { return lineHead{kind, FormatVersion, e.Time.UTC()} }
	step := func(kind string) stepHead { return stepHead{head(kind), e.ID, e.Action, e.Address, e.Origin} }
	switch e.Type {
	case applier.StepStarted:
		j.write(stepStartedLine{step("step_started")})
	case applier.StepWaiting:
		j.write(stepProgressLine{step("step_progress"), e.Message})
	case applier.StepDone, applier.StepFailed, applier.StepSkipped:
		j.write(stepDoneLine{step("step_done"), statusAfter[e.Type], messageOf(e), e.Duration.Seconds(), movedOf(e.Moved), e.Logs})
		if e.Evidence != nil {
			j.write(evidenceLine{step("evidence"), e.Evidence})
		}
	case applier.RollbackBegun:
		back := Planned{Plan: e.Plan, Target: j.target()}
		j.write(planLine{head("plan"), true, bodyOf(back)})
	case applier.RecordWritten:
		j.write(recordWrittenLine{head("record_written"), e.Revision, e.Record})
	case applier.LockWaiting:
		j.write(lockLine{head("lock_waiting"), e.Holder})
	case applier.LockTakenOver:
		j.write(lockLine{head("lock_taken_over"), e.Holder})
	}
}

// statusAfter is the status of a step that ended with an event of the type.
var statusAfter = map[applier.EventType]applier.Status{
	applier.StepDone: applier.Done, applier.StepFailed: applier.Failed, applier.StepSkipped: applier.Skipped,
}

// messageOf returns why a step failed or was skipped.
func messageOf(e applier.Event) string {
	if e.Err == nil {
		return e.Message
	}
	var object *applier.ObjectError
	if errors.As(e.Err, &object) { // the line says which, and where it comes from
		return object.Err.Error()
	}
	return e.Err.Error()
}

// target returns what the newest plan is for.
func (j *JSONLines) target() Target {
	if j.plan == nil {
		return Target{}
	}
	return j.plan.Target
}
