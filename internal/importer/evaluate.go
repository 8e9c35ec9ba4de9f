package importer

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"stowage/dsl"
	"stowage/planner"
)

// render returns the objects that files of a configuration become, or what is refused.
func render(files []written) ([]planner.Object, []refusal, error) {
	dir, err := os.MkdirTemp("", "stowage-import-")
	if err != nil {
		return nil, nil, fmt.Errorf("cannot make a directory for the configuration: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	for _, f := range files {
		if err := f.write(dir); err != nil {
			return nil, nil, err
		}
	}
	objects, refused, err := evaluate(dir)
	for i := range refused {
		refused[i].why = strings.ReplaceAll(refused[i].why, dir+string(filepath.Separator), "")
		if name, err := filepath.Rel(dir, refused[i].file); err == nil {
			refused[i].file = name
		}
	}
	return objects, refused, err
}

// evaluate renders the configuration of a directory.
func evaluate(dir string) ([]planner.Object, []refusal, error) {
	module, diags := dsl.Parse(dir)
	if diags.HasErrors() {
		refused, err := refusalsOf(diags, nil)
		return nil, refused, err
	}
	config, diags := module.Evaluate(dsl.Inputs{})
	if diags.HasErrors() {
		refused, err := refusalsOf(diags, nil)
		return nil, refused, err
	}
	objects, err := planner.Render(config)
	refused, err := refusalsOf(nil, err)
	return objects, refused, err
}

// write writes the file into a directory.
func (f File) write(dir string) error {
	name := filepath.Join(dir, filepath.FromSlash(f.Name))
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		return fmt.Errorf("cannot write the configuration: %w", err)
	}
	if err := os.WriteFile(name, f.Content, f.Mode); err != nil {
		return fmt.Errorf("cannot write the configuration: %w", err)
	}
	return nil
}
