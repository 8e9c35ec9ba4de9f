package main

import (
	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
)

type renderOptions struct {
	streams     *streams
	inputs      inputFlags
	cluster     clusterFlags
	output      output
	showSecrets bool
	dir         string
}

func newRender(s *streams) *cobra.Command {
	o := renderOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "render [DIR]",
		Short: "Write the Kubernetes objects of a configuration as YAML",
		Long: `Write the Kubernetes objects of a configuration as YAML, in the order in which
they would be applied. No cluster is needed.

The names of versioned Secrets are provisional: the real ones depend on a key
that is kept in the cluster.`,
		Args: atMostOneDir,
		RunE: func(_ *cobra.Command, args []string) error {
			o.dir = dirOf(args)
			return o.run()
		},
	}
	o.inputs.register(cmd, dirOf)
	o.cluster.registerNamespace(cmd)
	o.output.register(cmd, "json")
	cmd.Flags().BoolVar(&o.showSecrets, "show-secrets", false, "write the values of Secrets too")
	return cmd
}

func (o *renderOptions) run() error {
	graph, config, err := offline(o.streams, o.dir, o.inputs.inputs(o.streams.environ, o.cluster.namespace))
	if err != nil {
		return err
	}
	if o.output.is("json") {
		return view.ObjectsJSON(o.streams.out.Out, view.Rendered{
			Release: config.Release.Name, Namespace: config.Release.Namespace, Objects: graph.Order(),
		}, o.showSecrets)
	}
	return view.Manifests(o.streams.out.Out, graph.Order(), o.showSecrets)
}
