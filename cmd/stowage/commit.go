package main

import (
	"context"
	"os/exec"
	"strings"
)

// commitOf returns the git commit of the configuration in dir, and whether files
// there differ from it; nothing where there is no git. It is only for the record,
// so nothing that goes wrong here is an error.
func commitOf(ctx context.Context, dir string) (commit string, dirty bool) {
	head, err := exec.CommandContext(ctx, "git", "-C", dir, "rev-parse", "HEAD").Output()
	if err != nil {
		return "", false
	}
	changes, err := exec.CommandContext(ctx, "git", "-C", dir, "status", "--porcelain", "--", ".").Output()
	return strings.TrimSpace(string(head)), err == nil && len(changes) > 0
}

// source is what applied objects were made from, for the record.
type source struct {
	dir    string // of the configuration
	commit string
	dirty  bool
}

// sourceOf returns the configuration in dir as a source.
func sourceOf(ctx context.Context, dir string) source {
	commit, dirty := commitOf(ctx, dir)
	return source{dir: dir, commit: commit, dirty: dirty}
}
