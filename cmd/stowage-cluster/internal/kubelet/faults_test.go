package kubelet

import (
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// simulateJob simulates the pod of a Job with one container.
func simulateJob(c corev1.Container) *simulation {
	object := &corev1.Pod{Spec: corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{c}}}
	object.OwnerReferences = []metav1.OwnerReference{{Kind: "Job", Controller: new(true)}}
	s := &simulation{pod: newPod(object, DefaultOptions()), now: epoch}
	s.tell = func(*container, string, string, string) {}
	s.step()
	return s
}

func TestJobsEndAsTheirImageSays(t *testing.T) {
	phase := []corev1.EnvVar{{Name: "NOW", Value: "after"}, {Name: "PHASE", Value: "$(NOW)"}}
	for _, test := range []struct {
		image string
		env   []corev1.EnvVar
		at    time.Duration
		want  string
	}{
		{"simulate.local/exit:3", nil, time.Second, "Failed Error(3)"},
		{"simulate.local/exit:0", nil, 3 * time.Second, "Pending ImagePullBackOff"},
		{"simulate.local/exit:256", nil, 3 * time.Second, "Pending ImagePullBackOff"},
		{"simulate.local/slow-job:10s", nil, 9 * time.Second, "Running Running+ready"},
		{"simulate.local/slow-job:10s", nil, 11 * time.Second, "Succeeded Completed(0)"},
		{"simulate.local/slow-job:soon", nil, 3 * time.Second, "Pending ImagePullBackOff"},
		{"simulate.local/fail-if:PHASE.after", phase, time.Second, "Failed Error(1)"},
		{"simulate.local/fail-if:PHASE.before", phase, time.Second, "Succeeded Completed(0)"},
		{"simulate.local/fail-if:PHASE.after", nil, time.Second, "Succeeded Completed(0)"},
		{"simulate.local/fail-if:PHASE", phase, 3 * time.Second, "Pending ImagePullBackOff"},
	} {
		t.Run(test.image, func(t *testing.T) {
			simulateJob(corev1.Container{Name: "c", Image: test.image, Env: test.env}).expect(t, test.at, test.want)
		})
	}
}

// A log shows arguments as the container got them, as far as that can be told without reading other objects.
func TestLogsShowWhatArgumentsMean(t *testing.T) {
	c := &corev1.Container{
		Name: "c", Image: "simulate.local/fail-if:PHASE.after", Command: []string{"wget"},
		Args: []string{"http://$(HOST):80/", "$$(HOST)", "$(TOKEN)", "$(NOWHERE)"},
		Env: []corev1.EnvVar{
			{Name: "NAME", Value: "shop"}, {Name: "HOST", Value: "$(NAME)-preview"}, {Name: "PHASE", Value: "after"},
			{Name: "TOKEN", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{Key: "token"}}},
		},
	}
	args := slices.Clone(c.Args)
	var text []string
	for _, line := range runLog(c, corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 1}}) {
		text = append(text, line.text)
	}
	want := []string{
		"container c of image simulate.local/fail-if:PHASE.after started (simulated)",
		`args ["wget" "http://shop-preview:80/" "$(HOST)" "$(TOKEN)" "$(NOWHERE)"]`,
		"fatal: simulated failure, since PHASE is after", "exit code 1",
	}
	if !slices.Equal(text, want) {
		t.Errorf("%s\nwant\n%s", strings.Join(text, "\n"), strings.Join(want, "\n"))
	}
	if !slices.Equal(c.Args, args) {
		t.Errorf("the container's own arguments are %q now", c.Args)
	}
}

func TestAnAnnotationTakesReadinessAway(t *testing.T) {
	spec := always("nginx")
	spec.Containers[0].StartupProbe = &corev1.Probe{}
	s := simulate(spec)
	s.expect(t, time.Second, "Running Running+ready")
	s.object.Annotations = map[string]string{annotationReady: "false"}
	s.step()
	s.expect(t, 2*time.Second, "Running Running")
	if !*s.mains[0].status.Started {
		t.Error("what has started has not any more")
	}
	if want := []string{"Unhealthy"}; !slices.Equal(s.events, want) {
		t.Errorf("events %v, want %v", s.events, want)
	}
	s.object.Annotations[annotationReady] = "true"
	s.step()
	s.expect(t, 2*time.Second, "Running Running+ready")
}
