package view

import (
	"encoding/json"
	"io"
	"time"

	"stowage/applier"
	"stowage/internal/release"
	"stowage/planner"
)

// JSONLines writes what happens during a run as one JSON document a line: the
// plan first (type "plan"), then each event as it happens, and at the end of a
// run that went well the outputs (type "outputs").
type JSONLines struct {
	encoder *json.Encoder
	err     error
}

// NewJSONLines writes to w.
func NewJSONLines(w io.Writer) *JSONLines {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return &JSONLines{encoder: encoder}
}

// Plan writes the plan.
func (j *JSONLines) Plan(plan Planned) {
	j.write(struct {
		Type string `json:"type"`
		planDocument
	}{"plan", documentOf(plan)})
}

// Stale says that a plan is out of date, so that another one follows.
func (j *JSONLines) Stale(why string) {
	j.write(struct {
		Type          string `json:"type"`
		FormatVersion string `json:"formatVersion"`
		Message       string `json:"message"`
	}{"plan-stale", FormatVersion, why})
}

// Outputs writes the outputs; nothing when there are none.
func (j *JSONLines) Outputs(outputs []Output) {
	if len(outputs) == 0 {
		return
	}
	j.write(struct {
		Type          string          `json:"type"`
		FormatVersion string          `json:"formatVersion"`
		Outputs       outputDocuments `json:"outputs"`
	}{"outputs", FormatVersion, outputDocumentsOf(outputs)})
}

// Event writes an event.
func (j *JSONLines) Event(e applier.Event) {
	document := eventDocument{
		FormatVersion: FormatVersion,
		Type:          string(e.Type),
		Time:          e.Time.UTC(),
		Action:        string(e.Action),
		Address:       e.Address,
		Origin:        e.Origin,
		Message:       e.Message,
		Seconds:       e.Duration.Seconds(),
		Evidence:      e.Evidence,
		Revision:      e.Revision,
		Record:        string(e.Record),
		Holder:        e.Holder,
		Moved:         movedOf(e.Moved),
		Logs:          e.Logs,
	}
	if e.Plan != nil {
		document.RollbackTo, document.Switch = e.Plan.Release.RollbackTo, string(e.Plan.Release.Switch)
		document.Plan = e.Plan
	}
	if e.ID != (planner.ObjectID{}) {
		document.ID = &e.ID
	}
	if e.Err != nil {
		document.Error = e.Err.Error()
	}
	if e.Result != nil {
		document.Result = resultOf(e.Result)
	}
	j.write(document)
}

// Err returns the first error of writing.
func (j *JSONLines) Err() error { return j.err }

func (j *JSONLines) write(document any) {
	if err := j.encoder.Encode(document); j.err == nil {
		j.err = err
	}
}

type eventDocument struct {
	Type          string            `json:"type"`
	FormatVersion string            `json:"formatVersion"`
	Time          time.Time         `json:"time"`
	ID            *planner.ObjectID `json:"id,omitempty"`
	Action        string            `json:"action,omitempty"`
	Address       string            `json:"address,omitempty"`
	Origin        planner.Origin    `json:"origin,omitzero"`
	Message       string            `json:"message,omitempty"`
	Seconds       float64           `json:"seconds,omitempty"` // that the ended step or run took
	Error         string            `json:"error,omitempty"`
	Evidence      *release.Evidence `json:"evidence,omitempty"`
	Revision      int               `json:"revision,omitempty"`
	Record        string            `json:"record,omitempty"`
	Holder        *release.Holder   `json:"holder,omitempty"`
	Moved         *movedDocument    `json:"moved,omitempty"`
	Logs          []string          `json:"logs,omitempty"` // last lines of a Job that was run
	RollbackTo    int               `json:"rollbackTo,omitempty"`
	Switch        string            `json:"switch,omitempty"`
	Plan          *planner.Plan     `json:"plan,omitempty"`
	Result        *resultDocument   `json:"result,omitempty"`
}
