package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

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
func image(ctx context.Context, src source, path string, log io.Writer) error {
	annotations := labels(src)
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, p := range imagePlatforms {
		one, err := imageFor(ctx, src, p)
		if err != nil {
			return err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add:        one,
			Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: p.os, Architecture: p.arch}},
		})
	}
	index = mutate.Annotations(index, annotations).(v1.ImageIndex)
	// The archive's own index names the one image that is in it.
	archive := mutate.AppendManifests(empty.Index, mutate.IndexAddendum{
		Add:        index,
		Descriptor: v1.Descriptor{Annotations: map[string]string{"org.opencontainers.image.ref.name": src.version}},
	})
	dir, err := os.MkdirTemp(filepath.Dir(path), "image-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if _, err := layout.Write(dir, archive); err != nil {
		return err
	}
	if err := archiveTree(path, dir, src.time); err != nil {
		return err
	}
	fmt.Fprintln(log, path)
	return writeSums(filepath.Dir(path))
}

// imageFor makes the image of one platform: one layer, and how it is started.
func imageFor(ctx context.Context, src source, p platform) (v1.Image, error) {
	files, err := root(ctx, src, p)
	if err != nil {
		return nil, err
	}
	var content bytes.Buffer
	if err := writeTar(&content, files, src.time); err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(content.Bytes())), nil
	}, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	created := v1.Time{Time: src.time}
	one, err := mutate.Append(base, mutate.Addendum{
		Layer: layer, MediaType: types.OCILayer,
		History: v1.History{Created: created, CreatedBy: "stowage artefact image"},
	})
	if err != nil {
		return nil, err
	}
	config, err := one.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Created = p.os, p.arch, created
	config.Config = v1.Config{
		User: nonroot + ":" + nonroot, Entrypoint: []string{"/stowage"}, WorkingDir: "/work", Labels: labels(src),
	}
	return mutate.ConfigFile(one, config)
}

// archiveTree writes a tar archive of all that is in the directory.
func archiveTree(path, dir string, when time.Time) error {
	var files []file
	err := filepath.WalkDir(dir, func(at string, entry fs.DirEntry, err error) error {
		if err != nil || at == dir {
			return err
		}
		name, err := filepath.Rel(dir, at)
		if err != nil {
			return err
		}
		f := file{name: filepath.ToSlash(name), mode: 0o644}
		if entry.IsDir() {
			f.mode = fs.ModeDir | 0o755
		} else if f.data, err = os.ReadFile(at); err != nil {
			return err
		}
		files = append(files, f)
		return nil
	})
	if err != nil {
		return err
	}
	var archive bytes.Buffer
	if err := writeTar(&archive, files, when); err != nil {
		return err
	}
	return os.WriteFile(path, archive.Bytes(), 0o644)
}
