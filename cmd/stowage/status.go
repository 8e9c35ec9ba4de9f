package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
	"stowage/dsl"
	"stowage/planner"
)

type statusOptions struct {
	streams  *streams
	identity identity
	apps     []string // empty: all
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
	cmd.Flags().StringArrayVar(&o.apps, "app", nil, "show no more than the app of this `name`")
	_ = cmd.RegisterFlagCompletionFunc("app", o.identity.completeApps(s))
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
	if status, err = onlyApps(status, o.apps); err != nil {
		return err
	}
	if o.output.is("json") {
		return view.StatusJSON(o.streams.out.Out, status)
	}
	return view.ShowStatus(o.streams.out, status)
}

// onlyApps returns the part of a status that is about some apps; none means all.
func onlyApps(status view.Status, apps []string) (view.Status, error) {
	if len(apps) == 0 || status.Revision == nil {
		return status, nil
	}
	var known []string
	for _, o := range status.Objects {
		known = append(known, o.App)
	}
	for _, app := range apps {
		if !slices.Contains(known, app) {
			return status, fmt.Errorf("%s has no app %q.%s", status.Release, app, dsl.Suggestion(app, known))
		}
	}
	status.Objects = slices.DeleteFunc(status.Objects, func(o view.StatusObject) bool { return !slices.Contains(apps, o.App) })
	status.Rollouts = slices.DeleteFunc(status.Rollouts, func(r planner.AppRollout) bool { return !slices.Contains(apps, r.App) })
	status.Drift = status.Drift.Only(apps)
	return status, nil
}
