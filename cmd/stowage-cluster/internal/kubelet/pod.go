package kubelet

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// unhealthyPeriod is how often a container that never gets ready is said to be so.
const unhealthyPeriod = 10 * time.Second

// annotationReady is "false" on a pod whose containers are to answer no readiness probe for as long as it is there: what
// was ready is so no more.
const annotationReady = "simulate.local/ready"

// world is what a kubelet looks up before it starts something. Both answers are "" when nothing is missing.
type world interface {
	missingVolume(pod *corev1.Pod) (volume, message string)
	missingEnv(namespace string, c *corev1.Container) (message string)
	missingPullSecrets(pod *corev1.Pod) (names []string)
}

// pod is one simulated pod: its containers in their present phases.
type pod struct {
	object    *corev1.Pod
	ip        string
	hostIP    string
	started   metav1.Time
	inits     []*container
	mains     []*container
	options   Options
	tell      func(about *container, kind, reason, message string) // records an event; about is nil for one of the pod
	mounted   bool
	stopped   bool // to be deleted
	blocked   bool // waits for an object that is missing
	unmounted string
	reported  *corev1.PodStatus // as written last
}

// newPod takes over object, whose containers may have been running under an earlier process.
func newPod(object *corev1.Pod, options Options) *pod {
	p := &pod{object: object, options: options, started: metav1.Now()}
	if object.Status.StartTime != nil {
		p.started = *object.Status.StartTime
	}
	p.ip, p.mounted = object.Status.PodIP, object.Status.PodIP != ""
	p.inits = p.containers(object.Spec.InitContainers, object.Status.InitContainerStatuses, true)
	p.mains = p.containers(object.Spec.Containers, object.Status.ContainerStatuses, false)
	return p
}

func (p *pod) containers(specs []corev1.Container, statuses []corev1.ContainerStatus, init bool) []*container {
	known := map[string]corev1.ContainerStatus{}
	for _, status := range statuses {
		known[status.Name] = status
	}
	list := make([]*container, len(specs))
	for i := range specs {
		c := &container{spec: &specs[i], init: init, b: behaviourOf(&specs[i])}
		switch {
		case init && !c.sidecar():
			c.runFor = time.Millisecond
		case !init && ofJob(p.object):
			c.runFor = cmp.Or(c.b.runFor, p.options.JobDuration)
		}
		c.restore(known[c.spec.Name], p.options)
		list[i] = c
	}
	return list
}

// ofJob tells the pods that are to end by themselves.
func ofJob(object *corev1.Pod) bool {
	owner := metav1.GetControllerOf(object)
	return owner != nil && owner.Kind == "Job"
}

// restore takes a container over in the state an earlier process left it in.
func (c *container) restore(status corev1.ContainerStatus, options Options) {
	c.status = status
	c.status.Name = c.spec.Name
	c.status.Image = c.spec.Image
	c.status.Started = new(bool)
	switch {
	case status.State.Running != nil:
		c.mounted()
		c.start(status.State.Running.StartedAt.Time, status.ContainerID, options.MaxReadinessDelay)
	case status.State.Terminated != nil:
		c.phase = exited
	case status.LastTerminationState.Terminated != nil:
		c.phase = crashBackOff
	default:
		c.wait(held, time.Time{}, "ContainerCreating", "")
	}
}

func (c *container) mounted() { c.status.ImageID = imageID(c.spec.Image) }

func imageID(image string) string { return "simulated://" + image }

// step does all that is due at now and returns when the next thing is, or the zero time.
func (p *pod) step(now time.Time, w world) time.Time {
	p.blocked = false
	for _, c := range p.mains {
		c.unready = p.object.Annotations[annotationReady] == "false"
	}
	if !p.mounted && !p.mount(w) {
		return now.Add(p.options.RetryMissing)
	}
	for {
		var next time.Time
		due := p.due()
		for _, c := range due {
			next = earliest(next, p.advance(c, now, w))
		}
		if len(p.due()) == len(due) { // no init container has made way for the next
			return next
		}
	}
}

// mount waits for the objects that the pod's volumes come from.
func (p *pod) mount(w world) bool {
	volume, message := w.missingVolume(p.object)
	if volume != "" {
		p.blocked = true
		if p.unmounted != message {
			p.unmounted = message
			p.tell(nil, corev1.EventTypeWarning, "FailedMount", fmt.Sprintf("MountVolume.SetUp failed for volume %q : %s", volume, message))
		}
		return false
	}
	if names := w.missingPullSecrets(p.object); len(names) > 0 {
		p.tell(nil, corev1.EventTypeWarning, "FailedToRetrieveImagePullSecret", fmt.Sprintf(
			"Unable to retrieve some image pull secrets (%s); attempting to pull the image may not succeed.", strings.Join(names, ", ")))
	}
	p.mounted = true
	return true
}

// due are the containers whose turn it is: init containers one after the other, then all others.
func (p *pod) due() []*container {
	var due []*container
	for _, c := range p.inits {
		due = append(due, c)
		if !c.initialized() {
			return due
		}
	}
	return append(due, p.mains...)
}

// initialized tells that an init container lets the next one start.
func (c *container) initialized() bool {
	if c.sidecar() {
		return c.phase == running && c.status.Started != nil && *c.status.Started
	}
	return c.succeeded()
}

// advance does what is due for c and returns when its next transition is.
func (p *pod) advance(c *container, now time.Time, w world) time.Time {
	for {
		before := c.phase
		if c.rests(now) {
			return p.observe(c, now)
		}
		p.transit(c, now, w)
		if c.phase == before {
			return p.observe(c, now)
		}
	}
}

