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
	format   reviewFormat
	revision int
}

func newShow(s *streams) *cobra.Command {
	o := showOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "show REVISION | FILE",
		Short: "Print the objects of a revision as YAML, or a saved plan",
		Long: `Print the objects of a revision, as they were applied, as YAML documents, each
after those it needs. Values of Secrets are recorded nowhere.
` + aboutIdentity + `

A FILE that plan --out has saved is shown as plan has shown it, with what it was
made from. Neither a configuration nor a cluster is needed for that. One whose name
is a number is given as ./12.`,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if err := o.format.check(o.output); err != nil {
				return err
			}
			if isPlanFile(args) {
				if err := o.checkSaved(cmd); err != nil {
					return err
				}
				return o.showSaved(args[0])
			}
			if o.revision, err = revisionArg(cmd, args); err != nil {
				return err
			}
			if o.format != "" {
				return usage("revisions are shown as YAML or, with -o json, as JSON", "--format is for a saved plan")
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
	o.format.register(cmd)
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
		target := session.targetOf(record)
		return view.ObjectsJSON(o.streams.out.Out, view.Rendered{
			Target: &target, Release: record.Release, Namespace: record.Namespace, Revision: record.Revision, Objects: recording.Order(),
		}, false)
	}
	return view.Manifests(o.streams.out.Out, recording.Order(), false)
}
