package importer

import (
	"cmp"
	"slices"
	"strings"

	"stowage/dsl"
)

// podContainer is a container of an app's pods that has a block of its own.
type podContainer struct {
	field
	role dsl.ContainerKind
}

// containersIn returns the containers of a pod: the app's own, and the others in the order in
// which they start.
func (o *object) containersIn(pod field) (main field, others []podContainer) {
	for _, c := range pod.at("initContainers").list() {
		role := dsl.InitContainer
		if c.at("restartPolicy").is("Always") {
			role = dsl.SidecarContainer
		}
		others = append(others, podContainer{c, role})
	}
	running := pod.at("containers").list()
	own := 0
	for _, is := range []func(c field) bool{
		func(c field) bool { return c.at("name").is(o.id.Name) },
		func(c field) bool { return program(c.at("image").text()) == o.id.Name },
		func(c field) bool { return len(c.at("ports").list()) > 0 },
	} {
		if i := slices.IndexFunc(running, is); i >= 0 {
			own = i
			break
		}
	}
	for i, c := range running {
		if i != own {
			others = append(others, podContainer{c, dsl.ExtraContainer})
		}
	}
	return running[own], others
}

// program returns the last word of an image's name, which is most often what it runs.
func program(image string) string {
	name, _, _ := strings.Cut(image, "@")
	name = name[strings.LastIndex(name, "/")+1:]
	name, _, _ = strings.Cut(name, ":")
	return name
}

// writeContainer writes the block of a container besides the app's own.
func (a *appWriter) writeContainer(b *block, c podContainer) {
	inner := b.block(string(c.role), c.path, c.at("name").text())
	inner.take("image", c.at("image"))
	inner.take("image_pull_policy", c.at("imagePullPolicy"))
	a.writeCommand(inner, c.field)
	a.writeEnvironment(inner, c.field)
	a.writeEnvFrom(inner, c.field)
	if c.role != dsl.InitContainer {
		a.writePorts(inner, c.field)
	}
	a.writeContainerBlocks(inner, c.field)
	if security := c.at("securityContext"); security.exists() {
		s := inner.block("security", security.path)
		a.writeIdentity(s, security)
		a.writeRights(s, security)
		inner.unlessEmpty(s)
	}
}

// unlessEmpty takes the last block out again if nothing is in it.
func (b *block) unlessEmpty(inner *block) {
	inner.optional = true
	if inner.empty() {
		b.items = b.items[:len(b.items)-1]
	}
}

// writeCommand writes what a container runs.
func (a *appWriter) writeCommand(b *block, c field) {
	a.writeWords(b, "command", c.at("command"))
	a.writeWords(b, "args", c.at("args"))
	b.take("working_dir", c.at("workingDir"))
}

// writeEnvironment writes in what environment it runs.
func (a *appWriter) writeEnvironment(b *block, c field) {
	a.writeEnv(b, c)
	b.take("stdin", c.at("stdin"))
	b.take("tty", c.at("tty"))
	b.take("termination_message_path", c.at("terminationMessagePath"))
	b.take("termination_message_policy", c.at("terminationMessagePolicy"))
}

// writeWords writes the words of a command.
func (a *appWriter) writeWords(b *block, name string, list field) {
	if !list.exists() {
		return
	}
	words := items{}
	for _, word := range list.list() {
		words = append(words, attr{value: simplest(a.text(a.part, word.text())), path: word.path})
	}
	b.set(name, words, list.path)
}

// writeContainerBlocks writes what a container sees, needs and answers to.
func (a *appWriter) writeContainerBlocks(b *block, c field) {
	a.writeMounts(b, c)
	if resources := c.at("resources"); resources.exists() {
		inner := b.block("resources", resources.path)
		inner.take("requests", resources.at("requests"))
		inner.take("limits", resources.at("limits"))
		b.unlessEmpty(inner)
	}
	a.writeProbe(b, "readiness", c, c.at("readinessProbe"))
	a.writeProbe(b, "liveness", c, c.at("livenessProbe"))
	a.writeProbe(b, "startup", c, c.at("startupProbe"))
	a.writeHook(b, "post_start", c, c.at("lifecycle", "postStart"))
	a.writeHook(b, "pre_stop", c, c.at("lifecycle", "preStop"))
}

