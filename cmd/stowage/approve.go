package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"stowage/cmd/stowage/view"
)

// question is what is asked before something is done.
type question struct {
	text   string
	prompt string
	answer string // that approves
}

// yesTo is a question that is answered with yes.
func yesTo(format string, args ...any) question {
	return question{text: fmt.Sprintf(format, args...), prompt: "Only yes is accepted: ", answer: "yes"}
}

// approval is how a command gets a yes for what it is about to do.
type approval struct {
	streams *streams
	auto    bool // --auto-approve
}

// approvalOf returns how to get a yes, or an error when there is no way to.
func approvalOf(s *streams, o output, auto bool) (approval, error) {
	if o.is("json") && !auto {
		return approval{}, usage("", "-o json needs --auto-approve: a program cannot be asked")
	}
	a := approval{streams: s, auto: auto}
	return a, a.possible()
}

// possible returns an error when nobody can be asked. Commands call it first,
// so that a pipeline does not learn it after a minute of planning.
func (a approval) possible() error {
	if a.auto || a.streams.interactive {
		return nil
	}
	return &hintError{
		error: errors.New("there is no terminal to ask for approval on"),
		hint:  "--auto-approve goes ahead without asking; plan shows what would happen",
	}
}

// ask asks the question and returns nil when the answer is the one that approves,
// and nothing else. An empty line is behind what was written so far then.
func (a approval) ask(ctx context.Context, q question) error {
	if a.auto {
		return view.Gap(a.streams.out)
	}
	if err := view.Prompt(a.streams.out, q.text, q.prompt); err != nil {
		return err
	}
	answer, err := readLine(ctx, bufio.NewReader(a.streams.in))
	if err != nil { // the cursor is behind the prompt
		_ = view.Gap(a.streams.out)
	}
	switch cause := context.Cause(ctx); {
	case cause != nil:
		return cause
	case strings.TrimSpace(answer) != q.answer:
		return errors.New("not approved, nothing was changed")
	}
	return view.Gap(a.streams.out)
}

// readLine reads a line, or what there is before the input ends, which is io.EOF too. It
// returns when the context is done.
func readLine(ctx context.Context, from *bufio.Reader) (string, error) {
	type reading struct {
		line string
		err  error
	}
	readings := make(chan reading, 1)
	go func() { // a read cannot be cancelled; it ends with the process
		line, err := from.ReadString('\n')
		readings <- reading{line, err}
	}()
	select {
	case <-ctx.Done():
		return "", context.Cause(ctx)
	case r := <-readings:
		return r.line, r.err
	}
}
