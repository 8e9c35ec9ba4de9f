package view

import (
	"encoding/json"
	"io"

	"github.com/hashicorp/hcl/v2"

	"stowage/planner"
)

// FormatVersion is the version of all JSON documents that stowage writes. Its
// first number changes when a reader of the one before would misread it.
const FormatVersion = "1.0"

// writeJSON writes an indented document.
func writeJSON(w io.Writer, document any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(document)
}

// planDocument is a plan for programs.
type planDocument struct {
	FormatVersion string     `json:"formatVersion"`
	Target        Target     `json:"target"`
	Summary       planCounts `json:"summary"`
	// Outputs are what they will be once the plan is applied.
	Outputs outputDocuments `json:"outputs,omitempty"`
	// Pending is the revision before, when its run has not recorded an end.
	Pending *Pending `json:"pending,omitempty"`
	// Next are the commands that move versions which wait once the plan is applied.
	Next []nextCommand `json:"next,omitempty"`
	*planner.Plan
}

type planCounts struct {
	Create  int `json:"create"`
	Change  int `json:"change"`
	Replace int `json:"replace"`
	Delete  int `json:"delete"`
	Run     int `json:"run"`
	NoOp    int `json:"unchanged"`
}

// PlanJSON writes a plan for programs.
func PlanJSON(w io.Writer, plan Planned) error {
	return writeJSON(w, documentOf(plan))
}

func documentOf(plan Planned) planDocument {
	waiting := plan.Waiting
	if plan.Empty() {
		waiting = able(waiting)
	}
	return planDocument{
		FormatVersion: FormatVersion,
		Target:        plan.Target,
		Summary: planCounts{
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
		Plan:    plan.Plan,
	}
}

// diagnosticsDocument is the outcome of checking a configuration.
type diagnosticsDocument struct {
	FormatVersion string       `json:"formatVersion"`
	Valid         bool         `json:"valid"`
	ErrorCount    int          `json:"errorCount"`
	WarningCount  int          `json:"warningCount"`
	Diagnostics   []diagnostic `json:"diagnostics"`
}

type diagnostic struct {
	Severity string       `json:"severity"` // error or warning
	Summary  string       `json:"summary"`
	Detail   string       `json:"detail,omitempty"`
	Range    *sourceRange `json:"range,omitempty"`
}

type sourceRange struct {
	Filename string    `json:"filename"`
	Start    sourcePos `json:"start"`
	End      sourcePos `json:"end"`
}

type sourcePos struct {
	Line   int `json:"line"`   // from 1
	Column int `json:"column"` // from 1, in characters
	Byte   int `json:"byte"`   // from 0
}

// DiagnosticsJSON writes for programs what is wrong with a configuration, or
// that nothing is.
func DiagnosticsJSON(w io.Writer, diags hcl.Diagnostics) error {
	document := diagnosticsDocument{FormatVersion: FormatVersion, Valid: !diags.HasErrors(), Diagnostics: []diagnostic{}}
	for _, diag := range diags {
		d := diagnostic{Severity: "error", Summary: diag.Summary, Detail: diag.Detail}
		if diag.Severity == hcl.DiagWarning {
			d.Severity = "warning"
			document.WarningCount++
		} else {
			document.ErrorCount++
		}
		if at := diag.Subject; at != nil {
			d.Range = &sourceRange{Filename: at.Filename, Start: sourcePos(at.Start), End: sourcePos(at.End)}
		}
		document.Diagnostics = append(document.Diagnostics, d)
	}
	return writeJSON(w, document)
}
