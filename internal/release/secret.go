package release

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Format is the version of the record format that is written, and the newest
// that is read.
const Format = 1

// The names that records go by in a cluster. Records do not carry the label of
// a release's own objects, so that listing those does not fetch the records.
const (
	labelRecord   = "stowage.dev/record"   // the release; on heads, further chunks and the key
	labelRevision = "stowage.dev/revision" // on heads and further chunks
	labelStatus   = "stowage.dev/status"   // on heads alone

	annotationFormat   = "stowage.dev/format"
	annotationChunks   = "stowage.dev/chunks" // digests of all chunks, the head's own first
	annotationStarted  = "stowage.dev/started"
	annotationFinished = "stowage.dev/finished"
	annotationWho      = "stowage.dev/who"
	annotationCommit   = "stowage.dev/commit"
	annotationVersion  = "stowage.dev/version"

	secretType = "stowage.dev/release"
	dataRecord = "record"
	dataKey    = "key"
)

var secretKind = schema.GroupVersionKind{Version: "v1", Kind: "Secret"}

func headName(release string, revision int) string {
	return fmt.Sprintf("stowage.%s.v%d", release, revision)
}

// chunkName names the n-th further chunk of a revision. With the digest in it
// two writers cannot spoil each other's, nor a later write an earlier one.
func chunkName(release string, revision, n int, digest string) string {
	return fmt.Sprintf("%s.%d.%s", headName(release, revision), n, digest)
}

func keyName(release string) string { return "stowage." + release + ".key" }

// newSecret returns one of a release's own Secrets.
func newSecret(namespace, name, release, key string, value []byte) *unstructured.Unstructured {
	secret := &unstructured.Unstructured{Object: map[string]any{
		"type": secretType,
		"data": map[string]any{key: base64.StdEncoding.EncodeToString(value)},
	}}
	secret.SetGroupVersionKind(secretKind)
	secret.SetNamespace(namespace)
	secret.SetName(name)
	secret.SetLabels(map[string]string{"app.kubernetes.io/managed-by": "stowage", labelRecord: release})
	return secret
}

// newChunk returns one of the Secrets that hold a revision.
func newChunk(r *Record, name string, chunk []byte) *unstructured.Unstructured {
	secret := newSecret(r.Namespace, name, r.Release, dataRecord, chunk)
	labels := secret.GetLabels()
	labels[labelRevision] = strconv.Itoa(r.Revision)
	secret.SetLabels(labels)
	return secret
}

// valueOf returns the bytes under a key of a Secret.
func valueOf(secret *unstructured.Unstructured, key string) ([]byte, error) {
	text, found, err := unstructured.NestedString(secret.Object, "data", key)
	if err != nil || !found {
		return nil, fmt.Errorf("it has no data %q", key)
	}
	value, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("data %q is not base64: %w", key, err)
	}
	return value, nil
}

// headOf returns the Secret of a record that can be seen.
func headOf(r *Record, digests []string, chunk []byte) *unstructured.Unstructured {
	head := newChunk(r, headName(r.Release, r.Revision), chunk)
	labels := head.GetLabels()
	labels[labelStatus] = string(r.Status)
	head.SetLabels(labels)
	annotations := map[string]string{
		annotationFormat:  strconv.Itoa(Format),
		annotationChunks:  strings.Join(digests, " "),
		annotationStarted: r.Started.UTC().Format(time.RFC3339Nano),
		annotationWho:     r.Who,
		annotationCommit:  r.Commit,
		annotationVersion: r.StowageVersion,
	}
	if !r.Finished.IsZero() {
		annotations[annotationFinished] = r.Finished.UTC().Format(time.RFC3339Nano)
	}
	head.SetAnnotations(annotations)
	return head
}

// header is what the metadata of a head say.
type header struct {
	Summary
	format  int
	digests []string
}

// headerOf reads the metadata of a head. It reports false for a Secret that is
// no head: a further chunk, the key, or somebody else's.
func headerOf(release string, m metav1.Object) (header, bool) {
	revision, err := strconv.Atoi(m.GetLabels()[labelRevision])
	if err != nil || m.GetName() != headName(release, revision) {
		return header{}, false
	}
	a := m.GetAnnotations()
	h := header{
		Summary: Summary{
			Release: release, Namespace: m.GetNamespace(), Revision: revision,
			Status:  Status(m.GetLabels()[labelStatus]),
			Started: timeOf(a[annotationStarted]), Finished: timeOf(a[annotationFinished]),
			Who: a[annotationWho], Commit: a[annotationCommit], StowageVersion: a[annotationVersion],
		},
		digests: strings.Fields(a[annotationChunks]),
	}
	h.format, _ = strconv.Atoi(a[annotationFormat]) // 0 is refused by check
	return h, true
}

// check reports whether this stowage can read what the header stands for.
func (h header) check() error {
	switch {
	case h.format > Format:
		return &FormatError{Release: h.Release, Revision: h.Revision, Format: h.format, StowageVersion: h.StowageVersion}
	case h.format < 1:
		return h.damaged(headName(h.Release, h.Revision), errors.New("annotation "+annotationFormat+" is no number"))
	case len(h.digests) == 0:
		return h.damaged(headName(h.Release, h.Revision), errors.New("annotation "+annotationChunks+" is empty"))
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
