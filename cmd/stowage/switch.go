package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stowage/applier"
	"stowage/cmd/stowage/view"
	"stowage/planner"
)

// defaultDrain is how long requests under way have to end before pods do.
const defaultDrain = 5 * time.Second

type switchOptions struct {
	streams        *streams
	identity       identity
	execute        executeFlags
	operation      operationFlags
	output         output
	apps           []string
	all            bool
	drain          time.Duration
	noChecks       bool
	forceConflicts bool
}

func newSwitch(s *streams) *cobra.Command {
	o := switchOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "switch APP...",
		Short: "Move traffic to the version that waits, and back",
		Long: `Move the traffic of blue/green apps to the version that was deployed last, or
back, or take a canary to its next step.

What moves is shown first, and moved when the answer is yes. A version gets
traffic only when all of its pods are there, and of several apps all move or none.
Then it is verified that all endpoints of the Service have followed; where they do
not, or a check fails, the traffic goes back. Each switch is recorded as a new
revision. A second run has nothing to do.

  stowage switch petclinic             to the version that was deployed last
  stowage switch petclinic --back      to the version before, while its pods are kept
  stowage switch petclinic --to 1.0.1  to the version of that name, or to blue or green
  stowage switch petclinic --retire    end the pods of the version without traffic
  stowage switch petclinic --next      give a canary its next share; after the last, all
  stowage switch petclinic --promote   give a canary all at once
  stowage switch petclinic --abort     end a canary
` + aboutIdentity + `

Exit codes: those of apply; 3 is a switch that failed and was taken back, and 4
one that could not be taken back.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.apps = args
			return o.run(cmd.Context())
		},
	}
	o.identity.registerName(cmd)
	o.register(cmd, s)
	cmd.ValidArgsFunction = o.identity.completeSwitch(s)
	_ = cmd.RegisterFlagCompletionFunc("to", o.identity.completeSides(s))
	return cmd
}

func (o *switchOptions) register(cmd *cobra.Command, s *streams) {
	o.operation.register(cmd)
	cmd.Flags().BoolVar(&o.all, "all", false, "all apps for which there is something to do")
	cmd.Flags().DurationVar(&o.drain, "wait-drain", defaultDrain, "how long requests under way have to end, where pods do")
	cmd.Flags().BoolVar(&o.noChecks, "no-checks", false, "run none of the checks of the rollouts")
	cmd.Flags().BoolVar(&o.forceConflicts, "force-conflicts", false, "take over fields that somebody else owns")
	o.execute.registerRun(cmd)
	o.output.registerLines(cmd, s)
}

// request returns what is asked for, or an error when the command line does not
// say it.
func (o *switchOptions) request() (*planner.Switch, error) {
	operation, err := o.operation.get()
	switch {
	case err != nil:
		return nil, err
	case o.all && len(o.apps) > 0:
		return nil, usage("", "--all names all apps, and %s some of them: leave one out", strings.Join(o.apps, ", "))
	case !o.all && len(o.apps) == 0:
		return nil, usage("--all is for all apps that have something to move; status lists the apps", "switch takes the names of apps")
	case o.drain < 0:
		return nil, usage("0 does not wait at all", "--wait-drain is %s, and must not be negative", o.drain)
	}
	return &planner.Switch{
		Operation: operation, Apps: slices.Compact(slices.Sorted(slices.Values(o.apps))), All: o.all, To: o.operation.to, Drain: o.drain, NoChecks: o.noChecks,
	}, nil
}

func (o *switchOptions) run(ctx context.Context) error {
	request, err := o.request()
	if err != nil {
		return err
	}
	x, err := o.execute.execution(ctx, o.streams, &o.identity, o.output, "switch")
	if err != nil {
		return err
	}
	x.options.ForceConflicts = o.forceConflicts
	x.question = yesTo("%s in %s?", questionAbout[request.Operation], x.session.target)
	x.propose = func(ctx context.Context) (*proposal, error) { return o.propose(ctx, x.session, request) }
	return x.run(ctx)
}

// questionAbout is what is asked before an operation.
var questionAbout = map[planner.Operation]string{
	planner.SwitchForward: "Switch this",
	planner.SwitchBack:    "Switch this back",
	planner.SwitchRetire:  "Retire this",
	planner.CanaryNext:    "Take this step",
	planner.CanaryPromote: "Promote this",
	planner.CanaryAbort:   "Abort this",
}

// propose plans the switch, from the cluster and the record alone.
func (o *switchOptions) propose(ctx context.Context, session *session, request *planner.Switch) (*proposal, error) {
	recorded, err := session.recorded(ctx)
	if err != nil {
		return nil, err
	}
	if recorded.record == nil {
		return nil, session.absent()
	}
	if request.From, err = applier.RecordingOf(recorded.record); err != nil {
		return nil, err
	}
	plan, err := session.planSwitch(ctx, recorded, request, planner.Options{ForceConflicts: o.forceConflicts})
	return &proposal{
		Planned: view.Planned{Plan: plan, Target: session.targetOf(recorded.record), Pending: recorded.pending, Where: o.identity.flags()},
		prior:   recorded.record,
		// What there is comes from where it came from before.
		source: func(context.Context) source { return recordedSource(recorded.record) },
	}, err
}

// operationFlags say what a switch does, if that is not to go forward.
type operationFlags struct {
	wanted map[planner.Operation]*bool // by flag of the same name
	to     string
	toSet  func() bool
}

// operationHelp is what the help says of the flag of each operation.
var operationHelp = []struct {
	planner.Operation
	text string
}{
	{planner.SwitchBack, "move traffic to the version before the one that was deployed last"},
	{planner.SwitchRetire, "end the pods of the version that has no traffic"},
	{planner.CanaryNext, "take a canary to its next step; after the last one it is promoted"},
	{planner.CanaryPromote, "let a canary's version take the place of the stable one"},
	{planner.CanaryAbort, "end a canary"},
}

func (f *operationFlags) register(cmd *cobra.Command) {
	f.wanted = make(map[planner.Operation]*bool)
	for _, o := range operationHelp {
		f.wanted[o.Operation] = cmd.Flags().Bool(string(o.Operation), false, o.text)
	}
	cmd.Flags().StringVar(&f.to, "to", "", "`version`, or blue or green, that gets the traffic")
	f.toSet = func() bool { return cmd.Flags().Changed("to") }
}

// get returns the operation, or an error when there are two of them.
func (f *operationFlags) get() (planner.Operation, error) {
	operation, named := planner.SwitchForward, ""
	for _, o := range operationHelp {
		if !*f.wanted[o.Operation] {
			continue
		}
		if named != "" {
			return "", contradiction(named, "--"+string(o.Operation))
		}
		operation, named = o.Operation, "--"+string(o.Operation)
	}
	switch {
	case !f.toSet():
		return operation, nil
	case named != "":
		return "", contradiction(named, "--to")
	case f.to == "":
		return "", usage("without --to it is the version that was deployed last", "--to is empty, and must be a version, blue or green")
	}
	return operation, nil
}

// contradiction says that two flags name two things to do.
func contradiction(one, other string) error {
	return usage("", "%s and %s are two things to do: leave one of them out", one, other)
}
