package main

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
	"stowage/dsl"
)

type validateOptions struct {
	streams *streams
	inputs  inputFlags
	output  output
	dir     string
}

func newValidate(s *streams) *cobra.Command {
	o := validateOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "validate [DIR]",
		Short: "Check a configuration without a cluster",
		Long: `Check a configuration without a cluster.

All that is wrong is shown at once, each with file, line and a suggestion.`,
		Args: atMostOneDir,
		RunE: func(_ *cobra.Command, args []string) error {
			o.dir = dirOf(args)
			return o.run()
		},
	}
	o.inputs.register(cmd)
	o.output.register(cmd, "json")
	return cmd
}

func (o *validateOptions) run() error {
	diags, module := o.check()
	if o.output.is("json") {
		if err := view.DiagnosticsJSON(o.streams.out.Out, diags); err != nil {
			return err
		}
		if diags.HasErrors() {
			return errShown
		}
		return nil
	}
	if diags.HasErrors() {
		return wrong(diags, module)
	}
	if err := view.Diagnostics(o.streams.err, diags, module.Sources()); err != nil {
		return err
	}
	return view.Note(o.streams.out, "The configuration is valid.")
}

// check returns all that can be said about the configuration.
func (o *validateOptions) check() (hcl.Diagnostics, *dsl.Module) {
	module, diags := dsl.Parse(o.dir)
	if diags.HasErrors() {
		return diags, module
	}
	_, more := module.Evaluate(o.inputs.inputs(o.streams.environ, ""))
	return append(diags, more...), module
}
