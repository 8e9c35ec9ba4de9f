package view

import (
	"io"
	"os"

	"golang.org/x/term"
)

// The widths, in columns, that output is laid out for.
const (
	minWidth  = 40  // below it nothing sensible can be done
	maxWidth  = 120 // beyond it lines get hard to read
	pipeWidth = 120 // where there is no terminal that has a width
)

// Screen is where output goes and how it may look.
type Screen struct {
	Out    io.Writer
	Width  int  // in columns; 0 asks the terminal each time
	Colour bool // ANSI colours are welcome
	Live   bool // a terminal: what was written last can be redrawn
	// Guard rewrites a line that what reads the output would obey instead of showing it;
	// nil: there is no such reader.
	Guard func(line string) string
	// Fold returns what stands before and after a part of so many lines, 0 while nobody
	// knows, so that it can be folded behind a title; nil: nothing can. The end is asked
	// for when it has come.
	Fold func(title string, lines int) (begin string, end func() string)
}

// ScreenOf returns the screen for a file. Colour and redrawing need a
// terminal; NO_COLOR and TERM=dumb in the environment turn colour off.
func ScreenOf(file *os.File, getenv func(string) string) Screen {
	terminal := term.IsTerminal(int(file.Fd()))
	dumb := getenv("TERM") == "dumb"
	return Screen{
		Out:    file,
		Colour: terminal && !dumb && getenv("NO_COLOR") == "",
		Live:   terminal && !dumb,
	}
}

// width returns how many columns to lay out for. The terminal is asked anew
// each time, since its user may have resized it.
func (s Screen) width() int {
	width := s.Width
	if width == 0 {
		width = pipeWidth
		if file, ok := s.Out.(*os.File); ok {
			if columns, _, err := term.GetSize(int(file.Fd())); err == nil {
				width = columns
			}
		}
	}
	return min(max(width, minWidth), maxWidth)
}
