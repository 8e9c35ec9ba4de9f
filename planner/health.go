package planner

import "k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

// Condition is the health of an object in kstatus' words.
type Condition string

// The conditions, as of kstatus.
const (
	Current     Condition = "Current"
	InProgress  Condition = "InProgress"
	Failed      Condition = "Failed"
	Terminating Condition = "Terminating"
	NotFound    Condition = "NotFound"
	Unknown     Condition = "Unknown"
)

// Health says whether an object does its work, and if not, why.
type Health struct {
	Condition Condition `json:"condition"`
	Message   string    `json:"message,omitempty"`
}

// HealthOf says whether a live object does its work. It is a pure function of
// the object.
func HealthOf(u *unstructured.Unstructured) Health {
	return Health{Condition: Current}
}
