package applier

import (
	"stowage/internal/release"
	"stowage/planner"
)

// PriorOf returns what planning wants to know of the newest revision; nil when
// there is none.
func PriorOf(record *release.Record) (*planner.Prior, error) {
	if record == nil {
		return nil, nil
	}
	return nil, nil
}
