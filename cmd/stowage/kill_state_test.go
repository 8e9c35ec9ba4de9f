package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/internal/kube"
	"stowage/internal/release"
	"stowage/internal/testcluster"
)

const (
	killedRelease = "petclinic"
	// historyLimit is how many revisions the release retains. A killed run may
	// have left more, of which the configuration is gone already.
	historyLimit = 10
)

// Everything that a run, or a controller on its behalf, makes in a namespace.
var killedKinds = []schema.GroupVersionResource{
	{Version: "v1", Resource: "configmaps"},
	{Version: "v1", Resource: "secrets"},
	{Version: "v1", Resource: "services"},
	{Version: "v1", Resource: "persistentvolumeclaims"},
	{Group: "apps", Version: "v1", Resource: "deployments"},
	{Group: "apps", Version: "v1", Resource: "statefulsets"},
	{Group: "apps", Version: "v1", Resource: "replicasets"},
	{Group: "apps", Version: "v1", Resource: "controllerrevisions"},
	{Group: "coordination.k8s.io", Version: "v1", Resource: "leases"},
}

// found is what is in the namespace, by "Kind name".
type found map[string]*unstructured.Unstructured

func (l *lane) look() found {
	l.t.Helper()
	objects := found{}
	for _, kind := range killedKinds {
		list, err := l.client.Resource(kind).Namespace(l.namespace).List(l.t.Context(), metav1.ListOptions{})
		if err != nil {
			l.t.Fatal(err)
		}
		for i := range list.Items {
			if u := &list.Items[i]; u.GetName() != "kube-root-ca.crt" {
				objects[u.GetKind()+" "+u.GetName()] = u
			}
		}
	}
	namespaces := schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}
	switch u, err := l.client.Resource(namespaces).Get(l.t.Context(), l.namespace, metav1.GetOptions{}); {
	case err == nil:
		objects["Namespace "+l.namespace] = u
	case !apierrors.IsNotFound(err):
		l.t.Fatal(err)
	}
	return objects
}

