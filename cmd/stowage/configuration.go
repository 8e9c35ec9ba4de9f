package main

import (
	"github.com/hashicorp/hcl/v2"

	"stowage/dsl"
	"stowage/planner"
)

// configuration is a directory of HCL files, parsed, with the values that its
// variables get from outside.
type configuration struct {
	module *dsl.Module
	inputs dsl.Inputs
}

// load parses the configuration in dir.
func load(dir string, inputs dsl.Inputs) (*configuration, error) {
	module, diags := dsl.Parse(dir)
	if diags.HasErrors() {
		return nil, wrong(diags, module)
	}
	return &configuration{module: module, inputs: inputs}, nil
}

// identify evaluates no more than the release block.
func (c *configuration) identify() (*dsl.Release, error) {
	release, diags := c.module.Identify(c.inputs)
	if diags.HasErrors() {
		return nil, wrong(diags, c.module)
	}
	return release, nil
}

// evaluate evaluates all, secrets being versioned with the key. A nil key makes
// their versions provisional.
func (c *configuration) evaluate(key []byte) (*dsl.Config, []planner.Warning, error) {
	inputs := c.inputs
	inputs.VersionKey = key
	config, diags := c.module.Evaluate(inputs)
	if diags.HasErrors() {
		return nil, nil, wrong(diags, c.module)
	}
	return config, warningsOf(diags), nil
}

// wrong makes an error of diagnostics, with the source they are about.
func wrong(diags hcl.Diagnostics, module *dsl.Module) error {
	err := &diagnosticsError{Diagnostics: diags}
	if module != nil {
		err.sources = module.Sources()
	}
	return err
}

func warningsOf(diags hcl.Diagnostics) []planner.Warning {
	var warnings []planner.Warning
	for _, diag := range diags {
		warning := planner.Warning{Summary: diag.Summary, Detail: diag.Detail}
		if diag.Subject != nil {
			warning.Origin = planner.OriginOf(*diag.Subject)
		}
		warnings = append(warnings, warning)
	}
	return warnings
}
