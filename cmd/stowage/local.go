package main

import (
	"context"
	"errors"
	"os/exec"

	"github.com/spf13/cobra"

	"stowage/internal/local"
)

// newLocal returns the commands of the local cluster. They are answered by its
// own program, flags included.
func newLocal(s *streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "local",
		Short: "Run a real Kubernetes control plane on this machine",
		Long: `Run a real Kubernetes control plane on this machine, to try things out: etcd, API
server, controllers and scheduler are real, the nodes are simulated. It needs no
container engine. --local makes other commands use it.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return cmd.Help()
		},
	}
	for verb, short := range map[string]string{
		"up":         "Start the local cluster in the background",
		"down":       "End the local cluster",
		"status":     "Show where the local cluster runs and how it is",
		"kubeconfig": "Write the local cluster's kubeconfig",
	} {
		cmd.AddCommand(&cobra.Command{
			Use:                verb,
			Short:              short,
			DisableFlagParsing: true,
			RunE: func(cmd *cobra.Command, args []string) error {
				return runLocal(cmd.Context(), s, append([]string{verb}, args...))
			},
		})
	}
	return cmd
}

// runLocal hands a command to the local cluster's program, which says itself
// what is wrong.
func runLocal(ctx context.Context, s *streams, args []string) error {
	err := local.Run(ctx, args, s.in, s.out.Out, s.err.Out)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return errShown
	}
	return err
}
