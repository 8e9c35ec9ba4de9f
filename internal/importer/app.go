package importer

import (
	"slices"
	"strings"

	"stowage/dsl"
)

// recogniseApps makes app blocks of workloads and of all that belongs to them.
func (m *maker) recogniseApps() {
	m.convertAutoscalers()
	for _, o := range m.objects {
		switch {
		case !m.isWorkload(o):
		case m.options.KeepNames && dsl.AppKind(o.id.Kind) == dsl.Job:
			o.why = "is a resource block, as an app would run it again, under a name for its content"
			if o.get("spec", "ttlSecondsAfterFinished") != nil {
				o.why += "; the cluster removes it when it has finished (ttlSecondsAfterFinished), and the next apply runs it again: take it out if it shall not"
			}
		default:
			m.recogniseApp(o)
		}
	}
}

// versionsOfApps are the API versions of the objects that an app becomes.
var versionsOfApps = map[string]string{
	"Deployment": "apps/v1", "StatefulSet": "apps/v1", "DaemonSet": "apps/v1", "Job": "batch/v1", "CronJob": "batch/v1",
	"Service": "v1", "ServiceAccount": "v1", "PersistentVolumeClaim": "v1",
	"HorizontalPodAutoscaler": "autoscaling/v2", "PodDisruptionBudget": "policy/v1",
	"Role": "rbac.authorization.k8s.io/v1", "RoleBinding": "rbac.authorization.k8s.io/v1",
	"ClusterRole": "rbac.authorization.k8s.io/v1", "ClusterRoleBinding": "rbac.authorization.k8s.io/v1",
}

// isFree reports whether an object of a kind can still become a part of an app.
func (m *maker) isFree(o *object, kind string) bool {
	inNamespace := o.id.Namespace == m.namespace || o.id.Namespace == "" && strings.HasPrefix(kind, "Cluster")
	return o.part == nil && o.id.Kind == kind && o.Object.GetAPIVersion() == versionsOfApps[kind] && inNamespace
}

func (m *maker) isWorkload(o *object) bool {
	switch dsl.AppKind(o.id.Kind) {
	case dsl.Deployment, dsl.StatefulSet, dsl.DaemonSet, dsl.Job, dsl.CronJob:
		return m.isFree(o, o.id.Kind) && o.id.Name != "" && len(o.containers()) > 0
	}
	return false
}

// recogniseApp makes an app block of a workload.
func (m *maker) recogniseApp(w *object) {
	stands := []*object{w}
	for _, find := range []func(*object) []*object{m.ownDataOf, m.servicesOf, m.autoscalersOf, m.budgetsOf, m.accountsOf, m.claimsOf} {
		stands = append(stands, find(w)...)
	}
	p := m.take(&part{kind: "app", stands: stands})
	p.file = p.label + ".hcl"
	p.write = m.writeApp
	p.fallBack = m.leaveApp
}

// leaveApp takes an object out of an app's block. The workload cannot go: it is the app.
func (m *maker) leaveApp(p *part, o *object) bool {
	twin := map[string]string{"Role": "RoleBinding", "RoleBinding": "Role", "ClusterRole": "ClusterRoleBinding", "ClusterRoleBinding": "ClusterRole"}[o.id.Kind]
	for _, other := range slices.Clone(p.of(twin)) { // a role is nothing without its binding
		p.drop(other)
		m.asResource(other)
	}
	return true
}

// of returns the objects of a kind that the block becomes.
func (p *part) of(kind string) []*object {
	var list []*object
	for _, o := range p.stands {
		if o.id.Kind == kind {
			list = append(list, o)
		}
	}
	return list
}

// podPaths are where kinds of object say what their pods are.
var podPaths = map[string][]string{
	"Deployment": {"spec", "template"}, "StatefulSet": {"spec", "template"}, "DaemonSet": {"spec", "template"}, "Job": {"spec", "template"},
	"CronJob": {"spec", "jobTemplate", "spec", "template"}, "ReplicaSet": {"spec", "template"}, "ReplicationController": {"spec", "template"},
	"Pod": {},
}

// podIn returns what an object says of its pods, as it is in a manifest of it.
func (o *object) podIn(manifest field) field {
	path, runs := podPaths[o.id.Kind]
	if !runs {
		return field{}
	}
	return manifest.at(path...)
}

// pod returns what the object's pods are, with all that is said; nothing if it has none.
func (o *object) pod() field { return o.podIn(field{value: o.Object.Object}) }

func (o *object) containers() []field { return o.pod().at("spec", "containers").list() }

// podLabels returns the labels of the object's pods, nil if it has none.
func (o *object) podLabels() map[string]string {
	if _, runs := podPaths[o.id.Kind]; !runs {
		return nil
	}
	if o.labels == nil { // each Service asks all of them
		o.labels = o.pod().at("metadata", "labels").texts()
	}
	return o.labels
}

// matches reports whether labels are among those of the object's pods.
func (o *object) matches(labels map[string]string) bool {
	pod := o.podLabels()
	for key, value := range labels {
		if has, ok := pod[key]; !ok || has != value {
			return false
		}
	}
	return pod != nil
}

// users returns the objects in the namespace with pods of which something is true.
func (m *maker) users(is func(*object) bool) []*object {
	var users []*object
	for _, o := range m.objects {
		if _, runs := podPaths[o.id.Kind]; runs && o.id.Namespace == m.namespace && is(o) {
			users = append(users, o)
		}
	}
	return users
}

// onlyUser reports whether of all objects with pods only this one is such.
func (m *maker) onlyUser(w *object, is func(*object) bool) bool {
	users := m.users(is)
	return len(users) == 1 && users[0] == w
}
