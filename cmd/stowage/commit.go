package main

import (
	"context"
	"os/exec"
	"strings"

	"stowage/internal/release"
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
	env    string // the environment that values came from
	commit string
	dirty  bool
}

// sourceOf returns the configuration in dir, with the values of an environment, as a
// source.
func sourceOf(ctx context.Context, dir, env string) source {
	commit, dirty := commitOf(ctx, dir)
	return source{dir: dir, env: env, commit: commit, dirty: dirty}
}

// recordedSource returns what the objects of a revision were made from.
func recordedSource(record *release.Record) source {
	return source{dir: record.ConfigDir, env: record.Env, commit: record.Commit, dirty: record.Dirty}
}
