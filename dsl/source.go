package dsl

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/zclconf/go-cty/cty"
)

// source is the files of one directory: those of the configuration itself, or of a
// module in it, however often that is called.
type source struct {
	dir    string // from the directory of the configuration, with slashes; "." is that itself
	blocks []*block
	moved  []*moved
	diags  hcl.Diagnostics // what is wrong with the blocks as such

	noRelease hcl.Diagnostics // that there is no release block in the configuration itself
}

func (src *source) isRoot() bool { return src.dir == "." }

// title names the directory in sentences.
func (src *source) title() string { return "./" + src.dir }

// place names the directory as what paths start from.
func (src *source) place() string {
	if src.isRoot() {
		return "the directory of the configuration"
	}
	return "the directory of the module, " + src.title()
}

// toRoot returns the way from the directory to that of the configuration.
func (src *source) toRoot() string {
	if src.isRoot() {
		return "."
	}
	return strings.TrimSuffix(strings.Repeat("../", 1+strings.Count(src.dir, "/")), "/")
}

// path returns a path that starts in the directory as one from that of the
// configuration. It is not cleaned: ".." after a symlink leads elsewhere.
func (src *source) path(name string) string {
	if src.isRoot() || path.IsAbs(name) {
		return name
	}
	return src.dir + "/" + name
}

// loader reads a configuration and the modules that it calls, each once.
type loader struct {
	module *Module
	parser *hclparse.Parser
	root   *os.Root
	loaded map[string]*source
	diags  hcl.Diagnostics
}

// load reads the files of one directory. The stack holds those that it is called from.
func (l *loader) load(dir string, stack []string) *source {
	src := &source{dir: dir}
	names := l.parse(dir)
	if len(names) == 0 {
		return src
	}
	if l.diags.HasErrors() {
		return src
	}
	src.readBlocks(names, l.module.files)
	l.loaded[dir] = src
	for _, b := range src.blocks {
		if b.address.Type == "module" {
			l.call(src, b, append(slices.Clip(stack), dir))
		}
	}
	return src
}

// parse reads the files of a directory, and returns their names as diagnostics show
// them.
func (l *loader) parse(dir string) []string {
	entries, err := fs.ReadDir(l.root.FS(), dir)
	if err != nil {
		l.diags = append(l.diags, problem(nil, "Cannot read the configuration", "%s.", describe(err)))
		return nil
	}
	var names []string
	for _, entry := range entries {
		if !isConfigFile(entry.Name()) || entry.IsDir() {
			continue
		}
		name := filepath.Join(l.module.dir, filepath.FromSlash(dir), entry.Name())
		file, diags := l.parseFile(path.Join(dir, entry.Name()), name)
		l.diags = append(l.diags, diags...)
		if file != nil {
			l.module.files[name] = file
			names = append(names, name)
		}
	}
	return names
}

// parseFile reads a file of the configuration itself wherever it is, and of a module
// only if it is inside the root.
func (l *loader) parseFile(from, name string) (*hcl.File, hcl.Diagnostics) {
	if path.Dir(from) == "." {
		return parseFile(l.parser, name)
	}
	text, err := l.root.ReadFile(from)
	if err != nil {
		return nil, hcl.Diagnostics{problem(nil, "Cannot read a file", "%s.", l.fileError(from, err))}
	}
	return parseText(l.parser, text, name)
}

// fileError says what is the matter with a path from the directory of the configuration.
func (l *loader) fileError(name string, err error) error {
	return files{source: &source{dir: "."}}.fileError(name, err)
}

// sourceForm says how the directory of a module is written.
const sourceForm = `The source of a module is a directory of this configuration, written out and starting with "./" or "../", as in source = "./modules/shop".`

// readCall reads a module block. Nothing of it is evaluated yet.
func (src *source) readCall(b *block) {
	b.call = &moduleCall{}
	content, inputs, diags := b.body.PartialContent(moduleSchema.body)
	src.diags = append(src.diags, diags...)
	moduleSchema.fill(nil, content, b.call, func(string) bool { return true })
	b.forEach = b.call.forEach
	b.call.inputs, diags = inputs.JustAttributes()
	src.diags = append(src.diags, diags...)
}

// call finds the directory that a module block names, and loads what is in it.
func (l *loader) call(src *source, b *block, stack []string) {
	report := func(at *hcl.Range, format string, args ...any) {
		src.diags = append(src.diags, problem(at, "Invalid module", format, args...))
	}
	if b.call.path == nil {
		return // told by readCall
	}
	at := b.call.path.Range()
	v, diags := b.call.path.Value(nil)
	if diags.HasErrors() || v.IsNull() || v.Type() != cty.String || !strings.HasPrefix(v.AsString(), "./") && !strings.HasPrefix(v.AsString(), "../") {
		report(&at, "%s", sourceForm)
		return
	}
	dir := path.Join(src.dir, v.AsString())
	if err := l.check(dir); err != nil {
		report(&at, "%s", sentence(err))
		return
	}
	if i := slices.Index(stack, dir); i >= 0 {
		report(&at, "A module cannot call itself: %s", strings.Join(append(stack[i:], dir), " calls ")+".")
		return
	}
	called := l.loaded[dir]
	if called == nil {
		before := len(l.diags)
		called = l.load(dir, stack)
		if l.diags[before:].HasErrors() {
			return
		}
	}
	b.call.source = called
	src.checkInputs(b)
}

// check reports why a directory cannot be a module.
func (l *loader) check(dir string) error {
	if dir == "." || dir == ".." || strings.HasPrefix(dir, "../") {
		return fmt.Errorf("a module must be in a directory of its own inside that of the configuration, and %s is not", dir)
	}
	info, err := l.root.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no directory %s in that of the configuration", dir)
	case err != nil:
		return l.fileError(dir, err)
	case !info.IsDir():
		return fmt.Errorf("the path %s is not that of a directory", dir)
	}
	entries, err := fs.ReadDir(l.root.FS(), dir)
	if err != nil {
		return l.fileError(dir, err)
	}
	if !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return isConfigFile(e.Name()) && !e.IsDir() }) {
		return fmt.Errorf("the directory %s holds no *.hcl or *.hcl.json file", dir)
	}
	return nil
}

// checkInputs reports inputs that a module does not have, and those that it needs.
func (src *source) checkInputs(b *block) {
	var names, missing []string
	for _, v := range b.call.source.blocks {
		if v.address.Type != "variable" {
			continue
		}
		names = append(names, v.address.Name)
		content, _, _ := v.body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "default"}}})
		if b.call.inputs[v.address.Name] == nil && content.Attributes["default"] == nil {
			missing = append(missing, v.address.Name)
		}
	}
	for name, attr := range b.call.inputs {
		if !slices.Contains(names, name) {
			src.diags = append(src.diags, problem(&attr.NameRange, "Unsupported argument",
				"The module in %s has no variable %q.%s", b.call.source.title(), name, suggestion(name, names)))
		}
	}
	for _, name := range missing {
		src.diags = append(src.diags, problem(&b.declRange, "Missing required argument",
			"The module in %s needs a value for %q: its variable has no default.", b.call.source.title(), name))
	}
}
