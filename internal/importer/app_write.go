package importer

import (
	"maps"
	"slices"

	"stowage/dsl"
)

// appWriter writes the block of one app.
type appWriter struct {
	*maker
	part     *part
	workload *object
	spec     field // of the workload
	template field // of its pods
	pod      field // its spec
	main     field // the app's own container
	others   []podContainer
	ports    portPlan
}

func (m *maker) appWriter(p *part) *appWriter {
	w := p.main()
	written := w.written()
	a := &appWriter{maker: m, part: p, workload: w, spec: written.at("spec"), template: w.podIn(written)}
	a.pod = a.template.at("spec")
	a.main, a.others = w.containersIn(a.pod)
	a.ports = portsOf(p)
	return a
}

// writeApp writes an app as somebody would who knows what it is: what runs, how it is
// configured, how it is reached, what it needs, and then what is rarely looked at.
func (m *maker) writeApp(p *part) *block {
	a := m.appWriter(p)
	b := &block{kind: "app", labels: []string{p.label}, from: p.main()}
	a.writeHead(b)
	a.writeCommand(b, a.main)
	a.writeOwnData(b)
	a.writeEnvironment(b, a.main)
	a.writePodArguments(b)

	a.writeJob(b)
	a.writeEnvFrom(b, a.main)
	a.writePorts(b, a.main)
	a.writeServices(b)
	a.writeVolumes(b)
	a.writeContainerBlocks(b, a.main)
	a.writeSecurity(b)
	for _, c := range a.others {
		a.writeContainer(b, c)
	}
	a.writeHost(b)
	a.writeScheduling(b)
	a.writeAutoscale(b)
	a.writeBudget(b)
	a.writeAccount(b)
	a.writeRollout(b)
	m.writeOverrides(b, p)
	return b
}

// writeHead writes what the app is.
func (a *appWriter) writeHead(b *block) {
	id := a.workload.id
	if id.Name != a.part.label {
		b.set("name", id.Name, "metadata.name")
	}
	if id.Kind != string(dsl.Deployment) {
		b.set("kind", id.Kind, "kind")
	}
	labels := a.labels()
	if labels.version != "" {
		b.set("version", labels.version, labels.versionPath)
	}
	b.take("image", a.main.at("image"))
	b.take("image_pull_policy", a.main.at("imagePullPolicy"))
	if replicas := (field{value: a.workload.Object.Object}).at("spec", "replicas"); !a.isScaled() {
		b.take("replicas", replicas)
	}
	if len(labels.objects) > 0 {
		b.set("labels", labels.objects, "metadata.labels")
	}
	if labels.selector != nil {
		b.set("selector", labels.selector, labels.selectorPath)
	}
	if labels.pods != nil {
		b.set("pod_labels", labels.pods, a.template.at("metadata", "labels").path)
	}
	b.take("annotations", a.template.at("metadata", "annotations"))
	if name := a.main.at("name"); name.text() != id.Name {
		b.take("container_name", name)
	}
}

// isScaled reports whether an autoscaler says how many pods there are.
func (a *appWriter) isScaled() bool { return len(a.part.of("HorizontalPodAutoscaler")) > 0 }

// appLabels are the labels that an app's block says.
type appLabels struct {
	version, versionPath string
	objects              fields
	selector             fields // nil: that of every app
	selectorPath         string
	pods                 fields // nil: the selector, or those of every app
}

const labelVersion = "app.kubernetes.io/version"

