package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// newRoot returns the stowage command with all its verbs.
func newRoot(s *streams) *cobra.Command {
	s.joinCI()
	root := &cobra.Command{
		Use:   "stowage",
		Short: "Deploy to Kubernetes in dependency order, and see beforehand what changes",
		Long: `stowage deploys to Kubernetes what a directory of HCL files describes.

It shows exactly what will change, applies that in dependency order, each object
when what it needs is ready, and rolls only what a change concerns. There is
nothing to install in the cluster, and no state file.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return cmd.Help()
		},
	}
	root.SetIn(s.in)
	root.SetOut(s.out.Out)
	root.SetErr(s.err.Out)
	root.SetFlagErrorFunc(flagError)
	// Set while flags are parsed, so that an error of a later flag is plain too.
	root.PersistentFlags().BoolFunc("no-color", "use no colours; NO_COLOR in the environment does the same", func(string) error {
		s.plain()
		return nil
	})
	addGroup(root, "Commands on a release:", newPlan(s), newApply(s), newStatus(s),
		newHistory(s), newShow(s), newOutput(s), newSwitch(s), newRollback(s), newUnlock(s), newDestroy(s))
	addGroup(root, "Commands to start from something:", newImport(s), newInit(s))
	addGroup(root, "Commands on a configuration, without a cluster:", newValidate(s), newFmt(s), newRender(s), newGraph(s),
		newConsole(s), newSchema(s), newRBAC(s))
	root.AddCommand(newLocal(s), newVersion(s))
	root.SetHelpCommand(&cobra.Command{Hidden: true})
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveFilterDirs)
	return root
}

// addGroup adds commands that the help text lists under a title.
func addGroup(root *cobra.Command, title string, commands ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: title, Title: title})
	for _, command := range commands {
		command.GroupID = title
	}
	root.AddCommand(commands...)
}

func unknownCommand(root *cobra.Command, name string) error {
	root.SuggestionsMinimumDistance = 2
	hint := ""
	if similar := root.SuggestionsFor(name); len(similar) > 0 {
		hint = fmt.Sprintf("did you mean %q?", similar[0])
	}
	return usage(hint, "there is no command %q", name)
}

// flagError turns an error of the flag parser into one with a suggestion.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		return unknownFlag(cmd, unknown)
	case errors.As(err, &invalid):
		return invalidValue(invalid)
	}
	return usage("", "%w", err)
}

func unknownFlag(cmd *cobra.Command, err *pflag.NotExistError) error {
	name, dashes := err.GetSpecifiedName(), "--"
	if group := err.GetSpecifiedShortnames(); group != "" {
		name, dashes = strings.TrimLeft(group, "-"), "-" // maybe a long flag with one dash, as Terraform has them
	}
	hint := ""
	if similar := similarFlag(cmd, name); similar != "" {
		hint = fmt.Sprintf("did you mean --%s?", similar)
	}
	return usage(hint, "there is no flag %s%s", dashes, name)
}

// invalidValue says what a flag's value is not, instead of what the parser of
// that type calls wrong.
func invalidValue(err *pflag.InvalidValueError) error {
	flag := err.GetFlag()
	switch flag.Value.Type() {
	case "duration":
		return usage("a number and its unit, as in 30s, 10m or 1h30m", "--%s is %q, and must be a duration", flag.Name, err.GetValue())
	case "int":
		return usage("", "--%s is %q, and must be a whole number", flag.Name, err.GetValue())
	case "bool":
		return usage("", "--%s is %q, and must be true or false", flag.Name, err.GetValue())
	}
	return usage("", "--%s: %w", flag.Name, errors.Unwrap(err))
}

// similarFlag returns the flag whose name is nearest, if any is near.
func similarFlag(cmd *cobra.Command, name string) string {
	name, _, _ = strings.Cut(name, "=")
	nearest, distance := "", max(1, len(name)/3)+1
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if d := levenshtein.Distance(name, flag.Name, nil); d < distance && !flag.Hidden {
			nearest, distance = flag.Name, d
		}
	})
	return nearest
}

// atMostOneDir is the law of commands that take a configuration's directory.
func atMostOneDir(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usage("", "%s takes one directory, not %d arguments", cmd.Name(), len(args))
	}
	return nil
}

// noArgs is the law of commands that take no arguments.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("", "%s takes no argument, and %q is one", cmd.Name(), args[0])
	}
	return nil
}

// dirOf returns the configuration's directory.
func dirOf(args []string) string {
	if len(args) == 0 {
		return "."
	}
	return args[0]
}
