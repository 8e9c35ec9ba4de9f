package applier

import (
	"reflect"

	"stowage/internal/release"
)

// OutputsDiffer reports whether a record has other outputs than those of the
// configuration; nil ones say nothing.
func OutputsDiffer(record *release.Record, outputs []release.Output) bool {
	return record != nil && outputs != nil && (len(outputs) > 0 || len(record.Outputs) > 0) && !reflect.DeepEqual(record.Outputs, outputs)
}

// outputsBefore returns the outputs that are recorded while it is not known how the run
// ends.
func (r *recorder) outputsBefore() []release.Output {
	if r.opts.Prior == nil {
		return nil
	}
	return r.opts.Prior.Outputs
}
