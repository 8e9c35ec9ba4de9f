package importer

import (
	"fmt"
	"slices"
	"strings"

	"stowage/internal/manifest"
	"stowage/planner"
)

// found is what was taken out of documents, because it is not for them to say.
type found struct {
	exported []*object // had fields that only a server writes
	owned    []*object // had annotations of the tool that deploys them, or of kubectl
	dropped  []relabel // labels of such tools
}

// serverFields are the fields of metadata that a server writes.
var serverFields = []string{
	"uid", "resourceVersion", "generation", "managedFields", "selfLink", "creationTimestamp",
	"deletionTimestamp", "deletionGracePeriodSeconds",
}

// writtenByTools are annotations that say what a tool knows of an object.
var writtenByTools = []string{
	"kubectl.kubernetes.io/last-applied-configuration", "deployment.kubernetes.io/revision",
	"deprecated.daemonset.template.generation",
}

// clean takes out of an object what a server wrote, as in what somebody printed with
// kubectl get, and the marks of the tools that have deployed it so far.
func (m *maker) clean(o *object) {
	u := o.Object
	if status, _ := u.Object["status"].(map[string]any); len(status) > 0 {
		m.exported = append(m.exported, o)
	}
	delete(u.Object, "status")
	metadata, _ := u.Object["metadata"].(map[string]any)
	for _, name := range serverFields {
		value, has := metadata[name]
		delete(metadata, name)
		if has && value != nil && last(m.exported) != o {
			m.exported = append(m.exported, o)
		}
	}
	readNulls(u.Object, manifest.Default(u).Object)
	for _, name := range []string{"labels", "annotations"} { // which are text for all kinds
		values := at(u.Object, "metadata", name)
		for key, value := range values {
			if value == nil {
				values[key] = ""
			}
		}
	}
	m.cleanAnnotations(o)
	m.cleanLabels(o)
}

// readNulls puts in the place of nulls the text that the API reads them as, as in labels, data
// and quantities. All others mean that nothing is said.
func readNulls(v, read any) {
	switch v := v.(type) {
	case map[string]any:
		of, _ := read.(map[string]any)
		for name, value := range v {
			if text, ok := of[name].(string); ok && value == nil {
				v[name] = text
			}
			readNulls(value, of[name])
		}
	case []any:
		of, _ := read.([]any)
		for i := range min(len(v), len(of)) {
			readNulls(v[i], of[i])
		}
	}
}

func (m *maker) cleanAnnotations(o *object) {
	annotations, _ := o.get("metadata", "annotations").(map[string]any)
	owned := false
	for _, name := range sortedKeys(annotations) {
		switch {
		case strings.HasPrefix(name, "stowage.dev/"):
			delete(annotations, name)
		case planner.IsToolMark(name), slices.Contains(writtenByTools, name):
			delete(annotations, name)
			owned = true
		}
	}
	if owned {
		m.owned = append(m.owned, o)
	}
	if hook, _ := annotations["helm.sh/hook"].(string); hook != "" {
		m.note(o, "is a hook of Helm (%s), which Helm makes at its own time; here it is applied with everything else", hook)
	}
}

// cleanLabels takes out labels by which tools find what is theirs. Who manages the object
// follows from what it becomes.
func (m *maker) cleanLabels(o *object) {
	labels, _ := o.get("metadata", "labels").(map[string]any)
	for _, name := range sortedKeys(labels) {
		switch {
		case strings.HasPrefix(name, "stowage.dev/"):
			delete(labels, name)
		case planner.IsToolMark(name):
			from, _ := labels[name].(string)
			m.dropped = append(m.dropped, relabel{o.id, Relabelled{Label: name, From: from}})
			delete(labels, name)
		}
	}
}

// noteCleaned adds a note on each thing that was taken out, for all objects together.
func (m *maker) noteCleaned() {
	m.noteAll(m.exported, "what only a server writes was left out: status, uid, resourceVersion and the like")
	m.noteAll(m.owned, "annotations in which kubectl, Helm, Argo CD or another tool keeps what it knows of an object were left out")
}

// noteAll adds one remark about several objects, at the first of them.
func (m *maker) noteAll(list []*object, text string) {
	switch len(list) {
	case 0:
	case 1:
		m.note(list[0], "%s", text)
	default:
		m.notes = append(m.notes, Note{File: list[0].File, Line: list[0].Line, Text: fmt.Sprintf("in %d objects %s", len(list), text)})
	}
}

func last[T any](list []T) (v T) {
	if len(list) > 0 {
		v = list[len(list)-1]
	}
	return v
}
