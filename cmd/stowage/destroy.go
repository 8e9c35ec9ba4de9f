package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"stowage/applier"
	"stowage/cmd/stowage/view"
)

type destroyOptions struct {
	streams     *streams
	identity    identity
	permissions permissionFlags
	execute     executeFlags
	output      output
}

func newDestroy(s *streams) *cobra.Command {
	o := destroyOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "destroy [DIR]",
		Short: "Delete everything that a release has made",
		Long: `Delete everything that a release has made, in reverse order.

The plan is shown first, and carried out when the answer is the name of the
release. Claims with the data on them, and the namespace, stay unless they are
asked for.
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
	o.permissions.registerDelete(cmd)
	o.execute.register(cmd, applier.Stop, applier.Continue)
	o.output.registerLines(cmd, s)
	return cmd
}

func (o *destroyOptions) run(ctx context.Context) error {
	x, err := o.execute.execution(ctx, o.streams, &o.identity, o.output, "destroy")
	if err != nil {
		return err
	}
	x.question = question{
		text:   fmt.Sprintf("Delete this from %s?", x.session.target),
		prompt: fmt.Sprintf("Type the name of the release, %s: ", x.session.release.Name),
		answer: x.session.release.Name,
	}
	x.propose = func(ctx context.Context) (*proposal, error) { return o.propose(ctx, x.session) }
	return x.run(ctx)
}

// propose plans to delete the release.
func (o *destroyOptions) propose(ctx context.Context, session *session) (*proposal, error) {
	recorded, err := session.recorded(ctx)
	if err != nil {
		return nil, err
	}
	plan, err := session.planDestroy(ctx, recorded, o.permissions.options())
	return &proposal{
		Planned: view.Planned{Plan: plan, Target: session.targetOf(recorded.record), Pending: recorded.pending},
		prior:   recorded.record,
		keyed:   recorded.key != nil,
		source:  o.identity.source,
	}, err
}
