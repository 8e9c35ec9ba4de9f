package view

import (
	"fmt"
	"slices"
	"strings"

	"stowage/planner"
)

// Stage says how far a plan is, of which it is told what waits for a switch.
type Stage int

// The stages of a plan.
const (
	NotApplied  Stage = iota // what is ready, is so once the plan is carried out
	Applied                  // and all that it changed was waited for
	AppliedOnly              // and nothing was waited for
	AsFound                  // there was nothing to change
)

// Waiting shows which versions run beside the ones with the traffic, and what moves
// it to them.
func Waiting(s Screen, plan Planned, stage Stage) error {
	p := newPage(s)
	p.waiting(plan, stage)
	return p.flush(s)
}

func (p *page) waiting(plan Planned, stage Stage) {
	if plan.Empty() {
		stage = AsFound
	}
	for _, w := range plan.Waiting {
		p.waitingFor(w, stage, plan.Where)
	}
}

// waitingFor adds how one version waits, and the commands that can be given next.
func (p *page) waitingFor(w planner.Waiting, stage Stage, where string) {
	p.blank()
	p.para(txt(""), 2, plain, waitingText(w, stage))
	title := "  Next: "
	for _, command := range nextCommands(w, where) {
		p.line(txt(title), span{command.Command, bold}, span{command.effect(), dim})
		title = spaces(len(title))
	}
}

// waitingText says how a version stands beside the one with the traffic.
func waitingText(w planner.Waiting, stage Stage) string {
	has, keeps := "has", "has"
	if stage == NotApplied {
		has, keeps = "will have", "keeps"
	}
	if w.Strategy == canaryStrategy {
		text := fmt.Sprintf("%s: %s %s %d%% of the traffic beside %s", w.App, w.Next, has, w.Weight, w.Active)
		if step := slices.Index(w.Steps, w.Weight); step >= 0 {
			text += fmt.Sprintf(", step %d of %d", step+1, len(w.Steps))
		}
		return text + "."
	}
	is := "is ready"
	switch {
	case stage == NotApplied:
		is = "will be ready"
	case stage == AppliedOnly:
		is = "is deployed"
	case stage == AsFound && (w.Next.Ready < w.Next.Pods || w.Next.Pods == 0):
		is = "is there, with " + podsText(w.Next) + ","
	}
	return fmt.Sprintf("%s: %s %s beside %s, which %s the traffic.", w.App, w.Next, is, w.Active, keeps)
}

const canaryStrategy = "canary"

// nextCommand is a command that can be given next.
type nextCommand struct {
	App     string `json:"app"`
	Command string `json:"command"`
	Weight  int32  `json:"weight,omitempty"` // percent that a canary has then
}

// effect says what a step of a canary leads to.
func (c nextCommand) effect() string {
	if c.Weight == 0 {
		return ""
	}
	return fmt.Sprintf("  (%d%%)", c.Weight)
}

// nextCommands returns what can be done about a version that waits, the usual first.
func nextCommands(w planner.Waiting, where string) []nextCommand {
	command := func(flag string) nextCommand {
		return nextCommand{App: w.App, Command: commandLine("switch", w.App, flag, where)}
	}
	if w.Strategy != canaryStrategy {
		return []nextCommand{command("")}
	}
	next := command("--next")
	next.Weight = 100
	for _, step := range slices.Backward(w.Steps) {
		if step > w.Weight {
			next.Weight = step
		}
	}
	return []nextCommand{next, command("--promote"), command("--abort")}
}

// allNextCommands returns what can be done about all versions that wait.
func allNextCommands(waiting []planner.Waiting, where string) (commands []nextCommand) {
	for _, w := range waiting {
		commands = append(commands, nextCommands(w, where)...)
	}
	return commands
}

// commandLine returns a command of stowage. Empty words are left out.
func commandLine(words ...string) string {
	words = slices.DeleteFunc(words, func(word string) bool { return word == "" })
	return strings.Join(append([]string{"stowage"}, words...), " ")
}
