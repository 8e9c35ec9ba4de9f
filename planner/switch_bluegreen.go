package planner

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// blueGreen plans to move an app with two colors, or to retire the idle one. All of it
// leads to a state, whatever a run before has left of it undone.
func (a *appSwitch) blueGreen() error {
	active := a.sides.active()
	if active == "" || a.sides.colors[active] == nil {
		return a.noActive(active)
	}
	to, err := a.destination(active)
	if err != nil {
		return err
	}
	before := a.size()
	if a.rollout.Worker {
		a.worker(active, to)
	} else if err := a.traffic(active, to); err != nil {
		return err
	}
	if a.want.Operation == SwitchRetire {
		a.retire(active.Other())
	}
	switch {
	case a.size() > before:
	case a.want.Operation == SwitchRetire:
		a.already("%s has no pods any more", active.Other())
	default:
		a.already("%s is active already", a.side(to))
	}
	return nil
}

// noActive says why there is nothing to move from.
func (a *appSwitch) noActive(active Color) error {
	why := "none of its colors has the traffic"
	switch {
	case active != "":
		why = fmt.Sprintf("Deployment %s-%s, which has the traffic, is gone", a.app, active)
	case a.rollout.Worker:
		why = "none of its colors is marked as active"
	case a.sides.service == nil:
		why = "its Service is gone"
	}
	return fmt.Errorf("%s: %s: apply the configuration first", a.app, why)
}

// destination returns the color that is to be active.
func (a *appSwitch) destination(active Color) (Color, error) {
	newest := a.sides.newest()
	to := active
	switch {
	case a.want.Sides[a.app] != "":
		return a.named(a.want.Sides[a.app])
	case a.want.Operation == SwitchRetire:
		if a.sides.colors[active.Other()] == nil {
			return "", a.unfit("there is nothing to retire beside %s", a.side(active))
		}
	case a.want.Operation == SwitchBack:
		to = newest.Other()
	case a.want.To != "":
		return a.named(a.want.To)
	default:
		to = newest
	}
	if a.sides.colors[to] == nil {
		return "", a.unfit("there is no version beside %s to go back to; rollback goes back to an earlier revision", a.side(active))
	}
	return to, nil
}

// named returns the color of that name, or of that version.
func (a *appSwitch) named(name string) (Color, error) {
	var found, there []string
	for _, color := range []Color{Blue, Green} {
		if a.sides.colors[color] == nil {
			continue
		}
		side := a.side(color)
		there = append(there, side.String())
		if name == string(color) || name == side.Version {
			found = append(found, string(color))
		}
	}
	if len(found) == 1 {
		return Color(found[0]), nil
	}
	if len(found) > 1 {
		return "", fmt.Errorf("%s: both colors have version %s: say blue or green", a.app, name)
	}
	var names []string
	for _, side := range there {
		names = append(names, strings.Fields(side)...)
	}
	return "", &unfitError{suggesting(name, names, "%s: there is no %s, only %s", a.app, name, strings.Join(there, " and "))}
}

// side describes a color.
func (a *appSwitch) side(color Color) Side { return sideOf(string(color), a.sides.colors[color]) }

// traffic plans what makes a color the one with the traffic, of an app with a Service.
func (a *appSwitch) traffic(active, to Color) error {
	if to != active {
		pods, err := a.prepare(active, to)
		if err != nil {
			return err
		}
		if err := a.checkPreview(to); err != nil {
			return err
		}
		a.moveService(active, to, pods)
	}
	if to != active || a.sides.unfinished() {
		a.check(stageAfter, checkAfter, a.sides.service, a.side(to))
	}
	a.follow(to)
	a.shrink(to)
	return nil
}

// checkPreview has the preview checked before its color gets the traffic. One that leads
// nowhere has been: a run was killed right before it moved the Service.
func (a *appSwitch) checkPreview(to Color) error {
	preview := a.sides.preview
	switch {
	case len(a.checks()) == 0:
		return nil
	case preview == nil:
		return fmt.Errorf("%s: it has checks, and Service %s-preview that they ask is gone: apply the configuration first, or use --no-checks", a.app, a.app)
	case selectedColor(preview) == NoColor:
	case selectedColor(preview) != string(to):
		return fmt.Errorf("%s: Service %s, that its checks ask, does not lead to %s: apply the configuration first, or use --no-checks", a.app, preview.GetName(), a.side(to))
	default:
		a.check(stageBefore, checkBefore, preview, a.side(to))
	}
	return nil
}

