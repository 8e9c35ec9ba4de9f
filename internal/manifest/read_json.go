package manifest

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	yamlnode "go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/util/json"
)

// parseJSON parses a piece that is one JSON value or several in a row. Not ok: it is not JSON from its first
// character to the end of its first value, but may still be YAML. Objects before an error are returned with it.
func parseJSON(p piece) (found []content, problem *Problem, ok bool) {
	decoder, c := stdjson.NewDecoder(strings.NewReader(p.text)), newCursor(p)
	for {
		var raw stdjson.RawMessage
		switch err := decoder.Decode(&raw); {
		case errors.Is(err, io.EOF):
			return found, nil, true
		case err != nil:
			return found, p.jsonProblem(err, decoder.InputOffset()), len(found) > 0
		}
		value, problem := p.jsonValue(raw, c, int(decoder.InputOffset()))
		if problem != nil {
			return found, problem, true
		}
		found = append(found, value)
	}
}

// jsonValue returns the value that ends at an offset of the piece; the cursor is before it.
func (p piece) jsonValue(raw []byte, c *cursor, end int) (content, *Problem) {
	t := &jsonTree{decoder: stdjson.NewDecoder(bytes.NewReader(raw)), cursor: c, offset: end - len(raw)}
	t.decoder.UseNumber()
	tree, err := t.value()
	if err != nil {
		return content{}, p.jsonProblem(err, int64(t.offset))
	}
	if problem := checkTree(tree); problem != nil {
		return content{}, problem
	}
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return content{}, p.jsonProblem(err, int64(t.offset))
	}
	return content{value, tree}, nil
}

// jsonProblem says where JSON ends to be JSON.
func (p piece) jsonProblem(err error, offset int64) *Problem {
	if syntax := (*stdjson.SyntaxError)(nil); errors.As(err, &syntax) {
		offset = syntax.Offset - 1
	}
	c := newCursor(p)
	c.to(int(offset))
	return &Problem{Line: c.line, Column: c.column, Summary: fmt.Sprintf("is not JSON: %v", err)}
}

// jsonTree builds the tree of a JSON value, with places like those of YAML.
type jsonTree struct {
	decoder *stdjson.Decoder
	cursor  *cursor // in the text of the piece
	offset  int     // of the value in that text
}

// value reads the next value.
func (t *jsonTree) value() (*yamlnode.Node, error) {
	token, n, err := t.next()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case stdjson.Delim:
		n.Kind = yamlnode.SequenceNode
		if token == '{' {
			n.Kind = yamlnode.MappingNode
		}
		for t.decoder.More() { // of an object: key, value, key, value
			child, err := t.value()
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, child)
		}
		_, err = t.decoder.Token()
	case string:
		n.Tag, n.Value, n.Style = "!!str", token, yamlnode.DoubleQuotedStyle
	case stdjson.Number:
		n.Tag, n.Value = "!!int", token.String()
	case bool:
		n.Tag = "!!bool"
	case nil:
		n.Tag = "!!null"
	}
	return n, err
}

// next returns the next token, with a node at its place.
func (t *jsonTree) next() (stdjson.Token, *yamlnode.Node, error) {
	t.cursor.to(t.offset + int(t.decoder.InputOffset()))
	token, err := t.decoder.Token()
	for !t.cursor.done() && strings.IndexByte(" \t\r\n,:", t.cursor.text[t.cursor.at]) >= 0 {
		t.cursor.step()
	}
	return token, &yamlnode.Node{Kind: yamlnode.ScalarNode, Line: t.cursor.line, Column: t.cursor.column}, err
}
