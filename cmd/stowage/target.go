package main

import (
	"slices"

	"github.com/spf13/cobra"
)

// targetFlags narrow a command to a part of the release.
type targetFlags struct {
	addresses []string
}

func (f *targetFlags) register(cmd *cobra.Command, s *streams, i *identity) {
	cmd.Flags().StringArrayVar(&f.addresses, "target", nil, "narrow this to the block at an `address`, such as app.web, and to what it needs")
	_ = cmd.RegisterFlagCompletionFunc("target", func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return i.completeAddresses(s), cobra.ShellCompDirectiveNoFileComp
	})
}

// completeAddresses returns the addresses of the blocks that make objects, as far as the
// configuration can be evaluated.
func (i *identity) completeAddresses(s *streams) []cobra.Completion {
	configuration, err := load(i.directory(), i.inputs.inputs(s.environ, i.cluster.namespace))
	if err != nil {
		return nil
	}
	config, _, err := configuration.evaluate(nil)
	if err != nil {
		return nil
	}
	objects, _, err := order(config, nil)
	if err != nil {
		return nil
	}
	var addresses []cobra.Completion
	for _, o := range objects {
		addresses = append(addresses, o.Address)
	}
	slices.Sort(addresses)
	return slices.Compact(addresses)
}
