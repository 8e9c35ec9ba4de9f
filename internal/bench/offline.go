package main

import (
	"context"
	"fmt"
	"io"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/dsl"
	"stowage/planner"
)

// offline measures what needs no cluster, for so many apps.
func offline(ctx context.Context, out io.Writer, dir string, apps int) error {
	release := fmt.Sprintf("offline-%d", apps)
	config, err := writeConfiguration(dir, release, apps)
	if err != nil {
		return err
	}
	if err := plan(ctx, config); err != nil { // testing.Benchmark tells nothing of an error
		return err
	}
	rendered := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			if _, err := render(config, dsl.Inputs{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	planned := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			if err := plan(ctx, config); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, r := range []struct {
		name   string
		result testing.BenchmarkResult
	}{{"render", rendered}, {"plan", planned}} {
		fmt.Fprintf(out, "%-8s %5d apps  %10.2f ms  %9d allocations  %8.1f MiB\n", r.name, apps,
			float64(r.result.NsPerOp())/1e6, r.result.AllocsPerOp(), float64(r.result.AllocedBytesPerOp())/(1<<20))
	}
	return nil
}

// render goes from files to ordered objects.
func render(dir string, in dsl.Inputs) (planner.Input, error) {
	module, diagnostics := dsl.Parse(dir)
	if diagnostics.HasErrors() {
		return planner.Input{}, diagnostics
	}
	config, diagnostics := module.Evaluate(in)
	if diagnostics.HasErrors() {
		return planner.Input{}, diagnostics
	}
	objects, err := planner.Render(config)
	if err != nil {
		return planner.Input{}, err
	}
	graph, err := planner.NewGraph(objects)
	if err != nil {
		return planner.Input{}, err
	}
	return planner.Input{
		Release: config.Release.Name, Namespace: config.Release.Namespace, HistoryLimit: config.Release.HistoryLimit,
		Objects: objects, Graph: graph,
	}, nil
}

// plan goes on to the plan of a first apply.
func plan(ctx context.Context, dir string) error {
	input, err := render(dir, dsl.Inputs{})
	if err != nil {
		return err
	}
	_, err = planner.Make(ctx, input, nothing{})
	return err
}

// nothing is a cluster without any object, and without the release's
// namespace, so that planning asks for nothing that would have to be faked.
type nothing struct{}

func (nothing) List(context.Context, schema.GroupVersionKind, string, string) ([]*unstructured.Unstructured, error) {
	return nil, nil
}

func (nothing) Get(_ context.Context, kind schema.GroupVersionKind, _, name string) (*unstructured.Unstructured, error) {
	return nil, apierrors.NewNotFound(schema.GroupResource{Group: kind.Group, Resource: kind.Kind}, name)
}

// DryRun is asked for the namespace alone: nothing else can be tried without it.
func (nothing) DryRun(_ context.Context, object *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	if object.GetKind() != "Namespace" {
		return nil, fmt.Errorf("there is no cluster to ask about %s %s", object.GetKind(), object.GetName())
	}
	return object, nil
}

// DryRunPatch is never asked for: there is nothing to adopt.
func (nothing) DryRunPatch(_ context.Context, kind schema.GroupVersionKind, _, name string, _ []byte) (*unstructured.Unstructured, error) {
	return nil, fmt.Errorf("there is no cluster to ask about %s %s", kind.Kind, name)
}
