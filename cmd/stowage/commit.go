package main

import (
	"context"
	"os/exec"
	"strings"
)

// commitOf returns the git commit of the configuration in dir, with "-dirty"
// when files there differ from it; empty where there is no git. It is only for
// the record, so nothing that goes wrong here is an error.
func commitOf(ctx context.Context, dir string) string {
	head, err := exec.CommandContext(ctx, "git", "-C", dir, "rev-parse", "HEAD").Output()
	if err != nil {
		return ""
	}
	commit := strings.TrimSpace(string(head))
	changes, err := exec.CommandContext(ctx, "git", "-C", dir, "status", "--porcelain", "--", ".").Output()
	if err == nil && len(changes) > 0 {
		commit += "-dirty"
	}
	return commit
}
