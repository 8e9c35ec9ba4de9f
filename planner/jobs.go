package planner

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/dsl"
)

// runsOnce reports whether an object is the Job of an app. Such a Job runs once for each
// content: its name ends in a version of that, so that what it runs never changes, and a
// new content is a new Job.
func runsOnce(u *unstructured.Unstructured) bool {
	return u.GetKind() == jobKind.Kind && u.GroupVersionKind().Group == batchv1.GroupName &&
		labelOf(u, LabelApp) != "" && labelOf(u, LabelCheck) == ""
}

// adjustable are the fields of a Job that may be changed while it runs. They do not
// count as content.
var adjustable = []string{"activeDeadlineSeconds", "backoffLimit", "parallelism", "suspend", "ttlSecondsAfterFinished"}

// nameByContent ends the name of a Job that nobody else has in its version.
func nameByContent(job *unstructured.Unstructured) {
	spec, _ := job.Object["spec"].(map[string]any)
	content := maps.Clone(spec)
	for _, field := range adjustable {
		delete(content, field)
	}
	text, err := json.Marshal(content) // sorts the keys
	if err != nil {
		panic(fmt.Sprintf("%s cannot be written as JSON: %v", IDOf(job), err))
	}
	job.SetName(job.GetName() + "-" + dsl.ContentVersion(text))
}

// decideJob decides about the Job of an app where that does not follow from its fields:
// one that has run with success is not run again, be it there or not, nor does going
// back run any; one that has failed is. It reports whether all is decided.
func (m *maker) decideJob(o Object, c *Change, was *unstructured.Unstructured) bool {
	c.Ran = m.way.back[o.ID] || m.in.Prior.HasRun(o.ID) || was != nil && conditionOf(was, "Complete").status == "True"
	there := was != nil && was.GetDeletionTimestamp() == nil
	switch {
	case m.way.back[o.ID], c.Ran && !there:
		c.Action, c.Health = NoOp, nil
		if !there {
			c.Live, c.Before = nil, nil
		}
		return true
	case there && m.isOurs(was) && HealthOf(was).Condition == Failed:
		c.Action, c.Reason = Replace, "runs again, because it failed: "+m.secret.Text(HealthOf(was).Message)
		c.affects(harmless("the Job runs again from the start"))
		c.Health = nil
		c.Unchecked = "the server cannot check it while the one that failed is there"
		return true
	}
	return false
}

// succeedJobs notes which Jobs take the place of others of their app.
func (m *maker) succeedJobs() {
	for _, o := range m.in.Objects {
		if runsOnce(o.Manifest) {
			m.succeed(o.ID, m.earlierJobs(o)...)
		}
	}
}

// earlierJobs returns the live Jobs of an app that are not desired any more, newest first.
func (m *maker) earlierJobs(o Object) []*unstructured.Unstructured {
	var jobs []*unstructured.Unstructured
	for id, u := range m.live.objects {
		if _, desired := m.desired[id]; !desired && runsOnce(u) && id.Namespace == o.ID.Namespace && appOf(o) == labelOf(u, LabelApp) {
			jobs = append(jobs, u)
		}
	}
	slices.SortFunc(jobs, func(a, b *unstructured.Unstructured) int {
		return cmp.Or(b.GetCreationTimestamp().Compare(a.GetCreationTimestamp().Time), compareIDs(IDOf(a), IDOf(b)))
	})
	return jobs
}

// runningJobsFirst has a Job be gone that still runs before the one is made that takes
// its place: the two were never meant to run side by side.
func (m *maker) runningJobsFirst() {
	for _, c := range slices.Clone(m.deletes) {
		was := m.live.object(c.ID)
		successor, ok := m.successors[c.ID]
		if !ok || !runsOnce(was) || ended(was) {
			continue
		}
		i := slices.IndexFunc(m.changes, func(change *Change) bool { return change.ID == successor && change.Action == Create })
		if i < 0 {
			continue
		}
		m.changes[i].Needs = append(slices.Clone(m.changes[i].Needs), Need{ID: c.ID, Gate: Gone})
		m.changes = slices.Insert(m.changes, i, c)
		m.deletes = slices.DeleteFunc(m.deletes, func(d *Change) bool { return d == c })
	}
}

// explainJob says why the Job of an app is run that is not there yet.
func (m *maker) explainJob(c *Change) {
	if c.Action != Create || !runsOnce(c.Object) || m.way.back[c.ID] {
		return
	}
	before := m.recordedJob(c)
	if before == nil {
		c.Reason = "has not run yet"
		return
	}
	changes := slices.DeleteFunc(diffObjects(before, c.Object), func(ch fieldChange) bool { return !touches([]fieldChange{ch}, "spec") })
	c.Diff = m.secret.shown(c.ID, changes)
	c.Reason = "runs again"
	if why := changedPaths(c.Diff); why != "" {
		c.Reason += ", because " + why + " changed"
	}
}

// recordedJob returns what the newest revision had in the place of a Job of an app, with
// the managed fields of the live one, which tell the items of lists apart; or nil.
func (m *maker) recordedJob(c *Change) *unstructured.Unstructured {
	for id, recorded := range m.in.Prior.Objects {
		if id.Namespace != c.ID.Namespace || !runsOnce(recorded) || labelOf(recorded, LabelApp) != labelOf(c.Object, LabelApp) {
			continue
		}
		if was := m.live.object(id); was != nil {
			return withManagedFields(withoutManagedFields(recorded), was)
		}
		return recorded
	}
	return nil
}

// changedPaths names the fields that differ, the first of many.
func changedPaths(diffs []FieldDiff) string {
	const most = 3
	var paths []string
	for i, d := range diffs {
		if i == most {
			paths = append(paths, fmt.Sprintf("%d more", len(diffs)-most))
			break
		}
		paths = append(paths, strings.TrimPrefix(strings.TrimPrefix(d.Path, "spec.template."), "spec."))
	}
	return strings.Join(paths, ", ")
}
