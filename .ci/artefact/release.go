package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// sumsName is the file of checksums, as sha256sum --check reads it.
const sumsName = "SHA256SUMS"

// release writes an archive and a bill of materials for each platform into the
// directory, and the checksums of all. What is there of another release goes.
func release(ctx context.Context, src source, out string, log io.Writer) error {
	if err := clear(out); err != nil {
		return err
	}
	for _, p := range platforms {
		names, err := releaseFor(ctx, src, p, out)
		if err != nil {
			return err
		}
		for _, name := range names {
			fmt.Fprintln(log, filepath.Join(out, name))
		}
	}
	return writeSums(out)
}

func clear(out string) error {
	old, err := filepath.Glob(filepath.Join(out, "stowage_*"))
	if err != nil {
		return err
	}
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

// releaseFor writes what a release has for one platform and returns the files'
// names.
func releaseFor(ctx context.Context, src source, p platform, out string) ([]string, error) {
	binary, err := build(ctx, src, p)
	if err != nil {
		return nil, err
	}
	all, err := modules(ctx, src, p, binary)
	if err != nil {
		return nil, err
	}
	materials, err := bill(src, p, binary, all)
	if err != nil {
		return nil, err
	}
	files := []file{{p.binary(), 0o755, binary}, {"NOTICES", 0o644, notices(all)}}
	for _, name := range []string{"LICENSE", "README.md"} {
		text, err := os.ReadFile(filepath.Join(src.dir, name))
		if err != nil {
			return nil, err
		}
		files = append(files, file{name, 0o644, text})
	}
	pack, extension := writeTarGz, ".tar.gz"
	if p.os == "windows" {
		pack, extension = writeZip, ".zip"
	}
	var archive bytes.Buffer
	if err := pack(&archive, files, src.time); err != nil {
		return nil, err
	}
	name := archiveName(src, p)
	return []string{name + extension, name + ".cdx.json"}, writeAll(out, map[string][]byte{
		name + extension:   archive.Bytes(),
		name + ".cdx.json": materials,
	})
}

func writeAll(dir string, files map[string][]byte) error {
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
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
