package main

import (
	"context"

	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
)

type statusOptions struct {
	streams *streams
	inputs  inputFlags
	cluster clusterFlags
	output  output
	dir     string
}

func newStatus(s *streams) *cobra.Command {
	o := statusOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "status [DIR]",
		Short: "Show the apps of a release, their pods, health and drift",
		Long: `Show the apps of a release: their objects and pods, versions, health, and the
fields that somebody changed since they were applied.

Of the configuration only the release block is read, so no variable needs a
value unless that block uses it.`,
		Args: atMostOneDir,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.dir = dirOf(args)
			return o.run(cmd.Context())
		},
	}
	o.inputs.register(cmd)
	o.cluster.register(cmd)
	o.output.register(cmd, "json")
	return cmd
}

func (o *statusOptions) run(ctx context.Context) error {
	session, err := open(ctx, o.streams, o.dir, o.inputs, o.cluster)
	if err != nil {
		return err
	}
	status, err := inspect(ctx, session)
	if err != nil {
		return err
	}
	if o.output.is("json") {
		return view.StatusJSON(o.streams.out.Out, status)
	}
	return view.ShowStatus(o.streams.out, status)
}
