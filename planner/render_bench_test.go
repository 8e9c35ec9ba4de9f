package planner_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"stowage/dsl"
	"stowage/planner"
)

// sizes are the numbers of apps to measure with; each is 3 objects and a half.
var sizes = []int{1, 100, 1000}

func BenchmarkRender(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("apps=%d", n), func(b *testing.B) {
			cfg := manyApps(b, n)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := planner.Render(cfg); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkGraph(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("apps=%d", n), func(b *testing.B) {
			objects := mustRender(b, manyApps(b, n))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := planner.NewGraph(objects); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// manyApps repeats Petclinic and its database until there are n apps at least,
// under other names.
func manyApps(tb testing.TB, n int) *dsl.Config {
	tb.Helper()
	one := evaluate(tb, "testdata/render/petclinic")
	many := *one
	many.Data, many.Apps = nil, nil
	for i := 0; len(many.Apps) < n; i++ {
		suffix := fmt.Sprintf("-%d", i)
		for _, d := range one.Data {
			many.Data = append(many.Data, renamedData(d, suffix))
		}
		for _, a := range one.Apps {
			many.Apps = append(many.Apps, renamedApp(a, suffix))
		}
	}
	return &many
}

func renamedApp(a *dsl.App, suffix string) *dsl.App {
	c := *a
	c.Address.Name += suffix
	c.Name += suffix
	if a.Config != nil {
		c.Config = renamedData(a.Config, suffix)
	}
	if a.Service != nil {
		service := *a.Service
		service.Name += suffix
		service.Ports = slices.Clone(service.Ports)
		for i := range service.Ports {
			service.Ports[i].NodePort = 0 // there are not enough of them
		}
		c.Service = &service
	}
	c.EnvFrom = append([]dsl.EnvSource(nil), a.EnvFrom...)
	for i := range c.EnvFrom {
		c.EnvFrom[i].Name += suffix
	}
	c.Env = append([]dsl.EnvVar(nil), a.Env...)
	for i, v := range c.Env {
		if v.Key != nil {
			key := *v.Key
			key.Name += suffix
			c.Env[i].Key = &key
		}
	}
	c.References = renamedReferences(a.References, suffix)
	return &c
}

func renamedData(d *dsl.Data, suffix string) *dsl.Data {
	c := *d
	c.Address.Name += suffix
	c.Name += suffix
	c.BaseName += suffix
	c.Text = maps.Clone(d.Text)
	c.References = renamedReferences(d.References, suffix)
	return &c
}

func renamedReferences(refs []dsl.Reference, suffix string) []dsl.Reference {
	renamed := append([]dsl.Reference(nil), refs...)
	for i := range renamed {
		renamed[i].To.Name += suffix
	}
	return renamed
}
