package testcluster_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"

	"stowage/internal/testcluster"
)

const perSecond = 200

// street is a namespace with pods of several colors that answer.
type street struct {
	*testcluster.Cluster
	t         *testing.T
	namespace string
	pods      *testcluster.Pods
}

func newStreet(t *testing.T) *street {
	t.Helper()
	cluster := testcluster.Start(t)
	namespace := cluster.Namespace(t)
	return &street{cluster, t, namespace, cluster.Pods(t, namespace)}
}

// deploy makes a Deployment of pods of one color.
func (s *street) deploy(color string, replicas int32) {
	s.t.Helper()
	labels := map[string]string{"color": color}
	deployment := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: color},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas,
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "example.com/" + color}}},
			},
		},
	}
	if _, err := s.Client.AppsV1().Deployments(s.namespace).Create(s.t.Context(), deployment, metav1.CreateOptions{}); err != nil {
		s.t.Fatal(err)
	}
}

// lead makes the Service "web", or has it lead to the pods of another color.
func (s *street) lead(color string) {
	s.t.Helper()
	service := applycorev1.Service("web", s.namespace).WithSpec(applycorev1.ServiceSpec().
		WithSelector(map[string]string{"color": color}).WithPorts(applycorev1.ServicePort().WithPort(80)))
	if _, err := s.Client.CoreV1().Services(s.namespace).Apply(s.t.Context(), service, metav1.ApplyOptions{FieldManager: "tester"}); err != nil {
		s.t.Fatal(err)
	}
}

func TestForwarderFollowsTheService(t *testing.T) {
	s := newStreet(t)
	s.deploy("blue", 2)
	s.deploy("green", 3)
	s.lead("blue")
	f := s.pods.Forward(t, "web")
	f.AwaitPods(t, 2)
	established := dial(t, f)
	before := established.ask()

	load := testcluster.StartLoad(t, f.URL, perSecond)
	load.AwaitReplies(t, 20)
	s.lead("green")
	f.AwaitPods(t, 3)
	moved := time.Now()
	load.AwaitReplies(t, 20)
	if after := established.ask(); after.Pod != before.Pod || after.Image != "example.com/blue" {
		t.Errorf("%s answers on a connection that %s had", after.Pod, before.Pod)
	}
	replies := load.Stop()
	noFailures(t, replies)
	for i, r := range replies {
		switch {
		case i < 20 && r.Image != "example.com/blue":
			t.Errorf("before the move: %v", r)
		case r.Begin.After(moved) && r.Image != "example.com/green":
			t.Errorf("after the move: %v", r)
		}
	}
	routes := f.Routes()
	if last := routes[len(routes)-1]; last.Since.After(moved) || len(last.Pods) != 3 {
		t.Errorf("at last it leads to %v since %v, want 3 pods from before %v on", last.Pods, last.Since, moved)
	}
}

// noFailures expects all requests to have been answered.
func noFailures(t *testing.T, replies []testcluster.Reply) {
	t.Helper()
	if failed := testcluster.Failures(replies); len(failed) > 0 {
		t.Errorf("%d of %d requests failed, the first one: %v", len(failed), len(replies), failed[0])
	}
}

func TestForwarderTakesTurns(t *testing.T) {
	s := newStreet(t)
	s.deploy("blue", 3)
	s.lead("blue")
	f := s.pods.Forward(t, "web")
	f.AwaitPods(t, 3)
	served := map[string]int{}
	for range 30 {
		served[dial(t, f).ask().Pod]++
	}
	if counts := slices.Collect(maps.Values(served)); !slices.Equal(counts, []int{10, 10, 10}) {
		t.Errorf("of 30 connections the pods got %v", counts)
	}
}

func TestForwarderRefusesWithoutPods(t *testing.T) {
	s := newStreet(t)
	f := s.pods.Forward(t, "web")
	load := testcluster.StartLoad(t, f.URL, perSecond)
	refused := load.AwaitReplies(t, 1)
	s.deploy("blue", 1)
	s.lead("blue")
	f.AwaitPods(t, 1)
	answered := load.AwaitReplies(t, 1)
	s.lead("none")
	f.AwaitPods(t, 0)
	refusedAgain := load.AwaitReplies(t, 1)
	if len(testcluster.Failures(refused)) == 0 || len(testcluster.Failures(answered)) > 0 || len(testcluster.Failures(refusedAgain)) == 0 {
		t.Errorf("without a pod: %v; with one: %v; without again: %v", refused, answered, refusedAgain)
	}
}

