package manifest

import (
	"maps"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// asStored returns what was written of an object under the names by which the server keeps it: stringData of
// a Secret becomes data. Names of fields begin with the prefix.
func asStored(u *unstructured.Unstructured, written values, prefix string) values {
	text, ok := written[prefix+"stringData"].(values)
	if !ok || u.GetAPIVersion() != "v1" || u.GetKind() != "Secret" {
		return written
	}
	stored, data := maps.Clone(written), values{}
	maps.Copy(data, within(written, prefix+"data"))
	maps.Copy(data, text)
	stored[prefix+"data"] = data
	return stored
}
