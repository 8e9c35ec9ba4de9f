package release

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	stdjson "encoding/json"
	"fmt"
	"io"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/json"
)

// chunkSize bounds what one Secret holds, so that the object stays under 900 KiB
// also where it is counted as JSON, with its data in base64.
const chunkSize = 640 << 10

// SetObjects gives the record the objects as they were rendered, in the order
// of the plan. The values of Secrets are left out.
func (r *Record) SetObjects(objects []*unstructured.Unstructured) error {
	contents := make([]map[string]any, len(objects))
	for i, object := range objects {
		contents[i] = withoutSecrets(object)
	}
	packed, err := pack(contents)
	r.objects = packed
	return err
}

// Objects returns the objects as they were rendered. A Secret has its keys,
// each with a null. They are unpacked here, since few readers need them and
// they are most of a record.
func (r *Record) Objects() ([]*unstructured.Unstructured, error) {
	var contents []map[string]any
	if len(r.objects) > 0 {
		if err := unpack(bytes.NewReader(r.objects), &contents); err != nil {
			return nil, fmt.Errorf("the objects of revision %d cannot be read: %w", r.Revision, err)
		}
	}
	objects := make([]*unstructured.Unstructured, len(contents))
	for i, content := range contents {
		objects[i] = &unstructured.Unstructured{Object: content}
	}
	return objects, nil
}

// encode returns the record's content and its objects, each as a gzip stream of
// JSON, one behind the other, cut into chunks: at least one.
func (r *Record) encode() ([][]byte, error) {
	content, err := pack(r.Content)
	if err != nil {
		return nil, err
	}
	return slices.Collect(slices.Chunk(slices.Concat(content, r.objects), chunkSize)), nil
}

// decode is the reverse of encode.
func (r *Record) decode(chunks [][]byte) error {
	stream := bytes.NewReader(slices.Concat(chunks...))
	if err := unpack(stream, &r.Content); err != nil {
		return err
	}
	var err error
	r.objects, err = io.ReadAll(stream)
	return err
}

// pack returns a value as compressed JSON. Speed counts: every apply packs its
// record twice, and records shrink tenfold even so.
func pack(value any) ([]byte, error) {
	var out bytes.Buffer
	compressor, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	if err := stdjson.NewEncoder(compressor).Encode(value); err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	if err := compressor.Close(); err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	return out.Bytes(), nil
}

// unpack reads one gzip stream and leaves what follows it. Integers come back
// as int64.
func unpack(from *bytes.Reader, into any) error {
	decompressor, err := gzip.NewReader(from)
	if err != nil {
		return err
	}
	decompressor.Multistream(false)
	data, err := io.ReadAll(decompressor)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}

// digest names a chunk by its content.
func digest(chunk []byte) string {
	sum := sha256.Sum256(chunk)
	return hex.EncodeToString(sum[:8])
}

// withoutSecrets returns the content of an object. That of a Secret is a copy
// with a null for each value.
func withoutSecrets(object *unstructured.Unstructured) map[string]any {
	if gvk := object.GroupVersionKind(); gvk.Group != "" || gvk.Kind != "Secret" {
		return object.Object
	}
	content := make(map[string]any, len(object.Object))
	for field, value := range object.Object {
		if field == "data" || field == "stringData" {
			value = withoutValues(value)
		}
		content[field] = value
	}
	return content
}

func withoutValues(data any) any {
	values, ok := data.(map[string]any)
	if !ok {
		return nil
	}
	keys := make(map[string]any, len(values))
	for key := range values {
		keys[key] = nil
	}
	return keys
}
