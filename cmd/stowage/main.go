// Command stowage deploys releases, described in HCL, to Kubernetes: it shows
// exactly what will change, and changes that, in dependency order.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // what time zones there are is asked of no system: an image from scratch, and Windows, have none

	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
)

func main() {
	// Short-lived, and mostly decoding lists that are kept to the end: collecting
	// less often takes a quarter off a plan of a thousand objects. The limit keeps
	// large releases from paying for that in memory. GOGC and GOMEMLIMIT prevail.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(64 << 20)
	}
	os.Exit(run())
}

// run runs the command that the process was started with, and returns its exit
// code.
func run() int {
	ctx, stop := interruptible(context.Background())
	defer stop()
	s := &streams{
		in:          os.Stdin,
		interactive: isTerminal(os.Stdin),
		out:         view.ScreenOf(os.Stdout, os.Getenv),
		err:         view.ScreenOf(os.Stderr, os.Getenv),
		environ:     os.Environ(),
	}
	root := newRoot(s)
	started := startedAs(os.Args)
	root.Annotations = map[string]string{cobra.CommandDisplayNameAnnotation: started.name}
	root.SetArgs(started.args)
	command, err := root.ExecuteContextC(ctx)
	return conclude(ctx, s, command, err)
}

// interruptible returns a context that the first interrupt cancels, so that the
// command can end in order. A second one ends the process at once.
func interruptible(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel(errInterrupted)
		<-signals
		os.Exit(exitInterrupted)
	}()
	return ctx, func() { cancel(nil) }
}
