package applier

import (
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/internal/release"
	"stowage/planner"
)

// verbsOf says what writing a change takes. A server-side apply is a patch and, where
// there is nothing yet, a create too: one that names its object, unlike a POST.
var verbsOf = map[planner.Action][]string{
	planner.Create:  {"create", "patch"},
	planner.Update:  {"patch"},
	planner.Adopt:   {"patch"},
	planner.Replace: {"create", "patch", "delete"},
	planner.Run:     {"create", "patch", "delete"},
	planner.Delete:  {"delete"},
}

// watching is what a watch takes, which begins with a list.
var watching = []string{"list", "watch"}

// What applying asks a cluster for, in words that go on from "this is needed to".
const (
	whyWrite  = "make, change and delete what the configuration has"
	whyMake   = "make and change what the configuration has; deleting it takes a flag, and a right, of its own"
	whyAwait  = "wait until objects are ready, or gone"
	whyPods   = "wait for pods, and see why they do not start"
	whyEvents = "show what the cluster says of what fails"
	whyLogs   = "show the last lines of a container that fails, or of a Job"
	whyGrow   = "let the claims of StatefulSets grow"
	whyFollow = "see that the traffic has followed a switch"
	whyCheck  = "run the checks of a switch"
	whyAdopt  = "take Deployments over without a new generation"
)

var (
	eventKind = schema.GroupVersionKind{Version: "v1", Kind: "Event"}
	jobKind   = schema.GroupVersionKind{Group: "batch", Version: "v1", Kind: "Job"}
)

// podLogs and deploymentStatus are no kinds: parts of one.
const (
	podLogs          = "pods/log"
	deploymentStatus = "deployments/status"
)

// AddReading adds what reading the record of a release takes.
func AddReading(r *planner.Rights, namespace string) {
	addAccess(r, namespace, release.AccessToRead())
}

// AddApplying adds what applying a configuration takes, at any time from the first
// revision on, switches and ways back included. Objects are all that there may be, each
// under each of its names. What takes an explicit flag, such as deleting claims, is not in
// it. That namespaces are made is in it if they are to be.
func AddApplying(r *planner.Rights, home, name string, objects []planner.Object, namespaces bool) {
	addAccess(r, home, release.AccessToWrite(name))
	for _, o := range objects {
		c := &planner.Change{ID: o.ID, Origin: o.Origin, Role: o.Role, Object: o.Manifest}
		named := ""
		if o.HasFixedName() {
			named = o.ID.Name
		}
		switch {
		case o.IsNamespace():
			addNamespace(r, c, o.IsImplied(), namespaces)
			continue
		case planner.IsGuarded(o.ID):
			addWrite(r, c, named, whyMake, planner.Create)
		default:
			addWrite(r, c, named, whyWrite, planner.Replace)
			r.Add(rightOf(c, "", whyAwait), kindOf(c), watching...)
		}
		addGrants(r, c)
		addEvidence(r, c)
		if o.Rollout != nil {
			r.Add(rightOf(c, "", whyFollow), sliceKind, watching...)
			r.Add(rightOf(c, "", whyFollow), podKind, watching...)
		}
		if o.HasClaims() {
			r.Add(rightOf(c, "", whyGrow), claimKind, "get", "patch")
		}
		if o.Role == planner.RoleCheck { // whose Jobs are named by the revision
			r.Add(rightOf(c, "", whyCheck), jobKind, "create", "patch", "delete", "list", "watch")
		}
	}
}

// AddAdopting adds what it takes to take Deployments over without a new generation; without
// it they get one, and are taken over all the same.
func AddAdopting(r *planner.Rights, objects []planner.Object) {
	for _, o := range objects {
		if o.ID.Kind == "Deployment" && o.ID.Group == "apps" {
			c := &planner.Change{ID: o.ID, Origin: o.Origin}
			like := rightOf(c, o.ID.Name, whyAdopt)
			like.Group, like.Resource = o.ID.Group, deploymentStatus
			r.AddTo(like, "patch")
		}
	}
}

