package main

import (
	"context"

	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
)

type statusOptions struct {
	streams  *streams
	identity identity
	output   output
}

func newStatus(s *streams) *cobra.Command {
	o := statusOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "status [DIR]",
		Short: "Show the apps of a release, their pods, health and drift",
		Long: `Show the apps of a release: their objects and pods, versions, health, and the
fields that somebody changed since they were applied.

Of a revision whose run was interrupted it tells what was changed and what not.
` + aboutIdentity,
		Args: atMostOneDir,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.identity.set(args); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	o.identity.registerName(cmd)
	o.output.register(cmd, "json")
	return cmd
}

func (o *statusOptions) run(ctx context.Context) error {
	session, err := o.identity.open(ctx, o.streams)
	if err != nil {
		return err
	}
	status, err := inspect(ctx, session)
	if err != nil {
		return err
	}
	status.Where = o.identity.flags()
	if o.output.is("json") {
		return view.StatusJSON(o.streams.out.Out, status)
	}
	return view.ShowStatus(o.streams.out, status)
}
