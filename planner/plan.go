package planner

import (
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

// Plan is all that will happen and why: immutable, serialisable, complete. It
// is the only thing that crosses from planning to applying.
type Plan struct {
	Release  ReleaseInfo `json:"release"`
	Changes  []Change    `json:"changes"` // in an order that respects Needs; NoOps included
	Kept     []Kept      `json:"kept,omitempty"`
	Warnings []Warning   `json:"warnings,omitempty"`
	// Waiting are the versions that wait for a switch once the plan is carried out.
	Waiting []Waiting `json:"waiting,omitempty"`
}

// ReleaseInfo names the release and the revisions the plan leads from and to.
type ReleaseInfo struct {
	Name         string `json:"name"`
	Namespace    string `json:"namespace"`
	FromRevision int    `json:"fromRevision"` // 0: none yet
	ToRevision   int    `json:"toRevision"`   // equal to FromRevision when nothing changes
	HistoryLimit int    `json:"historyLimit"`
	Interrupted  bool   `json:"interrupted,omitempty"` // the last run did not record an end
	Destroy      bool   `json:"destroy,omitempty"`
	RollbackTo   int    `json:"rollbackTo,omitempty"`  // the revision that the plan goes back to; 0: it follows a configuration
	RollbackApp  string `json:"rollbackApp,omitempty"` // the only app that goes back; empty: all of the release
	// Targets are the addresses that the plan is narrowed to, with what they need; empty: it
	// is for all of the release.
	Targets []string `json:"targets,omitempty"`
	// DriftSince is set on a plan that Drift made: the revision that the cluster is compared
	// with, which is not always FromRevision.
	DriftSince int `json:"driftSince,omitempty"`
	// Switch is set when the plan moves versions of the SwitchApps and nothing else.
	Switch     Operation `json:"switch,omitempty"`
	SwitchApps []string  `json:"switchApps,omitempty"`
}

// Action is what is done to one object.
type Action string

// The actions of a plan.
const (
	Create  Action = "create"
	Update  Action = "update"
	Replace Action = "replace" // delete, then create under the same name
	Delete  Action = "delete"
	NoOp    Action = "no-op"
	Run     Action = "run"   // create a Job, wait until it is complete, delete it
	Adopt   Action = "adopt" // take an object over that is there and is no release's, then change it as an update does
)

// Gate is what must be true of an object before those that need it go on.
type Gate string

// The gates between changes.
const (
	Applied Gate = "applied" // the API server has it
	Ready   Gate = "ready"   // it does its work: all replicas updated and available, claim bound
	Gone    Gate = "gone"    // it does not exist any more
)

// Need is one edge of the graph: the change that has it waits for ID to pass Gate.
type Need struct {
	ID   ObjectID `json:"id"`
	Gate Gate     `json:"gate"`
}

// Change is what happens to one object.
type Change struct {
	ID      ObjectID     `json:"id"`
	Action  Action       `json:"action"`
	Address string       `json:"address,omitempty"`
	App     string       `json:"app,omitempty"` // name of the app that the object belongs to
	Role    Role         `json:"role,omitempty"`
	Origin  Origin       `json:"origin,omitzero"`
	Reason  string       `json:"reason,omitempty"` // "changed fields", "new version of petclinic-config-7d41h0w3rb", "left the configuration", ...
	Diff    []FieldDiff  `json:"diff,omitempty"`
	Data    *DataDiff    `json:"data,omitempty"` // versioned ConfigMaps and Secrets: what differs from the version before
	Drift   []FieldOwner `json:"drift,omitempty"`
	Impact  string       `json:"impact,omitempty"`
	Risks   []Risk       `json:"risks,omitempty"` // the harm that Impact tells of
	Needs   []Need       `json:"needs,omitempty"`
	Checked bool         `json:"checked"` // the server dry-ran it
	// Unchecked says why the server did not check it.
	Unchecked string       `json:"unchecked,omitempty"`
	Version   *DataVersion `json:"version,omitempty"`
	// Live is what the plan is based on; nil when the object was absent.
	Live *LiveRef `json:"live,omitempty"`
	// Health of the live object, for workloads and claims that exist.
	Health *Health `json:"health,omitempty"`
	// Ran is set on the Job of an app that has run with success, be it there still or not.
	Ran bool `json:"ran,omitempty"`
	// Timeout bounds the wait for the object; 0: what the caller of apply says.
	Timeout time.Duration `json:"timeout,omitempty"`
	// Hold is the number of pods that is applied with Object, which leaves it to
	// an autoscaler; nil: none. See ToApply.
	Hold *int64 `json:"hold,omitempty"`
	// Move is set when the change moves traffic, or work, to another version of the app.
	Move *Move `json:"move,omitempty"`
	// Delay passes between what the change needs and the change itself: requests
	// under way end meanwhile.
	Delay time.Duration `json:"delay,omitempty"`
	// KeepPods is set on a Replace that leaves the pods of a workload, for the new one to
	// take over; Grow are the claims that are grown before.
	KeepPods bool     `json:"keepPods,omitempty"`
	Grow     []Growth `json:"grow,omitempty"`
	// Adoption is set on an Adopt: how the object becomes one of the release.
	Adoption *Adoption `json:"adoption,omitempty"`
	// Object is what is applied; nil for a Delete. Never modified in place, and
	// never serialised with the values of a Secret.
	Object *unstructured.Unstructured `json:"-"`
	// Before is the live object that Live pins, when the plan was made to be saved; nil
	// also when the object stays as it is, whatever it is.
	Before *unstructured.Unstructured `json:"-"`
}

// ToApply returns the manifest to apply: Object, with the number of pods to hold.
// A workload that gets an autoscaler has a number that only stowage owns: left
// out, it would fall back to 1. Whoever changes the number owns it from then on,
// so an apply that meets a conflict over it is to be repeated with Object alone.
func (c *Change) ToApply() *unstructured.Unstructured {
	if c.Hold == nil {
		return c.Object
	}
	return withReplicas(c.Object, *c.Hold)
}

// LiveRef pins the live object a change was planned against.
type LiveRef struct {
	APIVersion      string    `json:"apiVersion"` // it was read with, such as apps/v1
	UID             types.UID `json:"uid"`
	ResourceVersion string    `json:"resourceVersion"`
	Generation      int64     `json:"generation,omitempty"`
}

// FieldDiff is one field that changes. Path is written as
// spec.template.spec.containers[petclinic].image; list elements go by their
// merge key. Values of Secrets are never here.
type FieldDiff struct {
	Path   string `json:"path"`
	Op     Action `json:"op"` // Create, Update or Delete of the field
	Before any    `json:"before,omitempty"`
	After  any    `json:"after,omitempty"`
	Masked bool   `json:"masked,omitempty"` // the values are sensitive and left out
}

// DataDiff compares two versions of a ConfigMap or Secret key by key.
type DataDiff struct {
	From string      `json:"from,omitempty"` // name of the version before; empty: there is none
	Keys []FieldDiff `json:"keys,omitempty"`
	// Consumers are the workloads that roll because of it.
	Consumers []ObjectID `json:"consumers,omitempty"`
}

// FieldOwner is a field of ours that somebody else changed.
type FieldOwner struct {
	Path    string    `json:"path"`
	Manager string    `json:"manager"`
	Time    time.Time `json:"time,omitzero"`
	Live    any       `json:"live,omitempty"`
	Config  any       `json:"config,omitempty"`
	Masked  bool      `json:"masked,omitempty"`
}

// Kept is an object that is not in the configuration any more and stays.
type Kept struct {
	ID     ObjectID `json:"id"`
	Reason string   `json:"reason"` // "revision 3 can be rolled back to", "pod petclinic-x uses it"
}

// Warning is something to know before saying yes.
type Warning struct {
	Summary string `json:"summary"`
	Detail  string `json:"detail,omitempty"`
	Origin  Origin `json:"origin,omitzero"`
}

// Count returns how many changes have the action.
func (p *Plan) Count(a Action) int {
	n := 0
	for i := range p.Changes {
		if p.Changes[i].Action == a {
			n++
		}
	}
	return n
}

// Empty reports whether applying the plan would write nothing.
func (p *Plan) Empty() bool { return p.Count(NoOp) == len(p.Changes) }
