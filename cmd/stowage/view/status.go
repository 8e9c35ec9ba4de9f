package view

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"stowage/planner"
)

// Status is the state of a release in the cluster.
type Status struct {
	Target   Target          `json:"target"`
	Release  string          `json:"release"`
	Revision *StatusRevision `json:"revision,omitempty"` // nil: the release is not there
	// Rollouts are the apps whose versions run side by side.
	Rollouts []planner.AppRollout `json:"rollouts,omitempty"`
	Objects  []StatusObject       `json:"objects"`
	// Drift is what somebody changed since the release was applied; nil: there is nothing to
	// compare with.
	Drift    *StatusDrift      `json:"drift,omitempty"`
	Warnings []planner.Warning `json:"warnings,omitempty"`
	Where    string            `json:"-"` // see Planned
}

// StatusRevision is the newest revision of a release.
type StatusRevision struct {
	Number   int       `json:"number"`
	Status   string    `json:"status"`
	Started  time.Time `json:"started"`
	Finished time.Time `json:"finished,omitzero"`
	Who      string    `json:"who,omitempty"`
	Messages []string  `json:"messages,omitempty"` // what went wrong
	Pending  *Pending  `json:"pending,omitempty"`  // set when its run has not recorded an end
}

// StatusObject is one object of a release, as it is now.
type StatusObject struct {
	ID      planner.ObjectID `json:"id"`
	App     string           `json:"app,omitempty"` // empty: it belongs to no single app
	Version string           `json:"version,omitempty"`
	Health  planner.Health   `json:"health"`
	Pods    []StatusPod      `json:"pods,omitempty"`
}

// StatusPod is one pod of a workload.
type StatusPod struct {
	Name     string `json:"name"`
	State    string `json:"state"` // its phase, or what keeps a container from running
	Ready    bool   `json:"ready"`
	Restarts int32  `json:"restarts"`
	Node     string `json:"node,omitempty"`
	Image    string `json:"image,omitempty"` // of its first container
}

// healthy reports whether nothing about a release needs a look.
func (s Status) healthy() bool {
	for _, object := range s.Objects {
		if object.Health.Condition != planner.Current {
			return false
		}
	}
	if s.Drift != nil && len(s.Drift.Objects) > 0 {
		return false
	}
	if slices.ContainsFunc(s.Rollouts, func(r planner.AppRollout) bool { return r.Unfinished }) {
		return false
	}
	return s.Revision != nil && s.Revision.Status == "deployed"
}

// StatusJSON writes the state of a release for programs.
func StatusJSON(w io.Writer, status Status) error {
	next := nextCommands(able(waitingIn(status.Rollouts)), status.Where)
	return writeJSON(w, statusDocument{FormatVersion, status.healthy(), status, next})
}

// statusDocument is the state of a release in the cluster.
type statusDocument struct {
	FormatVersion string `json:"formatVersion"`
	// Healthy tells that the newest revision is deployed, that each object does its work,
	// and that nobody has changed any.
	Healthy bool `json:"healthy"`
	Status
	Next []nextCommand `json:"next,omitempty"` // what moves versions that wait
}

// ShowStatus shows the state of a release as a table.
func ShowStatus(s Screen, status Status) error {
	p := newPage(s)
	p.header(statusTitle(status), status.Target)
	if status.Revision == nil {
		p.line(span{status.Release + " is not there: it was never applied, or it was destroyed.", bold})
		return p.flush(s)
	}
	p.pending(status.Revision.Pending)
	for _, message := range status.Revision.Messages {
		p.para(span{"! ", yellow}, 2, plain, message)
	}
	if len(status.Revision.Messages) > 0 {
		p.blank()
	}
	p.unfinished(status)
	p.rollouts(status.Rollouts)
	p.statusTable(status.Objects)
	p.statusDrift(status.Drift)
	p.warnings(status.Warnings)
	p.line(span{statusSummary(status), bold})
	p.waitingFor(waitingIn(status.Rollouts), AsFound, status.Where)
	return p.flush(s)
}

