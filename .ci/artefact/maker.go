package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// maker makes artefacts of one source, from binaries that are built once.
type maker struct {
	source    source
	downloads string   // the URL below which archives will be; empty: not known
	out       string   // the directory to write to
	only      platform // the zero platform: all that an artefact is for
	log       io.Writer
	done      map[platform]*built
}

// built is stowage for one platform.
type built struct {
	binary  []byte
	modules []module
}

// start prepares the source and the directory.
func (m *maker) start(ctx context.Context) error {
	if err := m.source.ask(ctx); err != nil {
		return err
	}
	if m.source.modified {
		fmt.Fprintf(m.log, "artefact: the tree is not what commit %s has, so nobody can make the same again\n", m.source.commit)
	}
	return os.MkdirAll(m.out, 0o755)
}

// build returns stowage for the platform.
func (m *maker) build(ctx context.Context, p platform) (*built, error) {
	if b := m.done[p]; b != nil {
		return b, nil
	}
	binary, err := build(ctx, m.source, p)
	if err != nil {
		return nil, err
	}
	all, err := modules(ctx, m.source, p, binary)
	if err != nil {
		return nil, err
	}
	m.done[p] = &built{binary, all}
	return m.done[p], nil
}

// wanted returns those platforms of an artefact that it is to be made for.
func (m *maker) wanted(all []platform) ([]platform, error) {
	switch {
	case m.only == (platform{}):
		return all, nil
	case slices.Contains(all, m.only):
		return []platform{m.only}, nil
	}
	return nil, fmt.Errorf("%s is none of %v", m.only, all)
}

// write writes a file, and says so.
func (m *maker) write(name string, data []byte) error {
	path := filepath.Join(m.out, name)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		return err
	}
	fmt.Fprintln(m.log, path)
	return nil
}
