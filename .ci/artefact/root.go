package main

import (
	"bytes"
	"context"
	"encoding/pem"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// nonroot is the user that the image runs as, by number, so that Kubernetes can
// tell that it is not root. It is the one that other images without a shell have.
const nonroot = "65532"

// root returns the files of the container image. The binary needs of a system:
// whom to trust, who it is, and where to put what is temporary.
func root(ctx context.Context, src source, p platform) ([]file, error) {
	binary, err := build(ctx, src, p)
	if err != nil {
		return nil, err
	}
	all, err := modules(ctx, src, p, binary)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(src.dir, "LICENSE"))
	if err != nil {
		return nil, err
	}
	dir := func(name string) file { return file{name: name, mode: fs.ModeDir | 0o755} }
	return []file{
		dir("etc"),
		{"etc/group", 0o644, []byte("root:x:0:\nnonroot:x:" + nonroot + ":\n")},
		{"etc/passwd", 0o644, []byte("root:x:0:0:root:/:/sbin/nologin\nnonroot:x:" + nonroot + ":" + nonroot + ":nonroot:/tmp:/sbin/nologin\n")},
		dir("etc/ssl"),
		dir("etc/ssl/certs"),
		{"etc/ssl/certs/ca-certificates.crt", 0o644, certificates()},
		dir("licenses"),
		{"licenses/LICENSE", 0o644, text},
		{"licenses/NOTICES", 0o644, notices(all)},
		{"stowage", 0o755, binary},
		{name: "tmp", mode: fs.ModeDir | fs.ModeSticky | 0o777},
		dir("work"),
	}, nil
}

// certificates returns the roots that Mozilla trusts, without those that it
// trusts on conditions: a file of certificates cannot state any.
func certificates() []byte {
	var text bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint == nil {
			text.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}))
		}
	}
	return text.Bytes()
}

// writeRoot writes the files of the container image into a directory.
func writeRoot(ctx context.Context, src source, p platform, out string) error {
	files, err := root(ctx, src, p)
	if err != nil {
		return err
	}
	for _, f := range files {
		path := filepath.Join(out, f.name)
		if f.mode.IsDir() {
			err = os.MkdirAll(path, 0o755)
		} else {
			err = os.WriteFile(path, f.data, 0o644)
		}
		if err != nil {
			return err
		}
		if err := os.Chmod(path, f.mode); err != nil { // whatever the umask
			return err
		}
	}
	return nil
}
