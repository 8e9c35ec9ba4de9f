package applier

import (
	"fmt"
	"slices"
	"strings"

	"stowage/internal/release"
)

// A switch sees to some apps and to nothing else, and so does an apply with targets. What
// a revision before it has left undone still is when that has ended well, unless it was a
// switch of the same apps; and as long as anything is, no revision counts as healthy.

// partial reports whether the plan sees to a part of the release alone.
func (r *recorder) partial() bool {
	return r.plan.Release.Switch != "" || len(r.plan.Release.Targets) > 0
}

// left returns what the revision before has left undone.
func (r *recorder) left() release.Undone {
	prior := r.opts.Prior
	switch {
	case prior == nil || prior.Status != release.Pending && prior.Status != release.Failed:
		return release.Undone{}
	case prior.Switch == "" || prior.Undone == nil || len(prior.Damaged) > 0:
		return release.Undone{Revision: prior.Revision}
	}
	return *prior.Undone
}

// toDo returns what is undone until a switch has ended well; nil for what is none.
func (r *recorder) toDo() *release.Undone {
	if r.plan.Release.Switch == "" {
		return nil
	}
	left := r.left()
	apps := slices.Concat(left.Apps, r.plan.Release.SwitchApps)
	slices.Sort(apps)
	return &release.Undone{Revision: left.Revision, Apps: slices.Compact(apps)}
}

// undone returns what is left when that has ended well; nil when nothing is.
func (r *recorder) undone() *release.Undone {
	if !r.partial() {
		return nil
	}
	left := r.left()
	apps := slices.DeleteFunc(slices.Clone(left.Apps), func(app string) bool {
		return slices.Contains(r.plan.Release.SwitchApps, app)
	})
	if left.Revision == 0 && len(apps) == 0 {
		return nil
	}
	return &release.Undone{Revision: left.Revision, Apps: apps}
}

// messagesAbout says what is undone.
func messagesAbout(left *release.Undone) []string {
	var messages []string
	if left.Revision > 0 {
		messages = append(messages, fmt.Sprintf("what revision %d was to do is still not all done; apply does it", left.Revision))
	}
	if len(left.Apps) > 0 {
		messages = append(messages, fmt.Sprintf("the switch of %s is still not all done; switch, or apply, does it", strings.Join(left.Apps, ", ")))
	}
	return messages
}
