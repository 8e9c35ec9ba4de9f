package dsl

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
)

// checkObjects reports what two blocks of a configuration cannot both have:
// the name of an object, or a port of the nodes.
func (ev *evaluation) checkObjects(cfg *Config) {
	taken := map[string]hcl.Range{}
	claim := func(what string, at hcl.Range) {
		if first, twice := taken[what]; twice {
			ev.report(problem(&at, "Duplicate object", "This would be a second %s; the first is at %s.", what, place(first)))
			return
		}
		taken[what] = at
	}
	for _, d := range cfg.Data {
		claim(fmt.Sprintf("%s %q", d.Kind, d.BaseName), d.DeclRange)
	}
	for _, a := range cfg.Apps {
		for _, d := range []*Data{a.Config, a.Secret} {
			if d != nil {
				claim(fmt.Sprintf("%s %q", d.Kind, d.BaseName), d.DeclRange)
			}
		}
		for _, p := range a.Ports {
			if p.NodePort != 0 {
				claim(fmt.Sprintf("Service with node port %d (%s)", p.NodePort, p.Protocol), p.DeclRange)
			}
		}
		for _, m := range a.Mounts {
			if m.Claim != nil && !m.Claim.Existing && a.Kind != StatefulSet {
				claim(fmt.Sprintf("PersistentVolumeClaim %q", m.Claim.Name), m.Claim.DeclRange)
			}
		}
	}
}
