package kubelet

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// phase is where a container is between two transitions.
type phase int

const (
	held         phase = iota // waits for its turn or for what the pod needs
	creating                  // pulled and created within Options.PodReadyDelay
	pullFailed                // ErrImagePull
	pullBackOff               // ImagePullBackOff
	unconfigured              // CreateContainerConfigError
	running
	exited
	crashBackOff // CrashLoopBackOff
)

// container is one simulated container. Its status is what the API shows; the rest is what only its kubelet knows.
type container struct {
	spec     *corev1.Container
	init     bool
	b        behaviour
	runFor   time.Duration // an ordinary run ends by itself after this; 0: never
	phase    phase
	until    time.Time // when phase ends by itself; zero: never
	pulls    int       // failed pulls so far
	lastPull string    // how the last one failed
	status   corev1.ContainerStatus
	readyAt  time.Time // zero: never
	unready  bool      // whatever readyAt says
	told     bool      // the reason why it waits was told as an event
	tellAt   time.Time // when it is to be told again that it is not ready
}

// sidecar tells an init container that stays.
func (c *container) sidecar() bool {
	return c.init && c.spec.RestartPolicy != nil && *c.spec.RestartPolicy == corev1.ContainerRestartPolicyAlways
}

// succeeded tells that the container ended well and for good.
func (c *container) succeeded() bool {
	return c.phase == exited && c.status.State.Terminated.ExitCode == 0
}

// begun tells that the container has been started at least once.
func (c *container) begun() bool {
	return c.phase == running || c.phase == exited || c.phase == crashBackOff || c.status.RestartCount > 0
}

// wait makes the container wait for reason.
func (c *container) wait(p phase, until time.Time, reason, message string) {
	if p != c.phase {
		c.told = false
	}
	c.phase, c.until = p, until
	c.status.State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}
	c.status.Ready, c.status.Started = false, new(bool)
}

// start lets the container run from now on.
func (c *container) start(now time.Time, id string, maxReadiness time.Duration) {
	c.phase, c.until = running, time.Time{}
	c.status.ContainerID = id
	c.status.State = corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.NewTime(now)}}
	switch {
	case c.b.fails(c.status.RestartCount):
		c.until = now.Add(runBeforeExit)
	case c.runFor > 0:
		c.until = now.Add(c.runFor)
	}
	c.readyAt = now.Add(c.b.readyAfter + readinessDelay(c.spec, maxReadiness))
	// A program that fails at its start answers no probe before it does.
	probed := c.spec.ReadinessProbe != nil || c.spec.StartupProbe != nil
	if c.b.neverReady || probed && c.b.fails(c.status.RestartCount) {
		c.readyAt = time.Time{}
	}
	c.probe(now)
}

// probe brings a running container's readiness up to date.
func (c *container) probe(now time.Time) {
	passed := !c.readyAt.IsZero() && !now.Before(c.readyAt)
	ready := passed && !c.unready
	started := passed || c.spec.StartupProbe == nil
	// An init container that is to end is never ready before it has.
	c.status.Ready = ready && (!c.init || c.sidecar())
	c.status.Started = &started
}

// exit ends the container's run as its behaviour has it.
func (c *container) exit(now time.Time) {
	if c.b.fails(c.status.RestartCount) {
		c.end(now, c.b.exitCode, c.b.reason)
	} else {
		c.end(now, 0, "Completed")
	}
}

// kill ends the container's run from outside: exit code 128 + SIGTERM.
func (c *container) kill(now time.Time) { c.end(now, 143, "Error") }

func (c *container) end(now time.Time, exitCode int32, reason string) {
	end := corev1.ContainerStateTerminated{
		ExitCode:    exitCode,
		Reason:      reason,
		StartedAt:   c.status.State.Running.StartedAt,
		FinishedAt:  metav1.NewTime(now),
		ContainerID: c.status.ContainerID,
	}
	c.phase, c.until = exited, time.Time{}
	c.status.State = corev1.ContainerState{Terminated: &end}
	c.status.Ready, c.status.Started = c.init && exitCode == 0, new(bool)
}

// restarts tells whether the ended container is to run again in a pod of the given policy.
func (c *container) restarts(policy corev1.RestartPolicy) bool {
	failed := c.status.State.Terminated.ExitCode != 0
	switch {
	case c.sidecar():
		return true
	case c.init:
		return failed && policy != corev1.RestartPolicyNever
	default:
		return policy == corev1.RestartPolicyAlways || failed && policy == corev1.RestartPolicyOnFailure
	}
}

// backOff is how long a kubelet waits before attempt number n (from 0): not at all, then initial, doubled each time.
func backOff(initial time.Duration, n int) time.Duration {
	const longest = 5 * time.Minute
	if n <= 0 {
		return 0
	}
	wait := initial
	for range n - 1 {
		if wait *= 2; wait >= longest {
			return longest
		}
	}
	return wait
}

// readinessDelay is how long a started container takes to become ready, as its probes would find at the earliest.
func readinessDelay(c *corev1.Container, longest time.Duration) time.Duration {
	var delay time.Duration
	for _, probe := range []*corev1.Probe{c.StartupProbe, c.ReadinessProbe} {
		if probe == nil {
			continue
		}
		earliest := time.Duration(probe.InitialDelaySeconds) * time.Second
		earliest += time.Duration(max(probe.SuccessThreshold-1, 0)*probe.PeriodSeconds) * time.Second
		delay = max(delay, earliest)
	}
	return min(delay, longest)
}

func containerID(podUID, name string, restarts int32) string {
	return fmt.Sprintf("simulated://%s/%s/%d", podUID, name, restarts)
}
