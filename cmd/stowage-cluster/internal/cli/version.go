package cli

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
	"k8s.io/component-base/version"
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the versions of what is built in",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, part := range versions() {
				fmt.Fprintf(cmd.OutOrStdout(), "%-11s %s\n", part[0], part[1])
			}
			return nil
		},
	}
}

// versions are pairs of a part's name and its version.
func versions() [][2]string {
	parts := [][2]string{{"kubernetes", version.Get().GitVersion}}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return parts
	}
	names := map[string]string{"go.etcd.io/etcd/server/v3": "etcd", "sigs.k8s.io/kwok": "kwok"}
	for _, module := range info.Deps {
		if name, ok := names[module.Path]; ok {
			parts = append(parts, [2]string{name, module.Version})
		}
	}
	return append(parts, [2]string{"go", info.GoVersion})
}
