package main

import (
	"errors"
	"maps"
	"slices"

	"github.com/hashicorp/go-multierror"
	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
	"stowage/dsl"
	"stowage/planner"
)

type validateOptions struct {
	streams *streams
	inputs  inputFlags
	output  output
	module  bool
	dir     string
}

func newValidate(s *streams) *cobra.Command {
	o := validateOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "validate [DIR]",
		Short: "Check a configuration without a cluster",
		Long: `Check a configuration without a cluster.

All that is wrong is shown at once, each with file, line and a suggestion.

The modules that the configuration calls are checked with it. With --module, DIR is
a module, checked by itself: what depends on variables without a value is not judged.

For CI systems the outcome is written as SARIF, for code scanning, or as JUnit XML,
for reports of tests.`,
		Args: atMostOneDir,
		RunE: func(_ *cobra.Command, args []string) error {
			o.dir = dirOf(args)
			return o.run()
		},
	}
	o.inputs.register(cmd, dirOf)
	o.output.register(cmd, "json", "sarif", "junit")
	cmd.Flags().BoolVar(&o.module, "module", false, "check a module by itself; it needs no release block and no values of variables")
	return cmd
}

func (o *validateOptions) run() error {
	diags, module := o.check()
	if o.output.format != "" || !diags.HasErrors() { // which end the command with an error else
		o.streams.github.annotate(view.DiagnosticFindings(diags, module.Sources()))
	}
	if o.output.format != "" {
		return o.write(diags, module)
	}
	if diags.HasErrors() {
		return wrong(diags, module)
	}
	if err := view.Diagnostics(o.streams.err, diags, module.Sources()); err != nil {
		return err
	}
	what := "configuration"
	if o.module {
		what = "module"
	}
	return view.Note(o.streams.out, "The "+what+" is valid.")
}

// write writes what was found for programs.
func (o *validateOptions) write(diags hcl.Diagnostics, module *dsl.Module) (err error) {
	sources := module.Sources()
	checked := view.Checked{
		Dir: o.dir, Files: slices.Sorted(maps.Keys(sources)), Findings: view.DiagnosticFindings(diags, sources), Version: versionOf().Version,
	}
	switch {
	case o.output.is("sarif"):
		err = view.SARIF(o.streams.out.Out, checked)
	case o.output.is("junit"):
		err = view.JUnit(o.streams.out.Out, checked)
	default:
		err = view.ValidityJSON(o.streams.out.Out, checked.Findings)
	}
	if err == nil && diags.HasErrors() {
		return errShown
	}
	return err
}

// check returns all that can be said about the configuration.
func (o *validateOptions) check() (hcl.Diagnostics, *dsl.Module) {
	module, diags := dsl.Parse(o.dir)
	if diags.HasErrors() {
		return diags, module
	}
	if o.module {
		return append(diags, module.Check(o.inputs.inputs(o.streams.environ, ""))...), module
	}
	config, more := module.Evaluate(o.inputs.inputs(o.streams.environ, ""))
	diags = append(diags, more...)
	if !diags.HasErrors() {
		diags = append(diags, checkRendered(config, module)...)
	}
	return diags, module
}

// checkRendered returns what is wrong with the objects of a configuration, and their
// order, as far as that can be told without a cluster.
func checkRendered(config *dsl.Config, module *dsl.Module) hcl.Diagnostics {
	objects, err := planner.Render(config)
	if err == nil {
		_, err = planner.NewGraph(objects)
	}
	if err == nil {
		return nil
	}
	errs := []error{err}
	if all := (*multierror.Error)(nil); errors.As(err, &all) {
		errs = all.Errors
	}
	var diags hcl.Diagnostics
	for _, err := range errs {
		diags = append(diags, objectDiagnostic(err, module))
	}
	return diags
}

// objectDiagnostic tells what is wrong with an object, at the place that it comes from.
func objectDiagnostic(err error, module *dsl.Module) *hcl.Diagnostic {
	diag := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Invalid objects", Detail: err.Error()}
	object := (*planner.ObjectError)(nil)
	if !errors.As(err, &object) {
		return diag
	}
	diag.Summary, diag.Extra = "Invalid "+object.ID.String(), object.ID
	diag.Detail = object.Err.Error()
	if object.Field != "" {
		diag.Detail = object.Field + ": " + diag.Detail
	}
	if object.Hint != "" {
		diag.Detail += "\n" + object.Hint
	}
	if at := object.Origin; at.File != "" {
		rest := view.RestOfLine(at, module.Sources()[at.File])
		diag.Subject = &rest
	}
	return diag
}
