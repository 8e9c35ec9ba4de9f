package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
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

// ask asks git about the tree. The time is the commit's: that of the build would
// make each build another one.
func (s *source) ask(ctx context.Context) error {
	head, err := output(ctx, s.dir, nil, "git", "show", "--no-patch", "--format=%H %ct", "HEAD")
	if err != nil {
		return err
	}
	var seconds int64
	if _, err := fmt.Sscan(head, &s.commit, &seconds); err != nil {
		return fmt.Errorf("git says of the commit: %q", head)
	}
	s.time = time.Unix(seconds, 0).UTC()
	status, err := output(ctx, s.dir, nil, "git", "status", "--porcelain")
	s.modified = status != ""
	return err
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
