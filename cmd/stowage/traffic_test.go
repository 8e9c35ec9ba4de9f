package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"

	"stowage/internal/testcluster"
)

// How many requests are made in a second.
const (
	serviceRate = 200
	previewRate = 100
	wayRate     = 50 // of each of the tests that run beside each other
)

// usedApp is an app that people use while it changes.
const usedApp = "shop"

// traffic is a release of one app, all of whose pods answer, and people who use it. The
// tool learns where Services lead no sooner than those people do, see testcluster.Behind.
type traffic struct {
	*ground
	service, preview *testcluster.Forwarder // in front of the app's Services

	mu       sync.Mutex
	selected []selection               // of the Service with the traffic
	pods     map[types.UID]*corev1.Pod // that were there at any time, as they were last
	deleted  map[types.UID]time.Time   // when a pod was seen to end
}

// selection is what a Service selects from a revision of the cluster on, until the next.
type selection struct {
	revision uint64
	seen     time.Time
	color    string // empty: it tells no colors apart
}

func newTraffic(t *testing.T, rollout string, pods int64) *traffic {
	t.Helper()
	cluster := testcluster.Start(t)
	client, err := dynamic.NewForConfig(cluster.Config)
	if err != nil {
		t.Fatal(err)
	}
	tr := &traffic{
		ground: newGround(t, cluster, client, sidedApp{name: usedApp, pods: pods, rollout: rollout}),
		pods:   map[types.UID]*corev1.Pod{}, deleted: map[types.UID]time.Time{},
	}
	answering := cluster.Pods(t, tr.namespace)
	tr.service, tr.preview = answering.Forward(t, usedApp), answering.Forward(t, usedApp+"-preview")
	tr.proxy.Intercept(testcluster.Behind(tr.service, tr.preview))
	testcluster.Follow(t, cluster.Client.CoreV1().Services(tr.namespace), metav1.ListOptions{FieldSelector: "metadata.name=" + usedApp}, tr.sawService)
	testcluster.Follow(t, cluster.Client.CoreV1().Pods(tr.namespace), metav1.ListOptions{}, tr.sawPod)
	return tr
}

func (tr *traffic) sawService(event watch.EventType, s *corev1.Service) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	color := s.Spec.Selector["stowage.dev/color"]
	if event == watch.Deleted {
		color = "none"
	}
	revision, _ := strconv.ParseUint(s.ResourceVersion, 10, 64)
	tr.selected = append(tr.selected, selection{revision, time.Now(), color})
}

func (tr *traffic) sawPod(event watch.EventType, p *corev1.Pod) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if _, known := tr.deleted[p.UID]; !known && (event == watch.Deleted || p.DeletionTimestamp != nil) {
		tr.deleted[p.UID] = time.Now()
	}
	tr.pods[p.UID] = p
}

// does runs a command that must succeed, and returns the moves of traffic that it tells of.
func (tr *traffic) does(args []string) []moveTold {
	tr.test.Helper()
	begun := time.Now()
	out := want(tr.test, exitOK, append(args, "-o", "json")...)
	var moves []moveTold
	lines := bufio.NewScanner(strings.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line struct {
			Type  string
			Moves []moveTold
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			tr.test.Fatalf("%v: %s", err, lines.Bytes())
		}
		if line.Type == "summary" {
			moves = line.Moves
		}
	}
	for i := range moves {
		moves[i].begun = begun
	}
	return moves
}

// moveTold is a move of traffic as a command's output has it.
type moveTold struct {
	App      string
	From, To struct{ Name string }
	At       time.Time
	Followed float64 `json:"followedSeconds"`

	begun time.Time // when the command was run
}

// over is the moment from which on nothing is answered by the old version, as the command says.
func (m moveTold) over() time.Time {
	return m.At.Add(time.Duration(m.Followed * float64(time.Second)))
}

// begins has people use the Service from now on, that often in a second.
func (tr *traffic) begins(rate int) *testcluster.Load {
	return testcluster.StartLoad(tr.test, tr.service.URL, rate)
}

// ends returns what became of all requests, none of which must have failed.
func (tr *traffic) ends(load *testcluster.Load) []testcluster.Reply {
	tr.test.Helper()
	replies := load.Stop()
	for i, failed := range testcluster.Failures(replies) {
		if i < 3 {
			tr.test.Errorf("%v", failed)
		}
	}
	tr.neverEmpty()
	return replies
}

// neverEmpty expects the Service to have led to a pod ever since it did first.
func (tr *traffic) neverEmpty() {
	tr.test.Helper()
	led := false
	for _, route := range tr.service.Routes() {
		if led && len(route.Pods) == 0 {
			tr.test.Errorf("the Service leads nowhere since revision %d, %v", route.Revision, route.Since.Format(time.StampMicro))
		}
		led = led || len(route.Pods) > 0
	}
}

// noneBy expects that no pod that is like that has answered.
func noneBy(t *testing.T, replies []testcluster.Reply, why string, like func(testcluster.Reply) bool) {
	t.Helper()
	if i := slices.IndexFunc(replies, like); i >= 0 {
		t.Errorf("%s: %v", why, replies[i])
	}
}

func colorBy(r testcluster.Reply) string { return r.Labels["stowage.dev/color"] }

func versionBy(r testcluster.Reply) string { return strings.TrimPrefix(r.Image, "nginx:") }

// summary is "1200 requests, 0 failed".
func summary(replies []testcluster.Reply) string {
	return fmt.Sprintf("%d requests, %d failed", len(replies), len(testcluster.Failures(replies)))
}

// settles waits until a Service leads to those of the pods that it selects that do not end.
// How soon it learns that the others do is not what a command waits for.
func (tr *traffic) settles(f *testcluster.Forwarder, name string) {
	tr.test.Helper()
	var pods []types.UID
	service, err := tr.cluster.Client.CoreV1().Services(tr.namespace).Get(tr.test.Context(), name, metav1.GetOptions{})
	switch {
	case err == nil:
		for _, p := range tr.livePods(labels.FormatLabels(service.Spec.Selector)) {
			pods = append(pods, p.UID)
		}
	case !apierrors.IsNotFound(err):
		tr.test.Fatal(err)
	}
	slices.Sort(pods)
	f.Await(tr.test, fmt.Sprintf("to lead to %v", pods), func(r testcluster.Route) bool { return slices.Equal(r.Pods, pods) })
}

// livePods are the pods that have not ended.
func (tr *traffic) livePods(selector string) []corev1.Pod {
	tr.test.Helper()
	list, err := tr.cluster.Client.CoreV1().Pods(tr.namespace).List(tr.test.Context(), metav1.ListOptions{LabelSelector: selector})
	if err != nil {
		tr.test.Fatal(err)
	}
	return slices.DeleteFunc(list.Items, func(p corev1.Pod) bool { return p.DeletionTimestamp != nil })
}
