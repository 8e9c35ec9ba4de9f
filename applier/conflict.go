package applier

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/planner"
)

// takeOverAttempts bounds how often an object that controllers keep writing to
// is tried again.
const takeOverAttempts = 8

// takeOver applies an object with force, since the plan showed which fields
// others own. The write is bound to the state that was looked at: when
// the object has moved on, only in its status or in what is nobody's field here,
// it is tried again; otherwise nothing is written.
func (r *run) takeOver(ctx context.Context, c *planner.Change) (*unstructured.Unstructured, error) {
	return r.swap(ctx, c, true, func(*unstructured.Unstructured) error { return nil })
}

// swap applies an object as it was planned for, with force or without, or, when it has
// moved on, as it is then, if that is accepted.
func (r *run) swap(
	ctx context.Context, c *planner.Change, force bool, accept func(live *unstructured.Unstructured) error,
) (*unstructured.Unstructured, error) {
	manifest, version := c.ToApply(), c.Live.ResourceVersion
	for attempt := 1; ; attempt++ {
		object, err := r.cluster.Apply(ctx, pinned(manifest, c.Live.UID, version), force)
		if !isPrecondition(err) || attempt == takeOverAttempts {
			return object, r.refusal(err)
		}
		live, err := r.same(ctx, c)
		if err == nil {
			err = accept(live)
		}
		if err != nil {
			return nil, err
		}
		manifest, version = stillHeld(c, live), live.GetResourceVersion()
		if !force {
			continue
		}
		// Without force the server says whose fields would be overwritten now.
		object, err = r.cluster.Apply(ctx, pinned(manifest, c.Live.UID, version), false)
		if err == nil {
			return object, nil
		}
		if !isPrecondition(err) && !r.foreseen(c, live, fieldConflicts(err)) {
			return nil, r.refusal(err)
		}
	}
}

// stillHeld returns what to apply to an object that has moved on: who has changed
// the number of pods that the plan holds has taken it over.
func stillHeld(c *planner.Change, live *unstructured.Unstructured) *unstructured.Unstructured {
	count, _, _ := unstructured.NestedInt64(live.Object, "spec", "replicas")
	if c.Hold != nil && count != *c.Hold {
		return c.Object
	}
	return c.ToApply()
}

// same returns the live object if it is the one that was planned for.
func (r *run) same(ctx context.Context, c *planner.Change) (*unstructured.Unstructured, error) {
	live, err := r.cluster.Get(ctx, c.Object.GroupVersionKind(), c.ID.Namespace, c.ID.Name)
	switch {
	case apierrors.IsNotFound(err):
		return nil, &ChangedError{What: "was deleted"}
	case err != nil:
		return nil, err
	case live.GetUID() != c.Live.UID:
		return nil, &ChangedError{What: "was deleted and made anew"}
	}
	return live, nil
}

// foreseen reports whether the plan showed all these fields as taken by these
// managers, and none of them has written since. The API keeps the time of a
// manager's last write in whole seconds, and of a write to the scale none at all.
func (r *run) foreseen(c *planner.Change, live *unstructured.Unstructured, conflicts []FieldOwner) bool {
	if r.opts.ForceConflicts {
		return len(conflicts) > 0
	}
	// A manager has one entry for what it wrote itself, and one for the scale.
	type write struct {
		manager string
		second  int64
	}
	lastWrites := map[write]bool{}
	for _, entry := range live.GetManagedFields() {
		if entry.Subresource != "status" {
			lastWrites[write{entry.Manager, timeOf(entry).Unix()}] = true
		}
	}
	planned := make(map[FieldOwner]bool, len(c.Drift))
	for _, d := range c.Drift {
		planned[FieldOwner{plainPath(d.Path), d.Manager}] = lastWrites[write{d.Manager, d.Time.Unix()}]
	}
	return len(conflicts) > 0 && !slices.ContainsFunc(conflicts, func(f FieldOwner) bool {
		return !planned[FieldOwner{plainPath(f.Field), f.Manager}]
	})
}

// timeOf returns when a manager wrote last, which is zero where the API does not say.
func timeOf(entry metav1.ManagedFieldsEntry) time.Time {
	if entry.Time == nil {
		return time.Time{}
	}
	return entry.Time.Time
}

// plainPath makes paths comparable: labels[a.b/c] is the same as labels.a.b/c.
func plainPath(path string) string {
	return strings.NewReplacer("[", ".", "]", "").Replace(path)
}

// isPrecondition reports whether a write was refused since the object is not at
// the uid or resource version given.
func isPrecondition(err error) bool {
	return apierrors.IsConflict(err) && len(fieldConflicts(err)) == 0
}

// fieldConflicts returns the fields that a server-side apply did not take over.
func fieldConflicts(err error) []FieldOwner {
	var fields []FieldOwner
	for _, cause := range planner.FieldCauses(err) {
		if cause.Type == metav1.CauseTypeFieldManagerConflict {
			fields = append(fields, FieldOwner{Field: pathOf(cause.Field), Manager: managerOf(cause.Message)})
		}
	}
	return fields
}

var (
	quotedName = regexp.MustCompile(`"([^"]*)"`)
	listKey    = regexp.MustCompile(`\[[^]"]*("[^"]*"[^]"]*)*]`)
	keyPart    = regexp.MustCompile(`[A-Za-z]*=("[^"]*"|[^],]*),?`)
)

// managerOf returns the manager of a message: conflict with "kubectl" using apps/v1 at ...
func managerOf(message string) string {
	if m := quotedName.FindStringSubmatch(message); m != nil {
		return m[1]
	}
	return message
}

// pathOf writes the server's .spec.ports[port=53,protocol="UDP"].name as plans
// do: spec.ports[53/UDP].name.
func pathOf(field string) string {
	return listKey.ReplaceAllStringFunc(strings.TrimPrefix(field, "."), func(key string) string {
		var values []string
		for _, part := range keyPart.FindAllStringSubmatch(key, -1) {
			values = append(values, strings.Trim(part[1], `"`))
		}
		if len(values) == 0 {
			return key // an index
		}
		return "[" + strings.Join(values, "/") + "]"
	})
}

// refusal returns why the API server did not take a write, in words that quote
// no secret. It returns nil for nil.
func (r *run) refusal(err error) error {
	var status apierrors.APIStatus
	if err == nil || !errors.As(err, &status) {
		return r.secrets.Error(err)
	}
	if fields := fieldConflicts(err); len(fields) > 0 {
		return &ChangedError{Fields: fields}
	}
	if isPrecondition(err) {
		return &ChangedError{What: "was changed"}
	}
	s := status.Status()
	message := s.Message
	if s.Details != nil {
		message = planner.WithoutSubject(s.Details.Name, message) // whoever shows the error names the object
	}
	rejected := &RejectedError{Reason: string(s.Reason), Message: r.secrets.Text(message)}
	for _, cause := range planner.FieldCauses(err) {
		rejected.Fields = append(rejected.Fields, FieldCause{r.secrets.Text(cause.Field), r.secrets.Text(cause.Message)})
	}
	return rejected
}
