package main

import (
	"bufio"
	"context"
	"maps"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
)

// consoleName stands for what is typed in diagnostics.
const consoleName = "console"

type consoleOptions struct {
	streams *streams
	inputs  inputFlags
	cluster clusterFlags
	dir     string
}

func newConsole(s *streams) *cobra.Command {
	o := consoleOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "console [DIR]",
		Short: "Evaluate expressions against a configuration",
		Long: `Evaluate expressions against a configuration, one on each line of the standard
input: references such as app.web.host, functions, all that an argument can hold.
No cluster is needed. Sensitive values are not shown, and the names of versioned
Secrets are provisional: the real ones depend on a key that is kept in the cluster.

exit, or the end of the input, ends it. The exit code is 1 when an expression of
a pipe was wrong.`,
		Args: atMostOneDir,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.dir = dirOf(args)
			return o.run(cmd.Context())
		},
	}
	o.inputs.register(cmd, dirOf)
	o.cluster.registerNamespace(cmd)
	return cmd
}

func (o *consoleOptions) run(ctx context.Context) error {
	configuration, err := load(o.dir, o.inputs.inputs(o.streams.environ, o.cluster.namespace))
	if err != nil {
		return err
	}
	lines := linesOf(o.streams)
	failed := false
	for {
		if err := o.prompt(); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			_ = view.Gap(o.streams.out) // the cursor is behind the prompt
			return context.Cause(ctx)
		case line, more := <-lines:
			if !more || line == "exit" {
				return o.end(more, failed)
			}
			ok, err := o.compute(configuration, line)
			if err != nil {
				return err
			}
			failed = failed || !ok
		}
	}
}

// linesOf reads the input line by line. A read cannot be cancelled; it ends with the
// process.
func linesOf(s *streams) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		input := bufio.NewReader(s.in)
		for {
			line, err := input.ReadString('\n')
			if text := strings.TrimSpace(line); text != "" || err == nil {
				lines <- text
			}
			if err != nil {
				return
			}
		}
	}()
	return lines
}

func (o *consoleOptions) prompt() error {
	if !o.streams.interactive {
		return nil
	}
	return view.Raw(o.streams.out, []byte("> "))
}

// end returns how the command ends: a person has seen what went wrong, and a program
// has not.
func (o *consoleOptions) end(typed, failed bool) error {
	switch {
	case o.streams.interactive && !typed:
		return view.Gap(o.streams.out) // behind the prompt
	case !o.streams.interactive && failed:
		return errShown
	}
	return nil
}

// compute shows the value of one expression, or what is wrong with it.
func (o *consoleOptions) compute(c *configuration, line string) (ok bool, err error) {
	if line == "" || strings.HasPrefix(line, "#") {
		return true, nil
	}
	value, diags := c.module.Compute(c.inputs, line, consoleName)
	if len(diags) > 0 {
		sources := maps.Clone(c.module.Sources())
		sources[consoleName] = &hcl.File{Bytes: []byte(line + "\n")}
		if err := view.Diagnostics(o.streams.err, diags, sources); err != nil {
			return false, err
		}
	}
	if diags.HasErrors() {
		return false, nil
	}
	return true, view.Value(o.streams.out, value)
}
