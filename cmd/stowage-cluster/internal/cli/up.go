package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"stowage/cmd/stowage-cluster/internal/instance"
)

const (
	startTimeout = 2 * time.Minute
	pollInterval = 20 * time.Millisecond
)

func newUp(t *target) *cobra.Command {
	shape := newShape()
	wait, quiet := false, false
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Start the cluster in the background, unless it runs already",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := shape.validate(); err != nil {
				return err
			}
			in, err := t.open()
			if err != nil {
				return err
			}
			if pid, running := in.PID(); running && in.Ready() {
				if !quiet {
					fmt.Fprintf(cmd.OutOrStdout(), "local cluster %q already runs as process %d\n", in.Name, pid)
				}
				return nil
			}
			return up(cmd.Context(), in, shape, wait, cmd.OutOrStdout())
		},
	}
	shape.addFlags(cmd.Flags())
	cmd.Flags().BoolVar(&wait, "wait", false, "return when every part of the cluster is ready")
	cmd.Flags().BoolVar(&quiet, "quiet", false, "say nothing when the cluster runs already")
	return cmd
}

// up starts the cluster or joins a start under way.
func up(ctx context.Context, in instance.Instance, shape *shape, wait bool, out io.Writer) error {
	if err := in.Create(); err != nil {
		return err
	}
	var ended <-chan error
	if _, running := in.PID(); !running {
		fmt.Fprintf(out, "starting local cluster %q in %s\n", in.Name, in.Dir)
		var err error
		if ended, err = launch(in, shape); err != nil {
			return err
		}
	}
	if !wait {
		return nil
	}
	return awaitReady(ctx, in, ended, out)
}

// launch runs the cluster in a process of its own that outlives this one and its terminal.
func launch(in instance.Instance, shape *shape) (ended <-chan error, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(in.RunLog(), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	args := append([]string{"run", "--name=" + in.Name, "--data-dir=" + in.Dir}, shape.args()...)
	cmd := exec.Command(self, args...) // not CommandContext: it is to outlive this process
	cmd.Dir = in.Dir
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	return done, nil
}

// awaitReady copies the starting process's progress to out until the cluster is ready.
func awaitReady(ctx context.Context, in instance.Instance, ended <-chan error, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	progress, err := os.Open(in.RunLog())
	if err != nil {
		return err
	}
	defer progress.Close()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		ready := in.Ready() // before the copy, so that the copy has all that led to it
		if _, err := io.Copy(out, progress); err != nil {
			return err
		}
		if ready {
			return nil
		}
		select {
		case <-tick.C:
			if _, running := in.PID(); !running && ended == nil {
				return startFailed(in, errors.New("its process has ended"))
			}
		case err := <-ended:
			if in.Ready() { // another process was faster
				return nil
			}
			return startFailed(in, err)
		case <-ctx.Done():
			return startFailed(in, ctx.Err())
		}
	}
}

func startFailed(in instance.Instance, cause error) error {
	text, err := os.ReadFile(in.RunLog())
	if err != nil {
		text = nil
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	tail := lines[max(0, len(lines)-10):]
	return fmt.Errorf("local cluster %q did not get ready: %w\nend of %s:\n  %s", in.Name, cause, in.RunLog(), strings.Join(tail, "\n  "))
}
