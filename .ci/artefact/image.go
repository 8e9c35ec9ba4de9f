package main

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// imageName is the file of the container image.
const imageName = "stowage-image.tar"

// imagePlatforms are those that the image runs on.
var imagePlatforms = []platform{{"linux", "amd64"}, {"linux", "arm64"}}

// labels tell what an image is of, under the names of OCI's image specification.
func labels(src source) map[string]string {
	const prefix = "org.opencontainers.image."
	all := map[string]string{
		prefix + "title":       "stowage",
		prefix + "description": "Deploy to Kubernetes in dependency order, and see beforehand what changes",
		prefix + "licenses":    "Apache-2.0",
		prefix + "version":     src.version,
		prefix + "revision":    src.commit,
	}
	if src.url != "" {
		all[prefix+"source"] = src.url
	}
	return all
}

// image writes the container image of all its platforms as an archive of an OCI
// layout.
func image(ctx context.Context, m *maker) error {
	wanted, err := m.wanted(imagePlatforms)
	if err != nil {
		return err
	}
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, p := range wanted {
		one, err := imageFor(ctx, m, p)
		if err != nil {
			return err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add:        runnable{one},
			Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: p.os, Architecture: p.arch}},
		})
	}
	index = mutate.Annotations(index, labels(m.source)).(v1.ImageIndex)
	// The archive has an index of its own, which names the one image that is in it.
	archive := mutate.AppendManifests(empty.Index, mutate.IndexAddendum{
		Add:        index,
		Descriptor: v1.Descriptor{Annotations: map[string]string{"org.opencontainers.image.ref.name": m.source.version}},
	})
	dir, err := os.MkdirTemp("", "stowage-artefact-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if _, err := layout.Write(dir, archive); err != nil {
		return err
	}
	files, err := tree(dir)
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	if err := writeTar(&packed, files, m.source.time); err != nil {
		return err
	}
	return m.write(imageName, packed.Bytes())
}

// imageFor makes the image of one platform: one layer, and how it is started.
func imageFor(ctx context.Context, m *maker, p platform) (v1.Image, error) {
	files, err := root(ctx, m, p)
	if err != nil {
		return nil, err
	}
	var content bytes.Buffer
	if err := writeTar(&content, files, m.source.time); err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(content.Bytes())), nil
	}, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	created := v1.Time{Time: m.source.time}
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	one, err := mutate.Append(base, mutate.Addendum{Layer: layer, History: v1.History{Created: created, CreatedBy: "artefact image"}})
	if err != nil {
		return nil, err
	}
	config, err := one.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Created = p.os, p.arch, created
	config.Config = started(m.source)
	return mutate.ConfigFile(one, config)
}

// runnable is an image that is there to be run. By itself the library gives it the
// type of an artefact, which only what cannot be run has.
type runnable struct{ v1.Image }

// ArtifactType is what the library asks for.
func (runnable) ArtifactType() (string, error) { return "", nil }

// started tells how a container of the image is started.
func started(src source) v1.Config {
	return v1.Config{
		User:       nonroot + ":" + nonroot,
		WorkingDir: "/work",
		Entrypoint: []string{"/stowage"},
		Labels:     labels(src),
	}
}

// tree returns all files below the directory.
func tree(dir string) ([]file, error) {
	var files []file
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		f := file{name: filepath.ToSlash(name), mode: 0o644}
		if entry.IsDir() {
			f.mode = fs.ModeDir | 0o755
		} else if f.data, err = os.ReadFile(path); err != nil {
			return err
		}
		files = append(files, f)
		return nil
	})
	return files, err
}
