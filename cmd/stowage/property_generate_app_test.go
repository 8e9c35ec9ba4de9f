package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// appWriter writes one app.
type appWriter struct {
	*writer
	name  string
	id    string // "app one"
	kind  string
	ports []port
}

type port struct {
	name   string
	number int
	more   string // arguments
}

// portSets are those an app may have. One changes into another by renaming,
// reordering, and a second protocol.
var portSets = [][]port{
	nil,
	{{"http", 8080, ""}},
	{{"http", 8080, ""}, {"metrics", 9090, ""}},
	{{"metrics", 9090, ""}, {"web", 8080, "service_port = 80"}},
	{{"dns", 53, ""}, {"dns-udp", 53, `protocol = "UDP"`}},
	{{"dns-udp", 53, `protocol = "UDP"`}},
	{{"http", 9090, ""}, {"metrics", 8080, ""}},
	{{"http", 8080, ""}, {"alias", 8080, "service_port = 80"}},
}

func (w *writer) app(name string, wanted bool) {
	if !wanted {
		return
	}
	a := &appWriter{writer: w, name: name, id: "app " + name, kind: "Deployment"}
	if a.maybe(a.id+"/kind", 30) {
		a.kind = "StatefulSet"
	}
	a.ports = one(w, a.id+"/ports", portSets...)
	w.block(fmt.Sprintf("app %q", name), a.body)
	w.there[a.id] = true
	if len(a.ports) > 0 {
		w.there["host "+name] = true
	}
}

func (a *appWriter) path(p string) string { return a.id + "/" + p }

func (a *appWriter) body() {
	if a.kind != "Deployment" {
		a.assign("kind", quoted(a.kind))
	}
	a.assign("image", one(a.writer, a.path("image"), `"nginx:1.28"`, `"nginx:1.29"`, `"registry.example.com:5000/team/busybox"`))
	a.assign("image_pull_policy", one(a.writer, a.path("image_pull_policy"), "", "", "", `"Always"`, `"IfNotPresent"`))
	a.assign("version", one(a.writer, a.path("version"), "", "", `"1.2.3"`, `"2"`))
	autoscaled := a.maybe(a.path("autoscale"), 15)
	if !autoscaled {
		a.assign("replicas", one(a.writer, a.path("replicas"), "", "1", "1", "2", "3", "0"))
	}
	a.assign("command", one(a.writer, a.path("command"), "", "", "", `["run"]`, `["run", "--fast"]`))
	a.assign("args", one(a.writer, a.path("args"), "", "", "", `[]`, `["-v", "", "a b"]`))
	a.assign("working_dir", one(a.writer, a.path("working_dir"), "", "", "", "", `"/srv"`))
	a.labels(a.id)
	if a.maybe(a.path("annotations"), 20) {
		a.mapping("annotations", map[string]string{"example.com/note": a.value(a.path("annotations/note"))})
	}
	a.environment()
	for _, p := range a.ports {
		a.block(fmt.Sprintf("port %q", p.name), func() {
			a.line("number = %d", p.number)
			a.line("%s", p.more)
			if a.nodePort() && p.name == a.ports[0].name {
				a.line("node_port = var.node_port")
			}
		})
	}
	a.service()
	a.mounts()
	a.probes()
	a.resources()
	if autoscaled {
		a.autoscale()
	}
	a.rollout()
	a.dependencies()
}

// nodePort is for one app alone: each namespace has one such port.
func (a *appWriter) nodePort() bool {
	return a.name == "one" && len(a.ports) > 0 && a.maybe(a.path("node_port"), 15)
}

func (a *appWriter) service() {
	if len(a.ports) == 0 || !a.maybe(a.path("service"), 40) {
		return
	}
	a.block("service", func() {
		kind := one(a.writer, a.path("service/type"), "", "headless = true", `type = "NodePort"`, `type = "LoadBalancer"`)
		if kind != "" && !a.nodePort() {
			a.line("%s", kind)
		}
		if a.maybe(a.path("service/annotations"), 50) {
			a.mapping("annotations", map[string]string{"example.com/note": a.value(a.path("service/annotations/note"))})
		}
	})
}

// references returns expressions for the app's environment: keys, names and
// addresses of what is there.
func (a *appWriter) references() []string {
	options := []string{`"plain"`, "var.token", `"${var.token}!"`, `"$(FIRST)/x"`}
	for _, id := range slices.Sorted(maps.Keys(a.there)) {
		kind, name, _ := strings.Cut(id, " ")
		switch kind {
		case "host":
			options = append(options, fmt.Sprintf(`"http://${app.%s.host}/"`, name), fmt.Sprintf("app.%s.fqdn", name))
		case "app":
			options = append(options, fmt.Sprintf("app.%s.image", name))
		default:
			block := kind + "." + name
			options = append(options, block+".key.FIRST", fmt.Sprintf(`"<${%s.key.FIRST}>"`, block), block+".name")
		}
	}
	return options
}

