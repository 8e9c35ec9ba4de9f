package view

import (
	"fmt"
	"slices"
	"strings"

	"stowage/planner"
)

// Target is the cluster and namespace that a run works on, and the environment that
// values come from. Every run shows it.
type Target struct {
	Env       string `json:"env,omitempty"` // empty: none was chosen
	Context   string `json:"context,omitempty"`
	Server    string `json:"server"`
	Namespace string `json:"namespace"`
}

// String names the target, as a question does.
func (t Target) String() string {
	text := fmt.Sprintf("namespace %s on %s", t.Namespace, t.Server)
	if t.Context != "" {
		text = fmt.Sprintf("namespace %s of context %s (%s)", t.Namespace, t.Context, t.Server)
	}
	if t.Env != "" {
		text = fmt.Sprintf("environment %s, %s", t.Env, text)
	}
	return text
}

// Planned is a plan with what is shown beside it.
type Planned struct {
	*planner.Plan
	Target  Target
	Outputs []Output // as they will be once the plan is applied
	Pending *Pending // the revision that the plan starts from, when its run has not recorded an end
	Where   string   // flags that name the release on a command line, as in "-n shop"; empty: none are needed
	Saved   *Saved   // set when the plan was read from a file
}

// Plan shows a plan to people: what changes and why, what does not although it
// should be looked at, and the count.
func Plan(s Screen, plan Planned) error {
	p := newPage(s)
	p.header(releaseTitle(plan.Release), plan.Target)
	if plan.Release.DriftSince > 0 {
		p.pending(plan.pending())
		p.driftSince(plan.Plan)
		return p.flush(s)
	}
	p.goingBack(plan.Release)
	p.partial(plan.Release)
	p.pending(plan.pending())
	if plan.Release.Switch != "" {
		p.switching(plan.Plan)
	} else {
		p.changes(plan.Plan)
		p.unhealthy(plan.Plan)
	}
	if !plan.Empty() && plan.Release.Switch == "" {
		p.kept(plan.Release, plan.Kept)
	}
	p.unchecked(plan.Plan)
	p.provisional(plan.Plan)
	p.warnings(plan.Warnings)
	p.closing(plan.Plan)
	return p.flushPart(s, releaseTitle(plan.Release)+". "+closingText(plan.Plan))
}

// Header shows what a run is about whose output is not a page.
func Header(s Screen, title string, target Target) error {
	p := newPage(s)
	p.header(title, target)
	return p.flush(s)
}

// header adds what the run is about: on one line, or where that is too long on
// one line each.
func (p *page) header(title string, target Target) {
	cluster := target.Server
	if target.Context != "" {
		cluster = fmt.Sprintf("%s (%s)", target.Context, target.Server)
	}
	rows := [][2]string{{"namespace", target.Namespace}, {"context", cluster}}
	label := len("namespace ")
	if target.Env != "" {
		rows = append([][2]string{{"environment", target.Env}}, rows...)
		label = len("environment ")
	}
	const gap = "      "
	rest := ""
	for _, row := range rows {
		rest += gap + row[0] + " " + row[1]
	}
	if columns(title+rest) <= p.width {
		p.line(span{title, bold}, txt(rest))
	} else {
		p.line(span{title, bold})
		for _, row := range rows {
			p.line(txt("  " + pad(row[0], label) + row[1]))
		}
	}
	p.blank()
}

func releaseTitle(release planner.ReleaseInfo) string {
	title := "Release " + release.Name
	switch {
	case release.DriftSince > 0:
		return fmt.Sprintf("%s, drift since revision %d", title, release.DriftSince)
	case release.Destroy && release.FromRevision == 0:
		return title
	case release.Destroy:
		return fmt.Sprintf("%s, revision %d, to be destroyed", title, release.FromRevision)
	case release.FromRevision == 0:
		return title + ", first revision"
	case release.FromRevision == release.ToRevision:
		return fmt.Sprintf("%s, revision %d", title, release.FromRevision)
	default:
		return fmt.Sprintf("%s, revision %d -> %d", title, release.FromRevision, release.ToRevision)
	}
}