// rests tells that c's phase goes on. A missing object is looked for whenever the pod is looked at.
func (c *container) rests(now time.Time) bool {
	return c.phase != held && c.phase != unconfigured && now.Before(c.until)
}

// transit ends c's phase, whose time has come, if it ends by itself.
func (p *pod) transit(c *container, now time.Time, w world) {
	switch c.phase {
	case held:
		p.note(c, "Pulling", fmt.Sprintf("Pulling image %q", c.spec.Image))
		c.wait(creating, now.Add(p.options.PodReadyDelay), "ContainerCreating", "")
	case creating, pullBackOff, unconfigured:
		p.launch(c, now, w)
	case crashBackOff:
		c.status.RestartCount++
		p.launch(c, now, w)
	case pullFailed:
		p.backOffPull(c, now)
	case running:
		if !c.until.IsZero() {
			c.exit(now)
		}
	case exited:
		if c.restarts(p.object.Spec.RestartPolicy) {
			p.restart(c, now, w)
		}
	}
}

// launch pulls c's image, looks up its environment and starts it, as far as that goes.
func (p *pod) launch(c *container, now time.Time, w world) {
	if cause := p.pullError(c, w); cause != "" {
		p.failPull(c, now, cause)
		return
	}
	if missing := w.missingEnv(p.object.Namespace, c.spec); missing != "" {
		p.blocked = true
		c.wait(unconfigured, now.Add(p.options.RetryMissing), "CreateContainerConfigError", missing)
		if !c.told {
			c.told = true
			p.tell(c, corev1.EventTypeWarning, "Failed", "Error: "+missing)
		}
		return
	}
	c.mounted()
	p.note(c, "Pulled", fmt.Sprintf("Successfully pulled image %q", c.spec.Image))
	p.note(c, "Created", "Created container: "+c.spec.Name)
	c.start(now, containerID(string(p.object.UID), c.spec.Name, c.status.RestartCount), p.options.MaxReadinessDelay)
	p.note(c, "Started", "Started container "+c.spec.Name)
}

// pullError is why c's image cannot be pulled now; "" if it can.
func (p *pod) pullError(c *container, w world) string {
	switch {
	case c.b.pullError != "":
		return c.spec.Image + ": " + c.b.pullError
	case c.b.private && len(w.missingPullSecrets(p.object)) == len(p.object.Spec.ImagePullSecrets): // or none is asked for
		return accessDenied
	}
	return ""
}

func (p *pod) failPull(c *container, now time.Time, cause string) {
	message := fmt.Sprintf("failed to pull and unpack image %q: failed to resolve reference %q: %s", c.spec.Image, c.spec.Image, cause)
	c.pulls++
	c.lastPull = "ErrImagePull: " + message
	c.wait(pullFailed, now.Add(time.Second), "ErrImagePull", message)
	p.tell(c, corev1.EventTypeWarning, "Failed", fmt.Sprintf("Failed to pull image %q: %s", c.spec.Image, message))
	p.tell(c, corev1.EventTypeWarning, "Failed", "Error: ErrImagePull")
}

func (p *pod) backOffPull(c *container, now time.Time) {
	until := now.Add(backOff(p.options.RestartBackOff, c.pulls))
	message := fmt.Sprintf("Back-off pulling image %q", c.spec.Image)
	c.wait(pullBackOff, until, "ImagePullBackOff", message+": "+c.lastPull)
	p.tell(c, corev1.EventTypeNormal, "BackOff", message)
	p.tell(c, corev1.EventTypeWarning, "Failed", "Error: ImagePullBackOff")
}

// restart runs an ended container again, after its back-off.
func (p *pod) restart(c *container, now time.Time, w world) {
	wait := backOff(p.options.RestartBackOff, int(c.status.RestartCount))
	until := c.status.State.Terminated.FinishedAt.Add(wait)
	c.status.LastTerminationState = c.status.State
	if now.Before(until) {
		id := fmt.Sprintf("%s_%s(%s)", p.object.Name, p.object.Namespace, p.object.UID)
		c.wait(crashBackOff, until, "CrashLoopBackOff",
			fmt.Sprintf("back-off %s restarting failed container=%s pod=%s", wait, c.spec.Name, id))
		p.tell(c, corev1.EventTypeWarning, "BackOff", fmt.Sprintf("Back-off restarting failed container %s in pod %s", c.spec.Name, id))
		return
	}
	c.status.RestartCount++
	p.launch(c, now, w)
}

// observe probes a running container and returns when c is to be looked at again.
func (p *pod) observe(c *container, now time.Time) time.Time {
	if c.phase != running {
		return c.until
	}
	c.probe(now)
	switch {
	case c.readyAt.IsZero() || c.unready:
		if !now.Before(c.tellAt) {
			c.tellAt = now.Add(unhealthyPeriod)
			p.tell(c, corev1.EventTypeWarning, "Unhealthy", "Readiness probe failed: simulated by "+c.spec.Image)
		}
		return earliest(c.until, c.tellAt)
	case now.Before(c.readyAt):
		return earliest(c.until, c.readyAt)
	}
	return c.until
}

// stop ends every container that runs.
func (p *pod) stop(now time.Time) {
	p.stopped = true
	for _, c := range append(append([]*container{}, p.inits...), p.mains...) {
		if c.phase == running {
			c.kill(now)
		}
	}
}

// note tells of an ordinary step in the life of a container with a simulated fault. Ordinary containers take their steps
// silently, so that the nodes are not what a measurement measures.
func (p *pod) note(c *container, reason, message string) {
	if c.b.fault != "" {
		p.tell(c, corev1.EventTypeNormal, reason, message)
	}
}

// earliest is the earlier of two times, of which zero ones mean never.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
