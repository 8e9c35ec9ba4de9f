package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"stowage/cmd/stowage-cluster/internal/cluster"
)

func newRun(t *target) *cobra.Command {
	shape := newShape()
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Run the cluster in the foreground until interrupted",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := shape.validate(); err != nil {
				return err
			}
			in, err := t.open()
			if err != nil {
				return err
			}
			err = cluster.Run(cmd.Context(), in, shape.Options, cmd.OutOrStdout())
			if errors.Is(err, cluster.ErrIdle) {
				fmt.Fprintf(cmd.OutOrStdout(), "ended: nobody used the cluster for %s\n", shape.IdleTimeout)
				return nil
			}
			return err
		},
	}
	shape.addFlags(cmd.Flags())
	return cmd
}
