package planner_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stowage/planner"
)

// TestPlaceInAnEmptyCluster compares what an empty cluster gets of the configurations
// in testdata/place, and in which order, with objects.yaml beside them.
func TestPlaceInAnEmptyCluster(t *testing.T) {
	for _, dir := range fixtures(t, "testdata/place") {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			objects, err := planner.Place(mustRender(t, evaluate(t, dir)))
			if err != nil {
				t.Fatal(err)
			}
			graph, err := planner.NewGraph(objects)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join(dir, "objects.yaml"), manifests(t, graph.Order())+waits(graph))
			for _, o := range objects {
				if err := planner.Validate(o); err != nil {
					t.Errorf("%s: %v", o.ID, err)
				}
			}
		})
	}
}

// waits writes what each object waits for.
func waits(graph *planner.Graph) string {
	var text strings.Builder
	text.WriteString("---\n")
	for _, o := range graph.Order() {
		for _, need := range graph.Needs(o.ID) {
			fmt.Fprintf(&text, "# %s needs %s %s\n", o.ID, need.ID, need.Gate)
		}
	}
	return text.String()
}

func TestPlaceLeavesWhatWasRenderedAlone(t *testing.T) {
	objects := mustRender(t, evaluate(t, "testdata/place/blue-green"))
	before := manifests(t, objects)
	if _, err := planner.Place(objects); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, manifests(t, objects)); diff != "" {
		t.Error(diff)
	}
}
