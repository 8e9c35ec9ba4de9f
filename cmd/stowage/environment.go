package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"stowage/dsl"
	"stowage/internal/release"
	"stowage/planner"
)

// environment is the value of --env: the environment that variables get values from.
type environment string

// register adds --env to a command. The directory is where its arguments say that the
// configuration is.
func (e *environment) register(cmd *cobra.Command, dir func(args []string) string) {
	cmd.Flags().Var(e, "env", "set variables for an environment: from the file `NAME`.vars.hcl of the configuration")
	_ = cmd.RegisterFlagCompletionFunc("env", func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return dsl.Environments(dir(args)), cobra.ShellCompDirectiveNoFileComp
	})
}

// String, Set and Type make environment a flag.
func (e *environment) String() string { return string(*e) }

// Type is the placeholder in the help text.
func (e *environment) Type() string { return "string" }

// Set takes the name. An empty one is most often a variable of a pipeline that is not
// set: the defaults are not what is meant then.
func (e *environment) Set(name string) error {
	if name == "" {
		return errors.New("it is empty, and must be the name of an environment")
	}
	*e = environment(name)
	return nil
}

// otherEnvironment warns when a release was applied for another environment: most often
// the flag was forgotten, or its namespace does not depend on the environment.
func otherEnvironment(record *release.Record, env string) []planner.Warning {
	if record == nil || record.Env == env {
		return nil
	}
	return []planner.Warning{{
		Summary: fmt.Sprintf("Revision %d was applied for %s, and this is for %s",
			record.Revision, environmentTitle(record.Env), environmentTitle(env)),
		Detail: "Its values take the place of the ones there are. --env says which environment is meant.",
	}}
}

func environmentTitle(env string) string {
	if env == "" {
		return "no environment"
	}
	return "the environment " + env
}
