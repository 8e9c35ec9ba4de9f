package planner

// Recording is what an applied revision consisted of, for going back to it: the
// objects as they were rendered, in their order, with the values of Secrets left
// out.
type Recording struct {
	Revision int
	objects  []Object
	needs    map[ObjectID][]Need
}

// NewRecording returns the recording of a revision.
func NewRecording(revision int, objects []Object, needs map[ObjectID][]Need) *Recording {
	return &Recording{Revision: revision, objects: objects, needs: needs}
}

// Order returns all objects, each after those it needs.
func (r *Recording) Order() []Object { return r.objects }

// Needs returns what must pass which gate before the object is applied.
func (r *Recording) Needs(id ObjectID) []Need { return r.needs[id] }

// Rollback says which revision to go back to.
type Rollback struct {
	To *Recording
	// App, unless empty, is the only app that goes back, with what it needs; all
	// else stays as From has it.
	App  string
	From *Recording // the newest revision; only read with an App
}
