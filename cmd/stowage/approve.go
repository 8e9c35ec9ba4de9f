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
		if strings.TrimSpace(answer) != q.answer {
			return errors.New("not approved, nothing was changed")
		}
		return view.Gap(a.streams.out)
	}
}
