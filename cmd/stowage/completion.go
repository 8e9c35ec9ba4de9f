package main

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"stowage/planner"
)

// completionTimeout bounds how long a shell waits for names.
const completionTimeout = 2 * time.Second

// complete completes with what is there of the release, where its cluster can be
// reached.
func (i *identity) complete(s *streams, find func(ctx context.Context, session *session, args []string) []cobra.Completion) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		const directive = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
		if i.cluster.local { // which would be started
			return nil, directive
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), completionTimeout)
		defer cancel()
		session, err := i.open(ctx, s)
		if err != nil {
			return nil, directive
		}
		return find(ctx, session, args), directive
	}
}

// completeRevisions completes the only argument of a command with the revisions of
// the release.
func (i *identity) completeRevisions(s *streams) cobra.CompletionFunc {
	return i.complete(s, func(ctx context.Context, session *session, args []string) []cobra.Completion {
		if len(args) > 0 {
			return nil
		}
		history, err := session.store.History(ctx)
		if err != nil {
			return nil
		}
		var revisions []cobra.Completion
		for _, r := range history {
			revisions = append(revisions, cobra.CompletionWithDesc(strconv.Itoa(r.Revision), string(r.Status)))
		}
		return revisions
	})
}

// completeApps completes with the apps of the newest revision.
func (i *identity) completeApps(s *streams) cobra.CompletionFunc {
	return i.complete(s, func(ctx context.Context, session *session, _ []string) []cobra.Completion {
		history, err := session.store.History(ctx)
		if err != nil || len(history) == 0 {
			return nil
		}
		var apps []cobra.Completion
		for _, app := range history[0].Apps {
			apps = append(apps, cobra.CompletionWithDesc(app.Name, app.Version))
		}
		return apps
	})
}

// completeSwitch completes the arguments of a switch with the apps whose versions run
// side by side, those given already excepted.
func (i *identity) completeSwitch(s *streams) cobra.CompletionFunc {
	return i.complete(s, func(ctx context.Context, session *session, args []string) []cobra.Completion {
		var apps []cobra.Completion
		for _, r := range session.rollouts(ctx) {
			if !slices.Contains(args, r.App) {
				apps = append(apps, cobra.CompletionWithDesc(r.App, r.Strategy))
			}
		}
		return apps
	})
}

// completeSides completes with the colors and versions of the apps that are given.
func (i *identity) completeSides(s *streams) cobra.CompletionFunc {
	return i.complete(s, func(ctx context.Context, session *session, args []string) []cobra.Completion {
		var sides []cobra.Completion
		for _, r := range session.rollouts(ctx) {
			if !slices.Contains(args, r.App) {
				continue
			}
			for _, side := range r.Sides {
				for _, name := range []string{side.Version, side.Name} {
					if name != "" {
						sides = append(sides, cobra.CompletionWithDesc(name, side.String()))
					}
				}
			}
		}
		return sides
	})
}

// rollouts returns the apps whose versions run side by side, as far as they can be read.
func (s *session) rollouts(ctx context.Context) []planner.AppRollout {
	rollouts, err := planner.ReadRollouts(ctx, s.client, s.release.Name, s.release.Namespace)
	if err != nil {
		return nil
	}
	return rollouts
}
