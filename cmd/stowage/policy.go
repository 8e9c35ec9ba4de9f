package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"stowage/applier"
	"stowage/dsl"
)

// policyFlag is the value of --on-failure.
type policyFlag struct {
	policy  applier.Policy
	choices []string
}

// register adds --on-failure to a command, with the policies that make sense for
// it.
func (f *policyFlag) register(cmd *cobra.Command, choices ...applier.Policy) {
	for _, choice := range choices {
		f.choices = append(f.choices, string(choice))
	}
	cmd.Flags().Var(f, "on-failure", "what to do once a change has failed: "+f.list()+
		" (default what the release block says, or else stop)")
	_ = cmd.RegisterFlagCompletionFunc("on-failure", cobra.FixedCompletions(f.choices, cobra.ShellCompDirectiveNoFileComp))
}

func (f *policyFlag) list() string {
	last := len(f.choices) - 1
	return strings.Join(f.choices[:last], ", ") + " or " + f.choices[last]
}

// String, Set and Type make it a flag.
func (f *policyFlag) String() string { return string(f.policy) }

// Type is the placeholder in the help text.
func (f *policyFlag) Type() string { return "policy" }

// Set takes one of the choices.
func (f *policyFlag) Set(policy string) error {
	if !slices.Contains(f.choices, policy) {
		return fmt.Errorf("there is no policy %q, only %s", policy, f.list())
	}
	f.policy = applier.Policy(policy)
	return nil
}

// of returns the policy for a release. What the release block says holds as far
// as it makes sense for the command.
func (f *policyFlag) of(release *dsl.Release) applier.Policy {
	policy := cmp.Or(f.policy, applier.Policy(release.OnFailure))
	if !slices.Contains(f.choices, string(policy)) {
		return applier.Stop
	}
	return policy
}
