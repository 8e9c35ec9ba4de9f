package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"stowage/cmd/stowage/view"
)

func TestApprovalTakesNothingButYes(t *testing.T) {
	for answer, approved := range map[string]bool{
		"yes\n": true, " yes \r\n": true, "yes": true,
		"y\n": false, "YES\n": false, "\n": false, "": false, "yes please\n": false, "no\nyes\n": false,
	} {
		var out bytes.Buffer
		a := approval{streams: &streams{in: strings.NewReader(answer), interactive: true, out: view.Screen{Out: &out}}}
		if err := a.ask(t.Context(), yesTo("Apply this?")); (err == nil) != approved {
			t.Errorf("answer %q: %v", answer, err)
		}
		if !strings.Contains(out.String(), "Apply this?") {
			t.Errorf("the question was not asked: %q", out.String())
		}
	}
}

func TestApprovalEndsWhenInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errInterrupted)
	in, _ := io.Pipe() // on which nothing ever comes
	a := approval{streams: &streams{in: in, interactive: true, out: view.Screen{Out: io.Discard}}}
	if err := a.ask(ctx, yesTo("Apply this?")); !errors.Is(err, errInterrupted) {
		t.Errorf("got %v", err)
	}
}

func TestS50ApprovalNeedsATerminal(t *testing.T) {
	s := &streams{in: strings.NewReader("yes\n")}
	if err := (approval{streams: s}).possible(); err == nil {
		t.Error("without a terminal and without --auto-approve: no error")
	}
	if err := (approval{streams: s, auto: true}).possible(); err != nil {
		t.Errorf("with --auto-approve: %v", err)
	}
}

// What follows an answer that has no line break starts on a line of its own, and
// what a yes sets off behind an empty one.
func TestWhatFollowsThePromptStartsANewLine(t *testing.T) {
	for answer, last := range map[string]string{
		"yes\n": ": \n", "yes": ": \n\n", "no\n": ": ", "no": ": \n", "": ": \n",
	} {
		var out bytes.Buffer
		a := approval{streams: &streams{in: strings.NewReader(answer), interactive: true, out: view.Screen{Out: &out}}}
		_ = a.ask(t.Context(), yesTo("Apply this?"))
		if !strings.HasSuffix(out.String(), "accepted"+last) {
			t.Errorf("answer %q: %q", answer, out.String())
		}
	}
}