// moveService has the Service select the other color. The preview may not answer from it
// once it is active, so that it leads nowhere while the Service moves.
func (a *appSwitch) moveService(from, to Color, pods int64) {
	o := a.object(a.sides.service)
	o.Manifest = withColor(o.Manifest, string(to))
	move := &Move{App: a.app, From: a.side(from), To: a.side(to), Pods: pods}
	if preview := a.sides.preview; preview != nil {
		if ready := IDOf(preview); selectedColor(preview) == string(to) {
			move.Ready = &ready
			move.Preview = withColor(a.object(preview).Manifest, NoColor)
		}
	}
	o.Move = move
	a.change(stageMove, "switch to "+move.To.String(), o)
}

// follow has the preview and the autoscaler go where they belong once a color is active.
func (a *appSwitch) follow(to Color) {
	if preview := a.sides.preview; preview != nil && selectedColor(preview) != string(to.Other()) {
		o := a.object(preview)
		o.Manifest = withColor(o.Manifest, string(to.Other()))
		if a.sides.colors[to.Other()] != nil {
			o.Impact = fmt.Sprintf("the preview leads to %s", a.side(to.Other()))
		}
		a.change(stageSettle, "it shows the idle color", o)
	}
	scaler := a.sides.autoscaler
	if scaler == nil || scaledBy(scaler).Name == a.sides.colors[to].GetName() {
		return
	}
	o := a.object(scaler)
	o.Manifest = withTarget(o.Manifest, a.sides.colors[to].GetName())
	a.change(stageSettle, "it follows the active color", o)
}

// shrink gives up pods of the color that the newest version has replaced, as far as they
// are not to be kept. A newest version that has lost its traffic is kept whole: it
// waits for its next chance.
func (a *appSwitch) shrink(to Color) {
	old, keep := to.Other(), a.rollout.KeepPrevious
	live := a.sides.colors[old]
	if live == nil || keep == nil || old == a.sides.newest() || a.want.Operation == SwitchRetire || replicasOf(live) <= int64(*keep) {
		return
	}
	o := a.object(live)
	o.Manifest, o.Delay = withReplicas(o.Manifest, int64(*keep)), a.want.Drain
	a.change(stageShrink, "keep_previous = "+fmt.Sprint(*keep), o)
}

// retire takes the pods of the idle color.
func (a *appSwitch) retire(idle Color) {
	live := a.sides.colors[idle]
	if replicasOf(live) == 0 || a.rollout.Worker {
		return // a worker's idle color has none anyway
	}
	if idle == a.sides.newest() {
		a.m.warn(Warning{
			Summary: fmt.Sprintf("%s: %s was deployed last, and has no pods from now on", a.app, a.side(idle)),
			Detail:  "switch, and apply, start them again",
		})
	}
	o := a.object(live)
	o.Manifest = withReplicas(o.Manifest, 0)
	a.change(stageShrink, "retired", o)
}

// withColor returns the manifest of a Service with another color in its selector.
func withColor(service *unstructured.Unstructured, color string) *unstructured.Unstructured {
	return withField(service, color, "spec", "selector", LabelColor)
}

// withTarget returns the manifest of an autoscaler with another Deployment.
func withTarget(autoscaler *unstructured.Unstructured, name string) *unstructured.Unstructured {
	return withField(autoscaler, name, "spec", "scaleTargetRef", "name")
}

func withField(manifest *unstructured.Unstructured, value string, fields ...string) *unstructured.Unstructured {
	u := manifest.DeepCopy()
	if err := unstructured.SetNestedField(u.Object, value, fields...); err != nil {
		panic(err) // none of the fields is anything but a map
	}
	return u
}

// selectedColor returns the color that a Service selects, of pods that there may be or not.
func selectedColor(service *unstructured.Unstructured) string {
	color, _, _ := unstructured.NestedString(service.Object, "spec", "selector", LabelColor)
	return color
}
