package manifest

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"sort"
	"strconv"
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

// errorPrefix is what a parser puts before the words of an error.
var errorPrefix = regexp.MustCompile(`^(?:error converting YAML to JSON: )?(?:yaml: )?(?:line (\d+): )?`)

// directive is what a template has where YAML has a field, an item of a list or a value.
var directive = regexp.MustCompile(`^\s*(?:- )*(?:[\w./-]+:\s+)?["'\w./:-]*\{\{`)

// syntaxProblem says what the parser did not understand.
func (p piece) syntaxProblem(err error) *Problem {
	text := errorPrefix.ReplaceAllString(err.Error(), "")
	found := &Problem{Line: p.errorLine(err), Summary: "is not YAML: " + text}
	line, template := p.find(directive.MatchString)
	switch {
	case template:
		found.Line = line
		found.Summary, found.Hint = templateSummary, templateHint
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

// longPiece is the length from which looking for the line of an error would take seconds.
const longPiece = 1 << 18

// errorLine returns the last line that the parser needs to come to its error. Its own word for it is often where
// the block begins, or missing; in a very long document that has to do.
func (p piece) errorLine(err error) int {
	if len(p.text) > longPiece {
		said, _ := strconv.Atoi(errorPrefix.FindStringSubmatch(err.Error())[1])
		return p.line + max(said, 1) - 1
	}
	parse := func(text string) error {
		_, err := parseValue(text)
		return err
	}
	if _, failed := parseTree(p); failed != nil {
		parse = func(text string) error {
			_, err := parseTree(piece{text: text, line: p.line})
			return err
		}
	}
	lines := strings.SplitAfter(p.text, "\n")
	fails := sort.Search(len(lines), func(n int) bool {
		failed := parse(strings.Join(lines[:n], ""))
		return failed != nil && failed.Error() == err.Error()
	})
	for fails > 1 && fails <= len(lines) && strings.TrimSpace(lines[fails-1]) == "" && !strings.HasPrefix(lines[fails-1], "\t") {
		fails--
	}
	return p.line + fails - 1
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
