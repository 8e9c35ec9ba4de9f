package planner

import (
	"encoding/json"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Color tells the two Deployments of a blue/green app apart. Which of them has the
// traffic is nobody's to remember: the live Service's selector says it.
type Color string

// The colors.
const (
	Blue  Color = "blue"
	Green Color = "green"
)

// Other returns the other color.
func (c Color) Other() Color {
	if c == Blue {
		return Green
	}
	return Blue
}

// What is written on the objects of apps whose versions run side by side.
const (
	// LabelColor is on both Deployments of a blue/green app and on their pods; the
	// selectors of the app's Services have it.
	LabelColor = "stowage.dev/color"
	// NoColor is in the selector of a Service that leads nowhere for now.
	NoColor = "none"
	// LabelTrack is "canary" on the second Deployment of a canary app and on its pods.
	LabelTrack = "stowage.dev/track"
	// TrackCanary is its value.
	TrackCanary = "canary"
	// LabelPreview is "true" on the Service in front of the idle color.
	LabelPreview = "stowage.dev/preview"
	// AnnotationBuild is on these Deployments: what tells versions apart, a hash of
	// the pod template as it was rendered, without color and track.
	AnnotationBuild = "stowage.dev/build"
	// AnnotationRollout is on them too: the Rollout that they were applied under.
	AnnotationRollout = "stowage.dev/rollout"
	// AnnotationDeployed is on the Deployments of blue/green apps: the revision that
	// chose it for the configuration's version. The higher number is the newest.
	AnnotationDeployed = "stowage.dev/deployed"
	// AnnotationActive is on the Deployments of blue/green workers, which have no
	// Service: the revision that made it work. Of two that have it, the lower number
	// is active still, and a switch has not ended.
	AnnotationActive = "stowage.dev/active"
	// AnnotationWeight is on the Deployment of a canary: its percentage.
	AnnotationWeight = "stowage.dev/weight"
)

// Rollout says how versions of an app that run side by side replace each other.
type Rollout struct {
	Strategy     string `json:"strategy"`           // dsl.BlueGreen or dsl.Canary
	Replicas     *int32 `json:"replicas,omitempty"` // as declared; nil: not, or an autoscaler chooses
	AutoSwitch   bool   `json:"autoSwitch,omitempty"`
	Worker       bool   `json:"worker,omitempty"`
	KeepPrevious *int32 `json:"keepPrevious,omitempty"` // nil: all
	// Steps are percentages, rising; Traffic is what makes them so, "" the numbers of pods.
	Steps   []int32 `json:"steps,omitempty"`
	Traffic string  `json:"traffic,omitempty"`
}

// rolloutOf returns the rollout that a Deployment was applied under; nil when it is
// none of an app whose versions run side by side.
func rolloutOf(u *unstructured.Unstructured) (*Rollout, error) {
	text := u.GetAnnotations()[AnnotationRollout]
	if text == "" {
		return nil, nil
	}
	var r Rollout
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return nil, fmt.Errorf("its annotation %s: %w", AnnotationRollout, err)
	}
	return &r, nil
}

// text returns the rollout as the annotation has it.
func (r *Rollout) text() string {
	text, err := json.Marshal(r)
	if err != nil {
		panic(err) // it holds nothing that JSON has not
	}
	return string(text)
}

// Side is one of the versions of an app that run side by side.
type Side struct {
	Name     string   `json:"name"` // blue, green, stable or canary
	Workload ObjectID `json:"workload"`
	Version  string   `json:"version,omitempty"` // the app's, for people; may be empty
	Build    string   `json:"build,omitempty"`
	Pods     int64    `json:"pods"`     // that there should be
	Ready    int64    `json:"ready"`    // that are ready, and run this build
	Deployed int      `json:"deployed"` // revision; 0: not known
	// Endpoints is how many ready endpoints of the Service with the traffic lead to it;
	// only ReadRollouts says it.
	Endpoints int64 `json:"endpoints,omitempty"`
}

// String returns color and version, as people say them: "green 1.0.1".
func (s Side) String() string {
	if s.Version == "" {
		return s.Name
	}
	return s.Name + " " + s.Version
}

// AppRollout is where an app whose versions run side by side stands in the cluster.
type AppRollout struct {
	App        string  `json:"app"`
	Strategy   string  `json:"strategy"`
	Worker     bool    `json:"worker,omitempty"`
	Sides      []Side  `json:"sides"`            // blue before green, stable before canary; those that exist
	Active     string  `json:"active,omitempty"` // name of the side with the traffic, or the work
	Newest     string  `json:"newest,omitempty"` // name of the side that was deployed last
	Weight     int32   `json:"weight,omitempty"` // percent that the canary has
	Steps      []int32 `json:"steps,omitempty"`
	Unfinished bool    `json:"unfinished,omitempty"` // a switch of it was begun and did not end
}

// Move is what a change does to traffic, or to the work of an app without a
// Service. The change is that of the Service, or else of the Deployment that stops
// working.
type Move struct {
	App  string `json:"app"`
	From Side   `json:"from"`
	To   Side   `json:"to"`
	// Ready is the Service whose EndpointSlices tell that To is fully there; nil: there is
	// none, and its pods tell.
	Ready *ObjectID `json:"ready,omitempty"`
	// Pods is how many of To have to be ready.
	Pods int64 `json:"pods"`
	// Selector is what the Service selects until then, where it comes to select other labels
	// than those and a color.
	Selector map[string]string `json:"selector,omitempty"`
	// Preview is applied right before: the Service in front of the idle color, which leads
	// nowhere while that changes. Nil: there is none.
	Preview *unstructured.Unstructured `json:"-"`
}

// Waiting is a version that runs beside the one with the traffic. What comes next
// is for people, or a pipeline, to say by switch.
type Waiting struct {
	App      string  `json:"app"`
	Strategy string  `json:"strategy"`
	Worker   bool    `json:"worker,omitempty"`
	Active   Side    `json:"active"`
	Next     Side    `json:"next"`
	Weight   int32   `json:"weight,omitempty"` // percent that the canary has
	Steps    []int32 `json:"steps,omitempty"`
}

// Operation is what a switch does.
type Operation string

// The operations of a switch. Each of them leads to a state, so that a second run has
// nothing to do.
const (
	SwitchForward Operation = "switch"  // traffic goes to the version that was deployed last, or to Switch.To
	SwitchBack    Operation = "back"    // traffic goes to the version before
	SwitchRetire  Operation = "retire"  // the idle color has no pods any more
	CanaryNext    Operation = "next"    // the canary goes to its next step; after the last it is promoted
	CanaryPromote Operation = "promote" // the canary's version takes the place of the stable one
	CanaryAbort   Operation = "abort"   // the canary goes
)

// Switch asks to move versions of apps of a release, and nothing else.
type Switch struct {
	From      *Recording // the newest revision: what the operation does not change stays as it has it
	Operation Operation
	Apps      []string // names
	All       bool     // instead: all apps for which the operation has something to do
	To        string   // with SwitchForward: blue, green or a version; empty: what was deployed last
	// Sides are where single apps go, whatever else is said.
	Sides map[string]string
	// Drain passes between the move of traffic and the end of old pods.
	Drain time.Duration
	// NoChecks leaves out the rollouts' checks: going back must not wait for them.
	NoChecks bool
}
