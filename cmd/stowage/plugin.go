package main

import (
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// The names under which kubectl looks for programs in PATH: the one that is the
// plugin, and the one that completes the plugin's arguments.
const (
	pluginName    = "kubectl-stowage"
	completerName = "kubectl_complete-stowage"
)

// start is how the process was started.
type start struct {
	name string // of the program, as it is to be typed
	args []string
}

// startedAs tells from the name of the program's file what it is to be: each of
// kubectl's names, as a link or a copy, makes it what kubectl looks for.
func startedAs(argv []string) start {
	switch strings.TrimSuffix(filepath.Base(argv[0]), ".exe") {
	case pluginName:
		return start{"kubectl stowage", argv[1:]}
	case completerName:
		return start{"kubectl stowage", append([]string{cobra.ShellCompRequestCmd}, argv[1:]...)}
	}
	return start{"stowage", argv[1:]}
}
