package release

import (
	"encoding/json"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// Status tells how a revision ended.
type Status string

// The statuses of a revision. Those of a revision that is not the newest follow
// from the ones after it, see settle.
const (
	Pending    Status = "pending"     // being applied, or its run was killed
	Deployed   Status = "deployed"    // applied, and healthy when that was waited for
	Failed     Status = "failed"      // applied in part
	RolledBack Status = "rolled-back" // failed, and an earlier revision was applied again
	Superseded Status = "superseded"  // was deployed, until a later revision was
)

// Summary is what a list of revisions shows of each.
type Summary struct {
	Release        string    `json:"release"`
	Namespace      string    `json:"namespace"`
	Revision       int       `json:"revision"` // from 1 on
	Status         Status    `json:"status"`
	Started        time.Time `json:"started"`
	Finished       time.Time `json:"finished,omitzero"`  // zero while pending
	Who            string    `json:"who,omitempty"`      // user@host
	Pipeline       string    `json:"pipeline,omitempty"` // URL of the run of a CI system that applied it
	Commit         string    `json:"commit,omitempty"`   // of the configuration, in git
	Dirty          bool      `json:"dirty,omitempty"`    // files differed from the commit
	Env            string    `json:"env,omitempty"`      // the environment that values came from; empty: none was chosen
	StowageVersion string    `json:"stowageVersion,omitempty"`
	RollbackTo     int       `json:"rollbackTo,omitempty"`  // the revision that this one went back to; 0: it is none that did
	Apps           []App     `json:"apps,omitempty"`        // of the revision, sorted by name
	AppsOmitted    int       `json:"appsOmitted,omitempty"` // further ones, for which a summary has no room
	Changed        Changed   `json:"changed,omitzero"`
	Switch         string    `json:"switch,omitempty"` // the operation, when the revision moved versions of the SwitchApps and nothing else
	SwitchApps     []string  `json:"switchApps,omitempty"`
	// SwitchAppsOmitted are further ones, for which a summary has no room.
	SwitchAppsOmitted int    `json:"switchAppsOmitted,omitempty"`
	Unreadable        string `json:"unreadable,omitempty"` // why its content cannot be read, as far as the summary tells
}

// App is an app of a revision.
type App struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"` // as the configuration says; empty: it does not
}

// Changed is what a revision was to change, in short.
type Changed struct {
	Adopted  int      `json:"adopted,omitempty"` // objects that were there and were taken over
	Created  int      `json:"created,omitempty"` // objects
	Updated  int      `json:"updated,omitempty"`
	Replaced int      `json:"replaced,omitempty"`
	Deleted  int      `json:"deleted,omitempty"`
	Apps     []string `json:"apps,omitempty"` // of which any object was to change, sorted
	// AppsOmitted are further ones, for which a summary has no room.
	AppsOmitted int `json:"appsOmitted,omitempty"`
}

// Record is one revision of a release.
type Record struct {
	Summary
	Content

	// Damaged says why the content is not the revision's own, which cannot be read:
	// one *DamagedError for each revision that was passed over. Only Latest and Load
	// return such a record; the content is that of ContentRevision then.
	Damaged         []error `json:"-"`
	ContentRevision int     `json:"-"` // 0: nothing was damaged, or there is no revision that can be read
	// Healthy are the revisions up to this one that were deployed with success, newest
	// first: what can be gone back to. Only Latest and Load say it.
	Healthy []int `json:"-"`

	objects []byte // as they are stored; see Objects and SetObjects

	// The stored head, in the state that was read or written last.
	uid             types.UID
	resourceVersion string
	digests         []string
}

