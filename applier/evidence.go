package applier

import (
	"fmt"
	"strings"

	"stowage/planner"
)

// Evidence is what is known of an object that did not become ready, to be shown
// last, as a whole.
type Evidence struct {
	ID        planner.ObjectID
	Origin    planner.Origin
	Pod       string // the pod that tells the most; empty: there is none
	Container string
	Reason    string // in Kubernetes' words: CrashLoopBackOff, OOMKilled, Unschedulable, ...
	ExitCode  *int32
	Signal    int32 // that ended the container; 0: none
	Restarts  int32
	Message   string
	Events    []EventLine // newest warnings, oldest first
	Logs      []string    // last lines of the container
	Previous  bool        // Logs are of the run before the last restart
	Missing   []string    // what could not be read, and why
}

// EventLine is a warning event of the cluster.
type EventLine struct {
	Object  string // "Pod petclinic-6c9-x"
	Reason  string
	Message string
	Count   int
}

// Summary returns one line: "pod X, container Y: OOMKilled, exit code 137, 3 restarts: ...".
func (e *Evidence) Summary() string {
	var b strings.Builder
	if e.Pod != "" {
		fmt.Fprintf(&b, "pod %s", e.Pod)
		if e.Container != "" {
			fmt.Fprintf(&b, ", container %s", e.Container)
		}
		b.WriteString(": ")
	}
	b.WriteString(e.Reason)
	if e.ExitCode != nil {
		fmt.Fprintf(&b, ", exit code %d", *e.ExitCode)
	}
	if e.Signal != 0 {
		fmt.Fprintf(&b, ", signal %d", e.Signal)
	}
	switch {
	case e.Restarts == 1:
		b.WriteString(", 1 restart")
	case e.Restarts > 1:
		fmt.Fprintf(&b, ", %d restarts", e.Restarts)
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	return b.String()
}
