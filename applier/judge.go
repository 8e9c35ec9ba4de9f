package applier

import (
	"context"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// persistence is how long a doubtful state may last: a kubelet tries again
// within that time, and an autoscaler looks at the pods without a node.
const persistence = 10 * time.Second

// quotaPersistence is the same for a quota without room. Whoever makes the pods
// tries again at growing intervals, which may miss that there is some.
const quotaPersistence = 2 * persistence

func persistenceOf(f *finding) time.Duration {
	if f != nil && strings.Contains(f.message, exceededQuota) {
		return quotaPersistence
	}
	return persistence
}

// explain looks for the reason in the workload and its pods.
func (w *waiter) explain(ctx context.Context, s *state) {
	if w.pods == nil || unobserved(s.object) {
		return
	}
	if err := w.pods.failure(); err != nil && ctx.Err() == nil {
		s.missing = append(s.missing, "its pods cannot be watched: "+err.Error())
	}
	all := w.groupPods()
	if f := diagnoseWorkload(s.object); f != nil && !isLeaving(all) {
		f.related = w.makers(ctx, s)
		s.finding = f
		return
	}
	findings := diagnose(typed(all))
	if len(findings) == 0 {
		return
	}
	// Old pods may be in trouble that the change is about to end, so before
	// anything is given up it must be clear that the new ones are.
	if findings[0].outlook > hopeful || findings[0].scheduler != "" {
		findings = diagnose(typed(w.newestPods(ctx, s, all)))
	}
	if len(findings) > 0 {
		s.finding = &findings[0]
	}
}

// unobserved reports whether the controller has yet to see the newest spec. Till
// then pods and conditions are those of the revision before.
func unobserved(u *unstructured.Unstructured) bool {
	seen, ok, _ := unstructured.NestedInt64(u.Object, "status", "observedGeneration")
	return ok && seen < u.GetGeneration()
}

// newestPods returns the pods of the workload's newest revision, of all pods of
// its group; none when it is not known which they are.
func (w *waiter) newestPods(ctx context.Context, s *state, all []*unstructured.Unstructured) []*unstructured.Unstructured {
	if !w.isDeployment() {
		return podsOf(s.object, s.object.GetUID(), all)
	}
	if set := w.newestSet(ctx, s); set != nil {
		return podsOf(s.object, set.GetUID(), all)
	}
	return nil
}

// makers returns who makes the pods in the name of the workload.
func (w *waiter) makers(ctx context.Context, s *state) []subject {
	if !w.isDeployment() {
		return nil
	}
	if set := w.newestSet(ctx, s); set != nil {
		return []subject{{replicaSetKind.Kind, set.GetName(), set.GetUID()}}
	}
	return nil
}

func (w *waiter) isDeployment() bool {
	return w.kind.GroupKind() == schema.GroupKind{Group: "apps", Kind: "Deployment"}
}

// newestSet returns the ReplicaSet of a Deployment's newest revision, or nil when
// it is not known.
func (w *waiter) newestSet(ctx context.Context, s *state) *unstructured.Unstructured {
	if w.sets == nil {
		w.sets = w.follow(ctx, replicaSetKind, topic{group: w.group})
	}
	if err := w.sets.failure(); err != nil && ctx.Err() == nil {
		s.missing = append(s.missing, "its ReplicaSets cannot be watched: "+err.Error())
	}
	return newestSet(s.object, w.sets.group(w.group))
}

// judge gives up what is hopeless, and what is doubtful for too long.
func (w *waiter) judge(ctx context.Context, s *state) {
	key := ""
	switch f := s.finding; {
	case f == nil && w.pods != nil:
		key = "unexplained"
	case f == nil:
	case f.outlook == hopeless:
		s.over = true
		return
	case f.outlook == doubtful, f.scheduler != "", f.reason == containerCreating:
		key = f.key()
	}
	if key != w.trouble || w.roomIsMade(s.finding) {
		w.trouble, w.since = key, time.Now()
	}
	if key == "" {
		return
	}
	left := persistenceOf(s.finding) - time.Since(w.since)
	if left <= 0 {
		w.ask(ctx, s)
		w.since, left = time.Now(), persistence
	}
	if s.over {
		return
	}
	s.patience = time.After(left)
}

// ask has the last word on what has been doubtful for long enough: where pods and
// conditions do not tell, events do.
func (w *waiter) ask(ctx context.Context, s *state) {
	switch f := s.finding; {
	case f == nil:
		// Kinds without a condition for it tell only by an event that their pods
		// are refused.
		s.finding = w.run.refusedPods(ctx, s.object)
		s.over = s.finding != nil
	case f.reason == containerCreating: // which takes as long as it takes to pull the image
		if why := w.run.missingMount(ctx, w.change.ID.Namespace, f.pod); why != "" {
			f.reason, f.message = failedMount, why
			s.over = true
		}
	case f.scheduler != "":
		if why := w.run.noNode(ctx, w.change.ID.Namespace, f); why != "" {
			f.message += "; no node will be added: " + why
			s.over = true
		}
	default:
		s.over = true
	}
}

// roomIsMade reports whether pods of the release are on their way out while one
// waits for a node or for a quota's room: it may get theirs.
func (w *waiter) roomIsMade(f *finding) bool {
	if f == nil || w.pods == nil || f.scheduler == "" && !strings.Contains(f.message, exceededQuota) {
		return false
	}
	return isLeaving(w.pods.all())
}
