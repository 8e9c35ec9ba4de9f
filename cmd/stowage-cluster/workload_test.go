package main_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"
)

// TestWorkloads runs what people run, each in a namespace of its own of one cluster.
func TestWorkloads(t *testing.T) {
	l := newLocal(t)
	l.up()
	for name, test := range map[string]func(*testing.T, *user){
		"deployment":      testDeployment,
		"claims":          testClaims,
		"jobs":            testJobs,
		"faults":          testFaults,
		"crash-loop":      testCrashLoop,
		"missing-config":  testMissingConfig,
		"missing-volume":  testMissingVolume,
		"logs":            testLogs,
		"deletion":        testDeletion,
		"readiness":       testReadiness,
		"lost-readiness":  testLostReadiness,
		"init-containers": testInitContainers,
		"load-balancer":   testLoadBalancer,
		"pull-secrets":    testPullSecrets,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := &user{t, l.client(), name}
			must(t)(u.client.CoreV1().Namespaces().Create(t.Context(), namespace(name), metav1.CreateOptions{}))
			test(t, u)
		})
	}
}

func deployment(replicas int32, spec corev1.PodSpec) *appsv1.Deployment {
	labels := map[string]string{"app": "web"}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas,
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: spec},
		},
	}
}

func service(kind corev1.ServiceType) *corev1.Service {
	return &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec:       corev1.ServiceSpec{Type: kind, Selector: map[string]string{"app": "web"}, Ports: []corev1.ServicePort{{Port: 80}}},
	}
}

func testDeployment(t *testing.T, u *user) {
	must(t)(u.client.CoreV1().Services(u.namespace).Create(t.Context(), service(corev1.ServiceTypeClusterIP), metav1.CreateOptions{}))
	must(t)(u.client.AppsV1().Deployments(u.namespace).Create(t.Context(), deployment(3, image("nginx")), metav1.CreateOptions{}))
	await(u, u.client.AppsV1().RESTClient(), "deployments", "web", func(d *appsv1.Deployment) bool { return d.Status.AvailableReplicas == 3 })
	u.endpoints(3)
}

// endpoints waits until so many are ready.
func (u *user) endpoints(n int) {
	u.t.Helper()
	await(u, u.client.DiscoveryV1().RESTClient(), "endpointslices", "", func(s *discoveryv1.EndpointSlice) bool {
		ready := 0
		for _, endpoint := range s.Endpoints {
			if *endpoint.Conditions.Ready && len(endpoint.Addresses) == 1 && *endpoint.NodeName != "" {
				ready++
			}
		}
		return ready == n
	})
}

// What was ready is so no more, and then again, when somebody says so.
func testLostReadiness(t *testing.T, u *user) {
	must(t)(u.client.CoreV1().Services(u.namespace).Create(t.Context(), service(corev1.ServiceTypeClusterIP), metav1.CreateOptions{}))
	must(t)(u.client.AppsV1().Deployments(u.namespace).Create(t.Context(), deployment(2, image("nginx")), metav1.CreateOptions{}))
	u.endpoints(2)
	name := u.pod("", isReady).Name
	annotate := func(ready string) {
		patch := fmt.Appendf(nil, `{"metadata":{"annotations":{"simulate.local/ready":%q}}}`, ready)
		must(t)(u.client.CoreV1().Pods(u.namespace).Patch(t.Context(), name, types.MergePatchType, patch, metav1.PatchOptions{}))
	}
	annotate("false")
	u.endpoints(1)
	u.event(name, "Unhealthy")
	annotate("true")
	u.endpoints(2)
}

func claim(name, class string) *corev1.PersistentVolumeClaim {
	c := &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: corev1.PersistentVolumeClaimSpec{
			AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
			Resources:   corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}},
		},
	}
	if class != "" {
		c.Spec.StorageClassName = &class
	}
	return c
}

