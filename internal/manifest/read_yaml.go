package manifest

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"sort"
	"strings"

	yamlnode "go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"
)

// content is a parsed document: its value, and the tree that says where everything stands. YAML is parsed twice,
// because the parser that kubectl uses decides what a value is (on, 0644, 1_000), and only the other one keeps
// places.
type content struct {
	value any
	tree  *yamlnode.Node
}

// parseYAML parses a piece that is one YAML document. A value of nil is a document without content.
func parseYAML(p piece) (content, *Problem) {
	tree, err := parseTree(p)
	if err != nil {
		return content{}, p.syntaxProblem(err)
	}
	if tree == nil {
		return content{}, nil
	}
	if problem := checkTree(tree); problem != nil {
		return content{}, problem
	}
	value, err := parseValue(p.text)
	if err != nil {
		return content{}, p.syntaxProblem(err)
	}
	return content{value, tree}, nil
}

// parseValue returns what kubectl would send for a text.
func parseValue(text string) (value any, err error) {
	data, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		return nil, err
	}
	return value, json.Unmarshal(data, &value)
}

// parseTree returns the root node of a piece, nil if it has no content. The lines of all nodes are those of the file.
func parseTree(p piece) (*yamlnode.Node, error) {
	decoder := yamlnode.NewDecoder(strings.NewReader(p.text))
	var document, next yamlnode.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, err
	}
	switch err := decoder.Decode(&next); {
	case err == nil:
		return nil, fmt.Errorf("line %d: another document begins without a line of its own that says ---", next.Line)
	case !errors.Is(err, io.EOF):
		return nil, err
	}
	root := document.Content[0]
	walk(root, func(n *yamlnode.Node) bool {
		n.Line += p.line - 1
		return true
	})
	return root, nil
}

var errorLine = regexp.MustCompile(`^(?:error converting YAML to JSON: )?(?:yaml: )?(?:line (\d+): )?`)

// syntaxProblem says what the parser did not understand.
func (p piece) syntaxProblem(err error) *Problem {
	text := errorLine.ReplaceAllString(err.Error(), "")
	found := &Problem{Line: p.errorLine(err), Summary: "is not YAML: " + text}
	line, template := p.find(func(line string) bool { return hasContent(line) && strings.Contains(line, "{{") })
	switch {
	case template:
		found.Line = line
		found.Summary, found.Hint = "is a template of Helm, not an object", "run `helm template RELEASE CHART | stowage import -`"
	case strings.Contains(text, "cannot start any token"):
		found.Hint = "indent with spaces, as YAML takes no tabs there; put a value that begins with @, ` or % in quotes"
	case strings.Contains(text, "unknown anchor"): // the name may be a password that begins with "*"
		found.Summary = "is not YAML: an alias (*) of something that no anchor (&) before it names"
		found.Hint = "put the value in quotes if it is text"
	case strings.Contains(text, "mapping values are not allowed"):
		found.Hint = `put a value that has ": " in it in quotes, and check the indentation`
	case strings.Contains(text, "find expected"), strings.Contains(text, "unexpected end of stream"):
		found.Hint = "check the indentation, quotes and brackets here"
	}
	return found
}

// errorLine returns the last line that the parser needs to come to its error. Its own word for it is often where
// the block begins, or missing.
func (p piece) errorLine(err error) int {
	lines := strings.SplitAfter(p.text, "\n")
	fails := sort.Search(len(lines), func(n int) bool {
		part := piece{text: strings.Join(lines[:n], ""), line: p.line}
		_, failed := parseTree(part)
		if failed == nil {
			_, failed = parseValue(part.text)
		}
		return failed != nil && failed.Error() == err.Error()
	})
	line := p.line + fails - 1
	for i := fails - 1; i > 0 && i < len(lines) && strings.TrimSpace(lines[i]) == "" && !strings.HasPrefix(lines[i], "\t"); i-- {
		line--
	}
	return line
}

// find returns the number of the first line that is looked for.
func (p piece) find(is func(line string) bool) (int, bool) {
	number := p.line
	for line := range strings.Lines(p.text) {
		if is(line) {
			return number, true
		}
		number++
	}
	return 0, false
}
