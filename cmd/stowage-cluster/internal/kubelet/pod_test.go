package kubelet

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// lacking is a world that lacks what it says.
type lacking struct{ volume, env string }

func (l lacking) missingVolume(*corev1.Pod) (volume, message string) {
	if l.volume == "" {
		return "", ""
	}
	return "v", l.volume
}
func (l lacking) missingEnv(string, *corev1.Container) string { return l.env }
func (l lacking) missingPullSecrets(*corev1.Pod) []string     { return nil }

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// simulation plays a pod's life in its own time.
type simulation struct {
	*pod
	now    time.Time
	next   time.Time
	world  lacking
	events []string
}

func simulate(spec corev1.PodSpec) *simulation {
	object := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "p", UID: "u", Generation: 7}, Spec: spec}
	s := &simulation{pod: newPod(object, DefaultOptions()), now: epoch}
	s.tell = func(_ *container, _, reason, _ string) { s.events = append(s.events, reason) }
	s.step()
	return s
}

func (s *simulation) step() { s.next = s.pod.step(s.now, s.world) }

// runTo lets the time pass until at.
func (s *simulation) runTo(at time.Duration) {
	for end := epoch.Add(at); !s.next.IsZero() && !s.next.After(end); {
		s.now = s.next
		s.step()
	}
	s.now = epoch.Add(at)
}

