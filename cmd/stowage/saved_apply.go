package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/hashicorp/go-multierror"
	"github.com/spf13/cobra"

	"stowage/applier"
	"stowage/cmd/stowage/view"
	"stowage/dsl"
	"stowage/internal/release"
	"stowage/planner"
)

// staleError says that a saved plan is not to be carried out any more, so that nothing
// was written.
type staleError struct{ error }

func (e *staleError) Unwrap() error { return e.error }

// stale returns an error that says so.
func stale(hint, format string, args ...any) error {
	return &staleError{&hintError{fmt.Errorf(format, args...), hint}}
}

const planAgain = "plan again, look at it, and apply that"

// savedPlanIn returns the argument of apply when it is a file, and not a directory.
func savedPlanIn(args []string) (string, error) {
	if len(args) != 1 {
		return "", nil
	}
	switch info, err := os.Stat(args[0]); {
	case errors.Is(err, fs.ErrNotExist):
		return "", usage("apply takes the directory of a configuration, or a file that plan --out has saved", "there is no file or directory %s", args[0])
	case err != nil:
		return "", err
	case info.IsDir():
		return "", nil
	}
	return args[0], nil
}

// plannedWith are the flags of apply that a saved plan was made with, or without.
var plannedWith = []string{"target", "namespace", "delete-data", "delete-namespace", "allow-empty", "force-conflicts", "adopt", "take-ownership"}

// checkSaved returns an error for flags that a saved plan leaves no room for.
func (o *applyOptions) checkSaved(cmd *cobra.Command) error {
	for _, flag := range plannedWith {
		if cmd.Flags().Changed(flag) {
			return usage(fmt.Sprintf("plan --%s --out makes such a plan", flag), "--%s changes what is planned, and the plan is saved already", flag)
		}
	}
	if err := o.identity.cluster.check(); err != nil {
		return err
	}
	return o.execute.check()
}

// runSaved carries out a saved plan.
func (o *applyOptions) runSaved(ctx context.Context, file string) error {
	plan, err := readPlanFile(file)
	if err != nil {
		return err
	}
	if plan.Plan.Release.Destroy && o.execute.onFailure.policy == applier.RollBack {
		return usage("", "--on-failure rollback makes no sense for a plan that deletes the release")
	}
	if at := plan.Expires; !at.IsZero() && time.Now().After(at) {
		return stale(planAgain, "the saved plan has expired at %s", at.Format(time.RFC3339))
	}
	session, err := o.openSaved(ctx, plan)
	if err != nil {
		return err
	}
	x := &execution{
		streams: o.streams, session: session, approval: approval{streams: o.streams, auto: true}, lines: o.output.jsonLines(),
		options: o.execute.options(session, "apply"), saved: true,
	}
	x.options.ForceConflicts = plan.ForceConflicts
	if plan.Plan.Release.Destroy && x.options.OnFailure == applier.RollBack {
		x.options.OnFailure = applier.Stop
	}
	x.propose = func(ctx context.Context) (*proposal, error) { return o.restore(ctx, session, plan) }
	return x.run(ctx)
}

// openSaved connects to the cluster for the release of a saved plan.
func (o *applyOptions) openSaved(ctx context.Context, plan *readPlan) (*session, error) {
	info := plan.Plan.Release
	notices := &notices{seen: make(map[string]bool)}
	client, err := o.identity.cluster.connect(ctx, o.streams, notices.add)
	if err != nil {
		return nil, err
	}
	target := client.Target()
	return &session{
		streams: o.streams,
		release: &dsl.Release{Name: info.Name, Namespace: info.Namespace, HistoryLimit: info.HistoryLimit, OnFailure: plan.OnFailure},
		client:  client,
		target:  view.Target{Env: plan.Source.Env, Context: target.Context, Server: target.Server, Namespace: info.Namespace},
		store:   release.NewStore(client, info.Namespace, info.Name),
		notices: notices,
	}, nil
}

