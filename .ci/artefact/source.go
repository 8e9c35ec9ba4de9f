package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// source is the tree that is built.
type source struct {
	dir      string
	version  string
	url      string // empty: not known
	commit   string // full hash
	time     time.Time
	modified bool // the tree has changes that the commit has not
}

// readSource asks git about the tree. The time is the commit's: that of the
// build would make each build another one.
func readSource(ctx context.Context, dir, version, url string) (source, error) {
	head, err := output(ctx, dir, nil, "git", "show", "--no-patch", "--format=%H %ct", "HEAD")
	if err != nil {
		return source{}, err
	}
	commit, seconds, _ := strings.Cut(head, " ")
	unix, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return source{}, fmt.Errorf("git says that %s is of the time %q", commit, seconds)
	}
	status, err := output(ctx, dir, nil, "git", "status", "--porcelain")
	if err != nil {
		return source{}, err
	}
	return source{
		dir: dir, version: version, url: url,
		commit: commit, time: time.Unix(unix, 0).UTC(), modified: status != "",
	}, nil
}

// output runs a program in the directory, with more in its environment, and
// returns what it wrote, without the end of the last line.
func output(ctx context.Context, dir string, env []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, stderr.Bytes())
	}
	return strings.TrimSuffix(string(out), "\n"), nil
}
