package release

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Format is the version of the record format that is written, and the newest
// that is read.
const Format = 1

// The names that records go by in a cluster. Records do not carry the label of
// a release's own objects, so that listing those does not fetch the records.
const (
	labelRecord   = "stowage.dev/record"   // the release; on heads, further chunks, the key and the lock
	labelRevision = "stowage.dev/revision" // on heads and further chunks
	labelStatus   = "stowage.dev/status"   // on heads alone

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

// revisionIn returns which revision the name of a head or of a further chunk
// stands for.
func revisionIn(release, name string) (revision int, chunk, ok bool) {
	rest, ok := strings.CutPrefix(name, "stowage."+release+".v")
	if !ok {
		return 0, false, false
	}
	number, _, chunk := strings.Cut(rest, ".")
	revision, err := strconv.Atoi(number)
	return revision, chunk, err == nil && revision > 0 && number == strconv.Itoa(revision)
}

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
