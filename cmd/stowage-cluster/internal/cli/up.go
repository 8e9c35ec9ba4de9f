package cli

import (
	"context"
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

// up starts the cluster or joins a start under way. A process that is about to stop is let go first.
func up(ctx context.Context, in instance.Instance, shape *shape, wait bool, out io.Writer) error {
	if err := in.Create(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	progress := &follower{file: in.RunLog(), out: out}
	defer progress.close()
	var ended <-chan error
	for {
		ready := in.Ready() // before the copy, so that the copy has all that led to it
		_, running := in.PID()
		if !running && ended == nil {
			fmt.Fprintf(out, "starting local cluster %q in %s\n", in.Name, in.Dir)
			var err error
			if ended, err = launch(ctx, in, shape); err != nil {
				return err
			}
		}
		if !wait && running { // so that a down finds it
			return nil
		}
		if err := progress.copy(); err != nil || ready {
			return err
		}
		select {
		case <-tick.C:
		case err := <-ended:
			if _, running := in.PID(); !running {
				return startFailed(in, err)
			}
			ended = nil // someone else was faster
		case <-ctx.Done():
			return startFailed(in, ctx.Err())
		}
	}
}

// follower copies a growing file.
type follower struct {
	file string
	out  io.Writer
	from *os.File
}

func (f *follower) copy() error {
	if f.from == nil {
		from, err := os.Open(f.file)
		if err != nil {
			return err
		}
		f.from = from
	}
	_, err := io.Copy(f.out, f.from)
	return err
}

func (f *follower) close() {
	if f.from != nil {
		_ = f.from.Close()
	}
}

// launch runs the cluster in a process of its own that outlives this one and its terminal.
func launch(ctx context.Context, in instance.Instance, shape *shape) (ended <-chan error, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	// Appended to, for a process that finds another running not to write over what that one reports.
	log, err := os.OpenFile(in.RunLog(), os.O_WRONLY|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	args := append([]string{"run", "--name=" + in.Name, "--data-dir=" + in.Dir}, shape.args()...)
	cmd := exec.CommandContext(context.WithoutCancel(ctx), self, args...)
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

func startFailed(in instance.Instance, cause error) error {
	text, err := os.ReadFile(in.RunLog())
	if err != nil {
		text = nil
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	tail := lines[max(0, len(lines)-10):]
	return fmt.Errorf("local cluster %q did not get ready: %w\nend of %s:\n  %s", in.Name, cause, in.RunLog(), strings.Join(tail, "\n  "))
}
