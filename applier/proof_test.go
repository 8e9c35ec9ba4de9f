package applier

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/watch"
)

func TestOnlyWhatIsNewAndUncheckedHasToProveItself(t *testing.T) {
	now := time.Now()
	running := func(restarts int32, age time.Duration) *corev1.Pod {
		return podWith(func(p *corev1.Pod) {
			s := &p.Status.ContainerStatuses[0]
			s.RestartCount = restarts
			s.State.Running = &corev1.ContainerStateRunning{StartedAt: metav1.NewTime(now.Add(-age))}
		})
	}
	leaving := running(3, 0)
	leaving.DeletionTimestamp = &metav1.Time{Time: now}
	for name, c := range map[string]struct {
		pods []*corev1.Pod
		want time.Duration
	}{
		"nothing":                {nil, 0},
		"just started":           {[]*corev1.Pod{running(0, 0)}, unprobed},
		"not seen to run yet":    {[]*corev1.Pod{podWith(func(*corev1.Pod) {})}, unprobed},
		"just restarted":         {[]*corev1.Pod{running(1, 0)}, afterRestart},
		"long up":                {[]*corev1.Pod{running(0, time.Minute)}, 0},
		"restarted long ago":     {[]*corev1.Pod{running(7, time.Hour)}, 0},
		"one of many":            {[]*corev1.Pod{running(7, time.Hour), running(0, 0)}, unprobed},
		"on its way out":         {[]*corev1.Pod{leaving, running(0, time.Hour)}, 0},
		"a clock that runs fast": {[]*corev1.Pod{running(0, -time.Minute)}, unprobed},
	} {
		if got, _ := toProve(c.pods, now); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	for name, c := range map[string]struct {
		spec string
		want bool
	}{
		"a container without a probe": {`{"template": {"spec": {"containers": [{"name": "a", "readinessProbe": {}}, {"name": "b"}]}}}`, false},
		"probes":                      {`{"template": {"spec": {"containers": [{"name": "a", "readinessProbe": {}}, {"name": "b", "startupProbe": {}}]}}}`, true},
		"only a liveness probe":       {`{"template": {"spec": {"containers": [{"name": "a", "livenessProbe": {}}]}}}`, false},
		"minReadySeconds":             {`{"minReadySeconds": 1, "template": {"spec": {"containers": [{"name": "a"}]}}}`, true},
		"no replicas":                 {`{"replicas": 0, "template": {"spec": {"containers": [{"name": "a"}]}}}`, true},
		"no pods":                     {`{}`, true},
	} {
		var u unstructured.Unstructured
		if err := u.UnmarshalJSON([]byte(`{"apiVersion": "apps/v1", "kind": "Deployment", "spec": ` + c.spec + `}`)); err != nil {
			t.Fatal(err)
		}
		if got := saysWhenReady(&u); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestRoomThatIsBeingMadeIsWaitedFor(t *testing.T) {
	pod := &unstructured.Unstructured{Object: map[string]any{"metadata": map[string]any{"name": "old"}}}
	pods := newStream("shop")
	if err := pods.handle(watch.Added, pod); err != nil {
		t.Fatal(err)
	}
	const message = `pods "web-x" is forbidden: exceeded quota: full, requested: pods=1, used: pods=3, limited: pods=3`
	judged := func(f finding) bool {
		w := &waiter{pods: pods, trouble: f.key(), since: time.Now().Add(-time.Hour)}
		s := state{finding: &f}
		w.judge(t.Context(), &s)
		return s.over
	}
	full := finding{outlook: doubtful, reason: failedCreate, message: message}
	denied := finding{outlook: doubtful, reason: failedCreate, message: `pods "web-x" is forbidden: violates PodSecurity`}
	if !judged(full) || !judged(denied) {
		t.Error("what lasts is not given up")
	}
	now := metav1.Now()
	pod.SetDeletionTimestamp(&now)
	if judged(full) {
		t.Error("a full quota is given up, though a pod is on its way out")
	}
	if !judged(denied) {
		t.Error("a denial is not given up, though no pod that leaves can change it")
	}
}

func TestAQuotaInMotionIsNotTheSameTrouble(t *testing.T) {
	message := func(pod, used string) string {
		return `pods "web-` + pod + `" is forbidden: exceeded quota: full, requested: pods=1, used: pods=` + used + `, limited: pods=3`
	}
	a := finding{reason: failedCreate, message: message("a", "3")}
	b := finding{reason: failedCreate, message: message("b", "3")}
	c := finding{reason: failedCreate, message: message("b", "2")}
	if a.key() != b.key() {
		t.Error("another try of the same is taken for another trouble")
	}
	if b.key() == c.key() {
		t.Error("a quota of which less is used is taken for the same trouble")
	}
}

func TestTheVerdictOfAnAutoscaler(t *testing.T) {
	for name, c := range map[string]struct {
		reason, component, controller string
		want                          bool
	}{
		"cluster-autoscaler, yes":      {reason: triggeredScaleUp, component: "cluster-autoscaler", want: true},
		"cluster-autoscaler, no":       {reason: notTriggerScaleUp, component: "cluster-autoscaler", want: true},
		"karpenter, yes":               {reason: nominated, component: "karpenter", want: true},
		"karpenter, no":                {reason: failedScheduling, component: "karpenter", want: true},
		"the scheduler":                {reason: failedScheduling, controller: "default-scheduler"},
		"the scheduler, by its source": {reason: failedScheduling, component: "default-scheduler"},
		"another scheduler":            {reason: failedScheduling, controller: "ours"},
		"something else":               {reason: failedMount, component: "kubelet"},
	} {
		event := corev1.Event{Reason: c.reason, Source: corev1.EventSource{Component: c.component}, ReportingController: c.controller}
		if got := autoscalers(event, "ours"); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
