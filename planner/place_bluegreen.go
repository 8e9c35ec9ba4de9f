package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// blueGreen is the work on one app with two colors: the version that was rendered
// goes to one of them, and the other one stays as it is.
type blueGreen struct {
	*maker
	*sides
	t      *template
	build  string
	target Color // gets the version
	works  Color // has the traffic, or the work, once the plan is carried out
	from   Color // loses it by the plan; empty: none does
}

// inPlace reports whether the version goes where the traffic is.
func (b *blueGreen) inPlace() bool { return b.target == b.works && b.from == "" }

// waits reports whether the version has no traffic until somebody switches.
func (b *blueGreen) waits() bool { return b.target != b.works }

// placeBlueGreen returns the objects of an app with two colors.
func (m *maker) placeBlueGreen(t *template, live, recorded *sides) []Object {
	b := &blueGreen{maker: m, t: t, sides: live, build: buildOf(t.workload.Manifest)}
	if t.back != nil { // a revision may be older than the way in which builds are told apart
		b.build = t.back.colors[t.back.active()].GetAnnotations()[AnnotationBuild]
	}
	b.choose(recorded)
	target := b.version()
	if t.back != nil {
		m.rename(target.ID, IDOf(t.back.colors[t.back.active()]))
	}
	if b.waits() {
		b.wait(sideOf(string(b.works), b.colors[b.works]), b.after(b.target, target))
	}
	m.succeed(target.ID, live.plain, live.canary)
	objects := append([]Object{target}, b.other(recorded, target)...)
	for _, o := range t.others {
		objects = append(objects, b.follow(o, target))
	}
	return append(objects, b.jobs()...)
}

// choose settles which color the version goes to and which has the traffic. What runs
// with it already gets it again; what has traffic is otherwise left alone. The first
// version there is needs no switch.
func (b *blueGreen) choose(recorded *sides) {
	active := cmp.Or(b.active(), b.lost(recorded))
	switch {
	case b.colors[active] == nil:
		b.target = b.first(active)
		b.works = b.target
	case b.buildOn(b.colors[active]) == b.build:
		b.target, b.works = active, active
	default:
		b.target, b.works = active.Other(), active
		if b.switchesItself() {
			b.works, b.from = b.target, active
		}
	}
}

// lost returns the color that had the traffic before somebody deleted the Service. One
// that a run has only meant to make, and that is not known to the record, led nowhere.
func (b *blueGreen) lost(recorded *sides) Color {
	active := recorded.active()
	if b.service != nil || b.colors[active] == nil || recorded.service == nil {
		return ""
	}
	was := slices.ContainsFunc(b.in.Prior.Inventory, func(item Item) bool {
		return item.UID != "" && item.ID == IDOf(recorded.service)
	})
	if !was {
		return ""
	}
	return active
}

// first returns the color for a version that nothing stands in the way of: no color
// has traffic, or what is left of the one that has.
func (b *blueGreen) first(selected Color) Color {
	for _, color := range []Color{Blue, Green} {
		if u := b.colors[color]; u != nil && b.buildOn(u) == b.build {
			return color
		}
	}
	if selected == "" && b.colors[Blue] == nil && b.colors[Green] != nil {
		return Green
	}
	if b.t.back != nil {
		return cmp.Or(selected, b.t.back.active())
	}
	return cmp.Or(selected, Blue)
}

// version returns the Deployment that runs what was rendered.
func (b *blueGreen) version() Object {
	o := b.t.workload
	o.Rollout = nil
	o.Manifest = annotated(colored(o.Manifest, b.target), map[string]string{
		AnnotationBuild:    b.build,
		AnnotationRollout:  b.t.rollout.text(),
		AnnotationDeployed: strconv.Itoa(b.deployed()),
		AnnotationActive:   b.activated(),
	})
	o.Manifest = b.sized(o.Manifest)
	o.ID = IDOf(o.Manifest)
	o.Impact = b.impact(o)
	return o
}

// colored returns a rendered Deployment as that of a color.
func colored(manifest *unstructured.Unstructured, color Color) *unstructured.Unstructured {
	u := manifest.DeepCopy()
	u.SetName(manifest.GetName() + "-" + string(color))
	for _, labels := range [][]string{
		{"metadata", "labels"}, {"spec", "selector", "matchLabels"}, {"spec", "template", "metadata", "labels"},
	} {
		setText(u, string(color), append(labels, LabelColor)...)
	}
	return u
}