func statusTitle(status Status) string {
	if status.Revision == nil {
		return "Release " + status.Release
	}
	title := fmt.Sprintf("Release %s, revision %d %s", status.Release, status.Revision.Number, status.Revision.Status)
	if !status.Revision.Finished.IsZero() {
		title += " " + moment(status.Revision.Finished)
	}
	if status.Revision.Who != "" {
		title += " by " + status.Revision.Who
	}
	return title
}

// statusColumns are the widths of the table's columns but the last.
type statusColumns struct{ app, version, object int }

func (p *page) statusTable(objects []StatusObject) {
	const gap = 2
	widths := statusColumns{columns("APP"), columns("VERSION"), columns("OBJECT")}
	for _, object := range objects {
		widths.app = max(widths.app, columns(object.App))
		widths.version = max(widths.version, columns(object.Version))
		widths.object = max(widths.object, columns(object.ID.String()))
		for _, pod := range object.Pods {
			widths.object = max(widths.object, columns(podTitle(pod)))
		}
	}
	widths = statusColumns{widths.app + gap, widths.version + gap, widths.object + gap}
	p.statusRow(widths, "APP", "VERSION", "OBJECT", span{"HEALTH", plain})
	versions := appVersions(objects)
	shown := ""
	for _, object := range appsTogether(objects) {
		app, version := object.App, cmp.Or(versions[object.App], object.Version)
		if app == shown {
			app = ""
			if versions[object.App] != "" {
				version = ""
			}
		}
		shown = object.App
		p.statusRow(widths, app, version, object.ID.String(), span{healthText(object.Health), healthStyle(object.Health)})
		for _, pod := range object.Pods {
			p.statusRow(widths, "", "", podTitle(pod), podState(pod))
		}
	}
	p.blank()
}

// appsTogether returns the objects of each app behind its first one, and all others
// where they are.
func appsTogether(objects []StatusObject) []StatusObject {
	first := make(map[string]int)
	for i, object := range objects {
		if _, ok := first[object.App]; !ok {
			first[object.App] = i
		}
	}
	type placed struct {
		at     int
		object StatusObject
	}
	order := make([]placed, len(objects))
	for i, object := range objects {
		order[i] = placed{i, object}
		if object.App != "" {
			order[i].at = first[object.App]
		}
	}
	slices.SortStableFunc(order, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	together := make([]StatusObject, len(objects))
	for i, o := range order {
		together[i] = o.object
	}
	return together
}

// appVersions returns the version of each app, which its workload tells. An app with
// two of them side by side has none of its own.
func appVersions(objects []StatusObject) map[string]string {
	versions := make(map[string]string)
	several := make(map[string]bool)
	for _, object := range objects {
		if object.App == "" || object.Version == "" {
			continue
		}
		before := versions[object.App]
		several[object.App] = several[object.App] || before != "" && before != object.Version
		versions[object.App] = object.Version
	}
	maps.DeleteFunc(versions, func(app, _ string) bool { return several[app] })
	return versions
}

func (p *page) statusRow(widths statusColumns, app, version, object string, last span) {
	left := pad(app, widths.app) + pad(version, widths.version) + pad(object, widths.object)
	hang := columns(left)
	if p.width-hang < minWidth/2 { // too narrow for a column of its own
		p.line(txt(left))
		left, hang = spaces(6), 6
	}
	p.para(txt(left), hang, last.style, last.text)
}

func podTitle(pod StatusPod) string { return "  Pod " + pod.Name }

func podState(pod StatusPod) span {
	state := span{text: pod.State, style: dim}
	switch {
	case pod.Ready:
		state.text += ", ready"
	case pod.State == "Succeeded": // of a Job
	default:
		state = span{pod.State + ", not ready", yellow}
	}
	if pod.Restarts == 1 {
		state.text += ", 1 restart"
	} else if pod.Restarts > 1 {
		state.text += fmt.Sprintf(", %d restarts", pod.Restarts)
	}
	return state
}

func healthStyle(health planner.Health) style {
	switch health.Condition {
	case planner.Current:
		return green
	case planner.Failed, planner.NotFound:
		return red
	default:
		return yellow
	}
}
