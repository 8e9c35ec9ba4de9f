package applier_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"stowage/applier"
	"stowage/internal/release"
	"stowage/internal/testcluster"
	"stowage/planner"
)

// fault is an app that does not become ready, and what has to be said of that.
type fault struct {
	name   string
	config string            // in the app's block
	pod    func(spec object) // makes of the pod's spec what the language has no words for

	timesOut   bool   // it may still become ready, so it is waited for to the end
	container  string // empty: it is about the pod, or about none
	reason     string
	exitCode   int32  // 0: no container has ended
	message    string // part of the evidence's message
	event      string // reason of a warning
	about      string // kind of what it is about
	log        string // the last line of the container's log
	refusedPod bool   // there is no pod
}

type object = map[string]any

const requests = `resources { requests = { cpu = "10m" } }`

var faults = []fault{
	{
		name: "image", config: `image = "simulate.local/image-pull-error"`,
		container: "image", reason: "ImagePullBackOff", message: "not found", event: "Failed", about: "Pod",
	},
	{
		name: "pull-secret", config: `image = "simulate.local/private"`,
		pod:       func(spec object) { spec["imagePullSecrets"] = []any{object{"name": "registry"}} },
		container: "pull-secret", reason: "ImagePullBackOff", message: "pull access denied",
		event: "FailedToRetrieveImagePullSecret", about: "Pod",
	},
	{
		name: "crash", config: `image = "simulate.local/crash-loop"`,
		container: "crash", reason: "CrashLoopBackOff", exitCode: 1, message: "back-off", event: "BackOff", about: "Pod",
		log: "exit code 1",
	},
	{
		name: "oom", config: `image = "simulate.local/oom"`,
		container: "oom", reason: "CrashLoopBackOff after OOMKilled", exitCode: 137, message: "back-off", event: "BackOff", about: "Pod",
		log: "exit code 137",
	},
	{
		name: "init", config: `image = "nginx"
init_container "migrate" { image = "simulate.local/noisy-crash" }`,
		container: "migrate", reason: "CrashLoopBackOff", exitCode: 2, message: "back-off", event: "BackOff", about: "Pod",
		log: "exit code 2",
	},
	{
		name: "sidecar", config: `image = "nginx"
sidecar "proxy" { image = "simulate.local/crash-loop" }`,
		container: "proxy", reason: "CrashLoopBackOff", exitCode: 1, message: "back-off", event: "BackOff", about: "Pod",
		log: "exit code 1",
	},
	{
		name: "readiness", config: `image = "simulate.local/never-ready"` + "\n" + `readiness { tcp = 80 }`, timesOut: true,
		container: "readiness", reason: "NotReady", event: "Unhealthy", about: "Pod", log: "args []",
	},
	{
		name: "key", config: `image = "nginx"` + "\n" + `env = { TOKEN = { secret = "there", key = "absent" } }`,
		container: "key", reason: "CreateContainerConfigError", message: "couldn't find key absent in Secret", event: "Failed", about: "Pod",
	},
	{
		name: "node", config: `image = "nginx"`, timesOut: true,
		pod:    func(spec object) { spec["nodeSelector"] = object{"disk": "fast"} },
		reason: "Unschedulable", message: "didn't match Pod's node affinity/selector", event: "FailedScheduling", about: "Pod",
	},
	{
		name: "quota", config: `image = "nginx"`, refusedPod: true,
		reason: "FailedCreate", message: "exceeded quota: no-best-effort", event: "FailedCreate", about: "ReplicaSet",
	},
	{
		name: "claim", timesOut: true,
		config: `image = "nginx"
mount "/data" {
  claim {
    size          = "1Gi"
    storage_class = "leaves"
  }
}`,
		reason: "Unschedulable", message: "unbound immediate PersistentVolumeClaims", event: "ProvisioningFailed", about: "PersistentVolumeClaim",
	},
}

// manyFaults is a configuration of one app for each fault, and the line that each
// begins at.
func manyFaults() (config string, lines map[string]int) {
	var b strings.Builder
	lines = map[string]int{}
	for _, f := range faults {
		lines[f.name] = strings.Count(b.String(), "\n") + 1
		fmt.Fprintf(&b, "app %q {\n%s\nreplicas = 1\n", f.name, f.config)
		if !f.refusedPod { // those without a request are of the class BestEffort
			fmt.Fprintln(&b, requests)
		}
		fmt.Fprintln(&b, "}")
	}
	return b.String(), lines
}

func TestS13EachFaultFailsWithItsEvidence(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, `config "first" { data = { a = "b" } }`)
	for _, manifest := range []object{
		{"apiVersion": "v1", "kind": "Secret", "metadata": object{"name": "there"}, "stringData": object{"absent": "x", "other": "x"}},
		{"apiVersion": "v1", "kind": "Secret", "metadata": object{"name": "registry"}},
		{
			"apiVersion": "v1", "kind": "ResourceQuota", "metadata": object{"name": "no-best-effort"},
			"spec": object{"hard": object{"pods": "0"}, "scopes": []any{"BestEffort"}},
		},
	} {
		s.create(t, manifest)
	}
	s.edit = func(o *planner.Object) {
		i := slices.IndexFunc(faults, func(f fault) bool { return o.Address == "app."+f.name && o.Role == planner.RoleWorkload })
		if i < 0 {
			return
		}
		if faults[i].timesOut {
			o.Timeout = 5 * time.Second
		}
		if faults[i].pod != nil {
			o.Manifest = withPodSpec(t, o.Manifest, faults[i].pod)
		}
	}
	config, lines := manyFaults()
	class := &storagev1.StorageClass{ObjectMeta: metav1.ObjectMeta{Name: "leaves"}, Provisioner: "leaves"}
	if _, err := s.cluster.Client.StorageV1().StorageClasses().Create(t.Context(), class, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	plan, opts := s.plan(t, config)
	s.takeAway(t)
	began := time.Now()
	out := s.run(t.Context(), plan, opts, nil)
	if took := time.Since(began); took > 25*time.Second {
		t.Errorf("it took %s: nothing that is doubtful may be waited for so long", took)
	}

	shown := 0
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			step := out.step(t, "Deployment", f.name)
			failure := notReady(t, step)
			if at := fmt.Sprintf("shop.hcl:%d: Deployment %s: ", lines[f.name], f.name); !strings.Contains(step.Err.Error(), at) {
				t.Errorf("the error does not say %q: %v", at, step.Err)
			}
			if timedOut := failure.TimedOut > 0; timedOut != f.timesOut {
				t.Errorf("timed out: %v, want %v: %v", timedOut, f.timesOut, failure)
			}
			f.check(t, failure)
			if !t.Failed() {
				shown++
			}
		})
	}
	testcluster.Report(t, "evidence of %d of %d faults", shown, len(faults))
}

