package planner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// parallelism is how many requests are under way at most.
const parallelism = 16

// Input is what a plan is made from: what should be there, and what the
// release recorded the last time.
type Input struct {
	Release      string   // name of the release
	Namespace    string   // the release's namespace
	HistoryLimit int      // revisions that can be rolled back to; at least 1
	Objects      []Object // as rendered; ignored when the release is destroyed
	Graph        Ordering // of Objects; nil when there are none
	Prior        *Prior   // nil: the release was never applied
	// Rollback is set to go back to a revision: it takes the place of Objects and
	// Graph.
	Rollback *Rollback
	// Switch is set to move versions of apps: it takes the place of Objects and Graph.
	Switch *Switch
	// Target is set to plan for a part of the Objects alone; nil: for all of them.
	Target  *Target
	Options Options
}

// Ordering is what planning asks of the graph of the rendered objects.
type Ordering interface {
	// Order returns all objects, each after those it needs.
	Order() []Object
	// Needs returns what must pass which gate before the object is applied.
	Needs(id ObjectID) []Need
}

// Options are the explicit permissions of the person who plans. The zero value
// allows nothing that cannot be undone.
type Options struct {
	Destroy         bool // everything of the release goes; Objects are ignored
	DeleteData      bool // claims and CustomResourceDefinitions that left the configuration are deleted, with what they hold
	DeleteNamespace bool // so is the release's namespace, with all that is in it
	AllowEmpty      bool // a configuration without objects may delete everything
	ForceConflicts  bool // fields that somebody else owns are taken over
	Adopt           bool // objects that are there and are nobody's are taken over
	TakeOwnership   bool // so are those that another tool owns, and fields that somebody has set to other values
	// Saved says that the plan is going to be saved: its changes keep the live objects
	// that they were made from, which is most of what planning holds.
	Saved bool
	// Report says that nothing is going to be applied: what stands in the way of
	// a change is a warning.
	Report bool
}

// Make compares what should be there with what is there and says what would
// change. It never writes. All that is wrong with single objects comes back at
// once, as a *multierror.Error of *ObjectError; any other error means that the
// cluster could not be asked, or that there is nothing to go back to.
func Make(ctx context.Context, in Input, r Reader) (*Plan, error) {
	m, err := newMaker(&in, r)
	if err != nil {
		return nil, err
	}
	if err := m.checkEmpty(); err != nil {
		return nil, err
	}
	scopes, namespaces := scopesOf(m.in)
	live, err := readLive(ctx, r, in.Release, in.Namespace, scopes, namespaces)
	if err != nil {
		return nil, err
	}
	m.live = live
	if err := m.restore(ctx); err != nil {
		return nil, err
	}
	if err := m.settle(ctx); err != nil {
		return nil, err
	}
	m.secret = newRedactor(m.in.Objects, live.objects)
	if err := m.decideAll(ctx); err != nil {
		return nil, err
	}
	if err := m.checkReferences(ctx); err != nil {
		return nil, err
	}
	if err := m.finish(ctx); err != nil {
		return nil, err
	}
	return m.plan()
}

// maker is the work on one plan.
type maker struct {
	in        *Input
	reader    Reader
	live      *live
	secret    *Redactor
	way       way        // back to an earlier revision
	switching *switching // of versions; nil: the plan is none of a switch
	targeting *targeting // nil: the plan is for all of the release

	definitions []Object // of kinds, among the desired

	desired map[ObjectID]Object
	scaling scaling
	waiting []Waiting
	leaving []*sides          // of apps that leave their colors
	outrun  map[ObjectID]bool // data that only the older of two versions side by side uses
	changes []*Change         // of the desired objects, in the graph's order
	deletes []*Change
	renamed map[ObjectID]ObjectID // what goes back under another name: the one that was recorded
	// successors take the place of other objects of their app.
	successors map[ObjectID]ObjectID
	kept       []Kept

	mu       sync.Mutex // guards what the concurrent decisions add to
	foreseen map[ObjectID]*unstructured.Unstructured
	errs     []*ObjectError
	warnings []Warning
}

