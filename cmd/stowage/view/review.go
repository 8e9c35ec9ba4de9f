package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"stowage/planner"
)

// review is what a plan means for those who are to agree to it: the risks, and
// what changes app by app. Markdown and HTML are drawn from it.
type review struct {
	Planned
	risks  []risk  // gravest first
	groups []group // those in which something changes, in the order of the plan
	index  map[planner.ObjectID]int
}

// group is the part of a plan that one app, or all that belongs to no app, has in it.
type group struct {
	app       string // empty: what belongs to no app
	changes   []*planner.Change
	unchanged int
	counts    string   // such as "1 to create, 2 to change; 4 unchanged"
	words     []string // of the risks of its changes, gravest first
}

// risk is a reason to look twice.
type risk struct {
	words  []string
	change *planner.Change // nil: it is about several objects, or none
	text   string
}

// The words that risks are shown behind, gravest first.
var riskWords = []string{"DATA", "DOWNTIME", "SWITCHED", "REPLACED", "DELETED", "DRIFT", "TAKEN", "NOT READY", "RUNNING", "INTERRUPTED", "NOT CHECKED"}

func reviewOf(plan Planned) *review {
	r := &review{Planned: plan, index: make(map[planner.ObjectID]int, len(plan.Changes))}
	for i := range r.Changes {
		r.index[r.Changes[i].ID] = i
	}
	r.findRisks()
	r.findGroups()
	return r
}

func (r *review) findRisks() {
	for i := range r.Changes {
		if found := r.riskOf(&r.Changes[i]); len(found.words) > 0 {
			r.risks = append(r.risks, found)
		}
	}
	if pending := r.pending(); pending != nil {
		word := "INTERRUPTED"
		if pending.Applying {
			word = "RUNNING"
		}
		r.risks = append(r.risks, risk{words: []string{word}, text: pending.title()})
	}
	for _, u := range uncheckedOf(r.Plan) {
		text := objectList(u.objects) + ": " + u.reason
		if !r.isDrift() {
			text = "by the server: " + text
		}
		r.risks = append(r.risks, risk{words: []string{"NOT CHECKED"}, text: text})
	}
	slices.SortStableFunc(r.risks, func(a, b risk) int { return cmp.Compare(rankOf(a.words[0]), rankOf(b.words[0])) })
}

// rankOf returns how grave a risk is, 0 being the gravest.
func rankOf(word string) int { return slices.Index(riskWords, word) }

// riskOf returns what is to be looked at twice in a change; no words when that is nothing.
func (r *review) riskOf(change *planner.Change) risk {
	found := risk{change: change}
	var texts []string
	add := func(word, text string) {
		found.words = append(found.words, word)
		if text != "" && !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	for _, harm := range change.Risks {
		switch harm.Kind {
		case planner.RiskData:
			add("DATA", harm.Text)
		case planner.RiskDowntime:
			add("DOWNTIME", harm.Text)
		case planner.RiskTraffic:
			if change.Move == nil {
				add("SWITCHED", harm.Text)
			}
		}
	}
	if move := change.Move; move != nil {
		add("SWITCHED", fmt.Sprintf("%s moves from %s to %s", move.App, sideText(move.From), sideText(move.To)))
	}
	why := change.Impact
	if len(change.Risks) > 0 {
		why = "" // which tells the same
	}
	switch {
	case r.isDrift() && change.Action != planner.NoOp && len(change.Drift) == 0:
		add("DRIFT", change.Reason)
	case r.isDrift():
	case change.Action == planner.Replace:
		add("REPLACED", cmp.Or(change.Reason, why))
	case change.Action == planner.Delete:
		add("DELETED", why)
	case change.Action == planner.NoOp && !healthy(change.Health):
		add("NOT READY", "unchanged, but "+healthText(*change.Health))
	}
	switch {
	case len(change.Drift) == 0:
	case change.Action == planner.Adopt:
		add("TAKEN", r.driftText("set", change.Drift))
	default:
		add("DRIFT", r.driftText("changed", change.Drift))
	}
	slices.SortStableFunc(found.words, func(a, b string) int { return cmp.Compare(rankOf(a), rankOf(b)) })
	found.words = slices.Compact(found.words)
	found.text = strings.Join(texts, "; ")
	return found
}

// driftText says who did what to which fields and, where that is what the plan is about, how.
func (r *review) driftText(did string, drift []planner.FieldOwner) string {
	var managers, paths, changes []string
	for _, field := range drift {
		if !slices.Contains(managers, field.Manager) {
			managers = append(managers, field.Manager)
		}
		paths = append(paths, field.Path)
		changes = append(changes, fieldSince(field))
	}
	by := " " + did + " by " + strings.Join(managers, ", ")
	switch {
	case len(paths) > 3:
		return fmt.Sprintf("%d fields", len(paths)) + by
	case r.isDrift():
		return strings.Join(changes, "; ")
	}
	return strings.Join(paths, ", ") + by
}

func (r *review) findGroups() {
	byApp := make(map[string]*group)
	var order []*group
	for i := range r.Changes {
		change := &r.Changes[i]
		g := byApp[change.App]
		if g == nil {
			g = &group{app: change.App}
			byApp[change.App] = g
			order = append(order, g)
		}
		if change.Action == planner.NoOp {
			g.unchanged++
		}
		if isTold(change) {
			g.changes = append(g.changes, change)
			g.words = append(g.words, r.riskOf(change).words...)
		}
	}
	for _, g := range order {
		if len(g.changes) == 0 {
			continue
		}
		slices.SortFunc(g.words, func(a, b string) int { return cmp.Compare(rankOf(a), rankOf(b)) })
		g.words = slices.Compact(g.words)
		g.counts = r.countsText(g.count)
		r.groups = append(r.groups, *g)
	}
}

// isTold reports whether a change has details. An object that is there already has some
// when it is an earlier version of a config that is used again.
func isTold(change *planner.Change) bool { return change.Action != planner.NoOp || change.Data != nil }

// indexOf returns which of the plan's changes it is.
func (r *review) indexOf(change *planner.Change) int { return r.index[change.ID] }

// diffOf returns what changes in an object or, in a plan that tells of drift, what changed.
func (r *review) diffOf(change *planner.Change) []diffLine {
	if r.isDrift() {
		return driftOf(change)
	}
	return diffOf(change)
}

// kind says what kind of a plan it is.
func (r *review) kind() string {
	switch {
	case r.isDrift():
		return "Drift report"
	case r.Release.Destroy:
		return "Plan to destroy"
	case r.Release.RollbackTo > 0:
		return "Plan to go back"
	case r.Release.Switch != "":
		return "Plan to switch"
	}
	return "Plan"
}

// waitingStage returns how far the plan is, for the versions that wait for a switch, and
// those of them that can be switched to.
func (r *review) waitingStage() (Stage, []planner.Waiting) {
	if r.Empty() {
		return AsFound, able(r.Waiting)
	}
	return NotApplied, r.Waiting
}

// title names the group.
func (g *group) title() string { return cmp.Or(g.app, "Of no app") }

// count returns how many changes of the group have the action.
func (g *group) count(action planner.Action) int {
	if action == planner.NoOp {
		return g.unchanged
	}
	n := 0
	for _, change := range g.changes {
		if change.Action == action {
			n++
		}
	}
	return n
}

// countsText tells the counts that are not 0: "1 to create, 2 to change; 4 unchanged".
func (r *review) countsText(count func(planner.Action) int) string {
	var counts []string
	for _, c := range actionWords {
		if n := count(c.action); n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, r.toDo(c.action)))
		}
	}
	text := strings.Join(counts, ", ")
	if n := count(planner.NoOp); n > 0 {
		text += fmt.Sprintf("; %d %s", n, r.word(planner.NoOp))
	}
	return strings.TrimPrefix(text, "; ")
}

