package dsl

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// environPrefix starts the environment variables that set variables.
const environPrefix = "STOWAGE_VAR_"

// given is one value given to a variable from outside.
type given struct {
	source string     // as diagnostics name it
	rng    *hcl.Range // in a variable file
	value  func(*variable) (cty.Value, error)
	stray  bool // may be meant for another configuration
}

// readValues collects the values of all variables, in rising precedence:
// environment variables, *.auto.vars.hcl by name, --env, --var-file, --var.
func (ev *evaluation) readValues() {
	ev.given = map[string][]given{}
	for _, pair := range ev.inputs.Environ {
		name, text, _ := strings.Cut(pair, "=")
		if variable, ok := strings.CutPrefix(name, environPrefix); ok {
			ev.give(variable, given{source: "the environment variable " + name, value: parsed(text), stray: true})
		}
	}
	files := map[string]*hcl.File{}
	for _, name := range slices.Concat(ev.autoFiles(), ev.environmentFiles(), ev.inputs.VarFiles) {
		if file := ev.readVarFile(name); file != nil {
			files[name] = file
		}
	}
	for _, pair := range ev.inputs.Vars {
		name, text, ok := strings.Cut(pair, "=")
		if !ok { // not quoted: it may be a value
			ev.report(problem(nil, "Invalid --var", "The flag is written --var NAME=VALUE; one of them has no equals sign."))
			continue
		}
		ev.give(strings.TrimSpace(name), given{source: "--var", value: parsed(text)})
	}
	ev.module.mu.Lock()
	defer ev.module.mu.Unlock()
	ev.module.varFiles = files
}

func (ev *evaluation) give(variable string, g given) {
	ev.given[variable] = append(ev.given[variable], g)
}

// parsed returns how text from a flag or the environment becomes a value:
// as it stands for simple types, else as an expression.
func parsed(text string) func(*variable) (cty.Value, error) {
	return func(v *variable) (cty.Value, error) {
		if v.literal() {
			return cty.StringVal(text), nil
		}
		expr, diags := hclsyntax.ParseExpression([]byte(text), "", hcl.InitialPos)
		if diags.HasErrors() {
			return cty.DynamicVal, errors.New("it is not an HCL expression: " + strings.TrimSuffix(diags[0].Detail, "."))
		}
		return constant(expr)
	}
}

// constant evaluates an expression that may use neither references nor
// functions.
func constant(expr hcl.Expression) (cty.Value, error) {
	v, diags := expr.Value(nil)
	if diags.HasErrors() {
		return v, errors.New(strings.TrimSuffix(diags[0].Detail, "."))
	}
	return v, nil
}

// autoFiles lists the variable files that are always read.
func (ev *evaluation) autoFiles() []string {
	var files []string
	for _, pattern := range []string{"*.auto.vars.hcl", "*.auto.vars.hcl.json"} {
		entries, _ := os.ReadDir(ev.module.dir) // Parse has reported a directory that cannot be read
		for _, entry := range entries {
			if ok, _ := filepath.Match(pattern, entry.Name()); ok && !strings.HasPrefix(entry.Name(), ".") {
				files = append(files, filepath.Join(ev.module.dir, entry.Name()))
			}
		}
	}
	slices.Sort(files)
	return files
}

// readVarFile reads one variable file and returns it as it may be shown. A
// file with syntax errors is not to be shown: nobody knows what is a value.
func (ev *evaluation) readVarFile(name string) *hcl.File {
	file, diags := parseFile(hclparse.NewParser(), name)
	if diags.HasErrors() {
		ev.diags = append(ev.diags, diags...)
		return nil
	}
	attrs, diags := file.Body.JustAttributes()
	ev.diags = append(ev.diags, diags...)
	var secret []hcl.Range
	for _, attr := range attrs {
		ev.give(attr.Name, given{
			source: place(attr.Range),
			rng:    &attr.Range,
			value:  func(*variable) (cty.Value, error) { return constant(attr.Expr) },
		})
		if ev.hidden(attr.Name) {
			secret = append(secret, attr.Expr.Range())
		}
	}
	return masked(file, secret)
}

// hidden reports whether the value given to a variable must not be shown. One
// given to a name that does not exist may be a sensitive one's, misspelt.
func (ev *evaluation) hidden(variable string) bool {
	n := ev.top.lookup("variable", variable)
	return n == nil || declaredSensitive(n.block)
}

// checkGiven reports values for variables that do not exist. The environment
// may hold those of other configurations.
func (ev *evaluation) checkGiven() {
	names := ev.top.names("variable")
	for _, name := range slices.Sorted(maps.Keys(ev.given)) {
		if ev.top.lookup("variable", name) != nil {
			continue
		}
		for _, g := range ev.given[name] {
			if !g.stray {
				ev.report(problem(g.rng, "Unknown variable", "%s",
					fmt.Sprintf("%s sets %q, but there is no such variable block.%s", g.source, name, suggestion(name, names))))
			}
		}
	}
}