// TestForwarderHeedsConditions writes an EndpointSlice as its controller does at moments that do not last.
func TestForwarderHeedsConditions(t *testing.T) {
	s := newStreet(t)
	s.deploy("blue", 4)
	s.lead("blue")
	s.pods.Forward(t, "web").AwaitPods(t, 4)
	pods, err := s.Client.CoreV1().Pods(s.namespace).List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	yes, no := new(true), new(false)
	for _, test := range []struct {
		name       string
		conditions []discoveryv1.EndpointConditions // of the first pods
		want       []int                            // which of them get connections
	}{
		{"ready or not told", []discoveryv1.EndpointConditions{{Ready: yes}, {}}, []int{0, 1}},
		{"not ready", []discoveryv1.EndpointConditions{{Ready: no, Serving: no}, {Ready: yes}}, []int{1}},
		{"some end", []discoveryv1.EndpointConditions{{Ready: no, Serving: yes, Terminating: yes}, {Ready: yes}}, []int{1}},
		{"all end", []discoveryv1.EndpointConditions{
			{Ready: no, Serving: yes, Terminating: yes}, {Ready: no, Serving: no, Terminating: yes}, {Ready: no, Serving: no},
		}, []int{0}},
		{"none", nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			service := strings.ReplaceAll(test.name, " ", "-")
			slice := &discoveryv1.EndpointSlice{
				ObjectMeta:  metav1.ObjectMeta{Name: service, Labels: map[string]string{discoveryv1.LabelServiceName: service}},
				AddressType: discoveryv1.AddressTypeIPv4,
			}
			for i, conditions := range test.conditions {
				slice.Endpoints = append(slice.Endpoints, discoveryv1.Endpoint{
					Addresses: []string{pods.Items[i].Status.PodIP}, Conditions: conditions,
					TargetRef: &corev1.ObjectReference{Kind: "Pod", Name: pods.Items[i].Name, UID: pods.Items[i].UID},
				})
			}
			if _, err := s.Client.DiscoveryV1().EndpointSlices(s.namespace).Create(t.Context(), slice, metav1.CreateOptions{}); err != nil {
				t.Fatal(err)
			}
			f := s.pods.Forward(t, service)
			f.AwaitPods(t, len(test.want))
			want := map[types.UID]bool{}
			for _, i := range test.want {
				want[pods.Items[i].UID] = true
			}
			for range 2 * len(want) {
				if got := dial(t, f).ask(); !want[got.UID] {
					t.Errorf("pod %s answers, want one of %v", got.UID, want)
				}
			}
		})
	}
}

// TestPodsEndInOrder replaces all pods under load.
func TestPodsEndInOrder(t *testing.T) {
	s := newStreet(t)
	s.deploy("blue", 2)
	s.lead("blue")
	f := s.pods.Forward(t, "web")
	f.AwaitPods(t, 2)
	established := dial(t, f)
	first := established.ask()

	load := testcluster.StartLoad(t, f.URL, perSecond)
	restart := []byte(`{"spec":{"template":{"metadata":{"annotations":{"restarted":"yes"}}}}}`)
	_, err := s.Client.AppsV1().Deployments(s.namespace).Patch(t.Context(), "blue", types.MergePatchType, restart, metav1.PatchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	established.awaitEnd()
	replies := append(load.AwaitReplies(t, 20), load.Stop()...)
	noFailures(t, replies)
	for _, r := range replies[:20] {
		if r.UID == first.UID {
			t.Errorf("it has ended and answers: %v", r)
		}
	}
}

// connection is an HTTP connection that stays open.
type connection struct {
	t *testing.T
	net.Conn
	from *bufio.Reader
}

func dial(t *testing.T, f *testcluster.Forwarder) *connection {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(f.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &connection{t, c, bufio.NewReader(c)}
}

// ask makes a request and returns who answers.
func (c *connection) ask() testcluster.Backend {
	c.t.Helper()
	if _, err := fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: web\r\n\r\n"); err != nil {
		c.t.Fatal(err)
	}
	response, err := http.ReadResponse(c.from, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	var who testcluster.Backend
	if err := json.NewDecoder(response.Body).Decode(&who); err != nil {
		c.t.Fatal(err)
	}
	return who
}

// awaitEnd waits until the other side closes the connection.
func (c *connection) awaitEnd() {
	c.t.Helper()
	if n, err := c.from.Discard(1); n > 0 || !errors.Is(err, io.EOF) {
		c.t.Fatalf("%d bytes, error %v, want its end", n, err)
	}
}
