package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	"stowage/internal/testcluster"
)

// lookout sees all that becomes of the Services and Deployments of the releases of
// apps whose versions run side by side.
type lookout struct {
	mu    sync.Mutex
	seen  map[string][]sighting // by namespace, per kind in the order of versions
	news  *sync.Cond
	ended error // the watch that ended
}

// sighting is an object after a write, or as it was last when it is gone.
type sighting struct {
	version int64 // of the cluster: kinds have a common one
	key     string
	object  metav1.Object
	gone    bool
}

func newLookout(t *testing.T, cluster *testcluster.Cluster) *lookout {
	t.Helper()
	l := &lookout{seen: map[string][]sighting{}}
	l.news = sync.NewCond(&l.mu)
	options := metav1.ListOptions{LabelSelector: "stowage.dev/release=" + sidesRelease}
	services, err := cluster.Client.CoreV1().Services("").Watch(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	deployments, err := cluster.Client.AppsV1().Deployments("").Watch(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []watch.Interface{services, deployments} {
		go l.follow(t.Context(), w)
		t.Cleanup(w.Stop)
	}
	return l
}

func (l *lookout) follow(ctx context.Context, w watch.Interface) {
	for event := range w.ResultChan() {
		if event.Type == watch.Error {
			break
		}
		if object, ok := event.Object.(metav1.Object); ok {
			l.add(object, event.Type == watch.Deleted)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = cmp.Or(ctx.Err(), errors.New("a watch has ended"))
	l.news.Broadcast()
}

func (l *lookout) add(object metav1.Object, gone bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := sighting{version: versionNumber(object), key: keyOf(object), object: object, gone: gone}
	l.seen[object.GetNamespace()] = append(l.seen[object.GetNamespace()], s)
	l.news.Broadcast()
}

// versionNumber is the version of the cluster that an object is from.
func versionNumber(object metav1.Object) int64 {
	number, _ := strconv.ParseInt(object.GetResourceVersion(), 10, 64)
	return number
}

// keyOf is as in found.
func keyOf(object any) string {
	switch object := object.(type) {
	case *corev1.Service:
		return "Service " + object.Name
	case *appsv1.Deployment:
		return "Deployment " + object.Name
	}
	return ""
}

// guard looks at what a namespace went through, write by write.
type guard struct {
	lookout *lookout
	ground  *ground
	now     map[string]metav1.Object // by key
	next    int                      // sighting
}

func (l *lookout) guard(g *ground) *guard {
	return &guard{lookout: l, ground: g, now: map[string]metav1.Object{}}
}

// check goes through what happened since it was called last, up to what is there now.
// After each write, the version with the traffic was fully there.
func (g *guard) check(now found) error {
	sightings, err := g.upTo(now)
	if err != nil {
		return err
	}
	for _, s := range sightings {
		if g.now[s.key] = s.object; s.gone {
			delete(g.now, s.key)
		}
		for _, app := range g.ground.apps {
			if problem := g.problem(app); problem != "" {
				return fmt.Errorf("after the write of %s, version %d: %s: %s", s.key, s.version, app.name, problem)
			}
		}
	}
	return nil
}

// upTo waits until all that leads to the objects was seen, and returns it.
func (g *guard) upTo(now found) ([]sighting, error) {
	l := g.lookout
	l.mu.Lock()
	defer l.mu.Unlock()
	for !l.has(g.ground.namespace, now) {
		if l.ended != nil {
			return nil, l.ended
		}
		l.news.Wait()
	}
	seen := slices.Clone(l.seen[g.ground.namespace][g.next:])
	g.next += len(seen)
	slices.SortStableFunc(seen, func(a, b sighting) int { return cmp.Compare(a.version, b.version) })
	return seen, nil
}

// has reports whether objects were seen as they are now, and no others are there.
func (l *lookout) has(namespace string, now found) bool {
	last := map[string]sighting{}
	for _, s := range l.seen[namespace] {
		last[s.key] = s
	}
	for key, u := range now {
		kind := u.GetKind()
		watched := (kind == "Service" || kind == "Deployment") && u.GetLabels()["stowage.dev/release"] == sidesRelease
		if watched && last[key].version < versionNumber(u) {
			return false
		}
	}
	for key, s := range last {
		if now[key] == nil && !s.gone {
			return false
		}
	}
	return true
}

// problem says what an app lacks that has traffic, or works, as of now.
func (g *guard) problem(a sidedApp) string {
	if a.worker {
		return g.problemOfWorker(a)
	}
	service, ok := g.now["Service "+a.name].(*corev1.Service)
	if !ok {
		return ""
	}
	color := service.Spec.Selector["stowage.dev/color"]
	if color == "" {
		return g.problemOfAll(a)
	}
	active, ok := g.now["Deployment "+a.name+"-"+color].(*appsv1.Deployment)
	if !ok {
		return "the traffic goes to " + color + ", which is not there"
	}
	if available := availableOf(active); available < a.pods {
		return fmt.Sprintf("the traffic goes to %s, of which %d of %d pods are available", color, available, a.pods)
	}
	if preview, ok := g.now["Service "+a.name+"-preview"].(*corev1.Service); ok && preview.Spec.Selector["stowage.dev/color"] == color {
		return "the preview answers from " + color + ", as the Service does"
	}
	return ""
}

// problemOfAll is about a Service that does not tell versions apart. One pod may be
// replaced at a time.
func (g *guard) problemOfAll(a sidedApp) string {
	available := int64(0)
	for name := range map[string]bool{a.name: true, a.name + "-canary": true} {
		if d, ok := g.now["Deployment "+name].(*appsv1.Deployment); ok {
			available += int64(d.Status.AvailableReplicas)
		}
	}
	if available < a.pods-1 {
		return fmt.Sprintf("the traffic goes to %d pods, of %d", available, a.pods)
	}
	return ""
}

func (g *guard) problemOfWorker(a sidedApp) string {
	marked := false
	for _, color := range []string{"blue", "green"} {
		d, ok := g.now["Deployment "+a.name+"-"+color].(*appsv1.Deployment)
		if !ok || d.Annotations["stowage.dev/active"] == "" {
			continue
		}
		marked = true
		if availableOf(d) >= a.pods {
			return ""
		}
	}
	if !marked || !g.begun(a) {
		return ""
	}
	return "no color works with all of its pods"
}

// begun reports whether an app was there before: its first pods have to start.
func (g *guard) begun(a sidedApp) bool {
	_, both := g.now["Deployment "+a.name+"-green"]
	return both
}

// availableOf is the number of available pods of a Deployment that all run its
// template.
func availableOf(d *appsv1.Deployment) int64 {
	if d.Status.ObservedGeneration == d.Generation && d.Status.UpdatedReplicas < d.Status.Replicas {
		return 0
	}
	return int64(d.Status.AvailableReplicas)
}
