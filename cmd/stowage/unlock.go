package main

import (
	"context"

	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
)

type unlockOptions struct {
	streams     *streams
	identity    identity
	output      output
	autoApprove bool
}

func newUnlock(s *streams) *cobra.Command {
	o := unlockOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "unlock",
		Short: "Show who holds the lock of a release, and take it away",
		Long: `Show who holds the lock of a release, and take it away when the answer is yes.

That is for the impatient: the lock of a holder that has ended is taken over by
the next apply, after half a minute at the latest. A holder that is at work writes
nothing more once it learns that it has lost the lock.
` + aboutIdentity,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	o.identity.registerName(cmd)
	cmd.ValidArgsFunction = cobra.NoFileCompletions
	cmd.Flags().BoolVar(&o.autoApprove, "auto-approve", false, "go ahead without asking")
	o.output.register(cmd, "json")
	return cmd
}

func (o *unlockOptions) run(ctx context.Context) error {
	approval, err := approvalOf(o.streams, o.output, o.autoApprove)
	if err != nil {
		return err
	}
	session, err := o.identity.open(ctx, o.streams)
	if err != nil {
		return err
	}
	lock := view.Lock{Target: session.target, Release: session.release.Name}
	if o.output.is("json") {
		if lock.Holder, err = session.store.Unlock(ctx); err != nil {
			return err
		}
		lock.Evicted = lock.Holder != nil
		return view.LockJSON(o.streams.out.Out, lock)
	}
	if lock.Holder, err = session.store.Holder(ctx); err != nil {
		return err
	}
	if err := view.ShowLock(o.streams.out, lock); err != nil || lock.Holder == nil {
		return err
	}
	if err := approval.ask(ctx, yesTo("Take the lock away from %s?", lock.Holder.Who)); err != nil {
		return err
	}
	return o.evict(ctx, session, lock)
}

// evict takes the lock away, and says from whom: while the question was open it
// may have been given back, or got another holder.
func (o *unlockOptions) evict(ctx context.Context, session *session, lock view.Lock) error {
	evicted, err := session.store.Unlock(ctx)
	if err != nil {
		return err
	}
	lock.Holder, lock.Evicted = evicted, evicted != nil
	return view.Evicted(o.streams.out, lock)
}