// newMaker keeps its own copy of what it has to adjust.
func newMaker(in *Input, r Reader) (*maker, error) {
	own := *in
	own.HistoryLimit = max(own.HistoryLimit, 1)
	if own.Prior == nil {
		own.Prior = &Prior{}
	}
	m := &maker{
		in: &own, reader: r, outrun: map[ObjectID]bool{}, successors: map[ObjectID]ObjectID{}, renamed: map[ObjectID]ObjectID{},
		foreseen: map[ObjectID]*unstructured.Unstructured{},
	}
	switch {
	case own.Options.Destroy:
		m.setTarget(nil, nil)
	case own.Switch != nil:
		if err := m.beginSwitch(); err != nil {
			return nil, err
		}
	case own.Rollback != nil:
		way, warnings, err := own.Rollback.resolve()
		if err != nil {
			return nil, err
		}
		m.way, m.warnings = way, warnings
		m.setTarget(way.target.Order(), way.target)
	default:
		m.setTarget(own.Objects, own.Graph)
		if own.Target != nil {
			if err := m.beginTarget(own.Target); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

// setTarget says what there should be, and in which order.
func (m *maker) setTarget(objects []Object, graph Ordering) {
	m.in.Objects, m.in.Graph = objects, graph
	m.desired = make(map[ObjectID]Object, len(objects))
	for _, o := range objects {
		m.desired[o.ID] = o
	}
	m.definitions = definitionsIn(objects)
}

// checkEmpty refuses to take a configuration of nothing for the wish to delete
// everything: an empty directory or a wrong variable looks the same.
func (m *maker) checkEmpty() error {
	o := m.in.Options
	if o.Destroy || o.AllowEmpty || m.in.Switch != nil || m.targeting != nil || len(m.in.Prior.Inventory) == 0 {
		return nil
	}
	for _, object := range m.in.Objects {
		if object.Role != RoleNamespace {
			return nil
		}
	}
	if m.way.target != nil {
		return errBackToNothing(m.way.to)
	}
	return errEmpty
}

var errEmpty = errors.New("the configuration has no objects, which would delete everything the release has: " +
	"use destroy, or --allow-empty if that is what you want")

// decideAll decides about every desired object. Those that the server has to be
// asked about are asked for at the same time.
func (m *maker) decideAll(ctx context.Context) error {
	if m.in.Graph == nil {
		return nil
	}
	order := m.in.Graph.Order()
	m.scaling = scalingOf(order, m.in.Prior.Objects)
	m.changes = make([]*Change, len(order))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelism)
	for i, o := range order {
		change, ask := m.decide(o)
		m.changes[i] = change
		if ask {
			group.Go(func() error { return m.ask(ctx, o, change) })
		}
	}
	err := group.Wait()
	m.changes = slices.DeleteFunc(m.changes, func(c *Change) bool { return c.Action == leftAlone })
	return err
}

func (m *maker) fail(errs ...*ObjectError) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.errs = append(m.errs, errs...)
}

func (m *maker) warn(w Warning) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.warnings = append(m.warnings, w)
}

// plan puts together what was decided.
func (m *maker) plan() (*Plan, error) {
	if m.in.Options.Report {
		m.warnOfErrors()
	}
	if err := joined(m.errs); err != nil {
		return nil, err
	}
	slices.SortFunc(m.warnings, func(a, b Warning) int { return cmp.Compare(a.Summary, b.Summary) })
	p := &Plan{Kept: m.kept, Warnings: m.warnings, Release: ReleaseInfo{
		Name: m.in.Release, Namespace: m.in.Namespace, FromRevision: m.in.Prior.Revision, ToRevision: m.toRevision(),
		HistoryLimit: m.in.HistoryLimit, Interrupted: m.in.Prior.Interrupted, Destroy: m.in.Options.Destroy,
		RollbackTo: m.way.to, RollbackApp: m.way.app,
	}}
	p.Waiting = m.waiting
	if m.targeting != nil {
		p.Release.Targets = m.in.Target.Addresses
	}
	m.compareData()
	m.explain()
	m.moves()
	if m.switching != nil {
		p.Release.Switch, p.Release.SwitchApps = m.in.Switch.Operation, m.switching.names()
	}
	for _, list := range [][]*Change{m.changes, m.deletes} {
		for _, c := range list {
			if !m.in.Options.Saved {
				c.Before = nil
			}
			p.Changes = append(p.Changes, *c)
		}
	}
	dropUnknownNeeds(p.Changes)
	return p, nil
}

// warnOfErrors turns what stands in the way of changes into warnings.
func (m *maker) warnOfErrors() {
	for _, e := range m.errs {
		m.warn(Warning{Summary: fmt.Sprintf("%s could not be made what it should be", e.ID), Detail: e.Err.Error(), Origin: e.Origin})
	}
	m.errs = nil
}

// toRevision is the revision that the plan leads to: a new one only when
// something is written.
func (m *maker) toRevision() int {
	if m.writes() {
		return m.in.Prior.Revision + 1
	}
	return m.in.Prior.Revision
}

// writes reports whether anything decided so far is written.
func (m *maker) writes() bool {
	for _, c := range m.changes {
		if c.Action != NoOp {
			return true
		}
	}
	return len(m.deletes) > 0
}

// dropUnknownNeeds removes the needs of what the plan leaves alone, such as a
// namespace that is not ours: there is nothing to wait for.
func dropUnknownNeeds(changes []Change) {
	planned := make(map[ObjectID]bool, len(changes))
	for i := range changes {
		planned[changes[i].ID] = true
	}
	for i := range changes {
		var needs []Need
		for _, need := range changes[i].Needs {
			if planned[need.ID] {
				needs = append(needs, need)
			}
		}
		changes[i].Needs = needs
	}
}