// restore makes sure that everything is as it was when the plan was made, and proposes
// just that plan.
func (o *applyOptions) restore(ctx context.Context, session *session, plan *readPlan) (*proposal, error) {
	recorded, err := session.bound(ctx, plan)
	if err != nil {
		return nil, err
	}
	key := recorded.key
	if key == nil {
		key = plan.Key
	}
	if !plan.isSealedWith(key) {
		return nil, &hintError{errors.New("the saved plan was not made for this release, or was edited since"), planAgain}
	}
	restored, err := plan.Restore(ctx, session.client, key, func() ([]planner.Object, error) { return o.configured(plan, key) })
	if moved := (*planner.MovedError)(nil); errors.As(err, &moved) {
		return nil, staleSince(plan, moved)
	}
	if err != nil {
		return nil, err
	}
	outputs, err := readOutputs(plan.Outputs)
	if err != nil {
		return nil, err
	}
	p := &proposal{
		Planned: view.Planned{Plan: restored, Target: session.target, Outputs: outputs, Pending: recorded.pending, Where: o.whereSaved(plan)},
		prior:   recorded.record, results: plan.Outputs, keyed: recorded.key != nil, source: plan.source,
	}
	if recorded.key == nil && !restored.Release.Destroy {
		p.newKey = plan.Key
	}
	return p, nil
}

// source returns what the plan was made from.
func (p *readPlan) source(context.Context) source {
	return source{dir: p.Source.Dir, env: p.Source.Env, commit: p.Source.Commit, dirty: p.Source.Dirty}
}

// staleSince says what has moved since a plan was made: all of it, and what to do.
func staleSince(plan *readPlan, moved *planner.MovedError) error {
	all := multierror.Append(nil, moved.All.Errors...)
	count := len(moved.All.Errors)
	what := "1 thing that it was made from has"
	if count > 1 {
		what = fmt.Sprintf("%d things that it was made from have", count)
	}
	all = multierror.Append(all, &hintError{
		fmt.Errorf("the saved plan is stale: %s changed since %s; nothing was written", what, plan.Created.Format(time.RFC3339)), planAgain,
	})
	return &staleError{all}
}

// bound reads what the release has left in the cluster, and makes sure that it is the
// cluster and the state that the plan was made for.
func (s *session) bound(ctx context.Context, plan *readPlan) (recorded, error) {
	if plan.Record == nil {
		if err := s.checkCluster(ctx, plan); err != nil {
			return recorded{}, err
		}
	}
	r, err := s.recorded(ctx)
	if err == nil {
		err = plan.checkRecord(&r)
	}
	if err == nil || plan.Record == nil {
		return r, err // no two clusters have the same record
	}
	if wrong := s.checkCluster(ctx, plan); isStale(wrong) {
		return r, wrong // which explains what is there, and what is not
	}
	return r, err
}

func isStale(err error) bool {
	return errors.As(err, new(*staleError))
}

// checkCluster returns an error when the plan is for another cluster.
func (s *session) checkCluster(ctx context.Context, plan *readPlan) error {
	uid, err := s.clusterUID(ctx)
	if err != nil {
		return err
	}
	return plan.checkCluster(uid, s.target)
}

// checkCluster returns an error when the plan is for another cluster. An account that
// may not know the cluster's UID has to go by its address.
func (p *readPlan) checkCluster(uid string, target view.Target) error {
	switch {
	case uid != "" && p.Cluster.UID != "":
		if uid != p.Cluster.UID {
			return stale("--context and --kubeconfig name the cluster; or plan again for this one",
				"the saved plan is for another cluster: that at %s with the UID %s, and this is %s with the UID %s",
				p.Cluster.Server, p.Cluster.UID, target.Server, uid)
		}
	case target.Server != p.Cluster.Server && p.Record == nil: // a record has a UID of its own
		return stale("give the account the right to get the namespace kube-system, or plan again for this one",
			"the saved plan is for the cluster at %s, and whether %s is the same one cannot be told", p.Cluster.Server, target.Server)
	}
	return nil
}

