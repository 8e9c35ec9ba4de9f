package testcluster

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// moduleRoot is the folder of the main module's go.mod, above the test's working directory.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "cmd", "stowage-cluster", "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("no module root above the working directory")
		}
		dir = parent
	}
}

// lock holds the file lock path until unlock is called or the process ends.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("locking %s: %w", path, err)
	}
	return func() { _ = f.Close() }, nil
}

// ensureBinary returns the cluster's binary and a digest of its content. It is the one that STOWAGE_CLUSTER names, or else
// bin/stowage-cluster, which is built first if it is older than its sources.
func ensureBinary(root string) (binary, content string, err error) {
	binary = os.Getenv("STOWAGE_CLUSTER")
	if binary == "" {
		binary = filepath.Join(root, "bin", "stowage-cluster")
		if err := build(root, binary); err != nil {
			return "", "", err
		}
	}
	f, err := os.Open(binary)
	if err != nil {
		return "", "", err
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return "", "", err
	}
	return binary, hex.EncodeToString(hash.Sum(nil)), nil
}

func build(root, binary string) error {
	source := filepath.Join(root, "cmd", "stowage-cluster")
	changed, err := newest(source)
	if err != nil {
		return err
	}
	if info, err := os.Stat(binary); err == nil && info.ModTime().After(changed) {
		return nil
	}
	cmd := exec.CommandContext(context.Background(), filepath.Join(source, "build.sh"), binary)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", cmd, err, output)
	}
	return nil
}

// newest is when the newest file below dir that is not a test was changed.
func newest(dir string) (time.Time, error) {
	var newest time.Time
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if test, err := filepath.Match("*_test.go", entry.Name()); err != nil || test {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if info.ModTime().After(newest) {
			newest = info.ModTime()
		}
		return nil
	})
	return newest, err
}
