package release

import (
	"fmt"
	"strings"
)

// Evidence is what is known of an object that did not become ready: to be shown
// as a whole, and kept with the revision. No text of it holds a value of a Secret,
// or a control character.
type Evidence struct {
	App       string      `json:"app,omitempty"`
	Pod       string      `json:"pod,omitempty"` // the one that tells the most; empty: there is none
	Container string      `json:"container,omitempty"`
	Reason    string      `json:"reason,omitempty"` // in Kubernetes' words: CrashLoopBackOff, OOMKilled, Unschedulable, ...
	ExitCode  *int32      `json:"exitCode,omitempty"`
	Signal    int32       `json:"signal,omitempty"` // that ended the container; 0: none
	Restarts  int32       `json:"restarts,omitempty"`
	Message   string      `json:"message,omitempty"`
	Events    []EventLine `json:"events,omitempty"`       // newest warnings, oldest first
	Logs      []string    `json:"logs,omitempty"`         // last lines of the container as it runs, or ran last
	Previous  []string    `json:"previousLogs,omitempty"` // last lines of its run before the last restart
	Missing   []string    `json:"missing,omitempty"`      // what could not be read, and why
}

// EventLine is a warning event of the cluster.
type EventLine struct {
	Object  string `json:"object"` // "Pod petclinic-6c9-x"
	Reason  string `json:"reason"`
	Message string `json:"message,omitempty"`
	Count   int    `json:"count"`
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
