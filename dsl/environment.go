package dsl

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// varFileSuffixes end the names of variable files, in both syntaxes.
var varFileSuffixes = []string{".vars.hcl", ".vars.hcl.json"}

// environmentName is what an environment can be called: one name of a file.
var environmentName = regexp.MustCompile(`^[\pL\pN_][\pL\pN_.-]*$`)

// Environments returns the names of the environments of a configuration, sorted: NAME
// for each file NAME.vars.hcl or NAME.vars.hcl.json in its directory. Files that are
// always read, *.auto.vars.hcl, are none. A directory that cannot be read has none.
func Environments(dir string) []string {
	entries, _ := os.ReadDir(dir)
	var names []string
	for _, entry := range entries {
		for _, suffix := range varFileSuffixes {
			name, ok := strings.CutSuffix(entry.Name(), suffix)
			if ok && !entry.IsDir() && environmentName.MatchString(name) && !strings.HasSuffix(name, ".auto") {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// environmentFiles returns the variable files of the environment that is asked for;
// none when none is. One that does not exist is reported.
func (ev *evaluation) environmentFiles() []string {
	name := ev.inputs.Env
	if name == "" {
		return nil
	}
	dir := ev.module.dir
	names := Environments(dir)
	if !slices.Contains(names, name) {
		ev.noEnvironment = true
		ev.report(problem(nil, "Unknown environment", "%s", unknownEnvironment(name, dir, names)))
		return nil
	}
	var files []string
	for _, suffix := range varFileSuffixes {
		file := filepath.Join(dir, name+suffix)
		if _, err := os.Stat(file); err == nil {
			files = append(files, file)
		}
	}
	return files
}

// otherEnvironments tells where a value that is missing may be: in an environment, when
// none is asked for.
func (ev *evaluation) otherEnvironments() string {
	names := Environments(ev.module.dir)
	if ev.inputs.Env != "" || len(names) == 0 {
		return ""
	}
	return " Is an environment meant? --env takes " + strings.Join(names, ", ") + "."
}

// unknownEnvironment says why there is no such environment, and which ones there are.
func unknownEnvironment(name, dir string, names []string) string {
	why := fmt.Sprintf("The directory %s holds no file %s.vars.hcl.", dir, name)
	switch {
	case strings.HasSuffix(name, ".auto"):
		why = fmt.Sprintf("Files named %s.vars.hcl are no environments: they are always read.", name)
	case !environmentName.MatchString(name):
		why = fmt.Sprintf("%q is not the name of an environment, which is that of a file NAME.vars.hcl in the directory of the configuration. --var-file reads a file from anywhere.", name)
	}
	if len(names) == 0 {
		return why + " The configuration has no environments."
	}
	return fmt.Sprintf("%s The environments are: %s.%s", why, strings.Join(names, ", "), suggestion(name, names))
}
