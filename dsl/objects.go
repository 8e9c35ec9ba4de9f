package dsl

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// objectNames keeps what the blocks of a configuration cannot have twice: the name
// of an object, or a port of the nodes.
type objectNames struct {
	*evaluation
	taken map[string]claimed
	block Address // that claims
}

// claimed is where something is claimed first, and why where that does not show.
type claimed struct {
	at    hcl.Range
	why   string
	block Address
}

func (n objectNames) claim(what string, at hcl.Range, why string) {
	first, twice := n.taken[what]
	if !twice {
		n.taken[what] = claimed{at, why, n.block}
		return
	}
	detail := fmt.Sprintf("This would be a second %s; the first is at %s.", what, place(first.at))
	if first.at == at && first.block != n.block {
		detail = fmt.Sprintf("This would be a second %s: one of %s, and one of %s.", what, first.block, n.block)
	}
	for _, why := range slices.Compact([]string{first.why, why}) {
		if why != "" {
			detail += " " + why
		}
	}
	n.report(problem(&at, "Duplicate object", "%s", detail))
}

// ownName is why two blocks may make the same object, and how not to.
const ownName = "The argument name gives the objects of a block a name that is not its label."

// checkObjects reports objects that two blocks would both make.
func (ev *evaluation) checkObjects(cfg *Config) {
	names := objectNames{evaluation: ev, taken: map[string]claimed{}}
	for _, d := range cfg.Data {
		names.block = d.Address
		names.data(d)
	}
	for _, a := range cfg.Apps {
		names.block = a.Address
		names.app(a)
	}
}

func (n objectNames) data(d *Data) {
	if d != nil {
		n.claim(fmt.Sprintf("%s %q", d.Kind, d.BaseName), d.DeclRange, ownName)
	}
}

func (n objectNames) app(a *App) {
	n.data(a.Config)
	n.data(a.Secret)
	if a.Kind != StatefulSet {
		for _, c := range a.Claims() {
			n.claim(fmt.Sprintf("PersistentVolumeClaim %q", c.Name), c.DeclRange, "")
		}
	}
	if a.Rollout.Strategy != BlueGreen {
		n.claim(fmt.Sprintf("%s %q", a.Kind, a.Name), a.DeclRange, ownName)
	}
	for _, service := range a.Services() {
		n.service(service)
	}
	if a.Kind == StatefulSet && a.Selector == nil {
		n.claim(podsNamed(a.Name), a.DeclRange, "")
	}
	switch a.Rollout.Strategy {
	case BlueGreen:
		n.blueGreen(a)
	case Canary:
		n.canary(a)
	}
}

func (n objectNames) service(service *Service) {
	n.claim(fmt.Sprintf("Service %q", service.Name), service.DeclRange, "")
	for _, p := range service.Ports {
		if p.NodePort != 0 {
			n.claim(fmt.Sprintf("Service with node port %d (%s)", p.NodePort, p.Protocol), p.DeclRange, "")
		}
	}
}

func (n objectNames) blueGreen(a *App) {
	at := a.Rollout.DeclRange
	for _, color := range []string{"blue", "green"} {
		n.claim(fmt.Sprintf("Deployment %q", a.Name+"-"+color), at, a.Address.String()+" is blue-green, with a Deployment for each color.")
	}
	if a.Rollout.Preview && a.Service != nil {
		n.claim(fmt.Sprintf("Service %q", a.Service.Name+"-preview"), at, a.Address.String()+" is blue-green, with a preview of the idle color.")
	}
	for _, c := range a.Rollout.Checks {
		n.claim(fmt.Sprintf("CronJob %q", a.Name+"-"+c.Name), c.DeclRange, fmt.Sprintf("%s keeps its check %q as one.", a.Address, c.Name))
	}
}

func (n objectNames) canary(a *App) {
	name, at, why := a.Name+"-canary", a.Rollout.DeclRange, a.Address.String()+" has a canary."
	n.claim(fmt.Sprintf("Deployment %q", name), at, why)
	if a.Rollout.Traffic != "" && a.Service != nil {
		n.claim(fmt.Sprintf("Service %q", a.Service.Name+"-canary"), at, why)
		n.claim(podsNamed(name), at, why)
	}
}

// podsNamed stands for the pods with an app's name on them, which its Service
// finds them by.
func podsNamed(name string) string { return fmt.Sprintf("set of pods that are labelled %q", name) }
