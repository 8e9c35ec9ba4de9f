package planner_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/dsl"
	"stowage/planner"
)

// TestGraph orders the configurations in testdata/graph, and those in
// testdata/render that have an order.txt, and compares the order, with what each
// object needs, with that file.
func TestGraph(t *testing.T) {
	dirs := fixtures(t, "testdata/graph")
	rendered, err := filepath.Glob("testdata/render/*/order.txt")
	if err != nil || len(rendered) == 0 {
		t.Fatal("no order of what is rendered: ", err)
	}
	for _, file := range rendered {
		dirs = append(dirs, filepath.Dir(file))
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			graph := mustGraph(t, mustRender(t, evaluate(t, dir)))
			golden(t, filepath.Join(dir, "order.txt"), drawing(graph))
		})
	}
}

// An earlier revision is known by its objects alone: neither blocks nor
// references. What follows from the fields still holds.
func TestGraphOfRecordedObjects(t *testing.T) {
	objects := mustRender(t, evaluate(t, "testdata/render/petclinic"))
	for i := range objects {
		objects[i] = planner.Object{ID: objects[i].ID, Manifest: objects[i].Manifest, Role: objects[i].Role}
	}
	want := `
Namespace petclinic
Secret mysql <- Namespace petclinic applied
ConfigMap petclinic-config <- Namespace petclinic applied
Deployment petclinic <- Secret mysql applied, ConfigMap petclinic-config applied
Service petclinic <- Deployment petclinic ready
StatefulSet mysql <- Secret mysql applied
Service mysql <- StatefulSet mysql ready
`
	if diff := cmp.Diff(want, "\n"+drawing(mustGraph(t, objects))); diff != "" {
		t.Error(diff)
	}
}

// A namespace that is not the release's is not waited for.
func TestGraphWithoutTheNamespace(t *testing.T) {
	objects := mustRender(t, evaluate(t, "testdata/render/petclinic"))[1:]
	if needs := mustGraph(t, objects).Needs(objects[0].ID); len(needs) > 0 {
		t.Errorf("%s needs %v", objects[0].ID, needs)
	}
	if needs := mustGraph(t, objects).Needs(planner.ObjectID{Kind: "Namespace", Name: "petclinic"}); needs != nil {
		t.Errorf("what is not in the graph needs %v", needs)
	}
}

func TestGraphLoop(t *testing.T) {
	at := func(line int) hcl.Range {
		return hcl.Range{Filename: "main.hcl", Start: hcl.Pos{Line: line, Column: 1}}
	}
	refer := func(to string, line int) []dsl.Reference {
		return []dsl.Reference{{To: dsl.Address{Type: "app", Name: to}, Range: at(line)}}
	}
	objects := []planner.Object{
		workload("before", refer("c", 2)), // leads into the loop and is no part of it
		workload("a", refer("b", 4)),
		workload("b", refer("c", 6)),
		workload("c", refer("a", 8)),
		workload("beside", nil),
	}
	for range 10 {
		_, err := planner.NewGraph(objects)
		var loop *planner.CycleError
		if !errors.As(err, &loop) {
			t.Fatalf("got %v, want a *CycleError", err)
		}
		want := `objects need each other in a loop:
  Deployment a needs Deployment b (main.hcl:4)
  Deployment b needs Deployment c (main.hcl:6)
  Deployment c needs Deployment a (main.hcl:8)`
		if diff := cmp.Diff(want, loop.Error()); diff != "" {
			t.Error(diff)
		}
		if from := loop.Edges[2].To; from != loop.Edges[0].From {
			t.Errorf("the loop ends at %s and starts at %s", from, loop.Edges[0].From)
		}
	}
}

