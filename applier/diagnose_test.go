package applier

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func podWith(change func(*corev1.Pod)) *corev1.Pod {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "p"},
		Spec:       corev1.PodSpec{RestartPolicy: corev1.RestartPolicyAlways},
		Status: corev1.PodStatus{
			Phase:             corev1.PodPending,
			ContainerStatuses: []corev1.ContainerStatus{{Name: "c"}},
		},
	}
	change(pod)
	return pod
}

func waitingFor(reason string, restarts int32) func(*corev1.Pod) {
	return func(pod *corev1.Pod) {
		s := &pod.Status.ContainerStatuses[0]
		s.State.Waiting = &corev1.ContainerStateWaiting{Reason: reason, Message: "because"}
		s.RestartCount = restarts
		if restarts > 0 {
			s.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{ExitCode: 137, Reason: "OOMKilled"}
		}
	}
}

func TestDiagnosis(t *testing.T) {
	for name, c := range map[string]struct {
		pod     *corev1.Pod
		none    bool
		outlook outlook
		reason  string
	}{
		"starting":          {pod: podWith(waitingFor("ContainerCreating", 0)), outlook: hopeful, reason: "ContainerCreating"},
		"first failed pull": {pod: podWith(waitingFor("ErrImagePull", 0)), outlook: hopeful, reason: "ErrImagePull"},
		"pull given up":     {pod: podWith(waitingFor("ImagePullBackOff", 0)), outlook: hopeless, reason: "ImagePullBackOff"},
		"bad image name":    {pod: podWith(waitingFor("InvalidImageName", 0)), outlook: hopeless, reason: "InvalidImageName"},
		"missing secret":    {pod: podWith(waitingFor("CreateContainerConfigError", 0)), outlook: doubtful, reason: "CreateContainerConfigError"},
		"second crash":      {pod: podWith(waitingFor("CrashLoopBackOff", 1)), outlook: hopeful, reason: "CrashLoopBackOff after OOMKilled"},
		"third crash":       {pod: podWith(waitingFor("CrashLoopBackOff", 2)), outlook: hopeless, reason: "CrashLoopBackOff after OOMKilled"},
		"up after two restarts": {
			pod: podWith(func(p *corev1.Pod) {
				s := &p.Status.ContainerStatuses[0]
				s.RestartCount, s.State.Running = 2, &corev1.ContainerStateRunning{}
			}),
			outlook: hopeful, reason: "NotReady",
		},
		"registry busy": {
			pod: podWith(func(p *corev1.Pod) {
				waitingFor("ImagePullBackOff", 0)(p)
				p.Status.ContainerStatuses[0].State.Waiting.Message = `Back-off pulling image "x": ErrImagePull: toomanyrequests: You have reached your pull rate limit`
			}),
			outlook: hopeful, reason: "ImagePullBackOff",
		},
		"crashing in a Job": {
			pod: podWith(func(p *corev1.Pod) {
				waitingFor("CrashLoopBackOff", 5)(p)
				p.Spec.RestartPolicy = corev1.RestartPolicyOnFailure
			}),
			outlook: hopeful, reason: "CrashLoopBackOff after OOMKilled",
		},
		"between two runs": {
			pod: podWith(func(p *corev1.Pod) {
				p.Status.ContainerStatuses[0].State.Terminated = &corev1.ContainerStateTerminated{ExitCode: 2, Reason: "Error"}
			}),
			outlook: hopeful, reason: "Error",
		},
		"no node": {
			pod: podWith(func(p *corev1.Pod) {
				p.Status.ContainerStatuses = nil
				p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "Unschedulable"}}
			}),
			outlook: hopeful, reason: "Unschedulable",
		},
		"failing init container": {
			pod: podWith(func(p *corev1.Pod) {
				waitingFor("PodInitializing", 0)(p)
				p.Status.InitContainerStatuses = []corev1.ContainerStatus{
					{Name: "done", State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Reason: "Completed"}}},
					{Name: "broken", RestartCount: 3, State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}}},
				}
			}),
			outlook: hopeless, reason: "CrashLoopBackOff",
		},
		"probe fails": {
			pod: podWith(func(p *corev1.Pod) {
				p.Status.ContainerStatuses[0].State.Running = &corev1.ContainerStateRunning{}
			}),
			outlook: hopeful, reason: "NotReady",
		},
		"ready": {none: true, pod: podWith(func(p *corev1.Pod) {
			p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}
		})},
		"leaving": {none: true, pod: podWith(func(p *corev1.Pod) {
			waitingFor("ImagePullBackOff", 0)(p)
			p.DeletionTimestamp = &metav1.Time{}
		})},
		"done": {none: true, pod: podWith(func(p *corev1.Pod) { p.Status.Phase = corev1.PodSucceeded })},
	} {
		t.Run(name, func(t *testing.T) {
			got := diagnose([]*corev1.Pod{c.pod})
			if c.none {
				if len(got) > 0 {
					t.Errorf("got %+v, want nothing", got)
				}
				return
			}
			if len(got) != 1 || got[0].outlook != c.outlook || got[0].reason != c.reason {
				t.Errorf("got %+v, want outlook %d, %s", got, c.outlook, c.reason)
			}
		})
	}
}

func TestTheWorstPodIsShown(t *testing.T) {
	pods := []*corev1.Pod{
		podWith(waitingFor("ContainerCreating", 0)),
		podWith(waitingFor("CrashLoopBackOff", 4)),
		podWith(waitingFor("CreateContainerConfigError", 0)),
	}
	got := diagnose(pods)
	if len(got) != 3 || got[0].outlook != hopeless || got[0].exitCode == nil || *got[0].exitCode != 137 || !got[0].ran {
		t.Errorf("got %+v, want the crash loop with exit code 137 first", got)
	}
}

func TestPathsAreWrittenAsPlansDo(t *testing.T) {
	for server, want := range map[string]string{
		`.spec.replicas`: "spec.replicas",
		`.spec.template.spec.containers[name="web"].image`:         "spec.template.spec.containers[web].image",
		`.spec.ports[port=53,protocol="UDP"].targetPort`:           "spec.ports[53/UDP].targetPort",
		`.metadata.finalizers[="a.b/c"]`:                           "metadata.finalizers[a.b/c]",
		`.spec.template.spec.containers[name="a]b"].args[0]`:       "spec.template.spec.containers[a]b].args[0]",
		`.metadata.annotations.example.com/owner`:                  "metadata.annotations.example.com/owner",
		`.spec.template.spec.containers[name="w"].env[name="A=B"]`: "spec.template.spec.containers[w].env[A=B]",
	} {
		if got := pathOf(server); got != want {
			t.Errorf("%s became %s, want %s", server, got, want)
		}
	}
}
