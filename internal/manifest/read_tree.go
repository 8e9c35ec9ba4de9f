package manifest

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	yamlnode "go.yaml.in/yaml/v3"
	"sigs.k8s.io/yaml"
)

// at returns a problem at a node.
func at(n *yamlnode.Node, summary, hint string) *Problem {
	return &Problem{Line: n.Line, Column: n.Column, Summary: summary, Hint: hint}
}

// walk visits a node and all that is written in it until visit says no. Aliases are not followed.
func walk(n *yamlnode.Node, visit func(*yamlnode.Node) bool) bool {
	if !visit(n) {
		return false
	}
	for _, child := range n.Content {
		if !walk(child, visit) {
			return false
		}
	}
	return true
}

// checkTree returns what is wrong with a document that a parser took: what the JSON that is sent to a server
// cannot say, and keys that are written twice.
func checkTree(root *yamlnode.Node) (found *Problem) {
	walk(root, func(n *yamlnode.Node) bool {
		switch n.Kind {
		case yamlnode.MappingNode:
			found = checkKeys(n)
		case yamlnode.ScalarNode:
			found = checkScalar(n)
		}
		return found == nil
	})
	return found
}

// checkKeys looks for keys that are no text or are there twice.
func checkKeys(mapping *yamlnode.Node) *Problem {
	first := map[string]*yamlnode.Node{}
	for i := 0; i < len(mapping.Content); i += 2 {
		node := mapping.Content[i]
		if isMerge(node) {
			continue
		}
		key, ok := keyText(node)
		switch {
		case !ok && node.Kind == yamlnode.MappingNode: // what "{{ .Values.x }}" is to YAML
			return at(node, templateSummary, templateHint)
		case !ok:
			return at(node, "the key of a field must be text", "put it in quotes; a value with braces or brackets needs quotes too")
		}
		if before := first[key]; before != nil {
			return at(node, fmt.Sprintf("%q is written twice, first in line %d", key, before.Line),
				"remove one of the two: kubectl takes the last one without a word")
		}
		first[key] = node
	}
	return nil
}

// checkScalar looks for values that JSON does not have, and for those that another tool was to put something in the place of.
func checkScalar(n *yamlnode.Node) *Problem {
	switch tag := n.ShortTag(); tag {
	default:
		if len(tag) > 1 && !strings.HasPrefix(tag, "!!") {
			return at(n, "has a tag (!) that is not of YAML: kubectl would take what follows it for plain text",
				"let the tool that knows the tag write the file; put the value in quotes if it is text")
		}
	case "!!float":
		if v := strings.ToLower(strings.TrimLeft(n.Value, "+-")); v == ".nan" || v == ".inf" {
			return at(n, fmt.Sprintf("%s is no value of Kubernetes", n.Value), "write a number, or put it in quotes if it is text")
		}
	case "!!binary":
		if !binaryText(n.Value) {
			return at(n, "!!binary holds bytes that are not text",
				"write the base64 without !!binary: into data of a Secret or binaryData of a ConfigMap")
		}
	}
	return nil
}

// binaryText says whether base64 text stands for text.
func binaryText(encoded string) bool {
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(encoded), ""))
	return err != nil || utf8.Valid(data) // the parser says what is wrong with the encoding
}

// isMerge says whether a key is the "<<" that merges other mappings in.
func isMerge(key *yamlnode.Node) bool {
	return key.Kind == yamlnode.ScalarNode && key.Tag == "!!merge"
}

// keyText returns a key as the parser of kubectl makes it a text: a plain 1, on or 0x10 is none by itself. Not ok:
// it is a list, an object or null.
func keyText(n *yamlnode.Node) (string, bool) {
	n = resolved(n)
	if n.Kind != yamlnode.ScalarNode {
		return "", false
	}
	const quoted = yamlnode.DoubleQuotedStyle | yamlnode.SingleQuotedStyle | yamlnode.LiteralStyle | yamlnode.FoldedStyle
	if n.Style&quoted != 0 || isWord(n.Value) {
		return n.Value, true
	}
	value := map[string]any{}
	if err := yaml.Unmarshal([]byte(n.Value+": 0"), &value); err != nil {
		return n.Value, !strings.Contains(err.Error(), "unsupported map key")
	}
	for key := range value {
		return key, true
	}
	return n.Value, true
}

// isWord says whether a plain text can be nothing but text: it begins with a letter and is none of the words that mean true, false or null.
func isWord(text string) bool {
	if text == "" || text[0]|0x20 < 'a' || 'z' < text[0]|0x20 {
		return false
	}
	switch strings.ToLower(text) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
		return false
	}
	return true
}

// resolved follows an alias to what it stands for.
func resolved(n *yamlnode.Node) *yamlnode.Node {
	if n.Kind == yamlnode.AliasNode {
		return n.Alias
	}
	return n
}

// placesOf returns where the fields of an object stand. A field that comes from an anchor stands where the anchor is.
func placesOf(root *yamlnode.Node) map[string]Place {
	places := map[string]Place{}
	if root != nil {
		places[""] = Place{root.Line, root.Column}
		addPlaces(places, "", root)
	}
	return places
}

func addPlaces(places map[string]Place, path string, n *yamlnode.Node) {
	n = resolved(n)
	switch n.Kind {
	case yamlnode.MappingNode:
		eachField(n, func(key string, at, value *yamlnode.Node) {
			field := Path(path, key)
			places[field] = Place{at.Line, at.Column}
			addPlaces(places, field, value)
		})
	case yamlnode.SequenceNode:
		for i, item := range n.Content {
			field := IndexPath(path, i)
			places[field] = Place{item.Line, item.Column}
			addPlaces(places, field, item)
		}
	}
}

// eachField calls do for the fields of a mapping, first for those that are merged into it.
func eachField(mapping *yamlnode.Node, do func(key string, at, value *yamlnode.Node)) {
	for i := 0; i < len(mapping.Content); i += 2 {
		if !isMerge(mapping.Content[i]) {
			continue
		}
		merged := resolved(mapping.Content[i+1])
		sources := []*yamlnode.Node{merged}
		if merged.Kind == yamlnode.SequenceNode {
			sources = merged.Content
		}
		for _, source := range sources {
			if source = resolved(source); source.Kind == yamlnode.MappingNode {
				eachField(source, do)
			}
		}
	}
	for i := 0; i < len(mapping.Content); i += 2 {
		if key, ok := keyText(mapping.Content[i]); ok && !isMerge(mapping.Content[i]) {
			do(key, mapping.Content[i], mapping.Content[i+1])
		}
	}
}

// fieldOf returns the value of a field, nil if it is not written.
func fieldOf(n *yamlnode.Node, name string) (found *yamlnode.Node) {
	if n == nil || resolved(n).Kind != yamlnode.MappingNode {
		return nil
	}
	eachField(resolved(n), func(key string, _, value *yamlnode.Node) {
		if key == name {
			found = resolved(value)
		}
	})
	return found
}
