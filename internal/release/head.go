package release

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// What a head says in its annotations, beside what names it.
const (
	annotationFormat     = "stowage.dev/format"
	annotationChunks     = "stowage.dev/chunks" // digests of all chunks, the head's own first
	annotationStarted    = "stowage.dev/started"
	annotationFinished   = "stowage.dev/finished"
	annotationWho        = "stowage.dev/who"
	annotationPipeline   = "stowage.dev/pipeline"
	annotationCommit     = "stowage.dev/commit"
	annotationDirty      = "stowage.dev/dirty"
	annotationEnv        = "stowage.dev/env"
	annotationVersion    = "stowage.dev/version"
	annotationRollbackTo = "stowage.dev/rollback-to"
	annotationApps       = "stowage.dev/apps"
	annotationChanged    = "stowage.dev/changed"
	annotationSwitch     = "stowage.dev/switch"
)

// Kubernetes allows 256 KiB of annotations, and a list of revisions fetches those
// of all of them.
const (
	maxText = 1 << 10 // bytes of a text, such as a URL
	maxList = 8 << 10 // bytes of a list of apps, as JSON
)

// headOf returns the Secret of a record that can be seen.
func headOf(r *Record, digests []string, chunk []byte) (*unstructured.Unstructured, error) {
	r.trim()
	head := newChunk(r, headName(r.Release, r.Revision), chunk)
	labels := head.GetLabels()
	labels[labelStatus] = string(r.Status)
	head.SetLabels(labels)
	annotations := map[string]string{
		annotationFormat:   strconv.Itoa(Format),
		annotationChunks:   strings.Join(digests, " "),
		annotationStarted:  r.Started.UTC().Format(time.RFC3339Nano),
		annotationWho:      r.Who,
		annotationPipeline: r.Pipeline,
		annotationCommit:   r.Commit,
		annotationEnv:      r.Env,
		annotationVersion:  r.StowageVersion,
	}
	if !r.Finished.IsZero() {
		annotations[annotationFinished] = r.Finished.UTC().Format(time.RFC3339Nano)
	}
	if r.Dirty {
		annotations[annotationDirty] = strconv.FormatBool(r.Dirty)
	}
	if r.RollbackTo != 0 {
		annotations[annotationRollbackTo] = strconv.Itoa(r.RollbackTo)
	}
	for key, list := range map[string]any{
		annotationApps:    appList{Apps: r.Apps, Omitted: r.AppsOmitted},
		annotationChanged: r.Changed,
		annotationSwitch:  switched{Operation: r.Switch, Apps: r.SwitchApps, Omitted: r.SwitchAppsOmitted},
	} {
		text, err := json.Marshal(list)
		if err != nil {
			return nil, fmt.Errorf("encode record: %w", err)
		}
		annotations[key] = string(text)
	}
	for key, text := range annotations {
		if text == "" || text == "{}" {
			delete(annotations, key)
		}
	}
	head.SetAnnotations(annotations)
	return head, nil
}

// appList is how a head says which apps a revision has.
type appList struct {
	Apps    []App `json:"apps,omitempty"`
	Omitted int   `json:"omitted,omitempty"`
}

// switched is how a head says which versions a revision has moved.
type switched struct {
	Operation string   `json:"operation,omitempty"`
	Apps      []string `json:"apps,omitempty"`
	Omitted   int      `json:"omitted,omitempty"`
}

// trim cuts what a head has no room for.
func (s *Summary) trim() {
	for _, text := range []*string{&s.Who, &s.Pipeline, &s.Commit, &s.Env, &s.StowageVersion} {
		*text = strings.ToValidUTF8((*text)[:min(len(*text), maxText)], "")
	}
	fits := fitting(s.Apps)
	s.AppsOmitted += len(s.Apps) - fits
	s.Apps = s.Apps[:fits]
	fits = fitting(s.Changed.Apps)
	s.Changed.AppsOmitted += len(s.Changed.Apps) - fits
	s.Changed.Apps = s.Changed.Apps[:fits]
	fits = fitting(s.SwitchApps)
	s.SwitchAppsOmitted += len(s.SwitchApps) - fits
	s.SwitchApps = s.SwitchApps[:fits]
}

