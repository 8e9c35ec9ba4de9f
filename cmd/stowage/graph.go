package main

import (
	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
	"stowage/dsl"
	"stowage/planner"
)

type graphOptions struct {
	streams *streams
	inputs  inputFlags
	output  output
	dir     string
}

func newGraph(s *streams) *cobra.Command {
	o := graphOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "graph [DIR]",
		Short: "Draw the order in which objects are applied",
		Long: `Draw the order in which objects are applied, and which gate each waits for, as a
graph for Graphviz (dot, the default) or Mermaid. No cluster is needed.`,
		Args: atMostOneDir,
		RunE: func(_ *cobra.Command, args []string) error {
			o.dir = dirOf(args)
			return o.run()
		},
	}
	o.inputs.register(cmd, dirOf)
	o.output.register(cmd, "dot", "mermaid", "json")
	return cmd
}

func (o *graphOptions) run() error {
	graph, config, err := offline(o.streams, o.dir, o.inputs.inputs(o.streams.environ, ""))
	if err != nil {
		return err
	}
	drawing := view.Graph{Release: config.Release.Name, Objects: graph.Order(), Needs: graph.Needs}
	switch {
	case o.output.is("mermaid"):
		return view.GraphMermaid(o.streams.out.Out, drawing)
	case o.output.is("json"):
		return view.GraphJSON(o.streams.out.Out, drawing)
	}
	return view.GraphDOT(o.streams.out.Out, drawing)
}

// offline orders the objects of a configuration without asking a cluster: as one
// gets them that has nothing of the release. Warnings go to the error stream.
func offline(s *streams, dir string, inputs dsl.Inputs) (*planner.Graph, *dsl.Config, error) {
	configuration, err := load(dir, inputs)
	if err != nil {
		return nil, nil, err
	}
	config, warnings, err := configuration.evaluate(nil)
	if err != nil {
		return nil, nil, err
	}
	if err := view.Warnings(s.err, warnings); err != nil {
		return nil, nil, err
	}
	graph, err := orderOffline(config)
	return graph, config, configuration.sourced(err)
}

// orderOffline renders a configuration and orders its objects, as one gets them that has
// nothing of the release.
func orderOffline(config *dsl.Config) (*planner.Graph, error) {
	objects, err := planner.Render(config)
	if err != nil {
		return nil, err
	}
	if objects, err = planner.Place(objects); err != nil {
		return nil, err
	}
	return planner.NewGraph(objects)
}
