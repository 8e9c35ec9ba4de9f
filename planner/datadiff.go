package planner

import (
	"encoding/base64"
	"fmt"
	"maps"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// compareData compares every versioned ConfigMap and Secret with the version
// that the release used before, key by key, though they are two objects.
func (m *maker) compareData() {
	for _, c := range m.changes {
		if c.Version == nil || m.desired[c.ID].Untouched {
			continue
		}
		from, ok := m.versionBefore(c)
		if !ok || from.Name == c.ID.Name {
			continue
		}
		c.Data = &DataDiff{From: from.Name, Consumers: m.rollingConsumers(c.ID)}
		if was := m.live.objects[from]; was != nil {
			c.Data.Keys = m.secret.shownKeys(c.ID, dataChanges(was, c.Object))
		}
	}
}

// versionBefore finds the version of the same data that the prior revision used,
// or, without a record, the newest one in the cluster. Where two versions of an app
// ran side by side, it is that of the newer one.
func (m *maker) versionBefore(c *Change) (ObjectID, bool) {
	for _, item := range m.in.Prior.Inventory {
		v := item.DataVersion
		if v != nil && v.BaseName == c.Version.BaseName && sameKind(item.ID, c.ID) && item.LastRevision == m.in.Prior.Revision && !m.outrun[item.ID] {
			return item.ID, true
		}
	}
	if m.in.Prior.Revision > 0 {
		return ObjectID{}, false
	}
	var newest *unstructured.Unstructured
	for id, u := range m.live.objects {
		if !sameKind(id, c.ID) || id == c.ID || u.GetAnnotations()[AnnotationBaseName] != c.Version.BaseName {
			continue
		}
		if newest == nil || newerThan(u, newest) {
			newest = u
		}
	}
	if newest == nil {
		return ObjectID{}, false
	}
	return IDOf(newest), true
}

func newerThan(a, b *unstructured.Unstructured) bool {
	at, bt := a.GetCreationTimestamp(), b.GetCreationTimestamp()
	if at.Equal(&bt) {
		return a.GetName() > b.GetName()
	}
	return bt.Before(&at)
}

func sameKind(a, b ObjectID) bool {
	return a.Group == b.Group && a.Kind == b.Kind && a.Namespace == b.Namespace
}

// rollingConsumers returns the workloads that exist, refer to the object, and
// change with it.
func (m *maker) rollingConsumers(data ObjectID) []ObjectID {
	var consumers []ObjectID
	for _, c := range m.changes {
		if c.Role != RoleWorkload || c.Live == nil || c.Action == NoOp || c.Action == Delete {
			continue
		}
		if referencesOf(c.Object)[data] {
			consumers = append(consumers, c.ID)
		}
	}
	return consumers
}

// dataChanges compares the data of two ConfigMaps or Secrets. The path of each
// change is the key alone. Of bytes that are not text only the length is told.
func dataChanges(before, after *unstructured.Unstructured) []fieldChange {
	var d differ
	compare := func(b, a map[string]any) {
		for _, key := range unionKeys(b, a) {
			d.field(path{{field: key}}, nil, b, a)
		}
	}
	compare(textOf(before), textOf(after))
	text := len(d.changes)
	compare(binaryOf(before), binaryOf(after))
	for i := range d.changes[text:] {
		ch := &d.changes[text+i]
		ch.before, ch.after = byteCount(ch.before), byteCount(ch.after)
	}
	return d.changes
}

// textOf returns the data, for a Secret all of it in base64.
func textOf(u *unstructured.Unstructured) map[string]any {
	data, _ := u.Object["data"].(map[string]any)
	plain, _ := u.Object["stringData"].(map[string]any)
	if len(plain) == 0 {
		return data
	}
	all := maps.Clone(data)
	if all == nil {
		all = map[string]any{}
	}
	for key, value := range plain {
		if text, ok := value.(string); ok {
			all[key] = base64.StdEncoding.EncodeToString([]byte(text))
		}
	}
	return all
}

func binaryOf(u *unstructured.Unstructured) map[string]any {
	data, _ := u.Object["binaryData"].(map[string]any)
	return data
}

// byteCount stands for bytes that are not text.
func byteCount(encoded any) any {
	text, ok := encoded.(string)
	if !ok {
		return encoded
	}
	content, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "(bytes)"
	}
	return fmt.Sprintf("(%d bytes)", len(content))
}