// checkRecord returns an error when the release was changed since the plan was made.
func (p *readPlan) checkRecord(r *recorded) error {
	now := recordRef(r.record)
	name := p.Plan.Release.Name
	switch {
	case now == nil && p.Record == nil:
		if p.Keyed != (r.key != nil) {
			return stale(planAgain, "a run was begun for release %s since the plan was made", name)
		}
		return nil
	case now == nil:
		return stale(planAgain, "release %s was at revision %d when the plan was made, and is not there any more", name, p.Record.Revision)
	case p.Record == nil:
		return stale(planAgain, "release %s was not there when the plan was made, and is at revision %d now%s", name, now.Revision, madeBy(r.record))
	case now.Revision != p.Record.Revision:
		return stale(planAgain, "release %s was at revision %d when the plan was made, and is at revision %d now%s",
			name, p.Record.Revision, now.Revision, madeBy(r.record))
	case *now != *p.Record:
		return stale(planAgain, "revision %d of release %s was recorded anew since the plan was made%s", now.Revision, name, madeBy(r.record))
	}
	return nil
}

// madeBy says who has made a revision, and when.
func madeBy(record *release.Record) string {
	if record.Who == "" {
		return ""
	}
	return fmt.Sprintf(", by %s at %s", record.Who, record.Started.UTC().Format(time.RFC3339))
}

// configured returns the objects of the configuration, with the values of its Secrets.
func (o *applyOptions) configured(plan *readPlan, key []byte) ([]planner.Object, error) {
	i := o.identity
	i.cluster.namespace = plan.Plan.Release.Namespace
	i.inputs.env = cmp.Or(i.inputs.env, environment(plan.Source.Env))
	objects, err := i.render(o.streams, key)
	if err != nil {
		// What is wrong is shown with its source; why that counts comes first.
		why := &hintError{
			errors.New("the saved plan writes Secrets, whose values it does not hold: they are taken from the configuration"),
			"-C DIR says where that is; --var, --var-file and STOWAGE_VAR_<name> give values",
		}
		return nil, multierror.Append(why, err)
	}
	return objects, nil
}

// render returns the objects of the configuration, its Secrets named with the key.
func (i *identity) render(s *streams, key []byte) ([]planner.Object, error) {
	configuration, err := load(i.directory(), i.inputs.inputs(s.environ, i.cluster.namespace))
	if err != nil {
		return nil, err
	}
	config, _, err := configuration.evaluate(key)
	if err != nil {
		return nil, err
	}
	objects, _, err := order(config, nil)
	return objects, configuration.sourced(err)
}

// whereSaved returns what names the plan's release and cluster on a command line.
func (o *applyOptions) whereSaved(plan *readPlan) string {
	i := identity{name: plan.Plan.Release.Name, cluster: o.identity.cluster}
	i.cluster.namespace = plan.Plan.Release.Namespace
	return i.flags()
}

// outrun turns the end of a run that has made nothing of a saved plan, since somebody
// else was faster, into that of a plan that is stale.
func outrun(err error) error {
	var run *runError
	var overtaken *applier.StaleError
	switch {
	case errors.As(err, &overtaken):
		return &staleError{&hintError{overtaken, planAgain}}
	case errors.As(err, &run) && run.changedNothing():
		return &staleError{err}
	}
	return err
}

// changedNothing reports whether a run has failed before its first write to an object,
// for no other reason than that objects were not as they were planned for.
func (e *runError) changedNothing() bool {
	var all *multierror.Error
	if !errors.As(e.error, &all) || e.result.Rollback != nil {
		return false
	}
	for _, err := range all.Errors {
		if changed := (*applier.ChangedError)(nil); !errors.As(err, &changed) {
			return false
		}
	}
	for i := range e.result.Steps {
		if s := &e.result.Steps[i]; s.Status == applier.Done && s.Action != planner.NoOp {
			return false
		}
	}
	return true
}
