package planner

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// checkNodePorts reports ports of the nodes that a Service of somebody else has. The
// server says so itself of all that it can check; what is to be in a namespace that
// does not exist yet is none of that.
func (m *maker) checkNodePorts(ctx context.Context) error {
	wanted := map[string]Object{}
	for _, c := range m.changes {
		if c.ID.Group != "" || c.ID.Kind != serviceKind.Kind || c.Action != Create || c.Checked {
			continue
		}
		for _, p := range portsOf(c.Object) {
			if key := nodePortOf(p); key != "" {
				wanted[key] = m.desired[c.ID]
			}
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	services, err := m.reader.List(ctx, serviceKind, "", "")
	if apierrors.IsForbidden(err) {
		m.warn(Warning{Summary: "could not be checked: whether the ports of the nodes are free", Detail: m.secret.Text(err.Error())})
		return nil
	}
	if err != nil {
		return fmt.Errorf("cannot list Services: %w", err)
	}
	for _, service := range services {
		for _, p := range portsOf(service) {
			o, clash := wanted[nodePortOf(p)]
			if clash && o.ID != IDOf(service) {
				m.fail(&ObjectError{
					ID: o.ID, Origin: o.Origin, Field: "spec.ports",
					Err:  fmt.Errorf("port %s of the nodes is that of Service %s in namespace %s", nodePortOf(p), service.GetName(), service.GetNamespace()),
					Hint: "take another one, or none: the cluster chooses one then",
				})
			}
		}
	}
	return nil
}

// nodePortOf returns number and protocol of the port of the nodes that a port of a
// Service asks for, or nothing.
func nodePortOf(port map[string]any) string {
	number, ok := integer(port["nodePort"])
	if !ok || number == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%s", number, protocolIn(port))
}
