package manifest

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	yamlnode "go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"
)

// content is a parsed document: its value, and the tree that says where everything stands. YAML is parsed twice, because the parser that kubectl uses decides
// what a value is (on, 0644, 1_000), and only the other one keeps places.
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
	data, err := yaml.YAMLToJSON([]byte(p.text))
	if err != nil {
		return content{}, p.syntaxProblem(err)
	}
	var value any
	if err := json.Unmarshal(data, &value); err != nil {
		return content{}, p.syntaxProblem(err)
	}
	return content{value, tree}, nil
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

var errorLine = regexp.MustCompile(`^(?:yaml: )?(?:unmarshal errors:\n\s*)?(?:line (\d+): )?`)

// syntaxProblem says what the parser did not understand. The parser counts lines from the beginning of the piece.
func (p piece) syntaxProblem(err error) *Problem {
	text := strings.TrimPrefix(err.Error(), "error converting YAML to JSON: ")
	found := &Problem{Line: p.firstLine()}
	if m := errorLine.FindStringSubmatch(text); m != nil {
		text = text[len(m[0]):]
		if n, err := strconv.Atoi(m[1]); err == nil {
			found.Line = n + p.line - 1
		}
	}
	found.Summary = "is not YAML: " + strings.TrimSpace(text)
	line, template := p.templateLine()
	switch tab := p.tabLine(); {
	case template:
		found.Line = line
		found.Summary, found.Hint = "is a template of Helm, not an object", "run `helm template RELEASE CHART | stowage import -`"
	case tab > 0 && strings.Contains(text, "cannot start any token"):
		found.Line, found.Hint = tab, "indent with spaces: YAML takes no tabs there"
	case strings.Contains(text, "control characters"):
		found.Line = p.controlLine()
	case strings.Contains(text, "mapping values are not allowed"):
		found.Hint = `put a value that has ": " in it in quotes, and check the indentation`
	case strings.Contains(text, "did not find expected"), strings.Contains(text, "could not find expected"):
		found.Hint = "check the indentation and the quotes of the lines before"
	}
	return found
}

// firstLine returns the line of the first content.
func (p piece) firstLine() int {
	number := p.line
	for line := range strings.Lines(p.text) {
		if hasContent(line) {
			break
		}
		number++
	}
	return number
}

// templateLine returns the first line with a directive of a template.
func (p piece) templateLine() (int, bool) {
	return p.find(func(line string) bool { return hasContent(line) && strings.Contains(line, "{{") })
}

func (p piece) tabLine() int {
	line, _ := p.find(func(line string) bool {
		return strings.Contains(line[:len(line)-len(strings.TrimLeft(line, " \t"))], "\t") && hasContent(line)
	})
	return line
}

func (p piece) controlLine() int {
	line, _ := p.find(func(line string) bool {
		return strings.ContainsFunc(line, func(r rune) bool {
			return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f || r >= 0x80 && r < 0xa0 && r != 0x85
		})
	})
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