// labels settles which labels are written. Those of the workload count for all objects of
// the app, so that a version stands among them only if all bear it.
func (a *appWriter) labels() appLabels {
	w := a.workload
	metadata := w.written().at("metadata", "labels")
	selector := a.spec.at("selector", "matchLabels")
	pods := a.template.at("metadata", "labels")
	usual := map[string]string{dsl.LabelName: w.id.Name, dsl.LabelInstance: a.release}

	own := maps.Clone(metadata.object())
	delete(own, managedBy)
	maps.DeleteFunc(own, func(key string, v any) bool { return usual[key] != "" && usual[key] == v })
	var l appLabels
	if version, ok := own[labelVersion].(string); ok && !a.allBear(labelVersion, version) {
		l.version, l.versionPath = version, metadata.at(labelVersion).path
		delete(own, labelVersion)
	}
	l.objects, _ = w.expression(own, metadata.path).(fields)

	switch {
	case a.ends():
		// Without any they get those of every object, which is a change of what runs.
		if len(pods.object())+len(own) > 0 || l.version != "" || a.options.KeepNames {
			l.pods, _ = w.expression(orEmpty(pods.object()), pods.path).(fields)
		}
	case !maps.Equal(selector.texts(), usual) || !a.hasUsualPods(own, pods.texts()):
		found := selector
		if len(found.object()) == 0 { // by expressions alone, which an override says
			found = pods
		}
		l.selector, _ = w.expression(orEmpty(found.object()), found.path).(fields)
		l.selectorPath = found.path
		if !maps.Equal(pods.texts(), found.texts()) {
			l.pods, _ = w.expression(orEmpty(pods.object()), pods.path).(fields)
		}
	}
	return l
}

func orEmpty(object map[string]any) map[string]any {
	if object == nil {
		return map[string]any{}
	}
	return object
}

// allBear reports whether each other object of the app has a label too, and there is one.
func (a *appWriter) allBear(key, value string) bool {
	others := a.part.stands[1:]
	return len(others) > 0 && !slices.ContainsFunc(others, func(o *object) bool { return o.Object.GetLabels()[key] != value })
}

// ends reports whether the app's pods are there to end.
func (a *appWriter) ends() bool {
	return a.workload.id.Kind == string(dsl.Job) || a.workload.id.Kind == string(dsl.CronJob)
}

// hasUsualPods reports whether pods have the labels that those of every app get, which is so
// if stowage has made them.
func (a *appWriter) hasUsualPods(own map[string]any, pods map[string]string) bool {
	usual := map[string]string{
		dsl.LabelName: a.workload.id.Name, dsl.LabelInstance: a.release, managedBy: "stowage",
		"stowage.dev/release": a.release, "stowage.dev/app": a.workload.id.Name,
	}
	for key, v := range own {
		if text, ok := v.(string); ok {
			usual[key] = text
		}
	}
	return maps.Equal(usual, pods)
}

// writePodArguments writes what is said of the pods as a whole in one line each.
func (a *appWriter) writePodArguments(b *block) {
	if pulls, ok := a.pullSecrets(a.pod.at("imagePullSecrets")); ok {
		b.set("image_pull_secrets", pulls, a.pod.at("imagePullSecrets").path)
	}
	b.takeSeconds("termination_grace_period", a.pod.at("terminationGracePeriodSeconds"))
	b.take("share_processes", a.pod.at("shareProcessNamespace"))
	a.writeHostAliases(b)
	b.take("node_selector", a.pod.at("nodeSelector"))
	if class := a.pod.at("priorityClassName"); class.exists() {
		b.set("priority_class", a.nameOf(a.part, "scheduling.k8s.io", "PriorityClass", class.text()), class.path)
	}
	if a.workload.id.Kind == string(dsl.StatefulSet) {
		b.take("pod_management", a.spec.at("podManagementPolicy"))
	}
}

// pullSecrets returns a list of Secrets, if it is one and not empty.
func (a *appWriter) pullSecrets(list field) (items, bool) {
	var secrets items
	for _, pull := range list.list() {
		name := pull.at("name")
		secrets = append(secrets, attr{value: a.data("Secret", name.text()), path: pull.path})
	}
	return secrets, len(secrets) > 0
}

// writeHostAliases writes names for addresses, each of which can stand there once.
func (a *appWriter) writeHostAliases(b *block) {
	list := a.pod.at("hostAliases")
	var aliases fields
	seen := map[string]bool{}
	for _, alias := range list.list() {
		ip, names := alias.at("ip"), alias.at("hostnames")
		if seen[ip.text()] {
			return
		}
		seen[ip.text()] = true
		aliases = append(aliases, attr{name: ip.text(), value: a.workload.expression(names.value, names.path), path: alias.path})
	}
	if len(aliases) > 0 {
		b.set("host_aliases", aliases, list.path)
	}
}
