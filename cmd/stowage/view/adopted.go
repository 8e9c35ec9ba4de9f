package view

import (
	"fmt"
	"slices"

	"stowage/planner"
)

// isTakenAsIs reports whether an object is taken over, and nothing that people have
// written in it changes.
func isTakenAsIs(change *planner.Change) bool {
	return change.Action == planner.Adopt && len(change.Diff)+len(change.Drift) == 0 && change.Impact == ""
}

// takenAsIs adds the objects that are taken over as they are, by whom they were made: of
// most of a release there is no more to say than that.
func (p *page) takenAsIs(adopted []planner.Change) {
	var owners []string
	for i := range adopted {
		if from := adopted[i].Adoption.From; !slices.Contains(owners, from) {
			owners = append(owners, from)
		}
	}
	for _, from := range owners {
		own := slices.DeleteFunc(slices.Clone(adopted), func(c planner.Change) bool { return c.Adoption.From != from })
		p.para(txt(""), 0, plain, takenAsIsText(from)+":")
		p.each(own, p.changeHead)
	}
}

func takenAsIsText(from string) string {
	return fmt.Sprintf("Taken over from %s as they are; no value changes, no pod rolls", from)
}
