package view_test

import (
	"bytes"
	"testing"

	"stowage/cmd/stowage/view"
	"stowage/planner"
)

func TestGraph(t *testing.T) {
	namespace := planner.ObjectID{Kind: "Namespace", Name: `odd"name\n<b>&#`}
	database, app := id("StatefulSet", "mysql"), id("Deployment", "petclinic")
	graph := view.Graph{
		Release: `pet "clinic"`,
		Objects: []planner.Object{{ID: namespace}, {ID: database}, {ID: app}},
		Needs: func(of planner.ObjectID) []planner.Need {
			return map[planner.ObjectID][]planner.Need{
				database: {{ID: namespace, Gate: planner.Applied}},
				app:      {{ID: namespace, Gate: planner.Applied}, {ID: database, Gate: planner.Ready}},
			}[of]
		},
	}
	var dot, mermaid bytes.Buffer
	if err := view.GraphDOT(&dot, graph); err != nil {
		t.Fatal(err)
	}
	if err := view.GraphMermaid(&mermaid, graph); err != nil {
		t.Fatal(err)
	}
	golden(t, "graph.dot", dot.Bytes())
	golden(t, "graph.mermaid", mermaid.Bytes())
}