// FuzzGraph orders random objects: each comes after all it needs, every object
// once, or else there is a loop; the order of references never matters.
func FuzzGraph(f *testing.F) {
	f.Add(uint64(1), uint8(5), uint8(3))
	f.Add(uint64(2), uint8(40), uint8(60))
	f.Add(uint64(3), uint8(200), uint8(250))
	f.Fuzz(func(t *testing.T, seed uint64, count, links uint8) {
		random := rand.New(rand.NewPCG(seed, 0))
		objects := randomApps(random, int(count)+1, int(links), false)
		graph := mustGraph(t, objects)
		checkGraph(t, graph, objects)

		shuffled := slices.Clone(objects)
		for i := range shuffled {
			refs := slices.Clone(shuffled[i].References)
			random.Shuffle(len(refs), func(a, b int) { refs[a], refs[b] = refs[b], refs[a] })
			shuffled[i].References = refs
		}
		if diff := cmp.Diff(drawing(graph), drawing(mustGraph(t, shuffled))); diff != "" {
			t.Errorf("the order of references matters:\n%s", diff)
		}

		random.Shuffle(len(shuffled), func(a, b int) { shuffled[a], shuffled[b] = shuffled[b], shuffled[a] })
		checkGraph(t, mustGraph(t, shuffled), objects)

		looped := randomApps(random, int(count)+1, int(links), true)
		checkLoop(t, looped)
	})
}

// randomApps makes workloads, half of them with a Service, that refer to each
// other: only to earlier ones, unless loops are wanted.
func randomApps(random *rand.Rand, count, links int, loops bool) []planner.Object {
	refs := make([][]dsl.Reference, count)
	for range links {
		from, to := random.IntN(count), random.IntN(count)
		if !loops && from <= to {
			continue
		}
		if from != to {
			refs[from] = append(refs[from], dsl.Reference{To: dsl.Address{Type: "app", Name: fmt.Sprint("app", to)}})
		}
	}
	var objects []planner.Object
	for i := range count {
		w := workload(fmt.Sprint("app", i), refs[i])
		objects = append(objects, w)
		if random.IntN(2) == 0 {
			service := w
			service.ID.Group, service.ID.Kind, service.Role, service.References = "", "Service", planner.RoleService, nil
			objects = append(objects, service)
		}
	}
	return objects
}

func checkGraph(t *testing.T, graph *planner.Graph, objects []planner.Object) {
	t.Helper()
	position := map[planner.ObjectID]int{}
	for i, o := range graph.Order() {
		position[o.ID] = i
	}
	if len(graph.Order()) != len(objects) || len(position) != len(objects) {
		t.Fatalf("%d objects, %d of them different, out of %d", len(graph.Order()), len(position), len(objects))
	}
	for _, o := range objects {
		for _, need := range graph.Needs(o.ID) {
			if position[need.ID] >= position[o.ID] {
				t.Errorf("%s comes after %s, which needs it", need.ID, o.ID)
			}
		}
	}
}

// checkLoop checks that what cannot be ordered is a loop indeed.
func checkLoop(t *testing.T, objects []planner.Object) {
	t.Helper()
	graph, err := planner.NewGraph(objects)
	if err == nil {
		checkGraph(t, graph, objects)
		return
	}
	var loop *planner.CycleError
	if !errors.As(err, &loop) {
		t.Fatal(err)
	}
	seen := map[planner.ObjectID]bool{}
	for i, e := range loop.Edges {
		if next := loop.Edges[(i+1)%len(loop.Edges)]; e.To != next.From || seen[e.From] {
			t.Fatalf("not a loop: %v", loop)
		}
		seen[e.From] = true
	}
}

// workload makes an app that has nothing but what orders it.
func workload(name string, refs []dsl.Reference) planner.Object {
	u := &unstructured.Unstructured{}
	u.SetLabels(map[string]string{planner.LabelApp: name})
	return planner.Object{
		ID: planner.ObjectID{Group: "apps", Kind: "Deployment", Namespace: "shop", Name: name}, Manifest: u,
		Address: "app." + name, Role: planner.RoleWorkload, References: refs,
	}
}

func mustGraph(t testing.TB, objects []planner.Object) *planner.Graph {
	t.Helper()
	graph, err := planner.NewGraph(objects)
	if err != nil {
		t.Fatal(err)
	}
	return graph
}

var dataVersion = regexp.MustCompile(`-[0-9a-z]{10}\b`)

// drawing writes the objects in their order, each with what it needs.
func drawing(graph *planner.Graph) string {
	var text strings.Builder
	for _, o := range graph.Order() {
		text.WriteString(o.ID.String())
		for i, need := range graph.Needs(o.ID) {
			text.WriteString(map[bool]string{true: " <- ", false: ", "}[i == 0])
			fmt.Fprintf(&text, "%s %s", need.ID, need.Gate)
		}
		text.WriteString("\n")
	}
	return dataVersion.ReplaceAllString(text.String(), "")
}