// fitting returns how many elements of a list a head has room for.
func fitting[T any](list []T) int {
	size := 0
	for i, element := range list {
		text, err := json.Marshal(element)
		if size += len(text) + len(","); err != nil || size > maxList {
			return i
		}
	}
	return len(list)
}

// header is what the metadata of a head say.
type header struct {
	Summary
	label   Status // the status as it is stored; that of the summary may follow from other revisions
	format  int
	digests []string
	err     error // why the revision cannot be read, as far as the metadata tell
}

// headerOf reads the metadata of a head. It reports false for a Secret that is
// no head: a further chunk, the key, or somebody else's. Which revision it is, its
// name says, which nobody can change.
func headerOf(release string, m metav1.Object) (header, bool) {
	revision, chunk, ok := revisionIn(release, m.GetName())
	if !ok || chunk {
		return header{}, false
	}
	a := m.GetAnnotations()
	h := header{
		Summary: Summary{
			Release: release, Namespace: m.GetNamespace(), Revision: revision,
			Status:  Status(m.GetLabels()[labelStatus]),
			Started: timeOf(a[annotationStarted]), Finished: timeOf(a[annotationFinished]),
			Who: a[annotationWho], Pipeline: a[annotationPipeline], Commit: a[annotationCommit],
			Env: a[annotationEnv], StowageVersion: a[annotationVersion],
		},
		digests: strings.Fields(a[annotationChunks]),
	}
	h.label = h.Status
	h.format, _ = strconv.Atoi(a[annotationFormat]) // 0 is refused by check
	// What is garbled is left out: a list of revisions is worth showing without it.
	h.Dirty, _ = strconv.ParseBool(a[annotationDirty])
	h.RollbackTo, _ = strconv.Atoi(a[annotationRollbackTo])
	var apps appList
	if json.Unmarshal([]byte(a[annotationApps]), &apps) == nil {
		h.Apps, h.AppsOmitted = apps.Apps, apps.Omitted
	}
	var changed Changed
	if json.Unmarshal([]byte(a[annotationChanged]), &changed) == nil {
		h.Changed = changed
	}
	var moved switched
	if json.Unmarshal([]byte(a[annotationSwitch]), &moved) == nil {
		h.Switch, h.SwitchApps, h.SwitchAppsOmitted = moved.Operation, moved.Apps, moved.Omitted
	}
	if h.err = h.check(); h.err != nil {
		h.Unreadable, h.digests = h.err.Error(), nil
	}
	return h, true
}

var digestPattern = regexp.MustCompile(`^[0-9a-f]{16}$`)

// check reports whether this stowage can read what the header stands for.
func (h header) check() error {
	name := headName(h.Release, h.Revision)
	switch {
	case h.format > Format:
		return &FormatError{Release: h.Release, Revision: h.Revision, Format: h.format, StowageVersion: h.StowageVersion}
	case h.format < 1:
		return h.damaged(name, errors.New("annotation "+annotationFormat+" is no number"))
	case len(h.digests) == 0:
		return h.damaged(name, errors.New("annotation "+annotationChunks+" is empty"))
	}
	for _, digest := range h.digests {
		if !digestPattern.MatchString(digest) {
			return h.damaged(name, fmt.Errorf("annotation %s has %q, which is no digest", annotationChunks, digest))
		}
	}
	return nil
}

func (h header) damaged(secret string, err error) error {
	return &DamagedError{Release: h.Release, Revision: h.Revision, Namespace: h.Namespace, Secret: secret, Err: err}
}

// timeOf returns the zero time for what is no time: a list of revisions is
// worth showing without it.
func timeOf(text string) time.Time {
	t, _ := time.Parse(time.RFC3339Nano, text)
	return t
}
