package manifest

import (
	"fmt"
	"strings"
)

// others are files that people keep beside manifests, known by a field at their root.
var others = []struct{ field, summary, hint string }{
	{"sops", "is encrypted by SOPS", "decrypt it first: `sops decrypt FILE | stowage import -`"},
	{"dependencies", "is no object of Kubernetes, but looks like the Chart.yaml of a Helm chart", "run `helm template RELEASE CHART | stowage import -`"},
	{"services", "is no object of Kubernetes, but looks like a Compose file", "turn it into manifests first, for instance with `kompose convert`"},
	{"replicaCount", "is no object of Kubernetes, but looks like the values of a Helm chart", "run `helm template RELEASE CHART -f FILE | stowage import -`"},
	{"image", "is no object of Kubernetes, but looks like the values of a Helm chart", "run `helm template RELEASE CHART -f FILE | stowage import -`"},
	{"resources", "is no object of Kubernetes, but looks like a kustomization", "run `kubectl kustomize DIR | stowage import -`"},
}

// notAnObject says why a document is no object that can be imported.
func notAnObject(d Document) *Problem {
	fields := d.Object.Object
	version, _ := fields["apiVersion"].(string)
	kind, _ := fields["kind"].(string)
	problem := func(path, summary, hint string) *Problem {
		place, ok := d.Places[path]
		if !ok {
			place = d.Places[""]
		}
		return &Problem{Line: place.Line, Column: place.Column, Object: objectName(fields), Summary: summary, Hint: hint}
	}
	if sops, ok := fields["sops"].(map[string]any); ok && sops["mac"] != nil {
		return problem("sops", others[0].summary, others[0].hint)
	}
	switch group, _, _ := strings.Cut(version, "/"); {
	case version == "" && kind == "":
		for _, o := range others {
			if _, ok := fields[o.field]; ok {
				return problem(o.field, o.summary, o.hint)
			}
		}
		return problem("", "is no object of Kubernetes: it has no apiVersion and no kind", "leave the file out, or add both")
	case kind == "" && fields["name"] != nil && fields["version"] != nil:
		return problem("", others[1].summary, others[1].hint)
	case version == "":
		return problem("apiVersion", "has no apiVersion", fmt.Sprintf("add it; `kubectl explain %s` says which", strings.ToLower(kind)))
	case kind == "":
		return problem("kind", "has no kind", "add it, such as kind: Deployment")
	case group == "kustomize.config.k8s.io":
		return problem("kind", "is a kustomization, not an object of a cluster", "run `kubectl kustomize DIR | stowage import -`")
	case group == "template.openshift.io", kind == "Template" && fields["objects"] != nil:
		return problem("kind", "is a template of OpenShift", "run `oc process --local -f FILE | stowage import -`")
	}
	return notNamed(d, problem)
}

// What is said of a document with "{{" and "}}" in it.
const (
	templateSummary = "is a template of Helm, not an object"
	templateHint    = "run `helm template RELEASE CHART | stowage import -`"
)

// notNamed says what is wrong with the metadata by which an object is found.
func notNamed(d Document, problem func(path, summary, hint string) *Problem) *Problem {
	metadata, ok := d.Object.Object["metadata"].(map[string]any)
	if !ok && d.Object.Object["metadata"] != nil {
		return problem("metadata", "metadata must be an object", "write name: and namespace: below it")
	}
	name, text := metadata["name"].(string)
	switch {
	case name != "" && strings.Contains(name, "{{"):
		return problem("metadata.name", templateSummary, templateHint)
	case name != "":
	case metadata["name"] != nil && !text:
		return problem("metadata.name", fmt.Sprintf("the name is %s, not text", show(metadata["name"])), "put it in quotes")
	case metadata["generateName"] != nil:
		return problem("metadata.generateName", "has generateName and no name: each apply would make another object", "give it a name")
	default:
		return problem("metadata", "has no name", "add metadata.name")
	}
	if namespace := metadata["namespace"]; namespace != nil {
		if _, text := namespace.(string); !text {
			return problem("metadata.namespace", fmt.Sprintf("the namespace is %s, not text", show(namespace)), "put it in quotes")
		}
	}
	return nil
}

// objectName returns the kind and name of an object as far as they are text.
func objectName(fields map[string]any) string {
	kind, _ := fields["kind"].(string)
	metadata, _ := fields["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	return strings.TrimSpace(kind + " " + name)
}
