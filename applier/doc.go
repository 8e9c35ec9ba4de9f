// Package applier walks a Plan: it applies each change when what it needs has
// passed its gate, waits by watching, records what happened, and tells its
// caller everything as events. It prints nothing.
package applier
