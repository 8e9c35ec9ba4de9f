package planner

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/go-multierror"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// switching is the work on what a switch makes of a release: all stays as the newest
// revision has it, but for what the operation changes of its apps.
type switching struct {
	m       *maker
	want    *Switch
	base    []Object // of the newest revision, none of which is touched
	crowd   *crowd
	stages  [stageCount][]Object
	removed []*unstructured.Unstructured
	reasons map[ObjectID]string
	meant   []string // the apps that the operation is about
	apps    []string // those of them that anything is done to
}

// appSwitch is what a switch makes of one app.
type appSwitch struct {
	*switching
	app     string
	sides   *sides
	rollout *Rollout // of what was deployed last
}

var errNothingToSwitch = errors.New("the release was never applied, so there is nothing to switch")

// beginSwitch takes the newest revision's objects for what there should be, until it
// is known what is live.
func (m *maker) beginSwitch() error {
	if m.in.Switch.From == nil {
		return errNothingToSwitch
	}
	from, err := m.in.Switch.From.whole()
	if err != nil {
		return fmt.Errorf("revision %d: %w", m.in.Switch.From.Revision, err)
	}
	m.setTarget(from.Order(), from)
	return nil
}

// settle settles what there should be, now that it is known what is live.
func (m *maker) settle(ctx context.Context) error {
	if m.in.Switch != nil {
		return m.switchVersions(ctx)
	}
	if err := m.place(); err != nil {
		return err
	}
	return m.addRest()
}

// finish decides about what the release has beside that.
func (m *maker) finish(ctx context.Context) error {
	if m.in.Switch != nil {
		m.switching.finish()
		return nil
	}
	return m.sweep(ctx)
}

// switchVersions settles what the operation makes of the release. All that is wrong
// with any of the apps comes back at once, as a *multierror.Error: either all of them
// can be switched or none is.
func (m *maker) switchVersions(ctx context.Context) error {
	s := &switching{m: m, want: m.in.Switch, reasons: map[ObjectID]string{}}
	s.base = m.untouchedBase(m.in.Objects)
	apps, err := s.chosen()
	if err != nil {
		return err
	}
	if s.crowd, err = readPods(ctx, m.reader, m.in.Release, m.in.Namespace); err != nil {
		return err
	}
	var all *multierror.Error
	for _, a := range apps {
		s.meant = append(s.meant, a.app)
		if err := a.operate(); err != nil && !s.passesOver(err) {
			all = multierror.Append(all, err)
		}
	}
	if err := all.ErrorOrNil(); err != nil {
		return err
	}
	if s.want.All && len(s.apps) == 0 {
		m.warn(Warning{Summary: "there is nothing to do for any app"})
	}
	target := s.target()
	m.switching = s
	m.setTarget(target.objects, target)
	return nil
}

// operate does what is asked for with one app.
func (a *appSwitch) operate() error {
	before := a.size()
	var err error
	switch a.want.Operation {
	case SwitchForward, SwitchBack, SwitchRetire:
		err = a.blueGreen()
	case CanaryNext, CanaryPromote, CanaryAbort:
		err = a.canary()
	default:
		err = fmt.Errorf("there is no operation %q", a.want.Operation)
	}
	if err == nil && a.size() > before {
		a.apps = append(a.apps, a.app)
	}
	return err
}

// size counts what is to change.
func (s *switching) size() int {
	n := len(s.removed)
	for _, objects := range s.stages {
		n += len(objects)
	}
	return n
}

// change has an object changed at a stage, for a reason that people understand. An
// object changes at one stage only.
func (a *appSwitch) change(at stage, reason string, o Object) {
	o.Untouched = false
	a.stages[at] = append(a.stages[at], o)
	a.reasons[o.ID] = reason
}

// remove has a live object deleted once all else is done.
func (a *appSwitch) remove(reason string, live *unstructured.Unstructured) {
	a.removed = append(a.removed, live)
	a.reasons[IDOf(live)] = reason
}

// already tells that there is nothing to do. Of all apps nobody wants to hear it.
func (a *appSwitch) already(format string, args ...any) {
	if !a.want.All {
		a.m.warn(Warning{Summary: a.app + ": " + fmt.Sprintf(format, args...)})
	}
}
