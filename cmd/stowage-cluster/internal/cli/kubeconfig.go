package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func newKubeconfig(t *target) *cobra.Command {
	path := false
	cmd := &cobra.Command{
		Use:   "kubeconfig",
		Short: "Print the cluster's kubeconfig",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			in, err := t.open()
			if err != nil {
				return err
			}
			text, err := os.ReadFile(in.Kubeconfig())
			if errors.Is(err, os.ErrNotExist) {
				return fmt.Errorf("local cluster %q has never been started: there is no %s", in.Name, in.Kubeconfig())
			}
			if err != nil {
				return err
			}
			if path {
				text = []byte(in.Kubeconfig() + "\n")
			}
			_, err = cmd.OutOrStdout().Write(text)
			return err
		},
	}
	cmd.Flags().BoolVar(&path, "path", false, "print the file's path instead")
	return cmd
}
