package importer

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"
)

// dataID names a ConfigMap or a Secret of the release's namespace.
type dataID struct{ kind, name string }

// dataUse is what the documents tell of who uses a ConfigMap or a Secret.
type dataUse struct {
	pods  []*object // whose pods refer to it, and their accounts, in the order of the documents
	other bool      // its name stands somewhere else
}

// findUses finds out who uses which ConfigMap and Secret.
func (m *maker) findUses() {
	m.uses = map[dataID]*dataUse{}
	var data []dataID
	names := map[string]bool{} // of everything else
	for _, o := range m.objects {
		if id, ok := m.dataIDOf(o); ok {
			m.uses[id] = &dataUse{}
			data = append(data, id)
		} else {
			names[o.id.Name] = true
		}
	}
	for _, o := range m.objects {
		m.findPodUses(o)
		w := wordsOf(o)
		own, _ := m.dataIDOf(o)
		for _, id := range data {
			// A word in a text means something else of that name, if there is any.
			if id != own && (w.names[id.name] || w.words[id.name] && !names[id.name]) {
				m.uses[id].other = true
			}
		}
	}
}

// findPodUses notes what the pods of an object refer to.
func (m *maker) findPodUses(o *object) {
	_, runs := podPaths[o.id.Kind]
	if !runs && !o.isAccount() || o.id.Namespace != m.namespace {
		return
	}
	eachDataReference(o.Object.Object, func(kind, name string) string {
		if use := m.uses[dataID{kind, name}]; use != nil && !slices.Contains(use.pods, o) {
			use.pods = append(use.pods, o)
		}
		return name
	})
}

// isAccount reports whether the object is an account, whose pods pull images as it says.
func (o *object) isAccount() bool { return o.id.Group == "" && o.id.Kind == "ServiceAccount" }

// dataIDOf returns the name of a ConfigMap or Secret that a config or secret block can make.
func (m *maker) dataIDOf(o *object) (dataID, bool) {
	isData := o.id.Group == "" && (o.id.Kind == "ConfigMap" || o.id.Kind == "Secret")
	return dataID{o.id.Kind, o.id.Name}, isData && o.id.Namespace == m.namespace
}

// mentions are the words of an object that may be the name of a ConfigMap or a Secret:
// names are those that can be nothing else but the name of something.
type mentions struct{ names, words map[string]bool }

// wordsOf collects the words in places where references by pods do not stand.
func wordsOf(o *object) mentions {
	w := mentions{map[string]bool{}, map[string]bool{}}
	w.all(o.get("metadata", "annotations"))
	if pod := o.pod(); pod.exists() {
		w.pods(pod)
		return w
	}
	switch o.id.Group + "/" + o.id.Kind {
	case "/Service", "networking.k8s.io/NetworkPolicy", "autoscaling/HorizontalPodAutoscaler", "policy/PodDisruptionBudget",
		"/PersistentVolumeClaim", "/Namespace", "/ResourceQuota", "/LimitRange", "scheduling.k8s.io/PriorityClass",
		"apiextensions.k8s.io/CustomResourceDefinition", "/Endpoints", "discovery.k8s.io/EndpointSlice",
		"rbac.authorization.k8s.io/RoleBinding", "rbac.authorization.k8s.io/ClusterRoleBinding":
	case "/ConfigMap", "/Secret":
		w.data(o)
	case "/ServiceAccount":
		w.all(o.get("secrets"))
	case "networking.k8s.io/Ingress":
		w.all(o.get("spec", "tls"))
	default:
		for field, v := range o.Object.Object {
			if field != "metadata" {
				w.all(v)
			}
		}
	}
	return w
}

// name notes a text that may be a name, with its namespace before it or not.
func (w mentions) name(text string) {
	w.names[text[strings.LastIndex(text, "/")+1:]] = true
	w.text(text)
}

// text notes the words of a text.
func (w mentions) text(text string) {
	for _, word := range strings.FieldsFunc(text, isNoName) {
		w.words[strings.Trim(word, "-.")] = true
	}
}

func isNoName(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.'
}

// all notes every text in a value, apart from labels that select something.
func (w mentions) all(v any) {
	switch v := v.(type) {
	case string:
		w.name(v)
	case []any:
		for _, item := range v {
			w.all(item)
		}
	case map[string]any:
		for field, value := range v {
			switch field {
			case "labels", "matchLabels", "selector":
			default:
				w.all(value)
			}
		}
	}
}

// data notes the words in the values of a ConfigMap or a Secret.
func (w mentions) data(o *object) {
	values, _ := o.get("data").(map[string]any)
	for _, v := range values {
		text, _ := v.(string)
		if o.id.Kind == "Secret" {
			plain, _ := base64.StdEncoding.DecodeString(text)
			text = string(plain)
		}
		w.text(text)
	}
	values, _ = o.get("stringData").(map[string]any)
	for _, v := range values {
		text, _ := v.(string)
		w.text(text)
	}
}

// pods notes what pods say besides their references: what containers are told, and volumes
// of kinds that have Secrets of their own.
func (w mentions) pods(pod field) {
	w.all(pod.at("metadata", "annotations").value)
	for _, kind := range []string{"initContainers", "containers", "ephemeralContainers"} {
		for _, c := range pod.at("spec", kind).list() {
			w.texts(c.at("command").value)
			w.texts(c.at("args").value)
			w.texts(c.at("env").value)
		}
	}
	for _, v := range pod.at("spec", "volumes").list() {
		for source, of := range v.object() {
			switch source {
			case "name", "configMap", "secret", "projected", "persistentVolumeClaim", "downwardAPI", "hostPath", "emptyDir":
			default:
				w.all(of)
			}
		}
	}
}

// texts notes the words of the texts in a value, apart from references.
func (w mentions) texts(v any) {
	switch v := v.(type) {
	case string:
		w.text(v)
	case []any:
		for _, item := range v {
			w.texts(item)
		}
	case map[string]any:
		w.texts(v["value"])
	}
}

// usersOf returns the addresses of the blocks whose pods use a ConfigMap or Secret.
func (m *maker) usersOf(o *object) []string {
	id, ok := m.dataIDOf(o)
	if !ok || m.uses[id] == nil {
		return nil
	}
	users := map[string]bool{}
	for _, by := range m.uses[id].pods {
		if by.part != nil {
			users[by.part.address()] = true
		}
	}
	return slices.Sorted(maps.Keys(users))
}
