package manifest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"

	"stowage/internal/kube"
	"stowage/internal/testcluster"
)

// maker makes objects as another tool does.
type maker struct {
	name string
	make func(t *testing.T, http *http.Client, host string, u *unstructured.Unstructured)
}

var makers = []maker{
	{"kubectl apply", func(t *testing.T, client *http.Client, host string, u *unstructured.Unstructured) {
		applied, err := json.Marshal(u.Object)
		if err != nil {
			t.Fatal(err)
		}
		u = u.DeepCopy()
		annotations := u.GetAnnotations()
		if annotations == nil {
			annotations = map[string]string{}
		}
		annotations[corev1.LastAppliedConfigAnnotation] = string(applied)
		u.SetAnnotations(annotations)
		send(t, client, http.MethodPost, host+pathOf(u)+"?fieldManager=kubectl-client-side-apply", "application/json", u)
	}},
	{"kubectl apply --server-side", func(t *testing.T, client *http.Client, host string, u *unstructured.Unstructured) {
		send(t, client, http.MethodPatch, host+pathOf(u)+"/"+u.GetName()+"?fieldManager=kubectl", "application/apply-patch+yaml", u)
	}},
	{"kubectl create", func(t *testing.T, client *http.Client, host string, u *unstructured.Unstructured) {
		send(t, client, http.MethodPost, host+pathOf(u)+"?fieldManager=kubectl-create", "application/json", u)
	}},
}

// pathOf returns where objects of a kind are made.
func pathOf(u *unstructured.Unstructured) string {
	plural, _ := meta.UnsafeGuessKindToResource(u.GroupVersionKind())
	root := "/apis/" + u.GetAPIVersion()
	if plural.Group == "" {
		root = "/api/v1"
	}
	if u.GetKind() == "Endpoints" {
		plural.Resource = "endpoints"
	}
	return root + "/namespaces/" + u.GetNamespace() + "/" + plural.Resource
}

func send(t *testing.T, client *http.Client, method, url, contentType string, u *unstructured.Unstructured) {
	t.Helper()
	body, err := u.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode >= http.StatusMultipleChoices {
		text, _ := io.ReadAll(response.Body)
		t.Fatalf("%s %s: %s", u.GetKind(), u.GetName(), text)
	}
}

// settledWhen says of objects of what is made that the controllers are through with them.
var settledWhen = map[string]func(u *unstructured.Unstructured) bool{
	"Deployment web":              conditionIs("Available", "True"),
	"Job migrate":                 conditionIs("Complete", "True"),
	"PersistentVolumeClaim files": func(u *unstructured.Unstructured) bool { return within(u.Object, "status")["phase"] == "Bound" },
	"StatefulSet db": func(u *unstructured.Unstructured) bool {
		return within(u.Object, "status")["readyReplicas"] == int64(1)
	},
	"Secret builder-token": func(u *unstructured.Unstructured) bool { return len(within(u.Object, "data")) > 0 },
	"Pod shell":            conditionIs("Ready", "True"),
}

func conditionIs(kind, status string) func(*unstructured.Unstructured) bool {
	return func(u *unstructured.Unstructured) bool {
		return slices.ContainsFunc(mapsIn(within(u.Object, "status")["conditions"]), func(c values) bool { return c["type"] == kind && c["status"] == status })
	}
}

// settle waits until the controllers have done with the objects all that they do.
func settle(t *testing.T, client *kube.Client, objects []*unstructured.Unstructured) {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	deadline := time.NewTimer(60 * time.Second)
	defer deadline.Stop()
	for _, u := range objects {
		name := u.GetKind() + " " + u.GetName()
		for settled := settledWhen[name]; settled != nil; {
			live, err := client.Get(t.Context(), u.GroupVersionKind(), u.GetNamespace(), u.GetName())
			if err != nil {
				t.Fatal(err)
			}
			if settled(live) {
				break
			}
			select {
			case <-tick.C:
			case <-deadline.C:
				t.Fatalf("%s does not settle: %v", name, live.Object["status"])
			}
		}
	}
}

func TestLiveIsWhatWasWritten(t *testing.T) {
	for _, maker := range makers {
		t.Run(maker.name, func(t *testing.T) {
			t.Parallel()
			cluster := testcluster.Start(t)
			httpClient, err := rest.HTTPClientFor(cluster.Config)
			if err != nil {
				t.Fatal(err)
			}
			client, err := kube.New(cluster.Config)
			if err != nil {
				t.Fatal(err)
			}
			namespace := cluster.Namespace(t)
			objects := objectsIn(t, "live/shop.yaml")
			for _, u := range objects {
				u.SetNamespace(namespace)
				maker.make(t, httpClient, strings.TrimSuffix(cluster.Config.Host, "/"), u)
			}
			settle(t, client, objects)
			list, unread, err := client.Objects(t.Context(), kube.Selection{Namespace: namespace})
			if err != nil || len(unread) > 0 {
				t.Fatal(err, unread)
			}
			docs, left := Live(list)
			checkWritten(t, objects, docs)
			checkLeft(t, left)
		})
	}
}

// checkWritten requires that what is made of the live objects is what was written.
func checkWritten(t *testing.T, objects []*unstructured.Unstructured, docs []Document) {
	t.Helper()
	found := map[string]*unstructured.Unstructured{}
	for _, d := range docs {
		found[d.Object.GetKind()+" "+d.Object.GetName()] = d.Object
	}
	for _, u := range objects {
		name := u.GetKind() + " " + u.GetName()
		live := found[name]
		if live == nil {
			t.Errorf("%s is missing", name)
			continue
		}
		if diff := cmp.Diff(textIn(t, WithoutDefaults(u)), textIn(t, WithoutDefaults(live))); diff != "" {
			t.Errorf("%s is not as it was written:\n%s", name, diff)
		}
		delete(found, name)
	}
	for name := range found {
		if !strings.HasPrefix(name, "Namespace ") {
			t.Errorf("nobody wrote %s:\n%s", name, textIn(t, found[name]))
		}
	}
}

// checkLeft requires that all that is left out is left for the right reason. Names of pods and the like are generated.
func checkLeft(t *testing.T, left []Left) {
	t.Helper()
	var lines []string
	for _, l := range left {
		line := l.Object.GetKind() + " " + l.Reason
		if reason, _, generated := strings.Cut(line, " web-"); generated {
			line = reason + " web-*"
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	want := []string{
		"ConfigMap is made by Kubernetes in each namespace",
		"ControllerRevision is made by StatefulSet db",
		"EndpointSlice is made by Endpoints outside",
		"EndpointSlice is made by Service db",
		"EndpointSlice is made by Service edge",
		"EndpointSlice is made by Service web",
		"PersistentVolumeClaim is made by StatefulSet db",
		"Pod is made by Job migrate",
		"Pod is made by ReplicaSet web-*",
		"Pod is made by StatefulSet db",
		"ReplicaSet is made by Deployment web",
		"ServiceAccount is made by Kubernetes in each namespace",
	}
	if diff := cmp.Diff(want, slices.Compact(lines)); diff != "" {
		t.Error(diff)
	}
}
