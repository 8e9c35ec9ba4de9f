package view

import (
	"fmt"
	"io"
	"strings"

	"stowage/planner"
)

// Graph is the order of a release: its objects, and what each needs.
type Graph struct {
	Release string
	Objects []planner.Object
	Needs   func(planner.ObjectID) []planner.Need
}

// GraphDOT writes a graph for Graphviz. Arrows go from what is needed to what
// needs it, the way an apply goes, and carry the gate between the two.
func GraphDOT(w io.Writer, g Graph) error {
	var out strings.Builder
	fmt.Fprintf(&out, "digraph %s {\n  node [shape=box]\n", dotString(g.Release))
	for _, object := range g.Objects {
		fmt.Fprintf(&out, "  %s [label=%s]\n", dotNode(object.ID), dotString(object.ID.Kind, object.ID.Name))
	}
	for _, object := range g.Objects {
		for _, need := range g.Needs(object.ID) {
			fmt.Fprintf(&out, "  %s -> %s [label=%s]\n", dotNode(need.ID), dotNode(object.ID), dotString(string(need.Gate)))
		}
	}
	out.WriteString("}\n")
	_, err := io.WriteString(w, out.String())
	return err
}

// dotNode returns a name that no other object of the graph has.
func dotNode(id planner.ObjectID) string {
	return dotString(strings.Join([]string{id.Group, id.Kind, id.Namespace, id.Name}, "/"))
}

// dotString quotes lines of text for DOT.
func dotString(lines ...string) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	for i, line := range lines {
		lines[i] = escape.Replace(printable(line))
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}

// graphDocument is the order in which objects are applied.
type graphDocument struct {
	FormatVersion string      `json:"formatVersion"`
	Release       string      `json:"release"`
	Objects       []graphNode `json:"objects"` // each after those it needs
}

// graphNode is an object, and what must be true before it is applied.
type graphNode struct {
	ID      planner.ObjectID `json:"id"`
	Address string           `json:"address,omitempty"` // block of the configuration, such as app.petclinic
	Origin  planner.Origin   `json:"origin,omitzero"`   // where that block is
	Role    planner.Role     `json:"role,omitempty"`
	Needs   []planner.Need   `json:"needs"`
}

// GraphJSON writes a graph for programs.
func GraphJSON(w io.Writer, g Graph) error {
	document := graphDocument{FormatVersion: FormatVersion, Release: g.Release, Objects: []graphNode{}}
	for _, object := range g.Objects {
		document.Objects = append(document.Objects, graphNode{
			ID: object.ID, Address: object.Address, Origin: object.Origin, Role: object.Role, Needs: orEmpty(g.Needs(object.ID)),
		})
	}
	return writeJSON(w, document)
}

// GraphMermaid writes a graph for Mermaid, as Markdown pages show it.
func GraphMermaid(w io.Writer, g Graph) error {
	var out strings.Builder
	out.WriteString("flowchart TD\n")
	nodes := make(map[planner.ObjectID]string)
	for i, object := range g.Objects {
		nodes[object.ID] = fmt.Sprintf("n%d", i)
		fmt.Fprintf(&out, "  n%d[\"%s<br/>%s\"]\n", i, mermaidText(object.ID.Kind), mermaidText(object.ID.Name))
	}
	for _, object := range g.Objects {
		for _, need := range g.Needs(object.ID) {
			fmt.Fprintf(&out, "  %s -->|%s| %s\n", nodes[need.ID], need.Gate, nodes[object.ID])
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// mermaidText escapes text for a quoted Mermaid label, which is HTML with
// entities of its own.
func mermaidText(text string) string {
	return strings.NewReplacer("#", "#35;", `"`, "#quot;", "&", "#amp;", "<", "#lt;", ">", "#gt;").Replace(printable(text))
}