// summary is the pod's phase and each container's state, as kubectl would put it.
func (s *simulation) summary() string {
	status := s.shown(metav1.NewTime(s.now))
	words := []string{string(status.Phase)}
	for _, c := range slices.Concat(status.InitContainerStatuses, status.ContainerStatuses) {
		word := "Running"
		switch {
		case c.State.Waiting != nil:
			word = c.State.Waiting.Reason
		case c.State.Terminated != nil:
			word = fmt.Sprintf("%s(%d)", c.State.Terminated.Reason, c.State.Terminated.ExitCode)
		}
		if c.Ready {
			word += "+ready"
		}
		if c.RestartCount > 0 {
			word += fmt.Sprintf("x%d", c.RestartCount)
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func (s *simulation) expect(t *testing.T, at time.Duration, want string) {
	t.Helper()
	s.runTo(at)
	if got := s.summary(); got != want {
		t.Errorf("after %s: %s, want %s", at, got, want)
	}
}

func containers(images ...string) []corev1.Container {
	list := make([]corev1.Container, len(images))
	for i, image := range images {
		list[i] = corev1.Container{Name: fmt.Sprintf("c%d", i), Image: image}
	}
	return list
}

func always(images ...string) corev1.PodSpec {
	return corev1.PodSpec{RestartPolicy: corev1.RestartPolicyAlways, Containers: containers(images...)}
}

func TestOrdinaryPodBecomesReady(t *testing.T) {
	s := simulate(always("nginx", "redis"))
	s.expect(t, 10*time.Millisecond, "Pending ContainerCreating ContainerCreating")
	s.expect(t, 20*time.Millisecond, "Running Running+ready Running+ready")
	if !s.next.IsZero() {
		t.Errorf("something is still due in %s", s.next.Sub(s.now))
	}
	if len(s.events) > 0 {
		t.Errorf("events %v of an ordinary pod", s.events)
	}
}

func TestCrashLoopBacksOffLongerEachTime(t *testing.T) {
	s := simulate(always("simulate.local/crash-loop"))
	s.expect(t, 100*time.Millisecond, "Running Running+ready")
	s.expect(t, 300*time.Millisecond, "Running Running+readyx1") // the first restart is at once
	s.expect(t, 500*time.Millisecond, "Running CrashLoopBackOffx1")
	s.expect(t, 10*time.Second, "Running CrashLoopBackOffx1")
	s.expect(t, 10500*time.Millisecond, "Running Running+readyx2")
	s.expect(t, 25*time.Second, "Running CrashLoopBackOffx2") // 20 s
	s.expect(t, 31*time.Second, "Running CrashLoopBackOffx3") // 40 s
	s.expect(t, 2*time.Hour, "Running CrashLoopBackOffx28")
	last := s.mains[0].status.LastTerminationState.Terminated
	if last == nil || last.ExitCode != 1 || last.Reason != "Error" {
		t.Errorf("last run %+v", last)
	}
	if !slices.Contains(s.events, "BackOff") {
		t.Errorf("events %v", s.events)
	}
}

func TestFaults(t *testing.T) {
	for image, want := range map[string]map[time.Duration]string{
		"simulate.local/oom": {time.Second: "Running CrashLoopBackOffx1"},
		"simulate.local/image-pull-error": {
			100 * time.Millisecond: "Pending ErrImagePull", 2 * time.Second: "Pending ImagePullBackOff",
			11100 * time.Millisecond: "Pending ErrImagePull", 13 * time.Second: "Pending ImagePullBackOff",
		},
		"simulate.local/private":        {2 * time.Second: "Pending ImagePullBackOff"},
		"simulate.local/noisy-crash":    {time.Second: "Running CrashLoopBackOffx1"},
		"simulate.local/no-such":        {2 * time.Second: "Pending ImagePullBackOff"},
		"simulate.local/slow-start":     {2 * time.Second: "Pending ImagePullBackOff"},
		"simulate.local/never-ready":    {time.Hour: "Running Running"},
		"simulate.local/slow-start:10s": {9 * time.Second: "Running Running", 11 * time.Second: "Running Running+ready"},
		"simulate.local/fail-once":      {time.Second: "Running Running+readyx1", time.Hour: "Running Running+readyx1"},
	} {
		t.Run(image, func(t *testing.T) {
			s := simulate(always(image))
			for _, at := range sortedKeys(want) {
				s.expect(t, at, want[at])
			}
		})
	}
}

func sortedKeys(m map[time.Duration]string) []time.Duration {
	keys := make([]time.Duration, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func TestOutOfMemoryLooksLikeIt(t *testing.T) {
	s := simulate(always("simulate.local/oom"))
	s.runTo(time.Second)
	last := s.mains[0].status.LastTerminationState.Terminated
	if last == nil || last.ExitCode != 137 || last.Reason != "OOMKilled" {
		t.Errorf("last run %+v", last)
	}
}

func TestNeverReadyIsToldNowAndThen(t *testing.T) {
	s := simulate(always("simulate.local/never-ready"))
	s.runTo(5 * time.Second)
	s.step() // as when the pod is changed by someone
	s.runTo(25 * time.Second)
	unhealthy := 0
	for _, reason := range s.events {
		if reason == "Unhealthy" {
			unhealthy++
		}
	}
	if unhealthy != 3 {
		t.Errorf("told %d times in 25 s, want 3: %v", unhealthy, s.events)
	}
}

func TestRestartPolicyNever(t *testing.T) {
	spec := always("simulate.local/job-fail", "nginx")
	spec.RestartPolicy = corev1.RestartPolicyNever
	s := simulate(spec)
	s.expect(t, time.Second, "Running Error(1) Running+ready")

	spec.Containers = spec.Containers[:1]
	s = simulate(spec)
	s.expect(t, time.Second, "Failed Error(1)")
}

func TestPodOfAJobEnds(t *testing.T) {
	object := &corev1.Pod{Spec: corev1.PodSpec{RestartPolicy: corev1.RestartPolicyOnFailure, Containers: containers("simulate.local/fail-once")}}
	object.OwnerReferences = []metav1.OwnerReference{{Kind: "Job", Controller: new(true)}}
	s := &simulation{pod: newPod(object, DefaultOptions()), now: epoch}
	s.tell = func(*container, string, string, string) {}
	s.step()
	s.expect(t, 250*time.Millisecond, "Running Running+readyx1")
	s.expect(t, time.Second, "Succeeded Completed(0)x1")
}

func TestInitContainersRunOneAfterTheOther(t *testing.T) {
	spec := always("nginx")
	spec.InitContainers = []corev1.Container{
		{Name: "side", Image: "proxy", RestartPolicy: new(corev1.ContainerRestartPolicyAlways)},
		{Name: "i1", Image: "simulate.local/fail-once"},
	}
	s := simulate(spec)
	s.expect(t, 15*time.Millisecond, "Pending ContainerCreating PodInitializing PodInitializing")
	s.expect(t, 45*time.Millisecond, "Pending Running+ready Running PodInitializing")
	s.expect(t, time.Second, "Running Running+ready Completed(0)+readyx1 Running+ready")

	spec.InitContainers[1].Image = "simulate.local/crash-loop"
	s = simulate(spec)
	s.expect(t, 5*time.Second, "Pending Running+ready CrashLoopBackOffx1 PodInitializing")
}

func TestProbesDelayReadiness(t *testing.T) {
	spec := always("nginx")
	spec.Containers[0].ReadinessProbe = &corev1.Probe{InitialDelaySeconds: 5}
	spec.Containers[0].StartupProbe = &corev1.Probe{InitialDelaySeconds: 3600}
	s := simulate(spec)
	s.expect(t, 29*time.Second, "Running Running")
	if *s.mains[0].status.Started {
		t.Error("started before its startup probe could succeed")
	}
	s.expect(t, 31*time.Second, "Running Running+ready") // at most MaxReadinessDelay
}

func TestMissingObjectsHoldAPodUp(t *testing.T) {
	s := simulate(always("nginx"))
	s.world = lacking{volume: `configmap "a" not found`, env: `secret "b" not found`}
	s.mounted = false
	s.runTo(time.Second)
	s.step()
	s.step()
	if got := s.summary(); got != "Pending ContainerCreating" || !s.blocked {
		t.Errorf("without the volume: %s, blocked %v", got, s.blocked)
	}
	s.world.volume = ""
	s.step()
	s.runTo(2 * time.Second)
	if got := s.summary(); got != "Pending CreateContainerConfigError" || !s.blocked {
		t.Errorf("without the environment: %s, blocked %v", got, s.blocked)
	}
	s.world.env = ""
	s.step()
	if got := s.summary(); got != "Running Running+ready" || s.blocked {
		t.Errorf("with all: %s, blocked %v", got, s.blocked)
	}
	if want := []string{"FailedMount", "Failed"}; !slices.Equal(s.events, want) {
		t.Errorf("events %v, want each cause once: %v", s.events, want)
	}
}

// A cluster that is stopped and started again goes on where it was.
func TestStatusIsTakenOver(t *testing.T) {
	s := simulate(always("simulate.local/crash-loop", "nginx", "simulate.local/never-ready"))
	s.ip = "10.100.0.9"
	s.runTo(5 * time.Second)
	before := s.summary()

	object := s.object.DeepCopy()
	object.Status = *s.shown(metav1.NewTime(s.now))
	after := &simulation{pod: newPod(object, DefaultOptions()), now: s.now}
	if got := after.summary(); got != before {
		t.Errorf("taken over as %s, was %s", got, before)
	}
	if after.ip != s.ip {
		t.Errorf("address %s, was %s", after.ip, s.ip)
	}
	after.tell = func(*container, string, string, string) {}
	after.step()
	if got, want := after.summary(), "Running Running+readyx2 Running+ready Running"; got != want {
		t.Errorf("went on as %s, want %s", got, want)
	}
}

func TestConditions(t *testing.T) {
	spec := always("nginx", "simulate.local/slow-start:5s")
	spec.ReadinessGates = []corev1.PodReadinessGate{{ConditionType: "example.com/gate"}}
	s := simulate(spec)
	s.runTo(time.Second)
	early := s.shown(metav1.NewTime(s.now))
	wantCondition(t, early, corev1.PodReady, corev1.ConditionFalse, "ContainersNotReady", "containers with unready status: [c1]")

	s.object.Status = *early
	s.runTo(10 * time.Second)
	late := s.shown(metav1.NewTime(s.now))
	wantCondition(t, late, corev1.ContainersReady, corev1.ConditionTrue, "", "")
	wantCondition(t, late, corev1.PodReady, corev1.ConditionFalse, "ReadinessGatesNotReady", `the status of pod readiness gate [example.com/gate] is not "True"`)
	if c := findCondition(late, corev1.ContainersReady); !c.LastTransitionTime.Time.Equal(s.now) || c.ObservedGeneration != 7 {
		t.Errorf("changed condition: %+v", c)
	}
	if c := findCondition(late, corev1.PodInitialized); !c.LastTransitionTime.Time.Equal(epoch.Add(time.Second)) {
		t.Errorf("unchanged condition has a new time: %+v", c)
	}

	s.object.Status.Conditions = append(s.object.Status.Conditions, corev1.PodCondition{Type: "example.com/gate", Status: corev1.ConditionTrue})
	wantCondition(t, s.shown(metav1.NewTime(s.now)), corev1.PodReady, corev1.ConditionTrue, "", "")
}

func wantCondition(t *testing.T, status *corev1.PodStatus, kind corev1.PodConditionType, value corev1.ConditionStatus, reason, message string) {
	t.Helper()
	c := findCondition(status, kind)
	if c == nil || c.Status != value || c.Reason != reason || c.Message != message {
		t.Errorf("condition %s is %+v, want %s %s %q", kind, c, value, reason, message)
	}
}
