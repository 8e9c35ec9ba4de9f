package view

import (
	"bytes"
	"encoding/json"
	"io"

	"stowage/planner"
)

// FormatVersion is the version of all JSON documents that stowage writes. Its
// first number changes when a reader of the one before would misread it.
const FormatVersion = "1.0"

// writeJSON writes an indented document.
func writeJSON(w io.Writer, document any) error {
	encoder := newEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(document)
}

// newEncoder returns what writes JSON that people can read as well.
func newEncoder(w io.Writer) *json.Encoder {
	encoder := json.NewEncoder(jsonGuard{w})
	encoder.SetEscapeHTML(false)
	return encoder
}

// jsonGuard writes JSON that GitHub Actions finds no command in: texts of it may come
// from a cluster. It is the same JSON, and so is written everywhere.
type jsonGuard struct{ io.Writer }

// Write writes whole documents.
func (g jsonGuard) Write(p []byte) (int, error) {
	if bytes.IndexByte(p, '#') < 0 {
		return g.Writer.Write(p)
	}
	if _, err := g.Writer.Write(githubCommands()[oldForm].ReplaceAll(p, []byte(`$1\u0023$2`))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// planDocument is a plan for programs.
type planDocument struct {
	FormatVersion string `json:"formatVersion"`
	planBody
}

// planBody is what there is to know of a plan.
type planBody struct {
	Target  Target     `json:"target"`
	Summary planCounts `json:"summary"`
	// Outputs are what they will be once the plan is applied.
	Outputs outputDocuments `json:"outputs,omitempty"`
	// Pending is the revision before, when its run has not recorded an end.
	Pending *Pending `json:"pending,omitempty"`
	// Next are the commands that move versions which wait once the plan is applied.
	Next []nextCommand `json:"next,omitempty"`
	// Saved is set when the plan was read from a file.
	Saved *Saved `json:"saved,omitempty"`
	*planner.Plan
}

// planCounts counts changes by what they do to an object.
type planCounts struct {
	Adopt   int `json:"adopt"` // objects that are there and are taken over
	Create  int `json:"create"`
	Change  int `json:"change"`
	Replace int `json:"replace"`
	Delete  int `json:"delete"`
	Run     int `json:"run"`
	NoOp    int `json:"unchanged"`
}

// PlanJSON writes a plan for programs.
func PlanJSON(w io.Writer, plan Planned) error {
	return writeJSON(w, planDocument{FormatVersion, bodyOf(plan)})
}

func bodyOf(plan Planned) planBody {
	written := *plan.Plan
	written.Changes = orEmpty(written.Changes)
	waiting := plan.Waiting
	if plan.Empty() {
		waiting = able(waiting)
	}
	return planBody{
		Target: plan.Target,
		Summary: planCounts{
			Adopt:   plan.Count(planner.Adopt),
			Create:  plan.Count(planner.Create),
			Change:  plan.Count(planner.Update),
			Replace: plan.Count(planner.Replace),
			Delete:  plan.Count(planner.Delete),
			Run:     plan.Count(planner.Run),
			NoOp:    plan.Count(planner.NoOp),
		},
		Outputs: outputDocumentsOf(plan.Outputs),
		Pending: plan.pending(),
		Next:    nextCommands(waiting, plan.Where),
		Saved:   plan.Saved,
		Plan:    &written,
	}
}

// validityDocument is the outcome of checking a configuration.
type validityDocument struct {
	FormatVersion string    `json:"formatVersion"`
	Valid         bool      `json:"valid"`
	ErrorCount    int       `json:"errorCount"`
	WarningCount  int       `json:"warningCount"`
	Diagnostics   []Finding `json:"diagnostics"`
}

// ValidityJSON writes for programs what is wrong with a configuration, or that
// nothing is.
func ValidityJSON(w io.Writer, findings []Finding) error {
	errors, warnings := countFindings(findings)
	return writeJSON(w, validityDocument{
		FormatVersion: FormatVersion, Valid: errors == 0,
		ErrorCount: errors, WarningCount: warnings, Diagnostics: orEmpty(findings),
	})
}

// errorDocument stands in for the document of a command that failed.
type errorDocument struct {
	FormatVersion string    `json:"formatVersion"`
	Diagnostics   []Finding `json:"diagnostics"`
}

// ErrorJSON writes for programs why there is no document.
func ErrorJSON(w io.Writer, findings []Finding) error {
	return writeJSON(w, errorDocument{FormatVersion, findings})
}

// orEmpty returns a slice that is written as [] when there is nothing in it.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