// RightsOf returns what carrying out a plan takes: what would fail without it. What only
// helps to explain a failure is not in it, nor what planning has found out already, such as
// whether the rights that a Role gives are the account's own.
func RightsOf(plan *planner.Plan, o Options, plural func(schema.GroupVersionKind) string) []planner.Right {
	r := &planner.Rights{Plural: plural}
	if plan.Empty() {
		return nil
	}
	for i := range plan.Changes {
		r.Define(plan.Changes[i].Object)
	}
	addAccess(r, plan.Release.Namespace, release.AccessToRead())
	addAccess(r, plan.Release.Namespace, release.AccessToWrite(plan.Release.Name))
	for i := range plan.Changes {
		c := &plan.Changes[i]
		if c.Action == planner.NoOp {
			continue
		}
		addWrite(r, c, c.ID.Name, whyWrite, c.Action)
		if c.Action == planner.Create && o.OnFailure == RollBack && !planner.IsGuarded(c.ID) {
			addWrite(r, c, c.ID.Name, whyWrite, planner.Delete)
		}
		if len(c.Grow) > 0 {
			r.Add(rightOf(c, "", whyGrow), claimKind, "get", "patch")
		}
		addWaits(r, c, o)
	}
	return r.All
}

// addWaits adds what it takes to wait for a change that is carried out.
func addWaits(r *planner.Rights, c *planner.Change, o Options) {
	deletes := slices.Contains(verbsOf[c.Action], "delete")
	if c.Action == planner.Run || !o.NoWait && (deletes || isAwaited(c)) {
		r.Add(rightOf(c, "", whyAwait), kindOf(c), watching...)
	}
	if c.Action == planner.Run || c.Role == planner.RoleWorkload && c.Action != planner.Delete && !o.NoWait {
		r.Add(rightOf(c, "", whyPods), podKind, watching...)
	}
	if redirects(c) {
		r.Add(rightOf(c, "", whyFollow), sliceKind, watching...)
		r.Add(rightOf(c, "", whyFollow), podKind, watching...)
	}
}

// isAwaited reports whether an object is never ready as soon as it is written.
func isAwaited(c *planner.Change) bool {
	return c.Role == planner.RoleWorkload || c.Role == planner.RoleClaim || isDefinition(c.ID)
}

func isDefinition(id planner.ObjectID) bool {
	return id.Group == "apiextensions.k8s.io" && id.Kind == "CustomResourceDefinition"
}

// addWrite adds what writing an object takes, of a name or, when that is empty, of any.
func addWrite(r *planner.Rights, c *planner.Change, name, why string, action planner.Action) {
	r.Add(rightOf(c, name, why), kindOf(c), verbsOf[action]...)
}

// addNamespace adds what a namespace takes. One that a release has without saying so is
// used as it is found; one that the configuration has is changed, and never deleted
// without a flag.
func addNamespace(r *planner.Rights, c *planner.Change, implied, create bool) {
	switch {
	case create:
		addWrite(r, c, c.ID.Name, whyMake, planner.Create)
	case !implied:
		addWrite(r, c, c.ID.Name, whyMake, planner.Update)
	}
}

// addEvidence adds what explains why an object does not get ready.
func addEvidence(r *planner.Rights, c *planner.Change) {
	switch {
	case isDefinition(c.ID):
		r.Add(rightOf(c, "", whyAwait), kindOf(c), watching...)
		return // its events are in no namespace of ours
	case c.Role == planner.RoleClaim:
		r.Add(rightOf(c, "", whyAwait), kindOf(c), watching...)
	case c.Role == planner.RoleCheck, c.Role == planner.RoleWorkload:
		r.Add(rightOf(c, "", whyPods), podKind, watching...)
		if c.ID.Kind == "Deployment" {
			r.Add(rightOf(c, "", whyPods), replicaSetKind, watching...)
		}
		logs := rightOf(c, "", whyLogs)
		logs.Resource = podLogs
		r.AddTo(logs, "get")
	default:
		return
	}
	r.Add(rightOf(c, "", whyEvents), eventKind, "list")
}

func addAccess(r *planner.Rights, namespace string, all []release.Access) {
	for _, a := range all {
		r.Add(planner.Right{Namespace: namespace, Name: a.Name, Why: a.Why}, a.Kind, a.Verbs...)
	}
}

func rightOf(c *planner.Change, name, why string) planner.Right {
	return planner.Right{Namespace: c.ID.Namespace, Name: name, Why: why, For: c.ID, Origin: c.Origin}
}

// kindOf returns the kind of a change's object, in the version that requests name.
func kindOf(c *planner.Change) schema.GroupVersionKind {
	if c.Object != nil {
		return c.Object.GroupVersionKind()
	}
	kind := schema.GroupVersionKind{Group: c.ID.Group, Version: "v1", Kind: c.ID.Kind}
	if c.Live != nil && c.Live.APIVersion != "" {
		kind = schema.FromAPIVersionAndKind(c.Live.APIVersion, c.ID.Kind)
	}
	return kind
}
