package applier

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// outlook is what to expect of a pod that is not ready.
type outlook int

const (
	hopeful  outlook = iota // it may still become ready by itself
	doubtful                // it will not, if it stays as it is for a while
	hopeless                // it will not
)

// finding is why something is not ready, in Kubernetes' words.
type finding struct {
	outlook   outlook
	pod       string // empty: it is about the workload
	container string // empty: it is about the pod
	reason    string
	message   string
	exitCode  *int32 // of the run that ended last
	signal    int32
	restarts  int32
	ran       bool      // the container has run, so it may have logged something
	scheduler string    // that has no node for the pod; empty: the pod has one
	related   []subject // what else may explain it
}

// key tells findings apart that are not the same trouble going on. A pod that is
// replaced by another one in the same trouble makes no difference, but a quota
// does of which more or less is used than before.
func (f *finding) key() string {
	_, quota, _ := strings.Cut(f.message, exceededQuota)
	return f.container + "/" + f.reason + "/" + quota
}

// String returns "pod X: ContainerCreating".
func (f *finding) String() string {
	if f.pod == "" {
		return f.reason
	}
	return fmt.Sprintf("pod %s: %s", f.pod, f.reason)
}

// restartsTolerated is how many restarts of a container may be needed until it
// stays up: an app that starts before what it needs often gets there with one or
// two. One that crashes after as many is given up.
const restartsTolerated = 2

// exceededQuota is in the message of a pod that a quota has no room for, before
// what is asked for, used and allowed.
const exceededQuota = "exceeded quota: "

// passingPullError matches why an image could not be pulled where that says more
// of the moment than of the image.
var passingPullError = regexp.MustCompile(
	`(?i)toomanyrequests|too many requests|registry is unavailable|timeout|timed out|connection (?:refused|reset)|temporary failure|unexpected status.*: 5\d\d`)

// containerCreating is the reason for which a container waits until the volumes,
// the network and the image are there.
const containerCreating = "ContainerCreating"

// waits says what to expect of a container that waits for a reason. Reasons that
// are not here are hopeful.
var waits = map[string]outlook{
	// The kubelet has tried to pull, more than once.
	"ImagePullBackOff":  hopeless,
	"InvalidImageName":  hopeless,
	"ErrImageNeverPull": hopeless,
	// Often a ConfigMap, Secret or key that does not exist, which somebody may
	// be about to make.
	"CreateContainerConfigError": doubtful,
	"CreateContainerError":       doubtful,
	"RunContainerError":          doubtful,
	"PreCreateHookError":         doubtful,
	"PreStartHookError":          doubtful,
	"PostStartHookError":         doubtful,
}

// diagnoseWorkload returns what a workload's conditions show of why it has too
// few pods, or nil.
func diagnoseWorkload(u *unstructured.Unstructured) *finding {
	conditions, _, _ := unstructured.NestedSlice(u.Object, "status", "conditions")
	for _, c := range conditions {
		condition, _ := c.(map[string]any)
		if condition["type"] == "ReplicaFailure" && condition["status"] == "True" {
			f := &finding{outlook: doubtful} // a quota may become free
			f.reason, _ = condition["reason"].(string)
			f.message, _ = condition["message"].(string)
			return f
		}
	}
	return nil
}

// diagnose returns what the pods show of why they are not ready: the worst
// first. Pods that are ready, done or on their way out show nothing. It is a pure
// function of the pods.
func diagnose(pods []*corev1.Pod) []finding {
	var found []finding
	for _, pod := range pods {
		if f, ok := diagnosePod(pod); ok {
			found = append(found, f)
		}
	}
	slices.SortStableFunc(found, func(a, b finding) int { return cmp.Compare(b.outlook, a.outlook) })
	return found
}

func diagnosePod(pod *corev1.Pod) (finding, bool) {
	if pod.DeletionTimestamp != nil || pod.Status.Phase == corev1.PodSucceeded || podCondition(pod, corev1.PodReady).Status == corev1.ConditionTrue {
		return finding{}, false
	}
	if c := podCondition(pod, corev1.PodScheduled); c.Status == corev1.ConditionFalse {
		return finding{ // a node may come
			pod: pod.Name, reason: c.Reason, message: c.Message, scheduler: pod.Spec.SchedulerName, related: claimsOf(pod),
		}, true
	}
	var worst *finding
	for _, s := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		f, ok := diagnoseContainer(pod, s)
		if ok && (worst == nil || f.outlook > worst.outlook) {
			worst = &f
		}
	}
	if worst != nil {
		return *worst, true
	}
	f := finding{pod: pod.Name, reason: pod.Status.Reason, message: pod.Status.Message}
	if f.reason == "" {
		f.reason = string(cmp.Or(pod.Status.Phase, corev1.PodPending))
	}
	return f, true
}

func diagnoseContainer(pod *corev1.Pod, s corev1.ContainerStatus) (finding, bool) {
	f := finding{pod: pod.Name, container: s.Name, restarts: s.RestartCount}
	last := s.LastTerminationState.Terminated
	switch state := s.State; {
	case state.Terminated != nil && state.Terminated.ExitCode == 0 && state.Terminated.Signal == 0:
		return f, false // an init container that is done, or a container that is about to be started again
	case state.Terminated != nil:
		last = state.Terminated
		f.reason, f.message = cmp.Or(last.Reason, "Error"), last.Message
		f.outlook = afterCrash(pod, s.RestartCount)
	case state.Waiting != nil && state.Waiting.Reason == "CrashLoopBackOff":
		f.reason, f.message = state.Waiting.Reason, state.Waiting.Message
		f.outlook = afterCrash(pod, s.RestartCount)
		if last != nil && last.Reason != "" && last.Reason != "Error" {
			f.reason += " after " + last.Reason
		}
	case state.Waiting != nil:
		f.reason, f.message = cmp.Or(state.Waiting.Reason, "Waiting"), state.Waiting.Message
		f.outlook = waits[f.reason]
		if f.reason == "ImagePullBackOff" && passingPullError.MatchString(f.message) {
			f.outlook = hopeful
		}
	case s.Ready:
		return f, false
	case s.Started != nil && !*s.Started:
		f.reason = "Starting"
	default:
		f.reason = "NotReady"
	}
	f.ran = s.State.Running != nil || last != nil || s.RestartCount > 0
	if last != nil {
		f.exitCode, f.signal = &last.ExitCode, last.Signal
		f.message = cmp.Or(f.message, last.Message)
	}
	return f, true
}

// claimsOf returns the claims whose volumes a pod uses.
func claimsOf(pod *corev1.Pod) []subject {
	var claims []subject
	for _, v := range pod.Spec.Volumes {
		if v.PersistentVolumeClaim != nil {
			claims = append(claims, subject{kind: claimKind.Kind, name: v.PersistentVolumeClaim.ClaimName})
		}
	}
	return claims
}

// afterCrash says what to expect of a container that has crashed. How often the
// pods of a Job may fail, the Job says itself.
func afterCrash(pod *corev1.Pod, restarts int32) outlook {
	if pod.Spec.RestartPolicy == corev1.RestartPolicyAlways && restarts >= restartsTolerated {
		return hopeless
	}
	return hopeful
}

func podCondition(pod *corev1.Pod, kind corev1.PodConditionType) corev1.PodCondition {
	for _, c := range pod.Status.Conditions {
		if c.Type == kind {
			return c
		}
	}
	return corev1.PodCondition{}
}
