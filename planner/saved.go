package planner

import (
	"errors"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Saved is a plan as it is written down, to be carried out later or elsewhere. It
// holds no value of a Secret, and knows for each object what of it the plan was made
// from.
type Saved struct {
	Plan *Plan `json:"plan"`
	// Objects are what the plan does not say of its changes, at their places.
	Objects []SavedObject `json:"objects"`
}

// SavedObject is what is kept of a change beside what the plan says.
type SavedObject struct {
	// Manifest is what is applied, with digests in the place of a Secret's values.
	Manifest map[string]any `json:"manifest,omitempty"`
	// Preview is that of the change's Move.
	Preview map[string]any `json:"preview,omitempty"`
	// Seen are the fields of the live object that the plan depends on, as a tree like
	// those of managedFields; its leaves are digests of the values. Empty: there was
	// no object, or the plan leaves it as it is, whatever it is.
	Seen map[string]any `json:"seen,omitempty"`
}

// Save returns the plan as it is written down. It takes a plan that was made to be
// saved. The key makes digests of which nobody can tell what they are of who does
// not have it.
func Save(p *Plan, key []byte) *Saved {
	s := &Saved{Plan: p, Objects: make([]SavedObject, len(p.Changes))}
	secrets, seen := newBlinder(key), newSeer(key)
	autoscaled := autoscaledIn(p.Changes)
	for i := range p.Changes {
		c, object := &p.Changes[i], &s.Objects[i]
		if c.Object != nil {
			object.Manifest = secrets.blind(c.Object)
		}
		if c.Move != nil && c.Move.Preview != nil {
			object.Preview = c.Move.Preview.Object
		}
		if c.Before != nil {
			object.Seen = seen.see(c, leftOpen(c, c.Before, autoscaled))
		}
	}
	return s
}

// autoscaledIn returns the workloads whose number of pods an autoscaler of the plan
// chooses.
func autoscaledIn(changes []Change) map[ObjectID]bool {
	scaled := map[ObjectID]bool{}
	for i := range changes {
		if c := &changes[i]; c.Object != nil && isAutoscaler(c.ID) {
			scaled[scaledBy(c.Object)] = true
		}
	}
	return scaled
}

// leftOpen returns the fields of a change's live object that others may change after
// planning: what the configuration leaves to them.
func leftOpen(c *Change, live *unstructured.Unstructured, autoscaled map[ObjectID]bool) []path {
	if c.Object == nil {
		return nil
	}
	var open []path
	if _, fixed := lookup(c.Object.Object, replicasPath); autoscaled[c.ID] && !fixed {
		open = append(open, replicasPath)
	}
	for _, text := range ignoredIn(c.Object) {
		if p, ok := resolvePath(segmentsOf(text), live, c.Object); ok {
			open = append(open, p)
		}
	}
	return open
}

// Check returns what is wrong with a plan that was read from somewhere: whoever
// carries it out, or shows it, relies on what planning makes sure of.
func (s *Saved) Check() error {
	switch {
	case s.Plan == nil:
		return errors.New("it has no plan")
	case s.Plan.Release.Name == "" || s.Plan.Release.Namespace == "":
		return errors.New("it names no release")
	case len(s.Objects) != len(s.Plan.Changes):
		return fmt.Errorf("it has %d changes and %d objects", len(s.Plan.Changes), len(s.Objects))
	}
	known := make(map[ObjectID]bool, len(s.Objects))
	for i := range s.Objects {
		c := &s.Plan.Changes[i]
		if err := s.Objects[i].check(c); err != nil {
			return fmt.Errorf("%s: %w", c.ID, err)
		}
		if known[c.ID] {
			return fmt.Errorf("%s: it is there twice", c.ID)
		}
		known[c.ID] = true
	}
	return checkOrder(s.Plan.Changes)
}

// checkOrder returns an error when changes wait for each other in a loop: none of them
// would ever be made.
func checkOrder(changes []Change) error {
	index := make(map[ObjectID]int, len(changes))
	for i := range changes {
		index[changes[i].ID] = i
	}
	const unknown, looking, fine = 0, 1, 2
	state := make([]int, len(changes))
	var visit func(i int) error
	visit = func(i int) error {
		state[i] = looking
		for _, need := range changes[i].Needs {
			on, planned := index[need.ID]
			if planned && state[on] == looking {
				return fmt.Errorf("%s: its needs lead back to itself", changes[on].ID)
			}
			if planned && state[on] == unknown {
				if err := visit(on); err != nil {
					return err
				}
			}
		}
		state[i] = fine
		return nil
	}
	for i := range changes {
		if state[i] == unknown {
			if err := visit(i); err != nil {
				return err
			}
		}
	}
	return nil
}

func (o *SavedObject) check(c *Change) error {
	actions := []Action{Create, Update, Replace, Delete, NoOp, Run, Adopt}
	switch {
	case !slices.Contains(actions, c.Action):
		return fmt.Errorf("there is no action %q", c.Action)
	case c.Action == Delete && o.Manifest != nil:
		return errors.New("it is deleted, and has a manifest")
	case c.Action != Delete && o.Manifest == nil:
		return errors.New("it has no manifest")
	case o.Manifest != nil && IDOf(&unstructured.Unstructured{Object: o.Manifest}) != c.ID:
		return errors.New("its manifest is that of another object")
	case c.Live == nil && (c.Action == Delete || c.Action == Replace || o.Seen != nil):
		return errors.New("it does not say which live object is meant")
	case o.Preview != nil && c.Move == nil:
		return errors.New("it has a preview, and moves nothing")
	}
	return nil
}

// Planned returns the plan to be shown: complete, but for the values of Secrets.
func (s *Saved) Planned() *Plan {
	p := *s.Plan
	p.Changes = slices.Clone(s.Plan.Changes)
	for i := range p.Changes {
		c, object := &p.Changes[i], &s.Objects[i]
		if object.Manifest != nil {
			c.Object = &unstructured.Unstructured{Object: object.Manifest}
		}
		if object.Preview != nil {
			move := *c.Move
			move.Preview = &unstructured.Unstructured{Object: object.Preview}
			c.Move = &move
		}
	}
	return &p
}
