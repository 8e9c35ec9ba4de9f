package kubelet

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// shown is the pod's status as its kubelet reports it at now. What others have put into the pod's status is kept.
func (p *pod) shown(now metav1.Time) *corev1.PodStatus {
	status := p.object.Status.DeepCopy()
	status.Phase = p.phase()
	status.ObservedGeneration = p.object.Generation
	status.StartTime = &p.started
	status.HostIP, status.HostIPs = p.hostIP, []corev1.HostIP{{IP: p.hostIP}}
	if p.mounted {
		status.PodIP, status.PodIPs = p.ip, []corev1.PodIP{{IP: p.ip}}
	}
	status.InitContainerStatuses = p.statuses(p.inits)
	status.ContainerStatuses = p.statuses(p.mains)
	for _, condition := range p.conditions(status) {
		setCondition(status, condition, now)
	}
	return status
}

// statuses are those of a list of containers; one that waits for an init container says so.
func (p *pod) statuses(list []*container) []corev1.ContainerStatus {
	var statuses []corev1.ContainerStatus
	for i, c := range list {
		status := *c.status.DeepCopy()
		if c.phase == held && len(p.inits) > 0 && (!c.init || i > 0) {
			status.State.Waiting.Reason = "PodInitializing"
		}
		statuses = append(statuses, status)
	}
	return statuses
}

// phase follows the kubelet's rules.
func (p *pod) phase() corev1.PodPhase {
	if p.stopped {
		return corev1.PodFailed
	}
	for _, c := range p.inits {
		if c.initialized() || c.sidecar() && c.begun() {
			continue
		}
		if c.phase == exited && !c.restarts(p.object.Spec.RestartPolicy) {
			return corev1.PodFailed
		}
		return corev1.PodPending
	}
	waiting, live, failed := 0, 0, 0
	for _, c := range p.mains {
		switch {
		case !c.begun():
			waiting++
		case c.phase != exited || c.restarts(p.object.Spec.RestartPolicy):
			live++
		case !c.succeeded():
			failed++
		}
	}
	switch {
	case waiting > 0:
		return corev1.PodPending
	case live > 0:
		return corev1.PodRunning
	case failed > 0:
		return corev1.PodFailed
	}
	return corev1.PodSucceeded
}

// conditions are those that a kubelet sets.
func (p *pod) conditions(status *corev1.PodStatus) []corev1.PodCondition {
	ended := status.Phase == corev1.PodSucceeded || status.Phase == corev1.PodFailed
	sandbox := condition(corev1.PodReadyToStartContainers, p.mounted && !ended, "", "")
	containersReady := p.containersReady(status.Phase)
	ready := containersReady
	ready.Type = corev1.PodReady
	if gates := p.closedGates(status); ready.Status == corev1.ConditionTrue && len(gates) > 0 {
		ready = condition(corev1.PodReady, false, "ReadinessGatesNotReady",
			"the status of pod readiness gate "+list(gates)+" is not \"True\"")
	}
	return []corev1.PodCondition{sandbox, p.initialized(status.Phase), ready, containersReady}
}

func (p *pod) initialized(phase corev1.PodPhase) corev1.PodCondition {
	var unfinished []string
	for _, c := range p.inits {
		if !c.initialized() {
			unfinished = append(unfinished, c.spec.Name)
		}
	}
	switch {
	case phase == corev1.PodSucceeded:
		return condition(corev1.PodInitialized, true, "PodCompleted", "")
	case len(unfinished) > 0:
		return condition(corev1.PodInitialized, false, "ContainersNotInitialized",
			"containers with incomplete status: "+list(unfinished))
	}
	return condition(corev1.PodInitialized, true, "", "")
}

func (p *pod) containersReady(phase corev1.PodPhase) corev1.PodCondition {
	switch phase {
	case corev1.PodSucceeded:
		return condition(corev1.ContainersReady, false, "PodCompleted", "")
	case corev1.PodFailed:
		return condition(corev1.ContainersReady, false, "PodFailed", "")
	}
	var unready []string
	for _, c := range append(p.sidecars(), p.mains...) {
		if !c.status.Ready {
			unready = append(unready, c.spec.Name)
		}
	}
	if len(unready) > 0 {
		return condition(corev1.ContainersReady, false, "ContainersNotReady", "containers with unready status: "+list(unready))
	}
	return condition(corev1.ContainersReady, true, "", "")
}

func (p *pod) sidecars() []*container {
	var sidecars []*container
	for _, c := range p.inits {
		if c.sidecar() {
			sidecars = append(sidecars, c)
		}
	}
	return sidecars
}

// closedGates are the pod's readiness gates that nobody has opened.
func (p *pod) closedGates(status *corev1.PodStatus) []string {
	var closed []string
	for _, gate := range p.object.Spec.ReadinessGates {
		if c := findCondition(status, gate.ConditionType); c == nil || c.Status != corev1.ConditionTrue {
			closed = append(closed, string(gate.ConditionType))
		}
	}
	return closed
}

func list(names []string) string { return "[" + strings.Join(names, " ") + "]" }

func condition(kind corev1.PodConditionType, holds bool, reason, message string) corev1.PodCondition {
	status := corev1.ConditionFalse
	if holds {
		status = corev1.ConditionTrue
	}
	return corev1.PodCondition{Type: kind, Status: status, Reason: reason, Message: message}
}

func findCondition(status *corev1.PodStatus, kind corev1.PodConditionType) *corev1.PodCondition {
	for i := range status.Conditions {
		if status.Conditions[i].Type == kind {
			return &status.Conditions[i]
		}
	}
	return nil
}

// setCondition puts a condition of the kubelet's in place; its transition time is kept while its status is.
func setCondition(status *corev1.PodStatus, c corev1.PodCondition, now metav1.Time) {
	c.ObservedGeneration = status.ObservedGeneration
	c.LastTransitionTime = now
	old := findCondition(status, c.Type)
	if old == nil {
		status.Conditions = append(status.Conditions, c)
		return
	}
	if old.Status == c.Status {
		c.LastTransitionTime = old.LastTransitionTime
	}
	*old = c
}