func testClaims(t *testing.T, u *user) {
	claims, core := u.client.CoreV1().PersistentVolumeClaims(u.namespace), u.client.CoreV1().RESTClient()
	bound := func(c *corev1.PersistentVolumeClaim) bool { return c.Status.Phase == corev1.ClaimBound }

	must(t)(claims.Create(t.Context(), claim("eager", "immediate"), metav1.CreateOptions{}))
	eager := await(u, core, "persistentvolumeclaims", "eager", bound)
	if err := claims.Delete(t.Context(), "eager", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}

	must(t)(claims.Create(t.Context(), claim("lazy", ""), metav1.CreateOptions{}))
	u.event("lazy", "WaitForFirstConsumer")
	lazy, err := claims.Get(t.Context(), "lazy", metav1.GetOptions{})
	must(t)(lazy, err)
	if lazy.Status.Phase != corev1.ClaimPending || *lazy.Spec.StorageClassName != "standard" {
		t.Errorf("without a pod: %s, class %s", lazy.Status.Phase, *lazy.Spec.StorageClassName)
	}
	spec := image("mysql")
	source := &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "lazy"}
	spec.Volumes = []corev1.Volume{{Name: "data", VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: source}}}
	u.createPod("user", spec)
	u.pod("user", isReady)
	await(u, core, "persistentvolumeclaims", "lazy", bound)

	grow := []byte(`{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}`)
	must(t)(claims.Patch(t.Context(), "lazy", types.MergePatchType, grow, metav1.PatchOptions{}))
	await(u, core, "persistentvolumeclaims", "lazy", func(c *corev1.PersistentVolumeClaim) bool {
		return c.Status.Capacity.Storage().Equal(resource.MustParse("2Gi"))
	})

	// The deleted claim's volume goes too.
	_, err = watchtools.UntilWithSync(t.Context(), cache.NewListWatchFromClient(core, "persistentvolumes", "", fields.Everything()),
		&corev1.PersistentVolume{}, func(store cache.Store) (bool, error) {
			_, exists, err := store.GetByKey(eager.Spec.VolumeName)
			return !exists, err
		}, func(event watch.Event) (bool, error) {
			volume, ok := event.Object.(*corev1.PersistentVolume)
			return ok && event.Type == watch.Deleted && volume.Name == eager.Spec.VolumeName, nil
		})
	if err != nil {
		t.Errorf("the deleted claim's volume: %v", err)
	}
}

func job(name, imageName string) *batchv1.Job {
	spec := image(imageName)
	spec.RestartPolicy = corev1.RestartPolicyNever
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       batchv1.JobSpec{BackoffLimit: new(int32), Template: corev1.PodTemplateSpec{Spec: spec}},
	}
}

func testJobs(t *testing.T, u *user) {
	for name, test := range map[string]struct {
		image string
		want  batchv1.JobConditionType
	}{
		"good": {"busybox", batchv1.JobComplete},
		"bad":  {"simulate.local/job-fail", batchv1.JobFailed},
		"code": {"simulate.local/exit:3", batchv1.JobFailed},
	} {
		must(t)(u.client.BatchV1().Jobs(u.namespace).Create(t.Context(), job(name, test.image), metav1.CreateOptions{}))
		await(u, u.client.BatchV1().RESTClient(), "jobs", name, func(j *batchv1.Job) bool {
			for _, c := range j.Status.Conditions {
				if c.Type == test.want && c.Status == corev1.ConditionTrue {
					return true
				}
			}
			return false
		})
	}
}

