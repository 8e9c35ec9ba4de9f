package applier

// Policy says what a run does once a change has failed.
type Policy string

// The policies. Under each of them what needs the failed change is skipped, and
// nothing is deleted.
const (
	// Stop ends what is under way: apps that were begun are finished, and no
	// further one is begun.
	Stop Policy = "stop"
	// RollBack begins nothing more and goes back to the last healthy revision.
	RollBack Policy = "rollback"
	// Continue goes on with everything that does not need the failed change.
	Continue Policy = "continue"
)
