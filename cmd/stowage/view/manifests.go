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

// ObjectsJSON writes rendered objects for programs, in their order. Values of Secrets are
// left out unless they are asked for.
func ObjectsJSON(w io.Writer, rendered Rendered, showSecrets bool) error {
	document := objectsDocument{FormatVersion: FormatVersion, Rendered: rendered, Objects: []map[string]any{}}
	for _, object := range rendered.Objects {
		manifest := object.Manifest
		if object.ID.IsSecret() && !showSecrets {
			manifest = withoutValues(manifest)
		}
		document.Objects = append(document.Objects, manifest.Object)
	}
	return writeJSON(w, document)
}

// Rendered are the objects of a release.
type Rendered struct {
	Target    *Target          `json:"target,omitempty"` // where the revision was read; nil: the objects are a configuration's
	Release   string           `json:"release"`
	Namespace string           `json:"namespace"`
	Revision  int              `json:"revision,omitempty"` // that recorded them; 0: the objects are a configuration's
	Objects   []planner.Object `json:"-"`
}

// objectsDocument are the Kubernetes objects of a configuration or a revision.
type objectsDocument struct {
	FormatVersion string `json:"formatVersion"`
	Rendered
	// Objects are manifests, each after those it needs. Of a Secret the keys are there, and
	// (sensitive) in place of the values.
	Objects []map[string]any `json:"objects"`
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