// goingBack adds what a plan goes back to, when it follows no configuration.
func (p *page) goingBack(release planner.ReleaseInfo) {
	if release.RollbackTo == 0 {
		return
	}
	p.para(txt(""), 0, plain, "Going back to "+backTo(release)+".")
	p.blank()
}

// partial adds what a plan is narrowed to.
func (p *page) partial(release planner.ReleaseInfo) {
	if len(release.Targets) == 0 {
		return
	}
	p.para(txt(""), 0, bold, partialText(release.Targets))
	p.blank()
}

func partialText(targets []string) string {
	return "Partial: only " + strings.Join(targets, ", ") + " and what that needs. Nothing else is changed or deleted."
}

// pending returns the revision that is pending, though no more may be known of
// it than that it is.
func (plan Planned) pending() *Pending {
	if plan.Pending == nil && plan.Release.Interrupted {
		return &Pending{Revision: plan.Release.FromRevision}
	}
	return plan.Pending
}

// mark returns the sign of an action and its colour.
func mark(action planner.Action) span {
	switch action {
	case planner.Create:
		return span{"+", green}
	case planner.Update:
		return span{"~", yellow}
	case planner.Replace:
		return span{"±", red}
	case planner.Delete:
		return span{"-", red}
	case planner.Run:
		return span{">", cyan}
	case planner.Adopt:
		return span{"»", cyan}
	default:
		return txt("=")
	}
}

// changes adds all that will be written, the places they come from in a column
// of their own. An object that is there already is among them when it is an
// earlier version of a config that is used again.
func (p *page) changes(plan *planner.Plan) {
	var changes, adopted []planner.Change
	for _, change := range plan.Changes {
		switch {
		case isTakenAsIs(&change):
			adopted = append(adopted, change)
		case change.Action != planner.NoOp || change.Data != nil:
			changes = append(changes, change)
		}
	}
	p.each(changes, p.change)
	p.takenAsIs(adopted)
}

// each adds changes one below the other, and an empty line when there are any.
func (p *page) each(changes []planner.Change, add func(change *planner.Change, origins int)) {
	origins := p.originColumn(changes)
	for i := range changes {
		add(&changes[i], origins)
	}
	if len(changes) > 0 {
		p.blank()
	}
}

// originColumn returns the column at which places stand: right of the longest
// name, as long as there is room.
func (p *page) originColumn(changes []planner.Change) int {
	name, origin := 0, 0
	for i := range changes {
		name = max(name, columns(changes[i].ID.String()))
		origin = max(origin, columns(changes[i].Origin.String()))
	}
	const mark, gap = 4, 4
	return min(mark+name+gap, p.width-origin)
}

func (p *page) change(change *planner.Change, origins int) {
	p.changeHead(change, origins)
	p.reason(change)
	if summary := summaryOf(change); summary != "" {
		p.para(txt("      "), 8, plain, summary)
	}
	if change.Data != nil {
		for _, key := range change.Data.Keys {
			p.keyDiff(key)
		}
	}
	for _, field := range worthShowing(change.Diff) {
		p.fieldDiff(field)
	}
	for _, drift := range change.Drift {
		shown := slices.ContainsFunc(change.Diff, func(d planner.FieldDiff) bool { return d.Path == drift.Path })
		p.drift(change.Action, drift, shown)
	}
	if change.Impact != "" {
		p.para(txt("      impact: "), len("      impact: "), cyan, change.Impact)
	}
}

// changeHead adds what is changed, and where that comes from.
func (p *page) changeHead(change *planner.Change, origins int) {
	name, place := change.ID.String(), change.Origin.String()
	head := []span{txt("  "), mark(change.Action), txt(" "), {name, bold}}
	gap := origins - 4 - columns(name)
	switch {
	case place == "":
		p.line(head...)
	case gap >= 1:
		p.line(append(head, span{spaces(gap) + place, dim})...)
	default:
		p.line(head...)
		p.line(span{spaces(p.width-columns(place)) + place, dim})
	}
}

