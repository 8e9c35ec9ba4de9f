package view

import (
	"fmt"
	"strings"

	"stowage/internal/release"
	"stowage/planner"
)

// Pending is a revision whose run has not recorded an end: it goes on, or it
// was interrupted.
type Pending struct {
	Revision int `json:"revision"`
	// Holder holds the lock of the release.
	Holder *release.Holder `json:"holder,omitempty"`
	// Applying tells that the holder is at work, as far as can be known.
	Applying bool            `json:"applying"`
	Changes  []PendingChange `json:"changes,omitempty"`
}

// PendingState tells whether a change of an interrupted run is in the cluster.
type PendingState string

// The states of a change.
const (
	Made     PendingState = "done"
	NotMade  PendingState = "not done"
	NotKnown PendingState = "not known" // it cannot be told
)

// PendingChange is a change that the run was to make.
type PendingChange struct {
	ID     planner.ObjectID `json:"id"`
	Action planner.Action   `json:"action"`
	State  PendingState     `json:"state"`
}

// pendingShown is how many changes are named that were not made, and how many
// that were.
const pendingShown = 10

// pending adds that a revision is being applied, or was interrupted, and which
// of its changes are in the cluster.
func (p *page) pending(pending *Pending) {
	if pending == nil {
		return
	}
	title := pending.title()
	if len(pending.Changes) > 0 {
		title = strings.TrimSuffix(title, ".") + ":"
	}
	p.para(span{"! ", yellow}, 2, plain, title)
	shown := make(map[PendingState]int)
	for _, change := range pending.Changes {
		shown[change.State]++
		if shown[change.State] <= pendingShown {
			p.line(txt("    "), mark(change.Action), txt(" "+change.ID.String()+": "), span{string(change.State), stateStyle(change.State)})
		}
	}
	for _, state := range []PendingState{Made, NotMade, NotKnown} {
		if more := shown[state] - pendingShown; more > 0 {
			p.line(span{fmt.Sprintf("    and %d more %s", more, state), dim})
		}
	}
	p.blank()
}

func stateStyle(state PendingState) style {
	if state == Made {
		return green
	}
	return yellow
}

// title says whether the run goes on, and how far it got.
func (pending *Pending) title() string {
	text := fmt.Sprintf("Revision %d was interrupted: its run did not record an end.", pending.Revision)
	switch h := pending.Holder; {
	case h != nil && pending.Applying:
		text = fmt.Sprintf("Revision %d is being applied by %s.", pending.Revision, h.String())
	case h != nil:
		text = fmt.Sprintf("Revision %d was interrupted: %s has not renewed the lock since %s.",
			pending.Revision, holderName(h), moment(h.Renewed))
	}
	if len(pending.Changes) == 0 {
		return text
	}
	made := 0
	for _, change := range pending.Changes {
		if change.State == Made {
			made++
		}
	}
	return text + fmt.Sprintf(" %d of %s made.", made, plural(len(pending.Changes), "change"))
}
