package main

import (
	"io"
	"os"

	"golang.org/x/term"

	"stowage/cmd/stowage/view"
)

// streams is what a command reads from, writes to, and knows of the process it
// runs in.
type streams struct {
	in          io.Reader
	interactive bool        // a person answers on in
	out         view.Screen // results
	err         view.Screen // errors, warnings and progress
	environ     []string    // KEY=VALUE pairs
	github      *github     // nil: this is no step of GitHub Actions
}

func isTerminal(file *os.File) bool { return term.IsTerminal(int(file.Fd())) }

// plain turns off colours.
func (s *streams) plain() { s.out.Colour, s.err.Colour = false, false }