func testDeletion(t *testing.T, u *user) {
	must(t)(u.client.AppsV1().Deployments(u.namespace).Create(t.Context(), deployment(1, image("nginx")), metav1.CreateOptions{}))
	first := u.pod("", isReady)
	if err := u.client.CoreV1().Pods(u.namespace).Delete(t.Context(), first.Name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	second := u.pod("", func(p *corev1.Pod) bool { return p.UID != first.UID && isReady(p) })
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("replaced after %s", took)
	}
	if second.Status.PodIP == first.Status.PodIP {
		t.Errorf("both pods have address %s", second.Status.PodIP)
	}
	if err := u.client.CoreV1().Namespaces().Delete(t.Context(), u.namespace, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	lw := cache.NewListWatchFromClient(u.client.CoreV1().RESTClient(), "namespaces", "", fields.OneTermEqualSelector("metadata.name", u.namespace))
	_, err := watchtools.UntilWithSync(ctx, lw, &corev1.Namespace{}, func(store cache.Store) (bool, error) {
		return len(store.ListKeys()) == 0, nil
	}, func(event watch.Event) (bool, error) { return event.Type == watch.Deleted, nil })
	if err != nil {
		t.Errorf("the namespace does not go: %v", err)
	}
}

func testReadiness(t *testing.T, u *user) {
	spec := image("nginx")
	spec.Containers[0].ReadinessProbe = &corev1.Probe{
		InitialDelaySeconds: 2,
		ProbeHandler:        corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"true"}}},
	}
	u.createPod("web", spec)
	pod := u.pod("web", isReady)
	var readyAt time.Time
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReady {
			readyAt = c.LastTransitionTime.Time
		}
	}
	if took := readyAt.Sub(pod.Status.ContainerStatuses[0].State.Running.StartedAt.Time); took < 2*time.Second || took > 10*time.Second {
		t.Errorf("ready %s after the start, want 2 s", took)
	}
}

func testInitContainers(t *testing.T, u *user) {
	spec := image("nginx")
	spec.InitContainers = []corev1.Container{{Name: "first", Image: "busybox"}, {Name: "second", Image: "simulate.local/fail-once"}}
	u.createPod("web", spec)
	pod := u.pod("web", isReady)
	for i, restarts := range []int32{0, 1} {
		c := pod.Status.InitContainerStatuses[i]
		if c.State.Terminated == nil || c.State.Terminated.ExitCode != 0 || c.RestartCount != restarts {
			t.Errorf("init container %+v, want it ended after %d restarts", c, restarts)
		}
	}
	spec.InitContainers[1].Image = "simulate.local/crash-loop"
	u.createPod("stuck", spec)
	u.pod("stuck", func(p *corev1.Pod) bool {
		return p.Status.Phase == corev1.PodPending && waits("PodInitializing")(p) && p.Status.InitContainerStatuses[1].RestartCount > 0
	})
	if e := u.event("stuck", "BackOff"); e.InvolvedObject.FieldPath != "spec.initContainers{second}" {
		t.Errorf("event about %q", e.InvolvedObject.FieldPath)
	}
}

func testLoadBalancer(t *testing.T, u *user) {
	services := u.client.CoreV1().Services(u.namespace)
	must(t)(services.Create(t.Context(), service(corev1.ServiceTypeLoadBalancer), metav1.CreateOptions{}))
	core := u.client.CoreV1().RESTClient()
	s := await(u, core, "services", "web", func(s *corev1.Service) bool { return len(s.Status.LoadBalancer.Ingress) == 1 })
	if ip := s.Status.LoadBalancer.Ingress[0].IP; !strings.HasPrefix(ip, "127.") {
		t.Errorf("address %s", ip)
	}
	s.Spec.Type = corev1.ServiceTypeClusterIP
	must(t)(services.Update(t.Context(), s, metav1.UpdateOptions{}))
	await(u, core, "services", "web", func(s *corev1.Service) bool { return len(s.Status.LoadBalancer.Ingress) == 0 })
}

func testPullSecrets(t *testing.T, u *user) {
	spec := image("simulate.local/private")
	spec.ImagePullSecrets = []corev1.LocalObjectReference{{Name: "registry"}, {Name: "mirror"}}
	u.createPod("app", spec)
	if e := u.event("app", "FailedToRetrieveImagePullSecret"); !strings.Contains(e.Message, "(registry, mirror)") {
		t.Errorf("event %q", e.Message)
	}
	pod := u.pod("app", waits("ImagePullBackOff"))
	if message := pod.Status.ContainerStatuses[0].State.Waiting.Message; !strings.Contains(message, "pull access denied") {
		t.Errorf("waits: %s", message)
	}
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "registry"}}
	must(t)(u.client.CoreV1().Secrets(u.namespace).Create(t.Context(), secret, metav1.CreateOptions{}))
	u.pod("app", isReady)
}