// setText sets a text in a manifest that is the caller's to change.
func setText(u *unstructured.Unstructured, text string, fields ...string) {
	if err := unstructured.SetNestedField(u.Object, text, fields...); err != nil {
		panic(fmt.Sprintf("%s: %v", IDOf(u), err)) // rendered manifests have maps there
	}
}

// deployed returns the revision that chose the target for the version: the same as
// before as long as it is the newest one.
func (b *blueGreen) deployed() int {
	revision := b.mark(b.target, AnnotationDeployed)
	there := revision > 0 && b.buildOn(b.colors[b.target]) == b.build
	switch {
	case b.t.back != nil && b.from == "":
		return b.t.back.mark(b.t.back.active(), AnnotationDeployed)
	case there && (b.t.back != nil || b.newest() == b.target):
		return revision
	}
	return b.in.Prior.Revision + 1
}

// activated returns the revision that made a worker work; empty when it does not.
func (b *blueGreen) activated() string {
	if !b.t.rollout.Worker || b.waits() {
		return ""
	}
	return strconv.Itoa(cmp.Or(b.mark(b.target, AnnotationActive), b.in.Prior.Revision+1))
}

// other returns the Deployment of the other color, most often as it is, with the data
// that it uses.
func (b *blueGreen) other(recorded *sides, version Object) []Object {
	if b.t.back != nil && b.from == "" {
		return b.otherBack(recorded, version)
	}
	live := b.colors[b.target.Other()]
	if live == nil {
		return nil
	}
	o := Object{
		ID: IDOf(live), Manifest: b.applied(live), Role: RoleWorkload, Untouched: true,
		Address: b.t.workload.Address, Origin: b.t.workload.Origin, Timeout: b.t.workload.Timeout,
	}
	switch {
	case b.t.rollout.Worker:
		o = b.otherWorker(o, version)
	case b.from != "" && b.t.back == nil:
		o = b.shrunk(o)
	}
	return append(b.untouchedData(o), o)
}

// otherWorker returns the other color of a worker: one of both is marked as the one
// that works. A switch that did not end has left two.
func (b *blueGreen) otherWorker(o, version Object) Object {
	other := b.target.Other()
	marked := b.mark(other, AnnotationActive) > 0
	switch {
	case other == b.works && !marked: // it had a Service so far
		o.Manifest = annotated(o.Manifest, map[string]string{AnnotationActive: strconv.Itoa(b.in.Prior.Revision + 1)})
		o.Untouched = false
	case other != b.works && marked:
		o.Manifest = withReplicas(annotated(o.Manifest, map[string]string{AnnotationActive: ""}), 0)
		o.Untouched = false
	}
	if other == b.from {
		o.Move = b.moveTo(sideOf(string(other), b.colors[other]), b.after(b.target, version))
		o.After = append(o.After, Need{version.ID, Ready})
	}
	return o
}

// follow returns one of the app's other objects for the color that it is to go with.
func (b *blueGreen) follow(o, version Object) Object {
	switch {
	case isPreview(o):
		o.Manifest, o.After = withColor(o.Manifest, string(b.works.Other())), b.afterMove()
		o.Impact = b.previewImpact(version)
	case o.Role == RoleService:
		o.Manifest, o.Move = withColor(o.Manifest, string(b.works)), b.move(version)
		o.After = b.afterChecks(checkBefore)
		if o.Move != nil {
			o.Move.Selector = b.selectorBefore(o.Manifest)
		}
	case isAutoscaler(o.ID):
		o.Manifest, o.After = withTarget(o.Manifest, b.id(b.works).Name), b.afterMove()
	}
	return o
}

func isPreview(o Object) bool {
	return o.Role == RoleService && labelOf(o.Manifest, LabelPreview) != ""
}

// move returns what it does to traffic that the Service is to select the version; nil:
// nothing. The preview leads nowhere while that changes, if it leads to the version.
func (b *blueGreen) move(version Object) *Move {
	if b.service == nil || b.waits() || colorOf(b.service) == b.works {
		return nil
	}
	move := b.moveTo(b.source(), b.after(b.target, version))
	if b.preview == nil || colorOf(b.preview) != b.target {
		return move
	}
	for _, o := range b.t.others {
		if isPreview(o) {
			move.Ready, move.Preview = &o.ID, withColor(o.Manifest, NoColor)
		}
	}
	return move
}
