package main

import (
	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
	"stowage/dsl"
)

func newSchema(s *streams) *cobra.Command {
	var output output
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Write the whole language as JSON: blocks, arguments, functions",
		Long: `Write the whole language as JSON, for editors and other programs: every block that
a file may hold, the blocks and arguments in it with type, default and what they
mean, and every function with its parameters. It is what the reference of the
language is made from.

The first number of formatVersion changes when a reader of the one before would
misread the document; languageVersion is the version of stowage.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			return view.LanguageJSON(s.out.Out, versionOf().Version, dsl.Describe())
		},
	}
	output.register(cmd, "json") // which it is without the flag too
	return cmd
}
