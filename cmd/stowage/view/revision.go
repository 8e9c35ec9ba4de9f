package view

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"stowage/applier"
	"stowage/internal/release"
	"stowage/planner"
)

// Revision is one revision of a release, with all that is known of its run.
type Revision struct {
	Target  Target
	Record  *release.Record
	Pending *Pending // set when its run has not recorded an end
	// Warnings tell what could not be found out.
	Warnings []planner.Warning
}

// RevisionJSON writes a revision for programs.
func RevisionJSON(w io.Writer, revision Revision) error {
	record := revision.Record
	changes := record.Changes
	if changes == nil {
		changes = []release.Change{}
	}
	return writeJSON(w, revisionDocument{
		FormatVersion, revision.Target, record.Summary, record.ConfigDir, changes, record.Messages, revision.Pending, revision.Warnings,
	})
}

// revisionDocument is one revision of a release: what it changed, and how that went.
type revisionDocument struct {
	FormatVersion string `json:"formatVersion"`
	Target        Target `json:"target"`
	release.Summary
	ConfigDir string           `json:"configDir,omitempty"` // the configuration's directory, as it was given
	Changes   []release.Change `json:"changes"`             // of the objects, in the order of the plan
	Messages  []string         `json:"messages,omitempty"`  // what went wrong beside the changes
	// Pending is how far the run got, when it has not recorded an end.
	Pending  *Pending          `json:"pending,omitempty"`
	Warnings []planner.Warning `json:"warnings,omitempty"` // what could not be found out
}

// ShowRevision shows one revision: who made it of what, what it changed, and of
// a failed one, last, why.
func ShowRevision(s Screen, revision Revision) error {
	record := revision.Record
	p := newPage(s)
	p.header(fmt.Sprintf("Release %s, revision %d %s", record.Release, record.Revision, record.Status), revision.Target)
	p.origins(&record.Summary, record.ConfigDir)
	p.recordedChanges(revision.changes())
	p.warnings(revision.Warnings)
	p.verdict(revision)
	p.recordedFailures(record)
	return p.flush(s)
}

// verdict adds what is to be known of the run beside its changes.
func (p *page) verdict(revision Revision) {
	record := revision.Record
	notes := slices.Clone(record.Messages)
	switch healthy := record.Status == release.Deployed || record.Status == release.Superseded; {
	case revision.Pending != nil:
		notes = append(notes, revision.Pending.title())
	case healthy && failedIn(record):
		notes = append(notes, "It failed at first, and was found healthy later.")
	case len(record.Changes)+len(notes) == 0:
		p.line(txt("What it changed is not recorded."))
	}
	for _, note := range notes {
		p.para(span{"! ", yellow}, 2, plain, note)
	}
	if len(notes) > 0 && failedIn(record) {
		p.blank()
	}
}

// recordedFailures adds why objects failed.
func (p *page) recordedFailures(record *release.Record) {
	first := true
	for i := range record.Changes {
		change := &record.Changes[i]
		if change.Status != string(applier.Failed) {
			continue
		}
		if !first {
			p.blank()
		}
		first = false
		p.why(failure{
			object: planner.ObjectID(change.ObjectRef).String(), message: change.Message,
			address: change.Address, origin: planner.Origin(change.Origin), evidence: change.Evidence,
		})
	}
}

// failedIn reports whether a change of a revision failed.
func failedIn(record *release.Record) bool {
	return slices.ContainsFunc(record.Changes, func(c release.Change) bool { return c.Status == string(applier.Failed) })
}

// changes returns the changes of the revision. Of those whose outcome is not
// recorded they tell what is known of it.
func (r Revision) changes() []release.Change {
	changes := slices.Clone(r.Record.Changes)
	if r.Pending == nil {
		return changes
	}
	states := make(map[planner.ObjectID]PendingState, len(r.Pending.Changes))
	for _, change := range r.Pending.Changes {
		states[change.ID] = change.State
	}
	for i := range changes {
		if change := &changes[i]; change.Status == "" {
			change.Status = string(states[planner.ObjectID(change.ObjectRef)])
		}
	}
	return changes
}

// origins adds who made a revision, when and of what.
func (p *page) origins(s *release.Summary, dir string) {
	started := moment(s.Started)
	if !s.Finished.IsZero() {
		started += ", took " + seconds(s.Finished.Sub(s.Started))
	}
	commit := s.Commit
	if s.Dirty && commit != "" {
		commit += ", with changes that were not committed"
	}
	back := ""
	if s.RollbackTo > 0 {
		back = fmt.Sprintf("revision %d", s.RollbackTo)
	}
	switched := ""
	if s.Switch != "" {
		switched = switchVerb(planner.Operation(s.Switch)) + " " + strings.Join(s.SwitchApps, ", ")
	}
	for _, row := range [][2]string{
		{"started", started}, {"who", s.Who}, {"pipeline", s.Pipeline}, {"directory", dir}, {"env", s.Env}, {"commit", commit},
		{"stowage", s.StowageVersion}, {"apps", strings.Join(appNames(s.Apps), ", ")}, {"back to", back}, {"operation", switched},
	} {
		if row[1] != "" {
			p.para(txt("  "+pad(row[0], 11)), 13, plain, row[1])
		}
	}
	p.blank()
}

// recordedChanges adds what a revision did to each object.
func (p *page) recordedChanges(changes []release.Change) {
	name := 0
	for i := range changes {
		name = max(name, columns(planner.ObjectID(changes[i].ObjectRef).String()))
	}
	for i := range changes {
		p.recordedChange(&changes[i], name)
	}
	if len(changes) > 0 {
		p.blank()
	}
}

func (p *page) recordedChange(change *release.Change, width int) {
	status := change.Status
	if status == string(applier.Skipped) && change.Message != "" {
		status += ": " + change.Message
	}
	object := planner.ObjectID(change.ObjectRef).String()
	hang := 4 + width + 3
	if hang+leastText > p.width {
		hang = 6
	}
	p.wrapped([]span{txt("  "), mark(planner.Action(change.Action)), txt(" "), {object, bold}}, hang,
		span{status, statusStyle(applier.Status(change.Status))})
	switch reason := change.Reason; {
	case reason == "" || reason == notThereYet || reason == destroyed:
	case len(change.Fields) > 0 && change.Action == string(planner.Update): // which say it
	default:
		p.para(txt("      "), 6, plain, reason)
	}
	if len(change.Fields) > 0 {
		p.para(txt("      fields: "), 8, plain, strings.Join(change.Fields, ", "))
	}
	if change.Impact != "" {
		p.para(txt("      impact: "), len("      impact: "), cyan, change.Impact)
	}
}

// wrapped adds a line of some spans and, from the column on, text that is
// wrapped there. The text starts on the next line when the spans reach so far.
func (p *page) wrapped(head []span, column int, text span) {
	used := 0
	for _, s := range head {
		used += columns(s.text)
	}
	if text.text == "" || used >= column {
		p.line(head...)
		head, used = nil, 0
	}
	if text.text == "" {
		return
	}
	for _, part := range wrap(text.text, p.width-column, p.width-column) {
		p.line(append(head, txt(spaces(column-used)), span{part, text.style})...)
		head, used = nil, 0
	}
}
