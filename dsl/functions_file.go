package dsl

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

// files are what the file functions of one module see.
type files struct {
	*evaluation
	source *source
}

// functions are the functions that read files. They see the directory of the
// configuration, and nothing outside it: not by "..", nor by a symlink. Paths start
// from the directory of the module.
func (in files) functions() map[string]function.Function {
	return map[string]function.Function{
		"file": in.pathFunction(cty.String, func(name string) (cty.Value, error) {
			raw, err := in.readFile(name)
			return exactly(raw), err
		}),
		"filebase64": in.pathFunction(cty.String, func(name string) (cty.Value, error) {
			raw, err := in.readFile(name)
			return cty.StringVal(base64.StdEncoding.EncodeToString(raw)), err
		}),
		"fileexists": in.pathFunction(cty.Bool, func(name string) (cty.Value, error) {
			info, err := in.stat(name)
			if errors.Is(err, fs.ErrNotExist) {
				return cty.False, nil
			}
			return cty.BoolVal(err == nil && info.Mode().IsRegular()), err
		}),
		"dirfiles":     in.pathFunction(cty.Map(cty.String), in.dirFiles),
		"envfile":      in.pathFunction(cty.Map(cty.String), in.envFile),
		"fileset":      in.fileSetFunc(),
		"templatefile": in.templateFileFunc(),
	}
}

// pathFunction makes a function of one path.
func (in files) pathFunction(result cty.Type, f func(name string) (cty.Value, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(result),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, err := f(args[0].AsString())
			if err != nil {
				return cty.UnknownVal(result), err
			}
			return v, nil
		},
	})
}

// readFile reads one regular file inside the root.
func (in files) readFile(name string) ([]byte, error) {
	info, err := in.stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%q is not a regular file", name)
	}
	raw, err := in.root.ReadFile(in.source.path(name))
	if err != nil {
		return nil, in.fileError(name, err)
	}
	return raw, nil
}

func (in files) stat(name string) (fs.FileInfo, error) {
	if in.root == nil {
		return nil, errors.New("the directory of the configuration cannot be opened")
	}
	info, err := in.root.Stat(in.source.path(name))
	if err != nil {
		return nil, in.fileError(name, err)
	}
	return info, nil
}

// fileError says what is the matter with a path.
func (in files) fileError(name string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no file %q; paths start from %s: %w", name, in.source.place(), fs.ErrNotExist)
	case strings.Contains(err.Error(), "escapes"): // os.Root has no error value for it
		return fmt.Errorf("%q leads out of the directory of the configuration, and only what is inside can be read", name)
	}
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return fmt.Errorf("%q cannot be read: %w", name, err)
}

// dirFiles reads the files of a directory, but not of those inside it.
func (in files) dirFiles(dir string) (cty.Value, error) {
	if _, err := in.stat(dir); err != nil {
		return cty.DynamicVal, err
	}
	entries, err := fs.ReadDir(in.root.FS(), path.Clean(in.source.path(dir)))
	if err != nil {
		return cty.DynamicVal, in.fileError(dir, err)
	}
	files := map[string]cty.Value{}
	for _, entry := range entries {
		name := path.Join(dir, entry.Name())
		if info, err := in.stat(name); err != nil || !info.Mode().IsRegular() {
			if err != nil {
				return cty.DynamicVal, err
			}
			continue
		}
		raw, err := in.readFile(name)
		if err != nil {
			return cty.DynamicVal, err
		}
		files[entry.Name()] = exactly(raw)
	}
	return textMapValue(files), nil
}

func textMapValue(m map[string]cty.Value) cty.Value {
	if len(m) == 0 {
		return cty.MapValEmpty(cty.String)
	}
	return cty.MapVal(m)
}

var envLine = regexp.MustCompile(`^\s*([-._a-zA-Z][-._a-zA-Z0-9]*)=(.*)$`)

// envFile reads lines NAME=VALUE, as kubectl and container engines do: the
// value is all that follows, quotes included. Empty lines and lines that
// start with # are left out.
func (in files) envFile(name string) (cty.Value, error) {
	raw, err := in.readFile(name)
	if err != nil {
		return cty.DynamicVal, err
	}
	variables := map[string]cty.Value{}
	text := strings.TrimPrefix(string(raw), "\ufeff")
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		if trimmed := strings.TrimSpace(line); trimmed == "" || strings.HasPrefix(trimmed, "#") {
			continue
		}
		m := envLine.FindStringSubmatch(line)
		if m == nil {
			return cty.DynamicVal, fmt.Errorf("line %d of %q is not of the form NAME=VALUE", i+1, name)
		}
		variables[m[1]] = exactly([]byte(m[2]))
	}
	return textMapValue(variables), nil
}

// fileSetFunc lists the files below a directory that match a pattern.
func (in files) fileSetFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}, {Name: "pattern", Type: cty.String}},
		Type:   function.StaticReturnType(cty.Set(cty.String)),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			dir, pattern := args[0].AsString(), args[1].AsString()
			if _, err := in.stat(dir); err != nil {
				return cty.DynamicVal, err
			}
			if !doublestar.ValidatePattern(pattern) || slices.Contains(strings.Split(pattern, "/"), "..") {
				return cty.DynamicVal, function.NewArgErrorf(1, "must be a pattern such as \"*.conf\" or \"**/*.conf\", without \"..\"")
			}
			below, err := fs.Sub(in.root.FS(), path.Clean(in.source.path(dir)))
			if err != nil {
				return cty.DynamicVal, in.fileError(dir, err)
			}
			names, err := doublestar.Glob(below, pattern, doublestar.WithFilesOnly())
			if err != nil {
				return cty.DynamicVal, in.fileError(dir, err)
			}
			set := cty.SetValEmpty(cty.String)
			var values []cty.Value
			for _, name := range names {
				values = append(values, cty.StringVal(name))
			}
			if len(values) > 0 {
				set = cty.SetVal(values)
			}
			return set, nil
		},
	})
}

// templateFileFunc renders a file as a template, with the given variables and
// no others.
func (in files) templateFileFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}, {Name: "vars", Type: cty.DynamicPseudoType, AllowMarked: true}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			name := args[0].AsString()
			raw, err := in.readFile(name)
			if err != nil {
				return cty.DynamicVal, err
			}
			variables, marks := args[1].Unmark()
			if ty := variables.Type(); !ty.IsObjectType() && !ty.IsMapType() {
				return cty.DynamicVal, function.NewArgErrorf(1, "must be an object with the variables of the template")
			}
			v, err := in.renderTemplate(name, raw, variables)
			return v.WithMarks(marks), err
		},
	})
}

func (in files) renderTemplate(name string, src []byte, variables cty.Value) (cty.Value, error) {
	expr, diags := hclsyntax.ParseTemplate(src, name, hcl.InitialPos)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	ctx := &hcl.EvalContext{Functions: map[string]function.Function{}, Variables: map[string]cty.Value{}}
	for f, definition := range in.bases[in.source].Functions {
		if f != "templatefile" { // a template that renders itself would never end
			ctx.Functions[f] = definition
		}
	}
	for key, value := range variables.Elements() {
		ctx.Variables[key.AsString()] = value
	}
	v, diags := expr.Value(ctx)
	suggestFunctions(diags, ctx.Functions)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	return convert.Convert(v, cty.String)
}
