package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
)

// The values of --format.
const (
	formatText     = "text"
	formatMarkdown = "markdown"
	formatHTML     = "html"
)

var reviewFormats = []string{formatText, formatMarkdown, formatHTML}

// reviewFormat is the value of --format: how a plan is shown to people.
type reviewFormat string

func (f *reviewFormat) register(cmd *cobra.Command) {
	cmd.Flags().Var(f, "format", "show the plan as text, as markdown for a comment on a pull request, or as a page of html")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(reviewFormats, cobra.ShellCompDirectiveNoFileComp))
}

// check returns an error when programs are to read the plan as well.
func (f *reviewFormat) check(o output) error {
	if *f != "" && o.format != "" {
		return usage("", "--format is for people and -o for programs: leave one of them out")
	}
	return nil
}

// isText reports whether the plan goes to a terminal or a log, where more may follow it.
func (f *reviewFormat) isText() bool { return *f == "" || *f == formatText }

// show shows a plan that is not carried out now.
func (f *reviewFormat) show(s view.Screen, plan view.Planned) error {
	switch *f {
	case formatMarkdown:
		return view.Markdown(s.Out, plan)
	case formatHTML:
		return view.HTML(s.Out, plan)
	}
	return showPlan(s, plan)
}

// String, Set and Type make reviewFormat a flag.
func (f *reviewFormat) String() string { return string(*f) }

// Type is the placeholder in the help text.
func (f *reviewFormat) Type() string { return "format" }

// Set takes one of the formats.
func (f *reviewFormat) Set(format string) error {
	if !slices.Contains(reviewFormats, format) {
		return fmt.Errorf("there is no format %q, only %s", format, strings.Join(reviewFormats, ", "))
	}
	*f = reviewFormat(format)
	return nil
}
