package main

import (
	"context"

	"github.com/spf13/cobra"

	"stowage/applier"
	"stowage/cmd/stowage/view"
)

type showOptions struct {
	streams  *streams
	identity identity
	output   output
	revision int
}

func newShow(s *streams) *cobra.Command {
	o := showOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "show REVISION",
		Short: "Print the objects of a revision as YAML",
		Long: `Print the objects of a revision, as they were applied, as YAML documents, each
after those it needs. Values of Secrets are recorded nowhere.
` + aboutIdentity,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if o.revision, err = revisionArg(cmd, args); err != nil {
				return err
			}
			if o.revision == 0 {
				return usage("history lists the revisions", "show takes a revision")
			}
			return o.run(cmd.Context())
		},
	}
	o.identity.registerName(cmd)
	cmd.ValidArgsFunction = o.identity.completeRevisions(s)
	o.output.register(cmd, "json")
	return cmd
}

func (o *showOptions) run(ctx context.Context) error {
	session, err := o.identity.open(ctx, o.streams)
	if err != nil {
		return err
	}
	record, err := session.revision(ctx, o.revision)
	if err != nil {
		return err
	}
	recording, err := applier.RecordingOf(record)
	if err != nil {
		return err
	}
	if o.output.is("json") {
		return view.ManifestsJSON(o.streams.out.Out, session.target, session.release.Name, record.Revision, recording.Order())
	}
	return view.Manifests(o.streams.out.Out, recording.Order(), false)
}
