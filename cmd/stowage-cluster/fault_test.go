package main_test

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func testFaults(t *testing.T, u *user) {
	for name, test := range map[string]struct {
		image  string
		done   func(*corev1.Pod) bool
		events []string
	}{
		"pull-1":  {"simulate.local/image-pull-error", waits("ErrImagePull"), []string{"Pulling", "Failed"}},
		"pull-2":  {"simulate.local/image-pull-error", waits("ImagePullBackOff"), []string{"BackOff"}},
		"unready": {"simulate.local/never-ready", func(p *corev1.Pod) bool { return p.Status.Phase == corev1.PodRunning && !isReady(p) }, []string{"Started", "Unhealthy"}},
		"slow":    {"simulate.local/slow-start:1s", isReady, nil},
		"once":    {"simulate.local/fail-once", func(p *corev1.Pod) bool { return isReady(p) && p.Status.ContainerStatuses[0].RestartCount == 1 }, nil},
		"oom": {"simulate.local/oom", func(p *corev1.Pod) bool {
			return waits("CrashLoopBackOff")(p) && lastEnd(p).Reason == "OOMKilled" && lastEnd(p).ExitCode == 137
		}, []string{"BackOff"}},
		"private": {"simulate.local/private", waits("ImagePullBackOff"), []string{"Pulling", "Failed"}},
		"noisy": {"simulate.local/noisy-crash", func(p *corev1.Pod) bool {
			return waits("CrashLoopBackOff")(p) && lastEnd(p).ExitCode == 2
		}, []string{"BackOff"}},
		"nonsense": {"simulate.local/nonsense", waits("ImagePullBackOff"), nil},
	} {
		u.createPod(name, image(test.image))
		u.pod(name, test.done)
		for _, reason := range test.events {
			if e := u.event(name, reason); e.InvolvedObject.FieldPath != "spec.containers{main}" {
				t.Errorf("%s: event %s is about %q", name, reason, e.InvolvedObject.FieldPath)
			}
		}
	}
}

// lastEnd is how the first container's last run ended; all zero if it has not.
func lastEnd(pod *corev1.Pod) corev1.ContainerStateTerminated {
	if end := pod.Status.ContainerStatuses[0].LastTerminationState.Terminated; end != nil {
		return *end
	}
	return corev1.ContainerStateTerminated{}
}

func testCrashLoop(t *testing.T, u *user) {
	u.createPod("loop", image("simulate.local/crash-loop"))
	pod := u.pod("loop", func(p *corev1.Pod) bool {
		return waits("CrashLoopBackOff")(p) && p.Status.ContainerStatuses[0].RestartCount >= 3
	})
	if end := lastEnd(pod); end.ExitCode != 1 || end.Reason != "Error" || pod.Status.Phase != corev1.PodRunning {
		t.Errorf("phase %s, last run %+v", pod.Status.Phase, end)
	}
}

func testMissingConfig(t *testing.T, u *user) {
	spec := image("nginx")
	key := &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "s"}, Key: "password"}
	spec.Containers[0].EnvFrom = []corev1.EnvFromSource{
		{ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "c"}}},
		{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "unneeded"}, Optional: new(true)}},
	}
	spec.Containers[0].Env = []corev1.EnvVar{{Name: "P", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: key}}}
	u.createPod("web", spec)
	because := func(message string) func(*corev1.Pod) bool {
		return func(p *corev1.Pod) bool {
			return waits("CreateContainerConfigError")(p) && strings.Contains(p.Status.ContainerStatuses[0].State.Waiting.Message, message)
		}
	}
	u.pod("web", because(`configmap "c" not found`))
	u.event("web", "Failed")

	config := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "c"}}
	must(t)(u.client.CoreV1().ConfigMaps(u.namespace).Create(t.Context(), config, metav1.CreateOptions{}))
	u.pod("web", because(`secret "s" not found`))
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "s"}, StringData: map[string]string{"other": "x"}}
	must(t)(u.client.CoreV1().Secrets(u.namespace).Create(t.Context(), secret, metav1.CreateOptions{}))
	u.pod("web", because("couldn't find key password in Secret missing-config/s"))
	secret.StringData = map[string]string{"password": "x"}
	must(t)(u.client.CoreV1().Secrets(u.namespace).Update(t.Context(), secret, metav1.UpdateOptions{}))
	u.pod("web", isReady)
}

func testMissingVolume(t *testing.T, u *user) {
	spec := image("nginx")
	source := &corev1.SecretVolumeSource{SecretName: "tls"}
	spec.Volumes = []corev1.Volume{{Name: "cert", VolumeSource: corev1.VolumeSource{Secret: source}}}
	u.createPod("web", spec)
	u.pod("web", waits("ContainerCreating"))
	if e := u.event("web", "FailedMount"); !strings.Contains(e.Message, `secret "tls" not found`) {
		t.Errorf("event %q", e.Message)
	}
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "tls"}}
	must(t)(u.client.CoreV1().Secrets(u.namespace).Create(t.Context(), secret, metav1.CreateOptions{}))
	u.pod("web", isReady)
}

func testLogs(t *testing.T, u *user) {
	u.createPod("good", image("nginx"))
	u.pod("good", isReady)
	if text, err := u.logs("good", &corev1.PodLogOptions{}); err != nil || !strings.Contains(text, "image nginx started") {
		t.Errorf("%v, %q", err, text)
	}
	if _, err := u.logs("good", &corev1.PodLogOptions{Previous: true}); err == nil || !strings.Contains(err.Error(), "previous terminated container") {
		t.Errorf("previous log of a container that never ended: %v", err)
	}
	u.createPod("bad", image("simulate.local/crash-loop"))
	u.pod("bad", waits("CrashLoopBackOff"))
	tail := int64(2)
	if text, err := u.logs("bad", &corev1.PodLogOptions{Previous: true, TailLines: &tail}); err != nil || text != "fatal: simulated crash\nexit code 1\n" {
		t.Errorf("%v, %q", err, text)
	}
	u.createPod("noisy", image("simulate.local/noisy-crash"))
	u.pod("noisy", waits("CrashLoopBackOff"))
	if text, err := u.logs("noisy", &corev1.PodLogOptions{}); err != nil || strings.Count(text, "\n") < 40 || !strings.Contains(text, "\x1b[1;31m") {
		t.Errorf("%v, %q", err, text)
	}
	u.createPod("none", image("simulate.local/image-pull-error"))
	u.pod("none", waits("ImagePullBackOff"))
	if _, err := u.logs("none", &corev1.PodLogOptions{}); err == nil || !strings.Contains(err.Error(), "trying and failing to pull image") {
		t.Errorf("log of a container without an image: %v", err)
	}
	// A followed log ends with its pod.
	ended := make(chan error, 1)
	go func() {
		_, err := u.logs("good", &corev1.PodLogOptions{Follow: true})
		ended <- err
	}()
	if err := u.client.CoreV1().Pods(u.namespace).Delete(t.Context(), "good", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	<-ended // with an error when the pod had gone before the request arrived
}
