package planner

import (
	"fmt"
	"strings"
)

// Rollback says which revision to go back to.
type Rollback struct {
	To *Recording
	// App, unless empty, is the only app that goes back, with what it needs; all
	// else stays as From has it.
	App  string
	From *Recording // the newest revision; only read with an App
}

// way is what a rollback leads to. The zero value is that of a plan that follows
// a configuration.
type way struct {
	target *Recording
	back   map[ObjectID]bool // the objects that are as revision To has them
	to     int
	from   int    // where the other objects come from; only with an app
	app    string // the only one that goes back
}

// resolve returns what there is after going back.
func (r *Rollback) resolve() (way, []Warning, error) {
	to, err := r.To.whole()
	if err != nil {
		return way{}, nil, fmt.Errorf("revision %d: %w", r.To.Revision, err)
	}
	if r.App != "" {
		return r.resolveApp(to)
	}
	w := way{target: to, to: to.Revision, back: make(map[ObjectID]bool, len(to.objects))}
	for _, o := range to.objects {
		w.back[o.ID] = true
	}
	return w, nil, nil
}

// revisionOf tells which revision an object is from.
func (w *way) revisionOf(id ObjectID) int {
	if w.back[id] {
		return w.to
	}
	return w.from
}

// errBackToNothing is errEmpty for a revision.
func errBackToNothing(revision int) error {
	return fmt.Errorf("revision %d has no objects, and going back to it would delete everything the release has: "+
		"use destroy, or --allow-empty if that is what you want", revision)
}

// reason says why a change is made that is a return.
func (w *way) reason(c *Change, versions []string) string {
	var reasons []string
	switch {
	case c.Action == NoOp:
		return reasonOf(c, versions)
	case c.Reason != "":
		reasons = []string{c.Reason}
	case c.Action == Create && c.Data != nil:
		reasons = []string{"earlier version than " + c.Data.From}
	case c.Action == Create:
		reasons = []string{"not there any more"}
	case c.Action == Update:
		reasons = updateReasons(c, "earlier version of ", versions)
	}
	back := fmt.Sprintf("back to revision %d", w.to)
	if len(reasons) == 0 {
		return back
	}
	return back + ": " + strings.Join(reasons, "; ")
}

// leftReason says why what is not among the objects is deleted.
func (w *way) leftReason() string {
	if w.target == nil {
		return "left the configuration"
	}
	return fmt.Sprintf("not in revision %d", w.to)
}
