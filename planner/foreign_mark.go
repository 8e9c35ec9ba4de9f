package planner

// IsToolMark reports whether a label or an annotation is one that Helm, Argo CD, Flux or kapp
// writes on an object to find it again.
func IsToolMark(name string) bool { return isToolMark(name) }
