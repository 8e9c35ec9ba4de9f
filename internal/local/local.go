// Package local finds and runs the local cluster's binary, which does the rest
// by itself: it keeps the state, starts and ends the cluster, and answers for it.
package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// binary is the name of the local cluster's program.
const binary = "stowage-cluster"

// ErrNotFound says that the local cluster's program is nowhere to be found.
var ErrNotFound = errors.New("the local cluster's program, " + binary + ", is neither beside stowage nor in PATH; `make build` builds both, and STOWAGE_CLUSTER can name it")

// Find returns the path of the local cluster's program: what STOWAGE_CLUSTER
// names, or else the one beside the running program, or else the one in PATH.
func Find() (string, error) {
	if path := os.Getenv("STOWAGE_CLUSTER"); path != "" {
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("STOWAGE_CLUSTER: %w", err)
		}
		return path, nil
	}
	if self, err := os.Executable(); err == nil {
		if resolved, err := filepath.EvalSymlinks(self); err == nil {
			self = resolved
		}
		path := filepath.Join(filepath.Dir(self), binary)
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	path, err := exec.LookPath(binary)
	if err != nil {
		return "", ErrNotFound
	}
	return path, nil
}

// Run runs the program with these arguments and streams. The error of a run
// that failed is an *exec.ExitError with its exit code.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	path, err := Find()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, stderr
	return cmd.Run()
}

// Ensure starts the local cluster unless it runs already, and returns the path
// of its kubeconfig. What is started is told on progress.
func Ensure(ctx context.Context, progress io.Writer) (kubeconfig string, err error) {
	if err := Run(ctx, []string{"up", "--wait", "--quiet"}, nil, progress, progress); err != nil {
		return "", fmt.Errorf("starting the local cluster: %w", err)
	}
	var path strings.Builder
	if err := Run(ctx, []string{"kubeconfig", "--path"}, nil, &path, progress); err != nil {
		return "", fmt.Errorf("asking for the local cluster's kubeconfig: %w", err)
	}
	return strings.TrimSpace(path.String()), nil
}
