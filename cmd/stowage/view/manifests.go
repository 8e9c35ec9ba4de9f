package view

import (
	"fmt"
	"io"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"stowage/planner"
)

// Manifests writes objects as YAML documents, each after the place it comes
// from. Values of Secrets are left out unless they are asked for.
func Manifests(w io.Writer, objects []planner.Object, showSecrets bool) error {
	for i, object := range objects {
		manifest := object.Manifest
		if object.ID.IsSecret() && !showSecrets {
			manifest = withoutValues(manifest)
		}
		document, err := yaml.Marshal(manifest.Object)
		if err != nil {
			return fmt.Errorf("%s: %w", object.ID, err)
		}
		head := "---\n"
		if i == 0 {
			head = ""
		}
		if _, err := fmt.Fprintf(w, "%s# %s\n%s", head, comment(object), document); err != nil {
			return err
		}
	}
	return nil
}

// ManifestsJSON writes the objects of a revision for programs, Secrets without
// their values.
func ManifestsJSON(w io.Writer, target Target, release string, revision int, objects []planner.Object) error {
	manifests := make([]map[string]any, len(objects))
	for i, object := range objects {
		manifest := object.Manifest
		if object.ID.IsSecret() {
			manifest = withoutValues(manifest)
		}
		manifests[i] = manifest.Object
	}
	return writeJSON(w, struct {
		FormatVersion string           `json:"formatVersion"`
		Target        Target           `json:"target"`
		Release       string           `json:"release"`
		Revision      int              `json:"revision"`
		Objects       []map[string]any `json:"objects"`
	}{FormatVersion, target, release, revision, manifests})
}

// comment says which block an object comes from, and where that is.
func comment(object planner.Object) string {
	text := object.Address
	if place := object.Origin.String(); place != "" {
		text += " at " + place
	}
	return strings.ReplaceAll(printable(text), "\n", " ")
}

// withoutValues returns a copy of a Secret that tells its keys alone.
func withoutValues(secret *unstructured.Unstructured) *unstructured.Unstructured {
	secret = secret.DeepCopy()
	for _, field := range []string{"data", "stringData"} {
		values, ok := secret.Object[field].(map[string]any)
		if !ok {
			continue
		}
		for key := range values {
			values[key] = sensitiveValue
		}
	}
	return secret
}
