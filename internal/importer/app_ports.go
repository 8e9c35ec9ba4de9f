package importer

import (
	"slices"
	"strconv"

	"k8s.io/apimachinery/pkg/util/validation"
)

// portBlock is a port of an app in the making.
type portBlock struct {
	label       string
	container   string // path of the container that listens
	at          field  // in the container, or in the Service if that does not declare it
	number      int64
	protocol    string
	declared    bool
	exposed     bool
	servicePort int64 // of the first Service that has it
	service     *object
	served      field // the port of that Service
}

// servedPort is a port of one Service.
type servedPort struct {
	block  *portBlock
	number int64
}

// portPlan is how the ports of an app's containers and of its Services are written.
type portPlan struct {
	blocks   []*portBlock
	services map[*object][]servedPort
}

// portsOf plans the ports of an app: one block for each port of a container, and for each
// further way in which a Service leads there.
func portsOf(p *part) portPlan {
	w := p.main()
	pod := w.podIn(w.written()).at("spec")
	main, others := w.containersIn(pod)
	plan := portPlan{services: map[*object][]servedPort{}}
	plan.declare(main)
	for _, c := range others {
		plan.declare(c.field)
	}
	for _, service := range p.of("Service") {
		for _, port := range service.written().at("spec", "ports").list() {
			plan.expose(service, port, main)
		}
	}
	return plan
}

// declare adds the ports that a container lists.
func (plan *portPlan) declare(c field) {
	for _, port := range c.at("ports").list() {
		number := port.at("containerPort").number()
		b := &portBlock{
			label: port.at("name").text(), container: c.path, at: port, number: number,
			protocol: protocolOf(port), declared: true,
		}
		if b.label == "" {
			b.label = strconv.FormatInt(number, 10)
		}
		plan.blocks = append(plan.blocks, b)
	}
}

func protocolOf(port field) string {
	if protocol := port.at("protocol").text(); protocol != "" {
		return protocol
	}
	return "TCP"
}

// expose adds a port of a Service.
func (plan *portPlan) expose(service *object, port, main field) {
	number, protocol := port.at("port").number(), protocolOf(port)
	target := port.at("targetPort").value
	if target == nil {
		target = number
	}
	leads := func(b *portBlock) bool {
		if name, ok := target.(string); ok {
			return b.declaredName() == name
		}
		return b.number == target && b.protocol == protocol
	}
	same := func(b *portBlock) bool {
		return leads(b) && b.exposed && b.served.at("name").value == port.at("name").value &&
			b.served.at("appProtocol").value == port.at("appProtocol").value && b.target() == target && b.service != service &&
			(!b.served.at("nodePort").exists() || !port.at("nodePort").exists())
	}
	if i := slices.IndexFunc(plan.blocks, same); i >= 0 {
		b := plan.blocks[i]
		if port.at("nodePort").exists() { // it says more than the port of the Service before
			b.service, b.served = service, port
		}
		plan.services[service] = append(plan.services[service], servedPort{b, number})
		return
	}
	var b *portBlock
	if i := slices.IndexFunc(plan.blocks, func(b *portBlock) bool { return leads(b) && !b.exposed }); i >= 0 {
		b = plan.blocks[i]
	} else {
		b = plan.another(leads, service, port, target, main)
	}
	b.exposed, b.servicePort, b.service, b.served = true, number, service, port
	plan.services[service] = append(plan.services[service], servedPort{b, number})
}

// another adds a block for a second way to a port, or for one that no container lists.
func (plan *portPlan) another(leads func(*portBlock) bool, service *object, port field, target any, main field) *portBlock {
	b := &portBlock{container: main.path, at: port, protocol: protocolOf(port)}
	b.number, _ = target.(int64)
	if i := slices.IndexFunc(plan.blocks, leads); i >= 0 {
		first := plan.blocks[i]
		b.container, b.number, b.declared = first.container, first.number, first.declared
	}
	b.label = plan.freeLabel(b, service, port.at("name").text())
	plan.blocks = append(plan.blocks, b)
	return b
}

// freeLabel returns a label for a block that no other has: the name of the Service's port, if
// need be with that of the Service, or the number.
func (plan *portPlan) freeLabel(b *portBlock, service *object, name string) string {
	number := strconv.FormatInt(b.number, 10)
	labels := []string{name}
	if name == "" {
		labels, name = []string{number}, "port-"+number
	}
	labels = append(labels, service.id.Name, name+"-"+service.id.Name)
	for i := 2; ; i++ {
		for _, label := range labels {
			valid := label == number || len(validation.IsValidPortName(label)) == 0
			taken := slices.ContainsFunc(plan.blocks, func(other *portBlock) bool { return other.label == label })
			if valid && !taken {
				return label
			}
		}
		labels = []string{name + "-" + strconv.Itoa(i), "port-" + strconv.Itoa(i)}
	}
}

// declaredName returns the name that the container's port has by the block.
func (b *portBlock) declaredName() string {
	if !b.declared || b.isNumbered() {
		return ""
	}
	return b.label
}

func (b *portBlock) isNumbered() bool {
	_, err := strconv.Atoi(b.label)
	return err == nil
}

// target returns what the port of the Service leads to.
func (b *portBlock) target() any {
	if target := b.served.at("targetPort"); target.exists() {
		return target.value
	}
	return b.served.at("port").value
}

// of returns the ports of a container.
func (plan *portPlan) of(c field) []*portBlock {
	return slices.DeleteFunc(slices.Clone(plan.blocks), func(b *portBlock) bool { return b.container != c.path })
}

// usualTarget returns what the port of a Service leads to if nothing is said: the port that
// the container lists first, by its name where both have one.
func (plan *portPlan) usualTarget(b *portBlock) any {
	for _, other := range plan.blocks {
		if other.declared && other.number == b.number && other.protocol == b.protocol {
			if other.declaredName() != "" && !b.isNumbered() {
				return other.label
			}
			break
		}
	}
	return b.number
}

// writePorts writes the ports of a container.
func (a *appWriter) writePorts(b *block, c field) {
	for _, port := range a.ports.of(c) {
		from := a.workload
		if _, ofContainer := port.at.object()["containerPort"]; !ofContainer {
			from = port.service
		}
		inner := b.blockOf(from, "port", port.at.path, port.label)
		if !port.isNumbered() {
			inner.set("number", port.number, port.at.at("containerPort").path)
		}
		if port.exposed && port.servicePort != port.number {
			inner.setOf(port.service, "service_port", port.servicePort, port.served.at("port").path)
		}
		if port.protocol != "TCP" {
			inner.set("protocol", port.protocol, port.at.at("protocol").path)
		}
		inner.take("host_port", port.at.at("hostPort"))
		if port.exposed {
			a.writeServed(inner, port)
		} else {
			inner.set("exposed", false, "")
		}
		if !port.declared {
			inner.set("declared", false, "")
		}
	}
}

// writeServed writes what else the Service says of a port.
func (a *appWriter) writeServed(b *block, port *portBlock) {
	served := port.served
	for _, name := range []struct{ argument, field string }{{"node_port", "nodePort"}, {"app_protocol", "appProtocol"}} {
		if f := served.at(name.field); f.exists() {
			b.setOf(port.service, name.argument, f.value, f.path)
		}
	}
	if target := port.target(); target != a.ports.usualTarget(port) {
		b.setOf(port.service, "target", target, served.at("targetPort").path)
	}
	name, usual := served.at("name"), port.label
	if port.isNumbered() {
		usual = ""
	}
	if name.text() != usual {
		b.setOf(port.service, "service_name", name.text(), name.path)
	}
}
