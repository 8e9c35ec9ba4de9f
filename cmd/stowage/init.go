package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
)

type initOptions struct {
	streams *streams
	dir     string
	given   answers // by flags
	answers answers // to the questions so far
	asked   bool    // somebody, at a terminal
}

func newInit(s *streams) *cobra.Command {
	o := initOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a small configuration to start from",
		Long: `Write a small configuration to start from: one app, and what it needs.

At a terminal it asks for what no flag says, with a default in brackets. Elsewhere
the flags and the defaults are all there is, and --image is needed.

Nothing is overwritten, and DIR, which is the working directory when it is not given,
must not have a configuration. The password of a database is random. It is written to
secrets.auto.vars.hcl, which only its owner can read, and which git is told to ignore.`,
		Example: `  stowage init shop --image example.com/shop:1.0 --database postgres
  stowage plan shop --local`,
		Args: atMostOneDir,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.dir = dirOf(args)
			return o.run(cmd.Context())
		},
	}
	for _, q := range questions {
		cmd.Flags().StringVar(q.answer(&o.given), q.flag, "", q.usage)
		complete := cobra.NoFileCompletions
		if q.choices != nil {
			complete = cobra.FixedCompletions(q.choices, cobra.ShellCompDirectiveNoFileComp)
		}
		_ = cmd.RegisterFlagCompletionFunc(q.flag, complete)
	}
	return cmd
}

func (o *initOptions) run(ctx context.Context) error {
	if err := o.checkDir(); err != nil {
		return err
	}
	if err := o.complete(ctx); err != nil {
		return err
	}
	files := scaffold(o.answers)
	err := writeFiles(o.dir, files, false)
	if conflict := (*conflictError)(nil); errors.As(err, &conflict) {
		return &hintError{conflict, "init overwrites nothing: move them, or name another directory"}
	}
	if err != nil {
		return fmt.Errorf("the configuration cannot be written: %w", err)
	}
	if o.asked {
		if err := view.Gap(o.streams.out); err != nil {
			return err
		}
	}
	return view.Initialised(o.streams.out, o.summary(files))
}

// checkDir returns an error when there is a configuration already, before anything is asked.
func (o *initOptions) checkDir() error {
	there, err := filepath.Glob(filepath.Join(o.dir, "*.hcl"))
	if err != nil || len(there) == 0 {
		return err
	}
	return &hintError{
		fmt.Errorf("%s has a configuration already: %s", o.dir, strings.Join(there, ", ")),
		"name a directory that has none, which may be one that does not exist",
	}
}

// complete gets an answer to each question: from its flag, from the person at the terminal,
// or its default.
func (o *initOptions) complete(ctx context.Context) error {
	input := bufio.NewReader(o.streams.in)
	for _, q := range questions {
		answer := q.answer(&o.answers)
		switch given := *q.answer(&o.given); {
		case given != "":
			*answer = given
			if err := q.check(o.answers); err != nil {
				return usage("", "--%s is %q: %w", q.flag, given, err)
			}
		case q.pointless != nil && q.pointless(o.answers):
			*answer = none
		case o.streams.interactive:
			if !o.asked {
				if err := view.InitIntroduction(o.streams.out); err != nil {
					return err
				}
			}
			o.asked = true
			if err := o.ask(ctx, input, q); err != nil {
				return err
			}
		default:
			if *answer = q.suggest(o.answers, o.dir); *answer == "" {
				return &hintError{fmt.Errorf("--%s is missing, and there is no terminal to ask on", q.flag), "it is the " + strings.ToLower(q.text[:1]) + q.text[1:]}
			}
		}
	}
	return nil
}

// ask asks a question until it is answered as the language wants it. Nothing but Enter takes
// the default, where there is one.
func (o *initOptions) ask(ctx context.Context, input *bufio.Reader, q initQuestion) error {
	suggested := q.suggest(o.answers, o.dir)
	for {
		if err := view.InitQuestion(o.streams.out, q.text, suggested); err != nil {
			return err
		}
		line, err := readLine(ctx, input)
		if err != nil {
			_ = view.Gap(o.streams.out) // the cursor is behind the question
		}
		switch cause := context.Cause(ctx); {
		case cause != nil:
			return cause
		case err != nil:
			return errors.New("not everything was answered, so nothing was written")
		}
		answer := q.answer(&o.answers)
		*answer = strings.TrimSpace(line)
		if *answer == "" {
			*answer = suggested
		}
		if *answer == "" {
			err = errors.New("must be given")
		} else if err = q.check(o.answers); err == nil {
			return nil
		}
		if err := view.InitProblem(o.streams.out, err); err != nil {
			return err
		}
	}
}

func (o *initOptions) summary(files []sourceFile) view.Init {
	summary := view.Init{Dir: o.dir}
	for _, f := range files {
		summary.Files = append(summary.Files, view.InitFile{Name: filepath.Join(o.dir, f.Name), About: fileSubjects[f.Name]})
	}
	if o.dir != "." {
		summary.Argument = " " + shellWord(o.dir)
	}
	return summary
}
