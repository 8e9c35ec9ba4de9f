package planner

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// named adds what an object names in its fields, besides what its pods use: a claim its
// class and volume, a volume its class, pods their priority, an Ingress its class.
func (g *Graph) named(i int) {
	o := g.objects[i]
	for _, id := range namedBy(o.Manifest) {
		if to, ok := g.index[id]; ok && to != i {
			g.need(i, edge{to, Applied, o.Origin})
		}
	}
	if isClaim(o.ID) {
		g.volumesFor(i)
	}
}

// references to resources wait until these are ready. What waits itself for somebody
// to use it need only be there.
func resourceGate(o Object) Gate {
	if o.Role == RoleClaim || o.Role == RoleService || o.Role == RoleData {
		return Applied
	}
	return Ready
}

func isClaim(id ObjectID) bool { return id.Group == "" && id.Kind == claimKind.Kind }

func isVolume(id ObjectID) bool { return id.Group == "" && id.Kind == "PersistentVolume" }

// volumesFor makes a claim come after the volumes that could be bound to it: one that is
// made before them would get another volume, or none.
func (g *Graph) volumesFor(i int) {
	claim := g.objects[i]
	for to, o := range g.objects {
		if !isVolume(o.ID) || textAt(o.Manifest, "spec", "storageClassName") != textAt(claim.Manifest, "spec", "storageClassName") {
			continue
		}
		holder := textAt(o.Manifest, "spec", "claimRef", "name")
		if holder == "" || holder == claim.ID.Name && textAt(o.Manifest, "spec", "claimRef", "namespace") == claim.ID.Namespace {
			g.need(i, edge{to, Applied, claim.Origin})
		}
	}
}

// namedBy returns the objects that an object names in its own fields.
func namedBy(u *unstructured.Unstructured) []ObjectID {
	var ids []ObjectID
	name := func(group, kind, namespace, name string) {
		if name != "" {
			ids = append(ids, ObjectID{Group: group, Kind: kind, Namespace: namespace, Name: name})
		}
	}
	if pod := podSpecOf(u); pod != nil {
		name("scheduling.k8s.io", "PriorityClass", "", textIn(pod, "priorityClassName"))
		name("node.k8s.io", "RuntimeClass", "", textIn(pod, "runtimeClassName"))
	}
	templates, _, _ := unstructured.NestedFieldNoCopy(u.Object, "spec", "volumeClaimTemplates")
	for _, template := range maplist(templates) {
		claim, _ := template["spec"].(map[string]any)
		name("storage.k8s.io", "StorageClass", "", textIn(claim, "storageClassName"))
	}
	id := IDOf(u)
	switch {
	case isClaim(id):
		name("", "PersistentVolume", "", textAt(u, "spec", "volumeName"))
		name("storage.k8s.io", "StorageClass", "", textAt(u, "spec", "storageClassName"))
	case isVolume(id):
		name("storage.k8s.io", "StorageClass", "", textAt(u, "spec", "storageClassName"))
	case isIngress(id):
		name("networking.k8s.io", "IngressClass", "", textAt(u, "spec", "ingressClassName"))
	case id.Group == "discovery.k8s.io" && id.Kind == "EndpointSlice":
		name("", "Service", id.Namespace, labelOf(u, "kubernetes.io/service-name"))
	}
	return ids
}

func textIn(fields map[string]any, name string) string {
	text, _ := fields[name].(string)
	return text
}

// textAt returns the text of a field, or nothing.
func textAt(u *unstructured.Unstructured, fields ...string) string {
	text, _, _ := unstructured.NestedString(u.Object, fields...)
	return text
}
