package applier

import (
	"sync"
	"time"

	"stowage/internal/release"
	"stowage/planner"
)

// EventType says what an Event tells of.
type EventType string

// The events of a run. Each change of the plan gets one StepDone, StepFailed or
// StepSkipped.
const (
	RunStarted    EventType = "run-started"
	RecordWritten EventType = "record-written" // the revision is recorded: Revision and Record are set
	StepStarted   EventType = "step-started"   // not sent for a NoOp that is ready
	StepWaiting   EventType = "step-waiting"   // Message says for what; sent again whenever that changes
	StepDone      EventType = "step-done"
	StepFailed    EventType = "step-failed"     // Err, and Evidence when there is any
	StepSkipped   EventType = "step-skipped"    // Message says why
	RunFinished   EventType = "run-finished"    // Result is set
	LockWaiting   EventType = "lock-waiting"    // somebody else holds the lock: Holder is set; sent again when that changes
	LockTakenOver EventType = "lock-taken-over" // from Holder, which has ended or does not renew it
	RollbackBegun EventType = "rollback-begun"  // a second walk begins: Plan is set; its steps follow
)

// Event is something that happened while a plan was applied. No text of it
// holds a value of a Secret of the plan.
type Event struct {
	Type EventType
	Time time.Time

	// Of the step, when the event is about one.
	ID      planner.ObjectID
	Action  planner.Action
	Address string // block of the configuration, such as app.petclinic
	Origin  planner.Origin

	Message  string        // one line; what is waited for, or why a step was skipped
	Duration time.Duration // of the ended step or run
	Err      error         // an *ObjectError
	Evidence *release.Evidence

	Revision int
	Record   release.Status
	Result   *Result
	Holder   *release.Holder
	Moved    *Moved   // of a StepDone whose change has moved traffic
	Logs     []string // of a StepDone that has run a Job: its last lines
	Plan     *planner.Plan
}

// sink hands events to the consumer, one at a time.
type sink struct {
	mu      sync.Mutex
	consume func(Event)
}

func (s *sink) send(e Event) {
	if s.consume == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e.Time = time.Now()
	s.consume(e)
}

// eventOf starts an event about a step.
func eventOf(t EventType, c *planner.Change) Event {
	return Event{Type: t, ID: c.ID, Action: c.Action, Address: c.Address, Origin: c.Origin}
}
