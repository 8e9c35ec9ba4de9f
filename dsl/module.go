package dsl

import "github.com/hashicorp/hcl/v2"

// Inputs is what comes from outside the configuration: values for its
// variables, in Terraform's order of precedence, and the release's key.
type Inputs struct {
	Environ    []string // KEY=VALUE pairs; STOWAGE_VAR_name sets a variable
	VarFiles   []string // --var-file, later ones win
	Vars       []string // --var name=value, later ones win
	VersionKey []byte   // HMAC key for the versions of Secrets; nil makes them provisional
}

// Module is a parsed, not yet evaluated, configuration directory.
type Module struct {
	dir   string
	files map[string]*hcl.File
}

// Parse reads all *.hcl and *.hcl.json files of dir, *.vars.hcl excepted.
func Parse(dir string) (*Module, hcl.Diagnostics) { panic("being written") }

// Sources returns the parsed files by the names that diagnostics use, for
// showing snippets.
func (m *Module) Sources() map[string]*hcl.File { return m.files }

// Identify evaluates no more than the release block, so that a caller can
// find the release's cluster, namespace and key before it evaluates the rest.
func (m *Module) Identify(in Inputs) (*Release, hcl.Diagnostics) { panic("being written") }

// Evaluate evaluates and validates everything. Warnings come with a Config,
// errors without one.
func (m *Module) Evaluate(in Inputs) (*Config, hcl.Diagnostics) { panic("being written") }
