package main

import (
	"errors"
	"io/fs"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stowage/cmd/stowage/view"
)

// isPlanFile reports whether the argument of show is meant as a file, and not as a
// revision.
func isPlanFile(args []string) bool {
	if len(args) != 1 {
		return false
	}
	_, err := strconv.Atoi(args[0])
	return err != nil
}

// ofRevisions are the flags of show that say where a revision is.
var ofRevisions = []string{"release", "namespace", "kubeconfig", "context", "local", "dir", "var", "var-file", "env"}

// checkSaved returns an error for flags that a saved plan has no use for.
func (o *showOptions) checkSaved(cmd *cobra.Command) (err error) {
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		for _, name := range ofRevisions {
			if flag.Name == name {
				err = usage("", "--%s says where a revision is, and a saved plan needs neither a configuration nor a cluster", name)
			}
		}
	})
	return err
}

// showSaved shows a saved plan.
func (o *showOptions) showSaved(file string) error {
	read, err := readPlanFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return usage("", "%q is neither a revision, which is a number from 1 on, nor a file", file)
	}
	if err != nil {
		return err
	}
	plan, err := read.planned()
	if err != nil {
		return err
	}
	if o.output.is("json") {
		return view.PlanJSON(o.streams.out.Out, plan)
	}
	if err := o.format.show(o.streams.out, plan); err != nil || !o.format.isText() {
		return err
	}
	return view.SavedPlan(o.streams.out, *plan.Saved)
}

// planned returns the plan with what is shown beside it.
func (p *readPlan) planned() (view.Planned, error) {
	outputs, err := readOutputs(p.Outputs)
	if err != nil {
		return view.Planned{}, err
	}
	return view.Planned{
		Plan:    p.Planned(),
		Target:  view.Target{Env: p.Source.Env, Server: p.Cluster.Server, Namespace: p.Plan.Release.Namespace},
		Outputs: outputs,
		Where:   (&identity{name: p.Plan.Release.Name, cluster: clusterFlags{namespace: p.Plan.Release.Namespace}}).flags(),
		Saved: &view.Saved{
			Created: p.Created, Expires: p.Expires, StowageVersion: p.by, Commit: p.Source.Commit, Dirty: p.Source.Dirty, Cluster: p.Cluster.UID,
		},
	}, nil
}
