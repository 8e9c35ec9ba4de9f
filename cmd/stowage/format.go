package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
)

// output is the value of -o.
type output struct {
	format  string
	formats []string
	lines   *view.JSONLines // of a command that writes what happens as it happens; nil for all others
}

// register adds -o to a command. The empty format, for people, is always there.
func (o *output) register(cmd *cobra.Command, formats ...string) {
	o.formats = formats
	cmd.Flags().VarP(o, "output", "o", "write "+enumeration(formats, "or")+" instead of text for people")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
}

// registerLines adds -o json to a command that writes a line for each event.
func (o *output) registerLines(cmd *cobra.Command, s *streams) {
	o.register(cmd, "json")
	o.lines = view.NewJSONLines(s.out.Out, time.Now)
}

func (o *output) is(format string) bool { return o.format == format }

// enumeration returns "json, sarif or junit".
func enumeration(words []string, last string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " " + last + " " + words[len(words)-1]
}

// jsonLines returns what -o json writes to; nil when it was not given.
func (o *output) jsonLines() *view.JSONLines {
	if !o.is("json") {
		return nil
	}
	return o.lines
}

// String, Set and Type make output a flag.
func (o *output) String() string { return o.format }

// Type is the placeholder in the help text.
func (o *output) Type() string { return "format" }

// Set takes one of the formats.
func (o *output) Set(format string) error {
	if !slices.Contains(o.formats, format) {
		return fmt.Errorf("there is no format %q, only %s", format, enumeration(o.formats, "and"))
	}
	o.format = format
	return nil
}

// concludeJSON writes what a command ended with for programs, when it was told to: an
// error in place of its document, or the last lines. A command line that makes no sense
// is told to people alone: what it asks for is not known.
func concludeJSON(ctx context.Context, s *streams, command *cobra.Command, err error, code int) {
	flag := command.Flags().Lookup("output")
	if flag == nil {
		return
	}
	o, ok := flag.Value.(*output)
	var wrong *usageError
	if !ok || !o.is("json") || errors.As(err, &wrong) {
		return
	}
	findings := findingsOf(ctx, err)
	switch {
	case o.lines != nil:
		o.lines.Diagnostics(findings)
		o.lines.Summary(endingOf(err, code, o.lines), code)
	case len(findings) > 0:
		_ = view.ErrorJSON(s.out.Out, findings)
	}
}

// endingOf says in a word how a command ended that carries out a plan.
func endingOf(err error, code int, lines *view.JSONLines) view.Ending {
	var run *runError
	switch {
	case code == exitOK && !lines.Ran():
		return view.EndedUnchanged
	case code != exitError:
		return endings[code]
	case errors.As(err, &run):
		return view.EndedFailed
	}
	return view.EndedError
}

// endings are those that an exit code tells of by itself.
var endings = map[int]view.Ending{
	exitOK: view.EndedDone, exitWentBack: view.EndedRolledBack, exitBackFailed: view.EndedRollbackFailed,
	exitLocked: view.EndedLocked, exitStale: view.EndedStale, exitInterrupted: view.EndedInterrupted,
}
