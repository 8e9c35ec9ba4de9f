package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
	"stowage/internal/release"
	"stowage/planner"
)

type historyOptions struct {
	streams  *streams
	identity identity
	output   output
	revision int // 0: all of them
}

func newHistory(s *streams) *cobra.Command {
	o := historyOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "history [REVISION]",
		Short: "List the revisions of a release, or show what one of them changed",
		Long: `List the revisions of a release, newest first: how each ended, when it was
applied, by whom and from which commit, the versions of its apps, and how many
objects it was to create (+), change (~), replace (±) and delete (-).

With a revision: what it changed, and, of one that failed, why.
` + aboutIdentity,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if o.revision, err = revisionArg(cmd, args); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	o.identity.registerName(cmd)
	cmd.ValidArgsFunction = o.identity.completeRevisions(s)
	o.output.register(cmd, "json")
	return cmd
}

func (o *historyOptions) run(ctx context.Context) error {
	session, err := o.identity.open(ctx, o.streams)
	if err != nil {
		return err
	}
	if o.revision > 0 {
		return o.one(ctx, session)
	}
	revisions, err := session.store.History(ctx)
	if err != nil {
		return session.unread(err)
	}
	history := view.History{Target: session.target, Release: session.release.Name, Revisions: revisions}
	if recorded, err := session.read(ctx); err == nil {
		history.Warnings = recorded.warnings
	} else { // the list is still worth showing
		history.Warnings = []planner.Warning{{Summary: "The newest revision cannot be read", Detail: err.Error()}}
	}
	if o.output.is("json") {
		return view.HistoryJSON(o.streams.out.Out, history)
	}
	return view.ShowHistory(o.streams.out, history)
}

// one shows one revision.
func (o *historyOptions) one(ctx context.Context, session *session) error {
	record, err := session.revision(ctx, o.revision)
	if err != nil {
		return err
	}
	shown := view.Revision{Target: session.targetOf(record), Record: record}
	if record.Status == release.Pending {
		recorded, err := session.recorded(ctx)
		if err != nil {
			return err
		}
		if shown.Pending = recorded.pending; shown.Pending != nil && shown.Pending.Revision != record.Revision {
			shown.Pending = nil
		}
		shown.Warnings = recorded.warnings
	}
	if o.output.is("json") {
		return view.RevisionJSON(o.streams.out.Out, shown)
	}
	return view.ShowRevision(o.streams.out, shown)
}

// revision reads one revision. That there is none is an error that names those
// that there are.
func (s *session) revision(ctx context.Context, number int) (*release.Record, error) {
	record, err := s.store.Get(ctx, number)
	if err != nil {
		return nil, s.unread(err)
	}
	if record != nil {
		return record, nil
	}
	history, err := s.store.History(ctx)
	if err != nil {
		return nil, s.unread(err)
	}
	if len(history) == 0 {
		return nil, s.absent()
	}
	return nil, &hintError{
		fmt.Errorf("%s has no revision %d", s.release.Name, number),
		"it has " + numbersOf(history),
	}
}

// numbersOf names revisions, oldest first, in as few words as possible:
// "revisions 3, 5 to 9".
func numbersOf(history []release.Summary) string {
	var runs []string
	for i := len(history) - 1; i >= 0; i-- {
		first := history[i].Revision
		last := first
		for i > 0 && history[i-1].Revision == last+1 {
			i--
			last++
		}
		switch last - first {
		case 0:
			runs = append(runs, fmt.Sprint(first))
		case 1:
			runs = append(runs, fmt.Sprint(first), fmt.Sprint(last))
		default:
			runs = append(runs, fmt.Sprintf("%d to %d", first, last))
		}
	}
	if len(history) == 1 {
		return "revision " + runs[0]
	}
	return "revisions " + strings.Join(runs, ", ")
}
