package view

import (
	"fmt"
	"slices"
	"strings"
)

// piece is a part of a text that can be told in several lengths.
type piece struct {
	forms []form // from all of it to the least; empty: there is nothing to tell
	used  int    // index of the form that is told
}

// form is one length that a piece can be told in.
type form struct {
	text string
	// All forms but the first: when it takes the place of the one before, and what it is
	// without. A %s stands for how many apps that is true of.
	turn    turn
	without string
}

// turn is when something is left out of a text that is too long.
type turn int

// The turns, the least important first.
const (
	turnOutputs turn = iota
	turnKept
	turnLongDiffs
	turnDiffs
	turnObjects
	turnRiskyLongDiffs // and from here on, of apps with risks
	turnWarningDetails
	turnRiskyDiffs
	turnApps
	turnManyRisks
	turnRiskyObjects
	turnWarnings
	turnMostRisks
	turnRiskyApps
	turnRisks
	turns // how many there are
)

// shorten makes the pieces fit a room, in bytes: turn by turn less is told, of the last
// pieces first. It reports whether they fit.
func shorten(pieces []*piece, room int) bool {
	size := 0
	for _, p := range pieces {
		size += len(p.text())
	}
	for now := range turns {
		for _, p := range slices.Backward(pieces) {
			for size > room && p.used+1 < len(p.forms) && p.forms[p.used+1].turn == now {
				size -= len(p.text())
				p.used++
				size += len(p.text())
			}
		}
	}
	return size <= room
}

func (p *piece) text() string {
	if len(p.forms) == 0 {
		return ""
	}
	return p.forms[p.used].text
}

// leftOut says what is not told: "the diffs of 3 apps; 12 of 20 risks".
func leftOut(pieces []*piece) string {
	var what []string
	times := make(map[string]int)
	for _, p := range pieces {
		if p.used == 0 {
			continue
		}
		without := p.forms[p.used].without
		if times[without] == 0 {
			what = append(what, without)
		}
		times[without]++
	}
	for i, without := range what {
		if strings.Contains(without, "%s") {
			what[i] = fmt.Sprintf(without, plural(times[without], "app"))
		}
	}
	return strings.Join(what, "; ")
}