// takeAway removes what the apps refer to: a plan sees to it that it is there, but
// nobody keeps it there until the pods start.
func (s *site) takeAway(t *testing.T) {
	t.Helper()
	secrets := s.cluster.Client.CoreV1().Secrets(s.namespace)
	patch := []byte(`{"data":{"absent":null}}`)
	_, err := secrets.Patch(t.Context(), "there", types.MergePatchType, patch, metav1.PatchOptions{})
	err = errors.Join(err,
		secrets.Delete(t.Context(), "registry", metav1.DeleteOptions{}),
		s.cluster.Client.StorageV1().StorageClasses().Delete(t.Context(), "leaves", metav1.DeleteOptions{}))
	if err != nil {
		t.Fatal(err)
	}
}

// check fails the test unless the evidence says all that there is to say.
func (f *fault) check(t *testing.T, failure *applier.NotReadyError) {
	t.Helper()
	e := failure.Evidence
	if e.App != f.name || e.Container != f.container || e.Reason != f.reason || !strings.Contains(e.Message, f.message) {
		t.Errorf("app %s: %s, want container %q: %s: %s", e.App, e.Summary(), f.container, f.reason, f.message)
	}
	if strings.HasPrefix(e.Pod, f.name+"-") == f.refusedPod {
		t.Errorf("pod %q", e.Pod)
	}
	if f.exitCode == 0 && e.ExitCode != nil || f.exitCode != 0 && (e.ExitCode == nil || *e.ExitCode != f.exitCode || e.Restarts != 2) {
		t.Errorf("%s: want exit code %d after 2 restarts", e.Summary(), f.exitCode)
	}
	if !slices.ContainsFunc(e.Events, func(line release.EventLine) bool {
		return line.Reason == f.event && strings.HasPrefix(line.Object, f.about+" ")
	}) || len(e.Events) > 5 {
		t.Errorf("events %+v, want at most 5, with %s of a %s", e.Events, f.event, f.about)
	}
	if !endsWith(e.Logs, f.log) && !beginsLike(e.Logs, e.Previous) {
		t.Errorf("log %q, want at most 20 lines up to %q", e.Logs, f.log)
	}
	if f.exitCode != 0 && !endsWith(e.Previous, f.log) {
		t.Errorf("log of the run before %q, want at most 20 lines up to %q", e.Previous, f.log)
	}
	if len(e.Missing) > 0 {
		t.Errorf("missing: %q", e.Missing)
	}
	for _, text := range append(texts(t, e), failure.Error()) {
		if i := strings.IndexFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }); i >= 0 {
			t.Errorf("character %q in %q", text[i:], text)
		}
	}
}

// endsWith tells whether a log is short and ends with a line; without a line,
// whether it is empty.
func endsWith(log []string, line string) bool {
	if line == "" {
		return len(log) == 0
	}
	return len(log) > 0 && len(log) <= 20 && log[len(log)-1] == line
}

// beginsLike tells whether a log is that of a container that has only just begun
// again, between the judgement and the reading of the log: there is no way to ask
// for the log of a certain run.
func beginsLike(log, previous []string) bool {
	return len(log) < len(previous) && slices.Equal(log, previous[:len(log)])
}

// texts returns all texts that are in the JSON of a value.
func texts(t *testing.T, v any) []string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var decoded any
	if err := json.Unmarshal(data, &decoded); err != nil {
		t.Fatal(err)
	}
	var found []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			found = append(found, v)
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			for _, item := range v {
				walk(item)
			}
		}
	}
	walk(decoded)
	return found
}

// withPodSpec returns a copy of a workload with its pods' spec changed.
func withPodSpec(t *testing.T, workload *unstructured.Unstructured, change func(spec object)) *unstructured.Unstructured {
	t.Helper()
	changed := workload.DeepCopy()
	spec, found, err := unstructured.NestedMap(changed.Object, "spec", "template", "spec")
	if err != nil || !found {
		t.Fatalf("%s has no pods: %v", workload.GetName(), err)
	}
	change(spec)
	if err := unstructured.SetNestedMap(changed.Object, spec, "spec", "template", "spec"); err != nil {
		t.Fatal(err)
	}
	return changed
}

// create makes an object in the site's namespace, as another client would.
func (s *site) create(t *testing.T, manifest object) *unstructured.Unstructured {
	t.Helper()
	u := &unstructured.Unstructured{Object: manifest}
	u.SetNamespace(s.namespace)
	created, err := s.Create(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	return created
}
