package main

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
)

// version is stamped by the linker: -ldflags "-X main.version=...".
var version string

// versionOf returns what was stamped, or else what the Go toolchain knows.
func versionOf() view.Version {
	v := view.Version{Version: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if v.Version == "" && info.Main.Version != "(devel)" {
		v.Version = info.Main.Version
	}
	if v.Version == "" {
		v.Version = "dev"
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			v.Commit = setting.Value
		case "vcs.time":
			v.Date = setting.Value
		case "vcs.modified":
			v.Modified = setting.Value == "true"
		}
	}
	if v.Modified {
		v.Date = "" // the commit's, and so not that of what was built
	}
	return v
}

type versionOptions struct {
	streams *streams
	output  output
}

func newVersion(s *streams) *cobra.Command {
	o := versionOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Show the version of stowage",
		Args:  noArgs,
		RunE:  func(*cobra.Command, []string) error { return o.run() },
	}
	o.output.register(cmd, "json")
	return cmd
}

func (o *versionOptions) run() error {
	if o.output.is("json") {
		return view.VersionJSON(o.streams.out.Out, versionOf())
	}
	return view.ShowVersion(o.streams.out, versionOf())
}
