package release

import (
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// Status tells how a revision ended.
type Status string

// The statuses of a revision.
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
	Finished       time.Time `json:"finished,omitzero"` // zero while pending
	Who            string    `json:"who,omitempty"`     // user@host
	Commit         string    `json:"commit,omitempty"`  // of the configuration, in git
	StowageVersion string    `json:"stowageVersion,omitempty"`
}

// Record is one revision of a release.
type Record struct {
	Summary
	Content

	objects []byte // as they are stored; see Objects and SetObjects

	// The stored head, in the state that was read or written last.
	uid             types.UID
	resourceVersion string
	digests         []string
}

// Content is what a list of revisions does not show.
type Content struct {
	ConfigDir string `json:"configDir,omitempty"` // the configuration's directory, as it was given
	// Inventory holds every object that belongs to the release.
	Inventory []Item `json:"inventory,omitempty"`
	// Messages tell what went wrong, one statement each.
	Messages []string `json:"messages,omitempty"`
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
	// Needs are the objects that had to be there before it, when it was applied
	// last. The references that say so are in the configuration, not in objects.
	Needs []ObjectRef `json:"needs,omitempty"`
	// DataVersion is set on versioned ConfigMaps and Secrets.
	DataVersion *DataVersion `json:"dataVersion,omitempty"`
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
