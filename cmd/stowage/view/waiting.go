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
	p.waitingFor(plan.Waiting, stage, plan.Where)
}

// waitingFor adds how versions wait, and the commands that can be given next.
func (p *page) waitingFor(waiting []planner.Waiting, stage Stage, where string) {
	if len(waiting) == 0 {
		return
	}
	p.blank()
	for _, w := range waiting {
		p.para(txt(""), 2, plain, w.App+": "+waitingText(w, stage))
	}
	if stage == AsFound {
		waiting = able(waiting)
	}
	title := "  Next: "
	for _, command := range nextCommands(waiting, where) {
		if command.usual {
			p.line(txt(title), span{command.Command, bold}, span{command.otherwise, dim})
			title = spaces(len(title))
		}
	}
}

// able returns those of the versions that a switch would not refuse for want of pods.
func able(waiting []planner.Waiting) []planner.Waiting {
	return slices.DeleteFunc(slices.Clone(waiting), func(w planner.Waiting) bool {
		return w.Strategy != canaryStrategy && w.Next.Ready < w.Next.Pods
	})
}

// waitingText says how a version stands beside the one with the traffic.
func waitingText(w planner.Waiting, stage Stage) string {
	switch {
	case w.Strategy == canaryStrategy:
		return canaryText(w, stage)
	case w.Worker && stage == NotApplied:
		return fmt.Sprintf("%s will wait, without pods, beside %s, which goes on working.", w.Next, w.Active)
	case w.Worker:
		return fmt.Sprintf("%s waits, without pods, beside %s, which works.", w.Next, w.Active)
	case stage == NotApplied:
		return fmt.Sprintf("%s will be ready beside %s, which keeps the traffic.", w.Next, w.Active)
	}
	is := "ready"
	switch {
	case stage == AppliedOnly:
		is = "deployed"
	case stage == AsFound && (w.Next.Ready < w.Next.Pods || w.Next.Pods == 0):
		is = "there, with " + podsText(w.Next) + ","
	}
	return fmt.Sprintf("%s is %s beside %s, which has the traffic.", w.Next, is, w.Active)
}

// canaryText says how far a canary is. What it has of the traffic may be another share,
// as pods cannot be divided.
func canaryText(w planner.Waiting, stage Stage) string {
	is := "is"
	if stage == NotApplied {
		is = "will be"
	}
	return fmt.Sprintf("%s %s at %s, beside %s.", w.Next, is, stepText(w.Weight, w.Steps), w.Active)
}

// stepText returns "10%, step 1 of 2".
func stepText(weight int32, steps []int32) string {
	text := fmt.Sprintf("%d%%", weight)
	if i := slices.Index(steps, weight); i >= 0 {
		text += fmt.Sprintf(", step %d of %d", i+1, len(steps))
	}
	return text
}

const canaryStrategy = "canary"

// nextCommand is a command that can be given next.
type nextCommand struct {
	Apps    []string `json:"apps"`
	Command string   `json:"command"`
	Weight  *int32   `json:"weight,omitempty"` // percent that a canary has then

	usual     bool   // people are shown it
	otherwise string // and this about the others
}

// nextCommands returns what can be done about versions that wait, the usual first.
// Those of blue/green apps switch together.
func nextCommands(waiting []planner.Waiting, where string) (commands []nextCommand) {
	var together []string
	for _, w := range waiting {
		if w.Strategy != canaryStrategy {
			together = append(together, w.App)
		}
	}
	if len(together) > 0 {
		line := commandLine("switch", strings.Join(together, " "), where)
		commands = append(commands, nextCommand{Apps: together, Command: line, usual: true})
	}
	for _, w := range waiting {
		if w.Strategy == canaryStrategy {
			commands = append(commands, canaryCommands(w, where)...)
		}
	}
	return commands
}

func canaryCommands(w planner.Waiting, where string) []nextCommand {
	command := func(flag string, weight int32) nextCommand {
		return nextCommand{Apps: []string{w.App}, Command: commandLine("switch", w.App, flag, where), Weight: &weight}
	}
	weight := int32(100)
	for _, step := range slices.Backward(w.Steps) {
		if step > w.Weight {
			weight = step
		}
	}
	next := command("--next", weight)
	next.usual, next.otherwise = true, fmt.Sprintf("  (%d%%; or --promote, --abort)", weight)
	if weight == 100 {
		next.otherwise = "  (promotes it; or --abort)"
	}
	return []nextCommand{next, command("--promote", 100), command("--abort", 0)}
}

// commandLine returns a command of stowage. Empty words are left out.
func commandLine(words ...string) string {
	words = slices.DeleteFunc(words, func(word string) bool { return word == "" })
	return strings.Join(append([]string{"stowage"}, words...), " ")
}
