package importer

import "strconv"

// recogniseIngresses makes ingress blocks.
func (m *maker) recogniseIngresses() {
	for _, o := range m.objects {
		if o.part != nil || o.id.Kind != "Ingress" || o.id.Namespace != m.namespace ||
			o.Object.GetAPIVersion() != "networking.k8s.io/v1" || !o.leadsToServices() {
			continue
		}
		p := m.take(&part{kind: "ingress", stands: []*object{o}, file: fileOf(o)})
		p.write = m.writeIngress
		p.fallBack = func(*part, *object) bool { return false }
	}
}

// spec returns a field of the object's spec.
func (o *object) spec(names ...string) field {
	return field{value: o.Object.Object}.at("spec").at(names...)
}

// leadsToServices reports whether an Ingress says what an ingress block can: each host once,
// with paths, and everything leads to a Service.
func (o *object) leadsToServices() bool {
	backend := func(f field) bool { return f.hasOnly("service") && f.at("service", "name").text() != "" }
	if d := o.spec("defaultBackend"); d.exists() && !backend(d) {
		return false
	}
	hosts := map[string]bool{}
	for _, rule := range o.spec("rules").list() {
		host, paths := rule.at("host").text(), rule.at("http", "paths").list()
		if hosts[host] || len(paths) == 0 {
			return false
		}
		hosts[host] = true
		for _, path := range paths {
			if !backend(path.at("backend")) {
				return false
			}
		}
	}
	return true
}

// writeIngress writes an ingress block.
func (m *maker) writeIngress(p *part) *block {
	o := p.main()
	b := &block{kind: "ingress", labels: []string{p.label}, from: o}
	if p.label != o.id.Name {
		b.set("name", o.id.Name, "metadata.name")
	}
	if class := o.spec("ingressClassName"); class.exists() {
		b.set("class", m.nameOf(p, "networking.k8s.io", "IngressClass", class.text()), class.path)
	}
	m.writeLabels(b, o)
	for _, rule := range o.spec("rules").list() {
		m.writeRule(b, p, rule)
	}
	if d := o.spec("defaultBackend"); d.exists() {
		m.writeBackend(b.block("default", d.path), p, d)
	}
	for _, tls := range o.spec("tls").list() {
		m.writeCertificate(b, p, tls)
	}
	m.writeOverrides(b, p)
	return b
}

// writeRule writes a host and its paths.
func (m *maker) writeRule(b *block, p *part, rule field) {
	host := rule.at("host").text()
	if host == "" {
		host = "*"
	}
	inner := b.block("host", rule.path, host)
	for _, path := range rule.at("http", "paths").list() {
		to := inner.block("path", path.path, path.at("path").text())
		m.writeBackend(to, p, path.at("backend"))
		if kind := path.at("pathType"); !kind.is("Prefix") {
			to.set("type", kind.value, kind.path)
		}
	}
}

// writeBackend writes what requests lead to: the port of an app, where its Service is one of
// the configuration, or that of another Service.
func (m *maker) writeBackend(b *block, p *part, backend field) {
	service := backend.at("service")
	name, port := service.at("name"), service.at("port")
	if number := port.at("number"); number.exists() {
		port = number
	} else {
		port = port.at("name")
	}
	of := m.byID[idOf("", "Service", m.namespace, name.text())]
	switch app := appOf(of); {
	case app == nil:
		b.set("service", m.nameOf(p, "", "Service", name.text()), name.path)
	case !m.link(p, app):
		b.set("service", name.text(), name.path)
	case app.of("Service")[0] != of:
		b.set("service", raw(indexed(app.address()+".service", of.id.Name)+".host"), name.path)
	case port.text() != "": // the app would say it by its number
		b.set("service", raw(app.address()+".host"), name.path)
	default:
		b.set("app", raw(app.address()), name.path)
		if isOnlyPort(app) {
			return
		}
		if label := m.portLabel(of, strconv.FormatInt(port.number(), 10)); label != "" {
			b.set("port", label, port.path)
			return
		}
	}
	b.set("port", port.value, port.path)
}

// appOf returns the app whose Service an object is, or nil.
func appOf(service *object) *part {
	if service == nil || service.part == nil || service.part.kind != "app" {
		return nil
	}
	return service.part
}

// isOnlyPort reports whether an app has but one port, so that it needs no saying.
func isOnlyPort(app *part) bool { return len(portsOf(app).blocks) == 1 }

// writeCertificate writes the certificate of hosts, which are all where none is named.
func (m *maker) writeCertificate(b *block, p *part, tls field) {
	inner := b.block("tls", tls.path)
	var all []any
	for _, rule := range p.main().spec("rules").list() {
		if host := rule.at("host"); host.text() != "" {
			all = append(all, host.value)
		}
	}
	hosts := tls.at("hosts")
	if list, _ := hosts.value.([]any); !sameItems(list, all) {
		inner.set("hosts", p.main().expression(list, hosts.path), hosts.path)
	}
	if secret := tls.at("secretName"); secret.exists() {
		inner.set("secret", m.nameOf(p, "", "Secret", secret.text()), secret.path)
	}
}

func sameItems(a, b []any) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
