package planner

import (
	"slices"
	"strings"
)

// Risk is harm that a change may do to those who use the object.
type Risk string

// The risks of changes.
const (
	RiskDowntime Risk = "downtime" // nothing does the object's work for a while
	RiskData     Risk = "data"     // what is stored may be lost
	RiskTraffic  Risk = "traffic"  // other pods get the requests, or the work
)

// effect is one thing that a change means, and the harm that lies in it, if any.
type effect struct {
	risk Risk
	text string
}

// String returns the text behind a word that nobody overlooks.
func (e effect) String() string {
	switch e.risk {
	case RiskDowntime, RiskData:
		return strings.ToUpper(string(e.risk)) + ": " + e.text
	}
	return e.text
}

// impact is all that a change means.
type impact []effect

// harmless returns an impact without harm.
func harmless(text string) impact { return impact{{text: text}} }

// harms returns an impact that is nothing but harm.
func harms(risk Risk, text string) impact { return impact{{risk, text}} }

func (i impact) String() string {
	texts := make([]string, len(i))
	for k, e := range i {
		texts[k] = e.String()
	}
	return strings.Join(texts, "; ")
}

// risks returns the harm in it, each kind once.
func (i impact) risks() (risks []Risk) {
	for _, e := range i {
		if e.risk != "" && !slices.Contains(risks, e.risk) {
			risks = append(risks, e.risk)
		}
	}
	return risks
}

// affects notes what the change means, in place of what was noted before.
func (c *Change) affects(i impact) { c.Impact, c.Risks = i.String(), i.risks() }