// settles waits until the server has taken back the node port of a Service that
// is gone. It does so a moment after, and refuses the port until then.
func (l *lane) settles() {
	l.t.Helper()
	number, err := strconv.Atoi(l.port)
	if err != nil {
		l.t.Fatal(err)
	}
	core := l.cluster.Client.CoreV1()
	if _, err := core.Services(l.namespace).Get(l.t.Context(), killedRelease, metav1.GetOptions{}); err == nil {
		return
	}
	service := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: l.namespace},
		Spec:       corev1.ServiceSpec{Type: corev1.ServiceTypeNodePort, Ports: []corev1.ServicePort{{Port: 80, NodePort: int32(number)}}},
	}
	for {
		_, err := core.Services(metav1.NamespaceDefault).Create(l.t.Context(), service, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		switch {
		case err == nil:
			return
		case !apierrors.IsInvalid(err):
			l.t.Fatal(err)
		}
		select {
		case <-l.t.Context().Done():
			l.t.Fatal(err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

var saysInterrupted = regexp.MustCompile(`(?i)revision (\d+) was interrupted`)

// tellsOfInterrupt expects status and plan to name the revision whose run was
// killed, and no other one.
func (l *lane) tellsOfInterrupt(planned settings) {
	l.t.Helper()
	var killed []string
	if revision, status := newestRevision(l.t, l.cluster, l.namespace); status == string(release.Pending) {
		killed = []string{strconv.Itoa(revision)}
	}
	for _, args := range [][]string{l.about("status"), l.with("plan", planned)} {
		out := want(l.t, exitOK, args...)
		var said []string
		for _, match := range saysInterrupted.FindAllStringSubmatch(out, -1) {
			said = append(said, match[1])
		}
		if said = slices.Compact(said); !slices.Equal(said, killed) {
			l.t.Errorf("%s says that revisions %v were interrupted, not %v:\n%s", args[0], said, killed, out)
		}
	}
}

// newestRevision is what the cluster has as the newest revision of the release of a
// namespace; 0: none.
func newestRevision(t *testing.T, cluster *testcluster.Cluster, namespace string) (revision int, status string) {
	t.Helper()
	heads, err := cluster.Client.CoreV1().Secrets(namespace).List(t.Context(), metav1.ListOptions{LabelSelector: "stowage.dev/status"})
	if err != nil {
		t.Fatal(err)
	}
	for _, head := range heads.Items {
		n, err := strconv.Atoi(head.Labels["stowage.dev/revision"])
		if err != nil {
			t.Fatal(err)
		}
		if n > revision {
			revision, status = n, head.Labels["stowage.dev/status"]
		}
	}
	return revision, status
}

// isInOrder expects what an undisturbed run leaves: the objects, nothing beside
// them, a readable history, and nothing more to do.
func (l *lane) isInOrder() {
	l.t.Helper()
	if l.now == nil {
		l.repeats(l.destroy())
		left := l.look()
		delete(left, "Namespace "+l.namespace)
		if len(left) > 0 {
			l.t.Errorf("left behind: %v", slices.Sorted(maps.Keys(left)))
		}
		return
	}
	l.repeats(l.apply(*l.now))
	objects := l.look()
	l.accountFor(objects, l.history(objects))
	if diff := cmp.Diff(l.reference, l.current(objects)); diff != "" {
		l.t.Errorf("not what an undisturbed run leaves (-want +got):\n%s", diff)
	}
}

// repeats runs a command that has nothing to write.
func (l *lane) repeats(c call) {
	l.t.Helper()
	l.proxy.Reset()
	out := l.does(c)
	if writes := l.proxy.Writes(); len(writes) > 0 {
		l.t.Errorf("a second run makes %d writes: %v\n%s", len(writes), writes, out)
	}
}

// history reads all revisions, newest first: that one is deployed, and none
// pending.
func (l *lane) history(objects found) []*release.Record {
	l.t.Helper()
	client, err := kube.Connect(kube.Options{Kubeconfig: l.proxy.Kubeconfig})
	if err != nil {
		l.t.Fatal(err)
	}
	store := release.NewStore(client, l.namespace, killedRelease)
	summaries, err := store.History(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	records := make([]*release.Record, len(summaries))
	for i, s := range summaries {
		records[i] = l.record(store, objects, s.Revision)
		if (s.Status == release.Deployed) != (i == 0) || s.Status == release.Pending {
			l.t.Errorf("revision %d, with %d after it, is %s", s.Revision, i, s.Status)
		}
		if i > 0 && (s.Revision >= summaries[i-1].Revision || s.Started.After(summaries[i-1].Started)) {
			l.t.Errorf("revision %d of %v comes before revision %d of %v",
				s.Revision, s.Started, summaries[i-1].Revision, summaries[i-1].Started)
		}
	}
	return records
}

// record reads one revision, unless it is stored as it was read before.
func (l *lane) record(store *release.Store, objects found, revision int) *release.Record {
	l.t.Helper()
	head := objects[headOf(revision)]
	if head == nil {
		l.t.Fatalf("there is no %s", headOf(revision))
	}
	stored := string(head.GetUID()) + head.GetResourceVersion()
	if l.read[stored] == nil {
		record, err := store.Get(l.t.Context(), revision)
		if err != nil {
			l.t.Fatal(err)
		}
		l.read[stored] = record
	}
	return l.read[stored]
}

func headOf(revision int) string {
	return fmt.Sprintf("Secret stowage.%s.v%d", killedRelease, revision)
}

// accountFor expects that each object has a reason to be there: the newest
// revision, one that is retained, or a controller. What those need is there.
func (l *lane) accountFor(objects found, history []*release.Record) {
	l.t.Helper()
	needed := map[string]bool{"PersistentVolumeClaim var-lib-mysql-mysql-0": true}
	accepted := map[string]bool{"Secret stowage." + killedRelease + ".key": true}
	for i, record := range history {
		accepted[headOf(record.Revision)] = true
		recorded, err := record.Objects()
		if err != nil {
			l.t.Fatal(err)
		}
		for _, object := range recorded {
			id := object.GetKind() + " " + object.GetName()
			isData := object.GetKind() == "ConfigMap" || object.GetKind() == "Secret"
			switch {
			case i == 0, isData && record.Status == release.Superseded && i < historyLimit:
				needed[id] = true
			case isData:
				accepted[id] = true
			}
		}
	}
	for id, u := range objects {
		switch u.GetKind() {
		case "ReplicaSet":
			l.accountForPods(id, u, objects, accepted, needed)
		case "ControllerRevision":
			accepted[id] = ownedBy(u, objects["StatefulSet mysql"])
		}
	}
	for id := range needed {
		if objects[id] == nil {
			l.t.Errorf("lost: %s", id)
		}
	}
	for id := range objects {
		if !needed[id] && !accepted[id] {
			l.t.Errorf("left over: %s", id)
		}
	}
}

// accountForPods expects a ReplicaSet to have pods only if they are those of what
// is applied. Also without any, it may be asked for some, so that what they refer
// to is needed.
func (l *lane) accountForPods(id string, u *unstructured.Unstructured, objects found, accepted, needed map[string]bool) {
	template := text(u.Object["spec"].(map[string]any)["template"])
	replicas, _, _ := unstructured.NestedInt64(u.Object, "spec", "replicas")
	isCurrent := strings.Contains(template, strconv.Quote("spring2go/spring-petclinic:"+l.now.tag))
	accepted[id] = ownedBy(u, objects["Deployment petclinic"]) && (isCurrent || replicas == 0)
	for _, data := range versionsIn.FindAllStringSubmatch(template, -1) {
		kind := map[string]string{"petclinic-config": "ConfigMap ", "mysql": "Secret "}[data[2]]
		needed[kind+data[1]] = true
	}
}

// versionsIn finds the configuration that a template refers to.
var versionsIn = regexp.MustCompile(`"name":"((petclinic-config|mysql)-[a-z0-9]{10})"`)

func ownedBy(u, owner *unstructured.Unstructured) bool {
	return owner != nil && slices.ContainsFunc(u.GetOwnerReferences(), func(r metav1.OwnerReference) bool { return r.UID == owner.GetUID() })
}

// current is what belongs to the configuration that is applied, with the settings
// blanked.
func (l *lane) current(objects found) snapshot {
	l.t.Helper()
	blank := strings.NewReplacer(l.now.value, "VALUE", l.now.tag, "TAG")
	workloads := text(objects["Deployment petclinic"]) + text(objects["StatefulSet mysql"])
	var members []member
	for _, u := range objects {
		isVersion := u.Object["immutable"] == true
		switch {
		case u.GetLabels()["stowage.dev/release"] == "", len(u.GetOwnerReferences()) > 0:
			continue // the record, or made by a controller
		case isVersion && !strings.Contains(workloads, strconv.Quote(u.GetName())):
			continue // of an earlier revision
		case u.GetDeletionTimestamp() != nil:
			l.t.Errorf("%s %s is still being deleted", u.GetKind(), u.GetName())
		}
		m, err := l.memberOf(u)
		if err != nil {
			l.t.Fatal(err)
		}
		members = append(members, member{})
		l.decode(blank.Replace(text(m)), &members[len(members)-1])
	}
	taken := snapshot{}
	for text := range canonicalNames(members, l.namespace) {
		var m member
		l.decode(text, &m)
		taken[fmt.Sprintf("%s %s", m.Object["kind"], nameOf(m))] = m
	}
	return taken
}

func (l *lane) decode(text string, into any) {
	l.t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		l.t.Fatal(err)
	}
}
