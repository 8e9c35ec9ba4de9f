package main

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
)

// comparison compares an object that is written, with the server's defaults, with the
// one that is live. What is written must be there, and nothing else but what the
// server gives each object: labels, which the release adds to, and names it chose.
type comparison struct {
	t      *testing.T
	object objectName
	bases  map[string]string // base names of versions
}

// assigned are the fields that the server, or a controller, sets to what nobody can
// know.
var assigned = map[string]bool{
	"clusterIP": true, "clusterIPs": true, "nodePort": true, "healthCheckNodePort": true, // of a Service
	"volumeName": true, "claimRef": true, // of a claim and its volume
	"creationTimestamp": true,
}

// additive are the maps that a release adds keys of its own to.
var additive = map[string]bool{"labels": true, "annotations": true, "matchLabels": true, "selector": true}

func (c *comparison) root(text, want, live map[string]any) {
	c.t.Helper()
	for _, field := range slices.Sorted(maps.Keys(union(want, live))) {
		switch field {
		case "apiVersion", "kind", "status":
		case "metadata": // of it the server makes the rest
			for _, field := range []string{"labels", "annotations"} {
				c.value("metadata."+field, field, in(text["metadata"], field), in(want["metadata"], field), in(live["metadata"], field))
			}
		default:
			c.value(field, field, text[field], want[field], live[field])
		}
	}
}

// value compares the values of a field at a path.
func (c *comparison) value(path, field string, text, want, live any) {
	c.t.Helper()
	if text == nil && (assigned[field] || additive[field]) {
		return
	}
	switch want := want.(type) {
	case map[string]any:
		if live, ok := live.(map[string]any); ok {
			c.fields(path, field, text, want, live)
			return
		}
	case []any:
		if live, ok := live.([]any); ok {
			c.items(path, field, text, want, live)
			return
		}
	case string:
		if name, ok := live.(string); ok && c.bases[name] == want {
			return
		}
	}
	if !reflect.DeepEqual(want, live) {
		c.t.Errorf("%s: %s is %s, and should be %s", c.object, path, show(live), show(want))
	}
}

func (c *comparison) fields(path, field string, text any, want, live map[string]any) {
	c.t.Helper()
	keys := union(want, live)
	if additive[field] && plainTexts(want) {
		keys, _ = text.(map[string]any)
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		c.value(path+"."+key, key, in(text, key), want[key], live[key])
	}
}

func (c *comparison) items(path, field string, text any, want, live []any) {
	c.t.Helper()
	if len(want) != len(live) {
		c.t.Errorf("%s: %s has %d items, and should have %d\n  is:        %s\n  should be: %s",
			c.object, path, len(live), len(want), show(live), show(want))
		return
	}
	texts, _ := text.([]any)
	for i := range want {
		var text any
		if i < len(texts) {
			text = texts[i]
		}
		c.value(fmt.Sprintf("%s[%d]", path, i), field, text, want[i], c.counterpart(field, want[i], live, i))
	}
}

// itemKeys are the fields by which items are found, of lists whose order means
// nothing.
var itemKeys = map[string][]string{
	"containers":       {"name"},
	"env":              {"name"},
	"volumes":          {"name"},
	"imagePullSecrets": {"name"},
	"volumeMounts":     {"mountPath"},
	"ports":            {"containerPort", "port", "protocol"},
}

// counterpart returns the item that is meant to be the one at i.
func (c *comparison) counterpart(field string, want any, live []any, i int) any {
	keys := itemKeys[field]
	if _, ok := want.(map[string]any); !ok || keys == nil {
		return live[i]
	}
	for _, item := range live {
		if !slices.ContainsFunc(keys, func(key string) bool { return !c.same(in(want, key), in(item, key)) }) {
			return item
		}
	}
	return nil
}

// same reports whether two values that items are found by are equal, a version having
// the name of what it is of.
func (c *comparison) same(want, live any) bool {
	name, _ := live.(string)
	return want == live || name != "" && c.bases[name] == want
}

// in returns a field of a map; nil when it is none.
func in(value any, field string) any {
	fields, _ := value.(map[string]any)
	return fields[field]
}

func union(a, b map[string]any) map[string]any {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]any{}
	}
	maps.Copy(all, b)
	return all
}

// plainTexts tells a map of labels from a selector with expressions.
func plainTexts(fields map[string]any) bool {
	for _, value := range fields {
		if _, ok := value.(string); !ok {
			return false
		}
	}
	return true
}

func show(value any) string {
	if value == nil {
		return "absent"
	}
	return fmt.Sprintf("%v", value)
}
