package testcluster_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"stowage/internal/testcluster"
)

// through is a client that goes through proxy.
func through(t *testing.T, proxy *testcluster.Proxy) kubernetes.Interface {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", proxy.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	config.UserAgent = "proxied"
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestClusterReportsItsVersion(t *testing.T) {
	version, err := testcluster.Start(t).Client.Discovery().ServerVersion()
	if err != nil {
		t.Fatal(err)
	}
	if version.Major != "1" || version.Minor != "36" || !strings.HasPrefix(version.GitVersion, "v1.36.") {
		t.Errorf("version %+v, want 1.36", version)
	}
}

func TestProxyRecordsRequests(t *testing.T) {
	cluster := testcluster.Start(t)
	namespace := cluster.Namespace(t)
	proxy := cluster.Proxy(t)
	maps := through(t, proxy).CoreV1().ConfigMaps(namespace)
	ctx := t.Context()

	apply := applycorev1.ConfigMap("one", namespace).WithData(map[string]string{"k": "v"})
	steps := []func() error{
		func() error { _, err := maps.List(ctx, metav1.ListOptions{Limit: 500}); return err },
		func() error {
			_, err := maps.Apply(ctx, apply, metav1.ApplyOptions{FieldManager: "m", DryRun: []string{metav1.DryRunAll}})
			return err
		},
		func() error { _, err := maps.Apply(ctx, apply, metav1.ApplyOptions{FieldManager: "m"}); return err },
		func() error { _, err := maps.Get(ctx, "one", metav1.GetOptions{}); return err },
		func() error { return maps.Delete(ctx, "one", metav1.DeleteOptions{DryRun: []string{metav1.DryRunAll}}) },
		func() error {
			return maps.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "a=b"})
		},
		func() error { return maps.Delete(ctx, "one", metav1.DeleteOptions{}) },
	}
	for i, step := range steps {
		if err := step(); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
	}

	var verbs, writes []string
	for _, r := range proxy.Requests() {
		verbs = append(verbs, r.Verb)
		if r.UserAgent != "proxied" || r.Status != http.StatusOK && r.Status != http.StatusCreated {
			t.Errorf("%s: user agent %q, status %d", r, r.UserAgent, r.Status)
		}
	}
	for _, r := range proxy.Writes() {
		writes = append(writes, r.Verb)
	}
	if want := []string{"list", "apply", "apply", "get", "delete", "deletecollection", "delete"}; !slices.Equal(verbs, want) {
		t.Errorf("requests %v, want %v", verbs, want)
	}
	if want := []string{"apply", "deletecollection", "delete"}; !slices.Equal(writes, want) {
		t.Errorf("writes %v, want %v", writes, want)
	}
}

func TestProxyStreamsWatches(t *testing.T) {
	cluster := testcluster.Start(t)
	namespace := cluster.Namespace(t)
	proxy := cluster.Proxy(t)
	// The bookmark that ends the initial list shows that the watch is established before there is anything to see.
	events, err := through(t, proxy).CoreV1().Secrets(namespace).Watch(t.Context(), metav1.ListOptions{
		SendInitialEvents: new(true), ResourceVersionMatch: metav1.ResourceVersionMatchNotOlderThan, AllowWatchBookmarks: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer events.Stop()
	if event := <-events.ResultChan(); event.Type != watch.Bookmark {
		t.Fatalf("first event %s, want a bookmark", event.Type)
	}
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "late"}}
	if _, err := cluster.Client.CoreV1().Secrets(namespace).Create(t.Context(), secret, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if event := <-events.ResultChan(); event.Type != watch.Added || event.Object.(*corev1.Secret).Name != "late" {
		t.Errorf("event %s of %v, want late added", event.Type, event.Object)
	}
	if requests := proxy.Requests(); len(requests) != 1 || requests[0].Verb != "watch" {
		t.Errorf("requests %v, want one watch", requests)
	}
}

func TestProxyRefuses(t *testing.T) {
	cluster := testcluster.Start(t)
	proxy := cluster.Proxy(t)
	proxy.Refuse(func(r testcluster.Request) int {
		if r.Verb == "list" {
			return http.StatusForbidden
		}
		return 0
	})
	pods := through(t, proxy).CoreV1().Pods(metav1.NamespaceDefault)
	if _, err := pods.List(t.Context(), metav1.ListOptions{}); !apierrors.IsForbidden(err) {
		t.Errorf("list: %v, want Forbidden", err)
	}
	if _, err := pods.Get(t.Context(), "none", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("get: %v, want NotFound", err)
	}
}

func TestAuditEventsAreInOrder(t *testing.T) {
	cluster := testcluster.Start(t)
	namespace := cluster.UnusedNamespace(t)
	ctx, core := t.Context(), cluster.Client.CoreV1()

	manager := metav1.ApplyOptions{FieldManager: "tester"}
	if _, err := core.Namespaces().Apply(ctx, applycorev1.Namespace(namespace), manager); err != nil {
		t.Fatal(err)
	}
	names := []string{"c", "a", "b"}
	for _, name := range names {
		if _, err := core.ConfigMaps(namespace).Apply(ctx, applycorev1.ConfigMap(name, namespace), manager); err != nil {
			t.Fatal(err)
		}
	}
	dry := metav1.DeleteOptions{DryRun: []string{metav1.DryRunAll}}
	if err := core.ConfigMaps(namespace).Delete(ctx, "c", dry); err != nil {
		t.Fatal(err)
	}

	events := cluster.AuditEvents(t, namespace)
	want := []testcluster.AuditEvent{
		{Verb: "patch", Resource: "namespaces", Name: namespace, FieldManager: "tester"},
		{Verb: "patch", Resource: "configmaps", Name: "c", FieldManager: "tester"},
		{Verb: "patch", Resource: "configmaps", Name: "a", FieldManager: "tester"},
		{Verb: "patch", Resource: "configmaps", Name: "b", FieldManager: "tester"},
		{Verb: "delete", Resource: "configmaps", Name: "c", DryRun: true},
	}
	if len(events) != len(want) {
		t.Fatalf("%d events, want %d:\n%+v", len(events), len(want), events)
	}
	for i, got := range events {
		if got.UserAgent != "testcluster" || got.Status/100 != 2 || got.Time.IsZero() || got.Namespace != namespace {
			t.Errorf("event %d: %+v", i, got)
		}
		got.UserAgent, got.Status, got.Time, got.Namespace = "", 0, want[i].Time, ""
		if got != want[i] {
			t.Errorf("event %d: %+v, want %+v", i, got, want[i])
		}
	}
}

func TestNodePortsAreDistinctAndFree(t *testing.T) {
	cluster := testcluster.Start(t)
	namespace := cluster.Namespace(t)
	seen := map[string]bool{}
	t.Run("given back, but used", func(t *testing.T) { seen[cluster.NodePort(t)] = true })
	for port := range seen {
		number, err := strconv.Atoi(port)
		if err != nil {
			t.Fatal(err)
		}
		service := &corev1.Service{
			ObjectMeta: metav1.ObjectMeta{Name: "user"},
			Spec:       corev1.ServiceSpec{Type: corev1.ServiceTypeNodePort, Ports: []corev1.ServicePort{{Port: 80, NodePort: int32(number)}}},
		}
		if _, err := cluster.Client.CoreV1().Services(namespace).Create(t.Context(), service, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	for range 40 {
		port := cluster.NodePort(t)
		if seen[port] {
			t.Fatalf("port %s is taken", port)
		}
		seen[port] = true
	}
}
