package view

import (
	"stowage/applier"
	"stowage/internal/release"
	"stowage/planner"
)

// Ending is how a command ended that carries out a plan.
type Ending string

// The endings.
const (
	EndedDone           Ending = "done"            // the plan was carried out
	EndedUnchanged      Ending = "unchanged"       // there was nothing to do
	EndedFailed         Ending = "failed"          // a change failed, and what was done stays
	EndedRolledBack     Ending = "rolled-back"     // a change failed, and all is again as it was before
	EndedRollbackFailed Ending = "rollback-failed" // going back failed
	EndedLocked         Ending = "locked"          // somebody else works on the release: nothing was written
	EndedStale          Ending = "stale"           // a saved plan does not hold any more: nothing was written
	EndedInterrupted    Ending = "interrupted"     // by a signal
	EndedError          Ending = "error"           // before anything was written
)

// summaryLine is the last line, however the command ended.
type summaryLine struct {
	lineHead
	Status   Ending `json:"status"`
	ExitCode int    `json:"exitCode"`
	// Release and Namespace are left out when the configuration does not even tell these.
	Release   string `json:"release,omitempty"`
	Namespace string `json:"namespace,omitempty"`
	// Revision is the newest one of the release now, and Record how the cluster has it;
	// left out when nothing was recorded.
	Revision int            `json:"revision,omitempty"`
	Record   release.Status `json:"record,omitempty"`
	// Steps says what became of the changes of the plan; left out when none was begun.
	Steps       *stepCounts       `json:"steps,omitempty"`
	Moves       []*movedDocument  `json:"moves,omitempty"`    // of traffic, by the plan
	Rollback    *rollbackDocument `json:"rollback,omitempty"` // how going back went
	Outputs     outputDocuments   `json:"outputs,omitempty"`  // of the release as it was applied
	Diagnostics diagnosticCounts  `json:"diagnostics"`
	Seconds     float64           `json:"seconds"` // from the start of the command
}

// stepCounts counts changes: those that were done by what they did.
type stepCounts struct {
	Adopted   int `json:"adopted"` // objects that were there and were taken over
	Created   int `json:"created"`
	Changed   int `json:"changed"`
	Replaced  int `json:"replaced"`
	Deleted   int `json:"deleted"`
	Run       int `json:"run"` // Jobs
	Unchanged int `json:"unchanged"`
	Failed    int `json:"failed"`
	Skipped   int `json:"skipped"`
}

// diagnosticCounts counts the lines of type diagnostic.
type diagnosticCounts struct {
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
}

// rollbackDocument is how going back after a failure went. Why it failed is in
// diagnostics.
type rollbackDocument struct {
	To       int              `json:"to"`   // revision; 0: there was none to go back to
	Done     bool             `json:"done"` // all is as that revision says
	Revision int              `json:"revision,omitempty"`
	Record   release.Status   `json:"record,omitempty"`
	Steps    *stepCounts      `json:"steps,omitempty"`
	Moves    []*movedDocument `json:"moves,omitempty"`
	Seconds  float64          `json:"seconds"`
}

// Result keeps how carrying out the plan went, for the summary.
func (j *JSONLines) Result(result *applier.Result) { j.result = result }

// Outputs keeps the outputs of the release, for the summary.
func (j *JSONLines) Outputs(outputs []Output) { j.outputs = outputs }

// Summary writes how the command ended.
func (j *JSONLines) Summary(how Ending, exitCode int) {
	line := summaryLine{
		lineHead: j.head("summary"), Status: how, ExitCode: exitCode,
		Outputs: outputDocumentsOf(j.outputs), Diagnostics: j.counts, Seconds: j.now().Sub(j.began).Seconds(),
	}
	if j.plan != nil {
		line.Release, line.Namespace = j.plan.Release.Name, j.plan.Release.Namespace
		line.Revision = j.plan.Release.FromRevision
	}
	if r := j.result; r != nil {
		line.Revision, line.Record = r.Revision, r.Record
		line.Steps, line.Moves, line.Rollback = countSteps(r), movesOf(r), rollbackOf(r.Rollback)
	}
	j.write(line)
}

func countSteps(r *applier.Result) *stepCounts {
	c := &stepCounts{
		Adopted: r.Count(planner.Adopt, applier.Done),
		Created: r.Count(planner.Create, applier.Done), Changed: r.Count(planner.Update, applier.Done),
		Replaced: r.Count(planner.Replace, applier.Done), Deleted: r.Count(planner.Delete, applier.Done),
		Run: r.Count(planner.Run, applier.Done), Unchanged: r.Count(planner.NoOp, applier.Done),
	}
	for i := range r.Steps {
		switch r.Steps[i].Status {
		case applier.Failed:
			c.Failed++
		case applier.Skipped:
			c.Skipped++
		}
	}
	return c
}

func movesOf(r *applier.Result) (moves []*movedDocument) {
	for _, step := range movedSteps(r) {
		moves = append(moves, movedOf(step.Moved))
	}
	return moves
}

func rollbackOf(back *applier.Rollback) *rollbackDocument {
	if back == nil {
		return nil
	}
	document := &rollbackDocument{To: back.To, Done: back.To > 0 && back.Err == nil}
	if r := back.Result; r != nil {
		document.Revision, document.Record, document.Seconds = r.Revision, r.Record, r.Duration.Seconds()
		document.Steps, document.Moves = countSteps(r), movesOf(r)
	}
	return document
}
