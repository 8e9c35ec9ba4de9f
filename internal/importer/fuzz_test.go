package importer

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"

	"stowage/internal/manifest"
)

// FuzzImport imports manifests of the test data with fields taken out, put in from others and
// given odd values. What the API would still take must be imported without a loss.
func FuzzImport(f *testing.F) {
	const seeds = 150
	for seed := range uint64(seeds) {
		f.Add(seed)
	}
	stock := newStock(f)
	f.Fuzz(func(t *testing.T, seed uint64) {
		docs := stock.mutants(seed)
		result, err := Import(docs, Options{KeepNames: seed%4 == 0})
		if err != nil {
			t.Fatalf("%v\n%s", err, textOfAll(docs))
		}
		for _, d := range result.Differences {
			t.Errorf("differs: %s %s: want %v, got %v", d.ID, d.Field, d.Want, d.Got)
		}
		for _, n := range result.Left {
			if n.Text == "" {
				t.Errorf("%s is left for no reason", n.ID)
			}
		}
		if imported := result.Objects + len(result.Left); imported != len(docs) {
			t.Errorf("of %d documents %d are imported or left", len(docs), imported)
		}
		if t.Failed() {
			t.Logf("%s\n%s", textOfAll(docs), outside(result))
		}
	})
}

// stock is what mutants are made from: documents, and the values of all fields by name.
type stock struct {
	docs   []manifest.Document
	values map[string][]any
}

func newStock(f *testing.F) *stock {
	f.Helper()
	s := &stock{values: map[string][]any{}}
	for _, pattern := range []string{"testdata/corpus/*.yaml", "testdata/import/*/*.yaml", "testdata/app/*.yaml"} {
		files, _ := filepath.Glob(pattern)
		docs, _ := manifest.Read(f.Context(), files, nil)
		for _, d := range docs {
			if len(manifest.Check(d)) == 0 {
				s.docs = append(s.docs, d)
				s.learn("", d.Object.Object)
			}
		}
	}
	if len(s.docs) == 0 {
		f.Fatal("no test data")
	}
	return s
}

func (s *stock) learn(name string, v any) {
	s.values[name] = append(s.values[name], v)
	switch v := v.(type) {
	case map[string]any:
		for _, field := range sortedKeys(v) {
			s.learn(field, v[field])
		}
	case []any:
		for _, item := range v {
			s.learn(name+"[]", item)
		}
	}
}

// mutants returns a few documents that the API would take, each of another object.
func (s *stock) mutants(seed uint64) []manifest.Document {
	const most, changes = 4, 3
	r := rand.New(rand.NewPCG(seed, 0))
	var docs []manifest.Document
	seen := map[string]bool{}
	first, fromCluster := r.IntN(len(s.docs)), r.IntN(most) == 0
	for i := range 1 + r.IntN(most) {
		d := s.docs[(first+i)%len(s.docs)] // neighbours belong together
		d.Object = d.Object.DeepCopy()
		for range r.IntN(changes) {
			s.mutate(r, d.Object.Object)
		}
		u := d.Object
		id := fmt.Sprint(u.GroupVersionKind().GroupKind(), u.GetNamespace(), u.GetName())
		if seen[id] || len(manifest.Check(d)) > 0 {
			continue
		}
		seen[id] = true
		if fromCluster {
			d = manifest.Document{Object: u}
		}
		docs = append(docs, d)
	}
	return docs
}

// mutate changes one field of an object.
func (s *stock) mutate(r *rand.Rand, object map[string]any) {
	names := sortedKeys(object)
	if len(names) == 0 {
		return
	}
	name := names[r.IntN(len(names))]
	if name == "apiVersion" || name == "kind" {
		return
	}
	const ways = 8
	switch v := object[name].(type) {
	case map[string]any:
		if r.IntN(ways) > 1 {
			s.mutate(r, v)
			return
		}
	case []any:
		if at := r.IntN(len(v) + 1); at < len(v) && r.IntN(ways) > 1 {
			if item, ok := v[at].(map[string]any); ok {
				s.mutate(r, item)
			} else {
				object[name] = slices.Delete(slices.Clone(v), at, at+1)
			}
			return
		}
	}
	switch r.IntN(ways) {
	case 0:
		delete(object, name)
	case 1:
		odd := []any{"", "0", "a\nb\n", "${a}", "%{b", " x ", "Ä", "true", int64(0), int64(-1), true, nil, "web", "1Gi", "$(A)"}
		object[name] = odd[r.IntN(len(odd))]
	case 2:
		all := slices.Sorted(maps.Keys(s.values))
		other := all[r.IntN(len(all))]
		object[other] = s.pick(r, other)
	default:
		object[name] = s.pick(r, name)
	}
}

func (s *stock) pick(r *rand.Rand, name string) any {
	values := s.values[name]
	if len(values) == 0 {
		return nil
	}
	return runtime.DeepCopyJSONValue(values[r.IntN(len(values))])
}

func textOfAll(docs []manifest.Document) (text string) {
	for _, d := range docs {
		data, _ := d.Object.MarshalJSON()
		text += string(data) + "\n"
	}
	return text
}
