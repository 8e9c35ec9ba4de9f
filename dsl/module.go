package dsl

import (
	"maps"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
)

// Inputs is what comes from outside the configuration: values for its
// variables, in Terraform's order of precedence, and the release's key.
type Inputs struct {
	Environ    []string // KEY=VALUE pairs; STOWAGE_VAR_name sets a variable
	Env        string   // --env: the environment whose variable file is read; empty: none
	VarFiles   []string // --var-file, later ones win
	Vars       []string // --var name=value, later ones win
	Namespace  string   // --namespace, instead of the release block's; empty: as the block says
	VersionKey []byte   // HMAC key for the versions of Secrets; nil makes them provisional
}

// Module is a parsed, not yet evaluated, configuration directory. It may be
// evaluated many times, also at the same time.
type Module struct {
	dir   string
	files map[string]*hcl.File // of the modules that are called too
	top   *source
	diags hcl.Diagnostics // what is wrong with the blocks as such; told by Evaluate

	mu       sync.Mutex
	varFiles map[string]*hcl.File // as read by the last evaluation, masked
}

// Parse reads all *.hcl and *.hcl.json files of dir, *.vars.hcl excepted, and those
// of the modules that they call. The module is never nil, so that the sources of
// syntax errors can be shown.
func Parse(dir string) (*Module, hcl.Diagnostics) {
	m := &Module{dir: dir, files: map[string]*hcl.File{}, varFiles: map[string]*hcl.File{}}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return m, hcl.Diagnostics{problem(nil, "Cannot read the configuration", "%s.", describe(err))}
	}
	defer root.Close() //nolint:errcheck // opened for reading only
	l := &loader{module: m, parser: hclparse.NewParser(), root: root, loaded: map[string]*source{}}
	m.top = l.load(".", nil)
	if len(m.files) == 0 && !l.diags.HasErrors() {
		l.diags = append(l.diags, problem(nil, "No configuration files",
			"The directory %s holds no *.hcl or *.hcl.json file (files named *.vars.hcl hold values of variables and are not counted).", dir))
	}
	if l.diags.HasErrors() {
		return m, tidy(l.diags)
	}
	for _, src := range l.loaded {
		m.diags = append(m.diags, src.diags...)
		for name, secret := range secretText(src.blocks) {
			m.files[name] = masked(m.files[name], secret)
		}
	}
	return m, tidy(l.diags)
}

// isConfigFile reports whether a directory entry is part of the configuration.
// Names that editors give to backups and swap files are not.
func isConfigFile(name string) bool {
	base, ok := strings.CutSuffix(strings.TrimSuffix(name, ".json"), ".hcl")
	return ok && base != "" && !strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "#") && !strings.HasSuffix(base, ".vars")
}

// parseFile reads one file in the syntax that its name tells.
func parseFile(parser *hclparse.Parser, name string) (*hcl.File, hcl.Diagnostics) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, hcl.Diagnostics{problem(nil, "Cannot read a file", "%s.", describe(err))}
	}
	return parseText(parser, text, name)
}

func parseText(parser *hclparse.Parser, text []byte, name string) (*hcl.File, hcl.Diagnostics) {
	if strings.HasSuffix(name, ".json") {
		return parser.ParseJSON(text, name)
	}
	return parser.ParseHCL(text, name)
}

// Sources returns the parsed files, and after an evaluation its variable
// files, by the names that diagnostics use, for showing snippets. The values of
// sensitive variables and the text of secrets are masked.
func (m *Module) Sources() map[string]*hcl.File {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := maps.Clone(m.files)
	maps.Copy(all, m.varFiles)
	return all
}

// Identify evaluates no more than the release block and what it refers to, so
// that a caller can find the release's namespace and key before it evaluates
// the rest.
func (m *Module) Identify(in Inputs) (*Release, hcl.Diagnostics) {
	ev := m.begin(in)
	defer ev.end()
	ev.visitRelease()
	return finish(ev, ev.release)
}

// Evaluate evaluates and validates everything. Warnings come with a Config,
// errors without one. Equal files and inputs give equal results.
func (m *Module) Evaluate(in Inputs) (*Config, hcl.Diagnostics) {
	ev := m.begin(in)
	defer ev.end()
	ev.diags = append(ev.diags, m.diags...)
	ev.diags = append(ev.diags, m.top.noRelease...)
	return finish(ev, ev.config())
}

// Check says what is wrong with a module by itself, which no configuration calls: it
// has no release block, and what depends on variables without a value is not judged.
func (m *Module) Check(in Inputs) hcl.Diagnostics {
	top := *m.top
	if len(top.noRelease) > 0 {
		top.blocks = append(slices.Clip(top.blocks), standIn)
	}
	alone := &Module{dir: m.dir, files: m.files, top: &top}
	ev := alone.begin(in)
	defer ev.end()
	ev.alone = true
	ev.diags = append(ev.diags, m.diags...)
	ev.config()
	_, diags := finish(ev, &Config{})
	return diags
}

// standIn is what a module that is checked by itself takes for the release.
var standIn = &block{address: Address{Type: "release", Name: "release"}, body: hcl.EmptyBody()}

// finish closes an evaluation: all diagnostics in order, and the result only
// when none of them is an error.
func finish[T any](ev *evaluation, result *T) (*T, hcl.Diagnostics) {
	ev.reportCycles()
	diags := tidy(ev.diags)
	if diags.HasErrors() {
		return nil, diags
	}
	return result, diags
}
