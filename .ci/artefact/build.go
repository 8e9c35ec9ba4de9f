package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// platform is what a binary runs on, in Go's words, which are those of container
// images too.
type platform struct{ os, arch string }

// platforms are those that a release is for.
var platforms = []platform{
	{"linux", "amd64"}, {"linux", "arm64"},
	{"darwin", "amd64"}, {"darwin", "arm64"},
	{"windows", "amd64"}, {"windows", "arm64"},
}

func (p platform) String() string { return p.os + "/" + p.arch }

func parsePlatform(text string) (platform, error) {
	i := slices.IndexFunc(platforms, func(p platform) bool { return p.String() == text })
	if i < 0 {
		return platform{}, fmt.Errorf("%q is none of %v", text, platforms)
	}
	return platforms[i], nil
}

// binary is the name of the program's file.
func (p platform) binary() string {
	if p.os == "windows" {
		return "stowage.exe"
	}
	return "stowage"
}

// extension is that of the platform's archive.
func (p platform) extension() string {
	if p.os == "windows" {
		return ".zip"
	}
	return ".tar.gz"
}

// linkerFlags leave out what only a debugger needs, and stamp the version.
const linkerFlags = "-s -w -X main.version="

// environment is all of the environment that changes what Go builds, set to
// what it is where nobody has set it.
func (p platform) environment() []string {
	return []string{
		"GOOS=" + p.os, "GOARCH=" + p.arch, "CGO_ENABLED=0",
		"GOAMD64=v1", "GOARM64=v8.0", "GOEXPERIMENT=", "GOFIPS140=off",
		"GOFLAGS=", "GOWORK=off",
	}
}

// build builds stowage for the platform and returns the program.
func build(ctx context.Context, src source, p platform) ([]byte, error) {
	dir, err := os.MkdirTemp("", "stowage-artefact-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	out := filepath.Join(dir, p.binary())
	_, err = output(ctx, src.dir, p.environment(), "go", "build", "-trimpath", "-buildvcs=true",
		"-ldflags", linkerFlags+src.version, "-o", out, "./cmd/stowage")
	if err != nil {
		return nil, err
	}
	return os.ReadFile(out)
}

// archiveName is the name of the platform's archive without its extension.
func archiveName(src source, p platform) string {
	return strings.Join([]string{"stowage", src.version, p.os, p.arch}, "_")
}
