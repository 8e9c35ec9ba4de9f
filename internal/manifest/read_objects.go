package manifest

import (
	"path/filepath"
	"strings"

	yamlnode "go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// fileReader takes the objects from one file.
type fileReader struct {
	name      string
	documents []Document
	problems  []Problem
}

func (f *fileReader) problem(p Problem) {
	p.File = f.name
	f.problems = append(f.problems, p)
}

// read takes the objects from the file's text.
func (f *fileReader) read(text string) {
	pieces, rest := split(text)
	for _, p := range pieces {
		f.piece(p)
	}
	if last := len(f.documents) - 1; last >= 0 {
		f.documents[last].Comments.addFoot("", ownLines(rest))
	}
}

// piece takes the objects from one document of the file, or from JSON values in a row.
func (f *fileReader) piece(p piece) {
	if p.beginsLikeJSON() {
		found, problem, ok := parseJSON(p)
		if ok || strings.EqualFold(filepath.Ext(f.name), ".json") {
			for _, c := range found {
				f.objects(c.value, c.tree, nil)
			}
			if problem != nil {
				f.problem(*problem)
			}
			return
		}
	}
	c, problem := parseYAML(p)
	switch {
	case problem != nil:
		f.problem(*problem)
	case c.value != nil:
		f.objects(c.value, c.tree, commentsOf(p, c.tree))
	}
}

// beginsLikeJSON says whether the first character of a piece's content can be that of a JSON object or list.
func (p piece) beginsLikeJSON() bool {
	text := strings.TrimLeft(p.text, " \t\r\n")
	return strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[")
}

// objects takes an object, or the objects of a list, from a value.
func (f *fileReader) objects(value any, tree *yamlnode.Node, comments Comments) {
	fields, ok := value.(map[string]any)
	if !ok {
		f.problem(Problem{
			Line: tree.Line, Column: tree.Column, Summary: "is " + describe(value) + ", not an object of Kubernetes",
			Hint: "each document is one object with apiVersion, kind and metadata",
		})
		return
	}
	if items, ok := itemsOf(fields); ok {
		f.list(fields, items, tree, comments)
		return
	}
	u := &unstructured.Unstructured{Object: fields}
	d := Document{Object: u, File: f.name, Line: tree.Line, Comments: comments, Places: placesOf(tree)}
	if problem := notAnObject(d); problem != nil {
		f.problem(*problem)
		return
	}
	if d.Comments == nil {
		d.Comments = Comments{}
	}
	f.documents = append(f.documents, d)
}

// itemsOf returns the items of a list of objects: v1 List, ConfigMapList and the like.
func itemsOf(fields map[string]any) ([]any, bool) {
	kind, _ := fields["kind"].(string)
	version, _ := fields["apiVersion"].(string)
	if !strings.HasSuffix(kind, "List") || version == "" {
		return nil, false
	}
	value, written := fields["items"]
	items, ok := value.([]any)
	return items, ok || written && value == nil
}

// list takes the objects of a list. An item of a typed list needs no kind of its own.
func (f *fileReader) list(list map[string]any, items []any, tree *yamlnode.Node, comments Comments) {
	nodes := fieldOf(tree, "items")
	byItem := comments.split("items", len(items))
	for i, item := range items {
		node := tree
		if nodes != nil && i < len(nodes.Content) {
			node = resolved(nodes.Content[i])
		}
		if fields, ok := item.(map[string]any); ok {
			inferKind(fields, list)
		}
		var own Comments
		if comments != nil {
			own = byItem[i]
		}
		f.objects(item, node, own)
	}
}

// inferKind gives an item of a typed list the kind that the list's own says.
func inferKind(item, list map[string]any) {
	kind := strings.TrimSuffix(list["kind"].(string), "List")
	if has, _ := item["kind"].(string); has == "" && kind != "" {
		item["kind"] = kind
		if version, _ := item["apiVersion"].(string); version == "" {
			item["apiVersion"] = list["apiVersion"]
		}
	}
}

// describe says what a value is, without the value.
func describe(v any) string {
	switch v.(type) {
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	case string:
		return "text"
	case bool:
		return "true or false"
	case nil:
		return "null"
	}
	return "a number"
}
