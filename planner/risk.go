package planner

import "strings"

// Risk is harm that a change may do to those who use the object.
type Risk struct {
	Kind RiskKind `json:"kind"`
	Text string   `json:"text"` // such as "1 pod of mysql stops before the new one starts"
}

// RiskKind tells what is harmed.
type RiskKind string

// The kinds of risks.
const (
	RiskData     RiskKind = "data"     // what is stored may be lost
	RiskDowntime RiskKind = "downtime" // nothing does the object's work for a while
	RiskTraffic  RiskKind = "traffic"  // other pods get the requests, or the work
)

// impact is what a change means, part by part; parts of no kind do no harm.
type impact []Risk

// harmless returns an impact without harm.
func harmless(text string) impact { return impact{{Text: text}} }

// harms returns an impact that is nothing but harm.
func harms(kind RiskKind, text string) impact { return impact{{kind, text}} }

// String joins the parts, loss of data and downtime each behind a word that nobody
// overlooks.
func (i impact) String() string {
	texts := make([]string, len(i))
	for k, part := range i {
		texts[k] = part.Text
		if part.Kind == RiskData || part.Kind == RiskDowntime {
			texts[k] = strings.ToUpper(string(part.Kind)) + ": " + part.Text
		}
	}
	return strings.Join(texts, "; ")
}

// risks returns the parts that do harm.
func (i impact) risks() (risks []Risk) {
	for _, part := range i {
		if part.Kind != "" {
			risks = append(risks, part)
		}
	}
	return risks
}

// affects notes what the change means, in place of what was noted before.
func (c *Change) affects(i impact) { c.Impact, c.Risks = i.String(), i.risks() }
