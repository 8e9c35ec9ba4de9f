package view

import (
	"bytes"
	"fmt"
)

// region is the last lines of a terminal, redrawn in place. What is written
// above it stays. On any other screen it shows nothing.
type region struct {
	screen Screen
	drawn  int // lines that are on the screen now
}

// draw writes the page above the region and the lines in it. Lines must fit the
// screen's width: one that wraps could not be erased.
func (r *region) draw(above *page, lines *page) error {
	var out bytes.Buffer
	if r.drawn > 0 {
		// To the first column, where an echoed ^C has moved the cursor from, up to
		// the region's first line, and clear from there on.
		fmt.Fprintf(&out, "\r\x1b[%dA\x1b[J", r.drawn)
		r.drawn = 0
	}
	out.Write(above.buf.Bytes())
	if r.screen.Live {
		out.Write(lines.buf.Bytes())
		r.drawn = bytes.Count(lines.buf.Bytes(), []byte("\n"))
	}
	if out.Len() == 0 {
		return nil
	}
	_, err := r.screen.Out.Write(out.Bytes())
	return err
}
