package main

import (
	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
)

type renderOptions struct {
	streams     *streams
	inputs      inputFlags
	cluster     clusterFlags
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
	cmd.Flags().BoolVar(&o.showSecrets, "show-secrets", false, "write the values of Secrets too")
	return cmd
}

func (o *renderOptions) run() error {
	graph, _, err := offline(o.streams, o.dir, o.inputs.inputs(o.streams.environ, o.cluster.namespace))
	if err != nil {
		return err
	}
	return view.Manifests(o.streams.out.Out, graph.Order(), o.showSecrets)
}
