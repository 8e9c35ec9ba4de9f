package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// sumsName is the file of checksums, as sha256sum --check reads it.
const sumsName = "SHA256SUMS"

// release writes an archive and a bill of materials for each platform. What is
// there of another release goes.
func release(ctx context.Context, m *maker) error {
	old, err := filepath.Glob(filepath.Join(m.out, "stowage_*"))
	if err != nil {
		return err
	}
	for _, path := range append(old, filepath.Join(m.out, krewName)) {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	wanted, err := m.wanted(platforms)
	if err != nil {
		return err
	}
	for _, p := range wanted {
		if err := releaseFor(ctx, m, p); err != nil {
			return err
		}
	}
	if m.downloads == "" {
		return nil
	}
	return writeKrew(m, wanted)
}

func releaseFor(ctx context.Context, m *maker, p platform) error {
	b, err := m.build(ctx, p)
	if err != nil {
		return err
	}
	materials, err := bill(m.source, p, b)
	if err != nil {
		return err
	}
	files := []file{{p.binary(), 0o755, b.binary}, {"NOTICES", 0o644, notices(b.modules)}}
	for _, name := range []string{"LICENSE", "README.md"} {
		text, err := os.ReadFile(filepath.Join(m.source.dir, name))
		if err != nil {
			return err
		}
		files = append(files, file{name, 0o644, text})
	}
	pack := writeTarGz
	if p.os == "windows" {
		pack = writeZip
	}
	var archive bytes.Buffer
	if err := pack(&archive, files, m.source.time); err != nil {
		return err
	}
	name := archiveName(m.source, p)
	if err := m.write(name+p.extension(), archive.Bytes()); err != nil {
		return err
	}
	return m.write(name+".cdx.json", materials)
}

// writeSums writes the checksums of all files of the directory.
func writeSums(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var sums strings.Builder
	for _, entry := range entries {
		if entry.Name() == sumsName || !entry.Type().IsRegular() {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(data), entry.Name())
	}
	return os.WriteFile(filepath.Join(dir, sumsName), []byte(sums.String()), 0o644)
}