// Content is what a list of revisions does not show.
type Content struct {
	ConfigDir string `json:"configDir,omitempty"` // the configuration's directory, as it was given
	// HistoryLimit is how many revisions the release is to keep, for going back
	// without its configuration.
	HistoryLimit int `json:"historyLimit,omitempty"`
	// Inventory holds every object that belongs to the release.
	Inventory []Item `json:"inventory,omitempty"`
	// Changes are what the run was to do, in the order of the plan, and once it has
	// ended how that went. What was as it should be is not among them.
	Changes []Change `json:"changes,omitempty"`
	// Messages tell what went wrong beside the changes, one statement each.
	Messages []string `json:"messages,omitempty"`
	// Undone is what is not done yet, as far as switches know; nil: nothing, or the
	// revision was no switch.
	Undone *Undone `json:"undone,omitempty"`
	// Outputs are the results of the configuration that was applied with success last,
	// be it by this revision or one before.
	Outputs []Output `json:"outputs,omitempty"`
}

// Output is a named result of a configuration. A sensitive one has no value here.
type Output struct {
	Name      string          `json:"name"`
	Sensitive bool            `json:"sensitive,omitempty"`
	Type      json.RawMessage `json:"type,omitempty"`  // as HCL's type constraints are written in JSON
	Value     json.RawMessage `json:"value,omitempty"` // of that type
}

// Undone is what the end of a switch leaves to do for others.
type Undone struct {
	Revision int      `json:"revision,omitempty"` // that was applied and failed, or did not end; 0: none
	Apps     []string `json:"apps,omitempty"`     // that were to be switched
}

// Change is what a run did to one object.
type Change struct {
	ObjectRef
	Action   string    `json:"action"` // create, update, replace, delete, run
	Address  string    `json:"address,omitempty"`
	Origin   Origin    `json:"origin,omitzero"`
	Reason   string    `json:"reason,omitempty"`
	Impact   string    `json:"impact,omitempty"`
	Fields   []string  `json:"fields,omitempty"`  // paths of what was to differ; no values
	Status   string    `json:"status,omitempty"`  // done, failed, skipped; empty while the run has not ended
	Message  string    `json:"message,omitempty"` // why it failed or was skipped
	Evidence *Evidence `json:"evidence,omitempty"`
}

// Origin is a place in the configuration.
type Origin struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// Item is one object of an inventory.
type Item struct {
	Group     string `json:"group,omitempty"`
	Version   string `json:"version"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
	// UID is empty as long as the object is not known to exist.
	UID types.UID `json:"uid,omitempty"`
	// LastRevision is the newest revision whose configuration has the object.
	LastRevision int `json:"lastRevision,omitempty"`
	// Adopted is the revision that has taken the object over; 0: the release made it.
	Adopted int `json:"adopted,omitempty"`
	// Needs are what had to be there before it, when it was applied last. The
	// references that say so are in the configuration, not in objects.
	Needs []Need `json:"needs,omitempty"`
	// Address, Origin, Role and Timeout are what the plan knew of it beside its
	// fields, for going back to it.
	Address string        `json:"address,omitempty"`
	Origin  Origin        `json:"origin,omitzero"`
	Role    string        `json:"role,omitempty"`
	Timeout time.Duration `json:"timeout,omitempty"` // nanoseconds
	// Ran is set on the Job of an app that has run with success, which may be gone since.
	Ran bool `json:"ran,omitempty"`
	// DataVersion is set on versioned ConfigMaps and Secrets.
	DataVersion *DataVersion `json:"dataVersion,omitempty"`
}

// Need is an object that must pass a gate before another one is applied.
type Need struct {
	ObjectRef
	Gate string `json:"gate,omitempty"` // applied or ready
}

// ObjectRef names an object of an inventory.
type ObjectRef struct {
	Group     string `json:"group,omitempty"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
}

// DataVersion tells which version of which data an object holds.
type DataVersion struct {
	BaseName string `json:"baseName"`
	Version  string `json:"version"`
}

// Stored returns what tells this state of the record from every other one: the UID and
// the resource version of its head. Both are empty as long as it is not stored.
func (r *Record) Stored() (uid types.UID, resourceVersion string) { return r.uid, r.resourceVersion }
