package main

import (
	"bufio"
	"context"
	"errors"
	"strings"

	"stowage/cmd/stowage/view"
)

// approval is how a command gets a yes for what it is about to do.
type approval struct {
	streams *streams
	auto    bool // --auto-approve
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

// ask asks the question and returns nil when the answer is yes, and nothing
// but yes.
func (a approval) ask(ctx context.Context, question string) error {
	if a.auto {
		return nil
	}
	if err := view.Prompt(a.streams.out, question, "Only yes is accepted: "); err != nil {
		return err
	}
	answers := make(chan string, 1)
	go func() { // a read cannot be cancelled; it ends with the process
		answer, _ := bufio.NewReader(a.streams.in).ReadString('\n')
		answers <- answer
	}()
	select {
	case <-ctx.Done():
		_ = view.Gap(a.streams.out) // the cursor is behind the prompt
		return context.Cause(ctx)
	case answer := <-answers:
		if !strings.HasSuffix(answer, "\n") { // the input ended, and the cursor is there too
			_ = view.Gap(a.streams.out)
		}
		if strings.TrimSpace(answer) != "yes" {
			return errors.New("not approved, nothing was changed")
		}
		return view.Gap(a.streams.out)
	}
}
