package view

import (
	"stowage/applier"
	"stowage/internal/release"
	"stowage/planner"
)

// resultDocument is how a run ended, for programs.
type resultDocument struct {
	Revision    int               `json:"revision"`
	Record      string            `json:"record,omitempty"`
	Interrupted bool              `json:"interrupted"`
	Steps       []stepDocument    `json:"steps"`
	Moves       []*movedDocument  `json:"moves,omitempty"`
	Seconds     float64           `json:"seconds"`
	Rollback    *rollbackDocument `json:"rollback,omitempty"`
}

type stepDocument struct {
	ID       planner.ObjectID  `json:"id"`
	Action   string            `json:"action"`
	Address  string            `json:"address,omitempty"`
	Origin   planner.Origin    `json:"origin,omitzero"`
	Status   string            `json:"status"`
	Message  string            `json:"message,omitempty"`
	Error    string            `json:"error,omitempty"`
	Evidence *release.Evidence `json:"evidence,omitempty"`
	Seconds  float64           `json:"seconds"`
}

// rollbackDocument is how going back after a failure went.
type rollbackDocument struct {
	To     int             `json:"to"` // 0: there was no revision to go back to
	Done   bool            `json:"done"`
	Error  string          `json:"error,omitempty"`
	Result *resultDocument `json:"result,omitempty"`
}

func resultOf(r *applier.Result) *resultDocument {
	document := &resultDocument{
		Revision: r.Revision, Record: string(r.Record), Interrupted: r.Interrupted,
		Steps: make([]stepDocument, len(r.Steps)), Seconds: r.Duration.Seconds(), Rollback: rollbackOf(r.Rollback),
	}
	for i, step := range r.Steps {
		document.Steps[i] = stepDocument{
			ID: step.ID, Action: string(step.Action), Address: step.Address, Origin: step.Origin,
			Status: string(step.Status), Message: step.Message, Evidence: evidenceOf(step.Err), Seconds: step.Duration.Seconds(),
		}
		if step.Err != nil {
			document.Steps[i].Error = step.Err.Error()
		}
		if step.Moved != nil {
			document.Moves = append(document.Moves, movedOf(step.Moved))
		}
	}
	return document
}

func rollbackOf(back *applier.Rollback) *rollbackDocument {
	if back == nil {
		return nil
	}
	document := &rollbackDocument{To: back.To, Done: back.To > 0 && back.Err == nil}
	if back.Err != nil {
		document.Error = back.Err.Error()
	}
	if back.Result != nil {
		document.Result = resultOf(back.Result)
	}
	return document
}
