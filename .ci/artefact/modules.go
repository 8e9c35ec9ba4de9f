package main

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
)

// std is the name under which the standard library is among the modules.
const std = "std"

// module is a Go module whose code is in a binary.
type module struct {
	path, version string
	sum           string // as in go.sum; empty: none
	dir           string // where its files are on this machine
	imports       []string
	licenses      []license
}

// license is a file that says what one may do with a module.
type license struct {
	name string
	text []byte
}

// modules returns the modules that the binary says are in it, stowage's own
// first, and what the source tells of each.
func modules(ctx context.Context, src source, p platform, binary []byte) ([]module, error) {
	info, err := buildinfo.Read(bytes.NewReader(binary))
	if err != nil {
		return nil, fmt.Errorf("reading the binary for %s: %w", p, err)
	}
	known, err := sourceModules(ctx, src, p)
	if err != nil {
		return nil, err
	}
	built := []module{
		{path: info.Main.Path, version: src.version},
		{path: std, version: strings.TrimPrefix(info.GoVersion, "go")},
	}
	for _, dep := range info.Deps {
		built = append(built, moduleOf(dep))
	}
	for i := range built {
		m := &built[i]
		source, ok := known[m.path]
		if !ok {
			return nil, fmt.Errorf("%s is in the binary for %s, and not among what its source imports", m.path, p)
		}
		m.dir = source.dir
		m.imports = source.imports
		if m.licenses, err = readLicenses(m.dir); err != nil {
			return nil, err
		}
		if len(m.licenses) == 0 {
			return nil, fmt.Errorf("%s has no license, so it must not be given to others", m.path)
		}
	}
	return built, nil
}

func moduleOf(dep *debug.Module) module {
	if dep.Replace != nil {
		dep = dep.Replace
	}
	return module{path: dep.Path, version: dep.Version, sum: dep.Sum}
}

// listed is a package as go list shows it.
type listed struct {
	ImportPath string
	Imports    []string
	ImportMap  map[string]string
	Standard   bool
	Module     *struct {
		Path, Dir string
		Replace   *struct{ Path string }
	}
}

// in returns the path of the module that the package is in, and its directory.
func (l *listed) in(goroot string) (path, dir string) {
	switch {
	case l.Standard:
		return std, goroot
	case l.Module.Replace != nil:
		return l.Module.Replace.Path, l.Module.Dir
	}
	return l.Module.Path, l.Module.Dir
}

// sourceModules returns the modules of all packages that are built for the
// platform, by path, with those that each imports.
func sourceModules(ctx context.Context, src source, p platform) (map[string]module, error) {
	goroot, err := output(ctx, src.dir, p.environment(), "go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	text, err := output(ctx, src.dir, p.environment(), "go", "list", "-deps", "-json=ImportPath,Imports,ImportMap,Standard,Module", "./cmd/stowage")
	if err != nil {
		return nil, err
	}
	var packages []listed
	for dec := json.NewDecoder(strings.NewReader(text)); ; {
		var l listed
		if err := dec.Decode(&l); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		packages = append(packages, l)
	}
	home := map[string]string{} // modules by package
	for _, l := range packages {
		home[l.ImportPath], _ = l.in(goroot)
	}
	all := map[string]module{}
	for _, l := range packages {
		path, dir := l.in(goroot)
		m := all[path]
		m.path, m.dir = path, dir
		for _, imported := range l.Imports {
			to, ok := home[imported]
			if ok && to != path && !slices.Contains(m.imports, to) {
				m.imports = append(m.imports, to)
			}
		}
		slices.Sort(m.imports)
		all[path] = m
	}
	return all, nil
}

// licenseFile matches the files at the top of a module that belong to its license.
var licenseFile = regexp.MustCompile(`(?i)^(un)?(licen[cs]e|copying|notice|patents)([.-].*)?$`)

func readLicenses(dir string) ([]license, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var found []license
	for _, entry := range entries {
		if !entry.Type().IsRegular() || !licenseFile.MatchString(entry.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return nil, err
		}
		found = append(found, license{entry.Name(), text})
	}
	return found, nil
}

// notices returns one text with the licenses of all modules but stowage itself,
// which must go with the binary. One that many have is there once.
func notices(all []module) []byte {
	owners := map[string][]string{}
	var texts []string // in the order of the modules
	for _, m := range all[1:] {
		for _, l := range m.licenses {
			if _, ok := owners[string(l.text)]; !ok {
				texts = append(texts, string(l.text))
			}
			owners[string(l.text)] = append(owners[string(l.text)], m.path+" "+m.version+" ("+l.name+")")
		}
	}
	var notices bytes.Buffer
	fmt.Fprintln(&notices, "stowage contains the following software, under these licenses.")
	for _, text := range texts {
		fmt.Fprintf(&notices, "\n%s\n%s\n\n%s", strings.Repeat("=", 80), strings.Join(owners[text], "\n"), text)
	}
	return notices.Bytes()
}
