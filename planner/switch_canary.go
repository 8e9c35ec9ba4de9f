package planner

// canary plans an operation on an app with a canary: CanaryNext, CanaryPromote or
// CanaryAbort. It says by a.change, at which stage, and by a.remove what becomes of the
// app's objects, which a.object finds; and by a.already that there is nothing to do.
// All it does not mention stays untouched. An app without a canary is an error.
func (a *appSwitch) canary() error { panic("to come") }
