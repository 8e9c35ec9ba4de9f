package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"stowage/cmd/stowage-cluster/internal/instance"
)

// stopTimeout is how long the cluster's process may take to end before it is killed.
const stopTimeout = 15 * time.Second

func newDown(t *target) *cobra.Command {
	purge := false
	cmd := &cobra.Command{
		Use:   "down",
		Short: "Stop the cluster; its objects are kept for the next start",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			in, err := t.open()
			if err != nil {
				return err
			}
			if err := down(cmd.Context(), in, cmd.OutOrStdout()); err != nil || !purge {
				return err
			}
			return os.RemoveAll(in.Dir)
		},
	}
	cmd.Flags().BoolVar(&purge, "purge", false, "delete the instance's folder too, with all objects, certificates and logs")
	return cmd
}

func down(ctx context.Context, in instance.Instance, out io.Writer) error {
	pid, running := in.PID()
	if !running {
		fmt.Fprintf(out, "local cluster %q does not run\n", in.Name)
		return nil
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil && err != syscall.ESRCH {
		return fmt.Errorf("stopping process %d: %w", pid, err)
	}
	killAt := time.Now().Add(stopTimeout)
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		if now, running := in.PID(); !running || now != pid {
			fmt.Fprintf(out, "local cluster %q stopped\n", in.Name)
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		if time.Now().After(killAt) {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && err != syscall.ESRCH {
				return fmt.Errorf("killing process %d: %w", pid, err)
			}
		}
	}
}