// isDrift reports whether the plan does nothing, and tells what others have done.
func (r *review) isDrift() bool { return r.Release.DriftSince > 0 }

// driftWords say what others have done to an object, by what would undo it.
var driftWords = map[planner.Action]string{planner.Create: "gone", planner.Update: "changed", planner.Replace: "replaced"}

// seenAs returns the action that looks like what is told of an object: where the plan tells
// of drift, those that would be created are gone.
func (r *review) seenAs(action planner.Action) planner.Action {
	if r.isDrift() && action == planner.Create {
		return planner.Delete
	}
	return action
}

// word says what is done to an object, and toDo the same of several: "to change".
func (r *review) word(action planner.Action) string {
	if word := driftWords[action]; word != "" && r.isDrift() {
		return word
	}
	for _, c := range actionWords {
		if c.action == action {
			return c.verb
		}
	}
	return "unchanged"
}

func (r *review) toDo(action planner.Action) string {
	if r.isDrift() {
		return r.word(action)
	}
	return "to " + r.word(action)
}

// notes says what kind of a plan it is, where it is none of a whole configuration.
func (r *review) notes() (notes []string) {
	if r.Release.RollbackTo > 0 {
		notes = append(notes, "Going back to "+backTo(r.Release)+".")
	}
	if len(r.Release.Targets) > 0 {
		notes = append(notes, partialText(r.Release.Targets))
	}
	if r.Release.Switch != "" {
		notes = append(notes, switchTitle(r.Release)+".")
	}
	return notes
}

// noteOf says why the object changes, as far as the fields shown do not say it, and
// what is new in one that is created.
func noteOf(change *planner.Change) (notes []string) {
	if reason := reasonText(change); reason != "" {
		notes = append(notes, reason)
	}
	if summary := summaryOf(change); summary != "" {
		notes = append(notes, summary)
	}
	return notes
}

// noRisks says what was looked for and not found.
const noRisks = "No risks seen: no downtime, no loss of data, nothing replaced or deleted, and no traffic moved."

// fact is something that the plan is for.
type fact struct{ label, value string }

// facts say which release of which cluster the plan is for, and where it leads.
func (r *review) facts() []fact {
	facts := []fact{{"release", r.Release.Name}}
	if revision := revisionText(r.Release); revision != "" {
		facts = append(facts, fact{"revision", revision})
	}
	facts = append(facts, fact{"namespace", r.Target.Namespace})
	if r.Target.Env != "" {
		facts = append(facts, fact{"environment", r.Target.Env})
	}
	if r.Target.Context != "" {
		facts = append(facts, fact{"context", r.Target.Context})
	}
	return append(facts, fact{"cluster", r.Target.Server})
}

// revisionText returns "3 -> 4"; empty when there is none.
func revisionText(release planner.ReleaseInfo) string {
	switch {
	case release.FromRevision == 0 && release.Destroy:
		return ""
	case release.FromRevision == 0:
		return "none -> 1"
	case release.Destroy || release.FromRevision == release.ToRevision:
		return fmt.Sprint(release.FromRevision)
	}
	return fmt.Sprintf("%d -> %d", release.FromRevision, release.ToRevision)
}