// writeProbe writes a probe, unless the language has no word for what it does.
func (a *appWriter) writeProbe(b *block, name string, c, probe field) {
	inner := &block{kind: name, from: b.from, path: probe.path}
	switch {
	case probe.at("httpGet").exists():
		a.writeRequest(inner, c, probe.at("httpGet"))
	case probe.at("tcpSocket").exists():
		inner.take("tcp", probe.at("tcpSocket", "port"))
	case probe.at("exec").exists():
		inner.take("exec", probe.at("exec", "command"))
	case probe.at("grpc").exists():
		grpc := probe.at("grpc")
		var object fields
		if port := grpc.at("port"); !a.isOnlyNumber(c, port.value) {
			object = append(object, attr{name: "port", value: port.value, path: port.path})
		}
		if service := grpc.at("service"); service.exists() {
			object = append(object, attr{name: "service", value: service.value, path: service.path})
		}
		inner.set("grpc", object, grpc.path)
	default:
		return
	}
	inner.takeSeconds("initial_delay", probe.at("initialDelaySeconds"))
	inner.takeSeconds("period", probe.at("periodSeconds"))
	inner.takeSeconds("timeout", probe.at("timeoutSeconds"))
	inner.take("success_threshold", probe.at("successThreshold"))
	inner.take("failure_threshold", probe.at("failureThreshold"))
	b.items = append(b.items, inner)
}

// writeRequest writes a GET request to a container.
func (a *appWriter) writeRequest(b *block, c, get field) {
	var object fields
	path := get.at("path")
	object = append(object, attr{name: "path", value: cmp.Or(path.text(), "/"), path: path.path})
	if port := get.at("port"); !a.isOnlyPort(c, port.value) {
		object = append(object, attr{name: "port", value: port.value, path: port.path})
	}
	if scheme := get.at("scheme"); scheme.exists() {
		object = append(object, attr{name: "scheme", value: scheme.value, path: scheme.path})
	}
	headers := get.at("httpHeaders")
	var list fields
	for _, header := range headers.list() {
		list = append(list, attr{name: header.at("name").text(), value: header.at("value").text(), path: header.path})
	}
	if len(list) > 0 {
		object = append(object, attr{name: "headers", value: list, path: headers.path})
	}
	b.set("http", object, get.path)
}

// isOnlyPort reports whether a port is that of the one port block that a container has, which
// a probe need not name.
func (a *appWriter) isOnlyPort(c field, port any) bool {
	own := a.ports.of(c)
	if len(own) != 1 {
		return false
	}
	if name, ok := port.(string); ok {
		return own[0].label == name
	}
	return own[0].declaredName() == "" && own[0].number == port
}

// isOnlyNumber reports whether a number is that of the one port block that a container has.
func (a *appWriter) isOnlyNumber(c field, number any) bool {
	own := a.ports.of(c)
	return len(own) == 1 && own[0].number == number
}

// writeHook writes what is done after a container has started, or before it stops.
func (a *appWriter) writeHook(b *block, name string, c, hook field) {
	inner := &block{kind: name, from: b.from, path: hook.path}
	switch {
	case hook.at("exec").exists():
		inner.take("exec", hook.at("exec", "command"))
	case hook.at("httpGet").exists():
		a.writeRequest(inner, c, hook.at("httpGet"))
	case hook.at("sleep").exists():
		inner.takeSeconds("sleep", hook.at("sleep", "seconds"))
	default:
		return
	}
	b.items = append(b.items, inner)
}
