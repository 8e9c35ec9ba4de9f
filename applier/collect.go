package applier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"stowage/internal/release"
	"stowage/planner"
)

const (
	// collectTimeout bounds the search for evidence: the error must not wait
	// for it much longer.
	collectTimeout = 15 * time.Second
	// eventLag is how long after a status the events that go with it may be
	// written. A busy node writes them one after the other.
	eventLag   = 5 * time.Second
	eventLimit = 5
	logLines   = 20
	// lineLimit is how many characters of a log line are kept: some write their
	// whole state into one.
	lineLimit = 1000
)

// evidence gathers what is known of an object that did not become ready. What
// cannot be read is said in it.
func (r *run) evidence(ctx context.Context, c *planner.Change, s *state) *release.Evidence {
	walking := ctx
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), collectTimeout)
	defer cancel()
	// An interrupt ends it, but not that the release goes back for another failure.
	defer context.AfterFunc(walking, func() {
		if !errors.Is(stopped(walking), ErrAbandoned) {
			cancel()
		}
	})()
	e := &release.Evidence{App: appOf(c.Object)}
	for _, missing := range s.missing {
		e.Missing = append(e.Missing, r.secrets.Text(missing))
	}
	if s.finding != nil {
		r.add(e, s.finding)
	}
	if s.object != nil {
		r.addEvents(ctx, e, c.ID, s)
	}
	if s.finding != nil && s.finding.ran {
		r.addLogs(ctx, e, c.ID.Namespace)
	}
	return e
}

func (r *run) add(e *release.Evidence, f *finding) {
	e.Pod, e.Container = f.pod, f.container
	e.Reason, e.Message = r.secrets.Text(f.reason), r.secrets.Text(f.message)
	e.ExitCode, e.Signal, e.Restarts = f.exitCode, f.signal, f.restarts
}

// subject is an object that events are about.
type subject struct {
	kind, name string
	uid        types.UID // empty: whichever has the name
}

// subjects returns the objects whose events may tell why that one is not ready.
func (s *state) subjects(id planner.ObjectID) []subject {
	all := []subject{{id.Kind, id.Name, s.object.GetUID()}}
	if s.finding == nil {
		return all
	}
	if s.finding.pod != "" {
		all = append(all, subject{kind: podKind.Kind, name: s.finding.pod})
	}
	return append(all, s.finding.related...)
}

// addEvents adds the newest warnings about the object, the pod, and what else has
// to do with why it is not ready. Where nothing explains that, the last one does.
func (r *run) addEvents(ctx context.Context, e *release.Evidence, id planner.ObjectID, s *state) {
	warnings, err := r.warnings(ctx, id.Namespace, s.subjects(id))
	tick := time.NewTicker(eventLag / 10)
	defer tick.Stop()
	for began := time.Now(); err == nil && len(warnings) == 0 && e.Pod != "" && time.Since(began) < eventLag; {
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
		warnings, err = r.warnings(ctx, id.Namespace, s.subjects(id))
	}
	if err != nil {
		e.Missing = append(e.Missing, r.secrets.Text(err.Error()))
	}
	for _, event := range warnings[max(0, len(warnings)-eventLimit):] {
		e.Events = append(e.Events, release.EventLine{
			Object:  event.InvolvedObject.Kind + " " + event.InvolvedObject.Name,
			Reason:  r.secrets.Text(event.Reason),
			Message: r.secrets.Text(strings.TrimSpace(event.Message)),
			Count:   timesSeen(event),
		})
	}
	if n := len(e.Events); e.Reason == "" && n > 0 {
		e.Reason, e.Message = e.Events[n-1].Reason, e.Events[n-1].Message
	}
}

// warnings returns the events that tell of trouble with any of the subjects,
// oldest first.
func (r *run) warnings(ctx context.Context, namespace string, subjects []subject) ([]corev1.Event, error) {
	var warnings []corev1.Event
	for _, about := range subjects {
		events, err := r.eventsAbout(ctx, about.kind, namespace, about.name, about.uid)
		if err != nil {
			return warnings, fmt.Errorf("the events of %s %s cannot be read: %w", about.kind, about.name, err)
		}
		warnings = append(warnings, slices.DeleteFunc(events, func(event corev1.Event) bool { return !warns(event) })...)
	}
	slices.SortStableFunc(warnings, func(a, b corev1.Event) int { return seen(a).Compare(seen(b)) })
	return warnings, nil
}

// addLogs adds the last lines of the container, and those of the run before its
// last restart.
func (r *run) addLogs(ctx context.Context, e *release.Evidence, namespace string) {
	e.Logs = r.log(ctx, e, namespace, false)
	if e.Restarts > 0 {
		e.Previous = r.log(ctx, e, namespace, true)
	}
}

func (r *run) log(ctx context.Context, e *release.Evidence, namespace string, previous bool) []string {
	text, err := r.cluster.Logs(ctx, namespace, e.Pod, e.Container, previous, logLines)
	if err != nil {
		which := "log"
		if previous {
			which = "log of the run before"
		}
		e.Missing = append(e.Missing, fmt.Sprintf("the %s cannot be read: %v", which, r.secrets.Error(err)))
		return nil
	}
	clean := r.secrets.Text(strings.TrimRight(string(text), "\n"))
	if clean == "" {
		return nil
	}
	lines := strings.Split(clean, "\n")
	for i, line := range lines {
		if characters := []rune(line); len(characters) > lineLimit {
			lines[i] = string(characters[:lineLimit]) + "…"
		}
	}
	return lines
}
