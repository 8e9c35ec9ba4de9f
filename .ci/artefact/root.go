package main

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
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
func root(ctx context.Context, m *maker, p platform) ([]file, error) {
	b, err := m.build(ctx, p)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(m.source.dir, "LICENSE"))
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
		{"licenses/NOTICES", 0o644, notices(b.modules)},
		{"stowage", 0o755, b.binary},
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

// rootDir writes the files of the container image of one platform into the
// directory root.
func rootDir(ctx context.Context, m *maker) error {
	wanted, err := m.wanted(imagePlatforms)
	if err != nil {
		return err
	}
	if len(wanted) != 1 {
		return errors.New("root is for one platform: name it with -platform")
	}
	files, err := root(ctx, m, wanted[0])
	if err != nil {
		return err
	}
	dir := filepath.Join(m.out, "root")
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	for _, f := range append([]file{{mode: fs.ModeDir | 0o755}}, files...) {
		if err := f.writeTo(dir); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintln(m.log, dir)
	return err
}

// writeTo writes the file below a directory, with exactly its mode.
func (f file) writeTo(dir string) error {
	path := filepath.Join(dir, filepath.FromSlash(f.name))
	write := func() error { return os.WriteFile(path, f.data, 0o644) }
	if f.mode.IsDir() {
		write = func() error { return os.Mkdir(path, 0o755) }
	}
	if err := write(); err != nil {
		return err
	}
	return os.Chmod(path, f.mode) // whatever the umask
}