// The planner's reasons that say what the plan's mark, title or fields say already.
const (
	notThereYet   = "not there yet"
	destroyed     = "the release is destroyed"
	changedFields = "changed fields"
)

// reason adds why the object changes, unless the fields shown say it already.
func (p *page) reason(change *planner.Change) {
	reason := reasonText(change)
	if reason != "" && change.Data != nil && len(change.Data.Keys) > 0 {
		reason += ":"
	}
	p.para(txt("      "), 6, plain, reason)
}

// reasonText says why the object changes; empty when the fields shown say it already.
func reasonText(change *planner.Change) string {
	if change.Action == planner.Update && len(change.Diff)+len(change.Drift) > 0 ||
		change.Reason == notThereYet || change.Reason == destroyed {
		return ""
	}
	return change.Reason
}

func (p *page) unhealthy(plan *planner.Plan) {
	var notReady []planner.Change
	for _, change := range plan.Changes {
		if change.Action == planner.NoOp && !healthy(change.Health) {
			notReady = append(notReady, change)
		}
	}
	if len(notReady) == 0 {
		return
	}
	p.line(txt("Unchanged, but not ready:"))
	for _, change := range notReady {
		p.line(txt("  "), span{"!", yellow}, txt(" "), span{change.ID.String(), bold})
		p.para(txt("      "), 6, plain, healthText(*change.Health))
	}
	p.blank()
}

// healthy reports whether health gives no reason to look; objects of which
// nothing is known give none.
func healthy(health *planner.Health) bool {
	return health == nil || health.Condition == planner.Current
}

func healthText(health planner.Health) string {
	if health.Message == "" {
		return string(health.Condition)
	}
	return fmt.Sprintf("%s: %s", health.Condition, health.Message)
}

// keptShown is how many kept objects are named. Old versions of configuration
// make most of them.
const keptShown = 5

func (p *page) kept(release planner.ReleaseInfo, kept []planner.Kept) {
	if len(kept) == 0 {
		return
	}
	p.line(txt(keptTitle(release) + ":"))
	for i, object := range kept {
		if i == keptShown && len(kept) > keptShown+1 {
			p.line(txt(fmt.Sprintf("  and %d more", len(kept)-keptShown)))
			break
		}
		p.para(txt("  = "+object.ID.String()+": "), 6, plain, object.Reason)
	}
	p.blank()
}

func keptTitle(release planner.ReleaseInfo) string {
	switch {
	case release.Destroy:
		return "Kept"
	case release.RollbackTo > 0:
		return fmt.Sprintf("Not in revision %d, and kept", release.RollbackTo)
	}
	return "Not in the configuration, and kept"
}

// objectList names a few objects, or counts many.
func objectList(names []string) string {
	if len(names) > 3 {
		return fmt.Sprintf("%d objects", len(names))
	}
	return strings.Join(names, ", ")
}

func (p *page) provisional(plan *planner.Plan) {
	if text := provisionalText(plan); text != "" {
		p.para(txt("Provisional: "), 2, plain, text)
		p.blank()
	}
}

// provisionalText says which names are not final; empty when all are.
func provisionalText(plan *planner.Plan) string {
	var names []string
	for i := range plan.Changes {
		if version := plan.Changes[i].Version; version != nil && version.Provisional {
			names = append(names, plan.Changes[i].ID.String())
		}
	}
	if len(names) == 0 {
		return ""
	}
	return objectList(names) + ": the first apply makes the key that Secret versions are computed with, and the names will end differently."
}

// Warnings shows what should be known, apart from any plan.
func Warnings(s Screen, warnings []planner.Warning) error {
	p := newPage(s)
	p.warnings(warnings)
	return p.flush(s)
}

func (p *page) warnings(warnings []planner.Warning) {
	for _, warning := range warnings {
		summary := warning.Summary
		if place := warning.Origin.String(); place != "" {
			summary += " (" + place + ")"
		}
		p.para(span{"Warning: ", yellow}, len("Warning: "), plain, summary)
		if warning.Detail != "" {
			p.para(txt("  "), 2, plain, warning.Detail)
		}
		p.blank()
	}
}