func (a *appWriter) environment() {
	env := map[string]string{}
	for _, name := range []string{"FIRST", "SECOND", "THIRD", "UNSET"} {
		switch at := a.path("env/" + name); {
		case name == "UNSET":
			if a.maybe(at, 10) {
				env[name] = "null"
			}
		case a.maybe(at, 35) && a.maybe(at+"/reference", 60):
			env[name] = one(a.writer, at+"/to", a.references()...)
		case a.maybe(at, 35):
			env[name] = a.value(at + "/value")
		}
	}
	a.mapping("env", env)
	for _, own := range []string{"config", "secret"} {
		entries := map[string]string{}
		for _, name := range []string{"LEVEL", "TOPIC"} {
			if a.maybe(a.path(own+"/"+name), 25) {
				entries[name] = a.value(a.path(own + "/" + name + "/value"))
			}
		}
		a.mapping(own, entries)
	}
	a.each("env_from", 15, func(at, kind, name string) {
		a.block("env_from", func() {
			a.line("%s = %s.%s", kind, kind, name)
			a.assign("prefix", one(a.writer, at+"/prefix", "", `"P_"`))
		})
	})
}

// each does something for some of the config and secret blocks that are there.
func (a *appWriter) each(what string, percent int, do func(at, kind, name string)) {
	for _, id := range slices.Sorted(maps.Keys(a.there)) {
		kind, name, _ := strings.Cut(id, " ")
		at := a.path(what + "/" + name)
		if (kind == "config" || kind == "secret") && a.maybe(at, percent) {
			do(at, kind, name)
		}
	}
}

func (a *appWriter) mounts() {
	a.each("mount", 25, func(at, kind, name string) {
		a.block(fmt.Sprintf(`mount "/etc/%s"`, name), func() {
			a.line("%s = %s.%s", kind, kind, name)
			a.line("%s", one(a.writer, at+"/how", "", "", `mode = "0400"`, `items = { FIRST = "first" }`,
				`items = { FIRST = { path = "first", mode = "0440" } }`, `sub_path = "FIRST"`, "read_only = true"))
		})
	})
	if a.settled(a.path("claim"), 20) {
		a.block(`mount "/data"`, func() {
			a.block("claim", func() {
				a.line(`size = "1Gi"`)
				a.line(`storage_class = "immediate"`)
			})
		})
	}
	if a.maybe(a.path("scratch"), 20) {
		a.block(`mount "/scratch"`, func() {
			a.block(one(a.writer, a.path("scratch/kind"), "empty_dir", "host_path"), func() {
				if one(a.writer, a.path("scratch/kind"), false, true) {
					a.line(`path = "/var/log"`)
				} else {
					a.line("%s", one(a.writer, a.path("scratch/how"), "", `medium = "Memory"`, `size = "1024Mi"`))
				}
			})
		})
	}
}

// probes only wait where a probe says so: none is really made.
func (a *appWriter) probes() {
	for _, probe := range []string{"readiness", "liveness", "startup"} {
		at := a.path(probe)
		if !a.maybe(at, 20) {
			continue
		}
		options := []string{`exec = ["true"]`, `exec = ["sh", "-c", "exit 0"]`, "http = { port = 8000 }", "tcp = 8000"}
		if len(a.ports) > 0 {
			name := quoted(a.ports[0].name)
			options = append(options, "tcp = "+name, fmt.Sprintf(`http = { port = %s, path = "/ready", headers = { Accept = "x" } }`, name))
		}
		a.block(probe, func() {
			a.line("%s", one(a.writer, at+"/how", options...))
			a.assign("period", one(a.writer, at+"/period", "", "", `"5s"`, `"10s"`))
			a.assign("failure_threshold", one(a.writer, at+"/failure_threshold", "", "", "1", "5"))
		})
	}
}

func (a *appWriter) resources() {
	if !a.maybe(a.path("resources"), 30) {
		return
	}
	a.block("resources", func() {
		a.assign("requests", one(a.writer, a.path("resources/requests"), `{ cpu = "10m" }`, `{ cpu = "0.1", memory = "16Mi" }`,
			`{ cpu = 0.5, memory = "1e6" }`, `{ cpu = "1000m", memory = "1024Mi" }`, "{}"))
		a.assign("limits", one(a.writer, a.path("resources/limits"), "", `{ memory = "1Gi" }`, `{ cpu = 1, memory = "1073741824" }`))
	})
}

func (a *appWriter) rollout() {
	if !a.maybe(a.path("rollout"), 35) {
		return
	}
	a.block("rollout", func() {
		if a.kind == "Deployment" {
			a.line("%s", one(a.writer, a.path("rollout/strategy"), "", `strategy = "recreate"`, "max_surge = 1",
				"max_surge = \"50%\"\nmax_unavailable = 0", "max_unavailable = \"100%\"", "progress_deadline = \"120s\""))
		}
		a.assign("min_ready", one(a.writer, a.path("rollout/min_ready"), "", "", "", "", "", "", `"1s"`))
		a.assign("timeout", one(a.writer, a.path("rollout/timeout"), "", "", `"60s"`))
	})
}

func (a *appWriter) autoscale() {
	a.block("autoscale", func() {
		a.assign("min", one(a.writer, a.path("autoscale/min"), "", "2"))
		a.line("max = 3")
		a.line("%s", one(a.writer, a.path("autoscale/by"), "cpu = 80", "memory = 50", "cpu = 70\nmemory = 60"))
	})
}

func (a *appWriter) dependencies() {
	var on []string
	for _, id := range slices.Sorted(maps.Keys(a.there)) {
		if kind, name, _ := strings.Cut(id, " "); kind != "host" && a.maybe(a.path("depends_on/"+id), 10) {
			on = append(on, kind+"."+name)
		}
	}
	if len(on) > 0 {
		a.line("depends_on = [%s]", strings.Join(on, ", "))
	}
}
