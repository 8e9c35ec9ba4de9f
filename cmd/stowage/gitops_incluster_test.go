package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/yaml"

	"stowage/internal/testcluster"
)

// keeper is the CronJob of the example on a cluster, in a namespace of its own.
type keeper struct {
	t         *testing.T
	cluster   *testcluster.Cluster
	namespace string
	dir       string // a copy of the example
	pod       *testcluster.Pod
}

func newKeeper(t *testing.T) *keeper {
	t.Helper()
	k := &keeper{t: t, cluster: testcluster.Start(t), dir: t.TempDir()}
	k.namespace = k.cluster.UnusedNamespace(t)
	if err := os.CopyFS(k.dir, os.DirFS(filepath.Join(examplesDir, "gitops", "in-cluster"))); err != nil {
		t.Fatal(err)
	}
	k.edit("main.hcl", `"site" } # the`, `"`+k.namespace+`" } # the`)
	k.edit("main.hcl", `resource_names = ["site"]
      verbs          = ["get"]`, `resource_names = ["`+k.namespace+`"]
      verbs          = ["get"]`) // of its namespace
	k.edit("site/main.hcl", `namespace = "site"`, `namespace = "`+k.namespace+`"`)
	k.apply()
	k.pod = k.cluster.Pod(t, k.namespace, k.cronJob().Spec.JobTemplate.Spec.Template.Spec.ServiceAccountName)
	return k
}

// edit replaces text in a file of the example.
func (k *keeper) edit(file, old, with string) {
	k.t.Helper()
	path := filepath.Join(k.dir, file)
	text, err := os.ReadFile(path)
	if err != nil {
		k.t.Fatal(err)
	}
	if !bytes.Contains(text, []byte(old)) {
		k.t.Fatalf("%s does not have %s", file, old)
	}
	if err := os.WriteFile(path, bytes.ReplaceAll(text, []byte(old), []byte(with)), 0o600); err != nil {
		k.t.Fatal(err)
	}
}

// apply deploys the CronJob, as somebody does who may.
func (k *keeper) apply() {
	k.t.Helper()
	want(k.t, exitOK, "apply", k.dir, "--auto-approve", "--kubeconfig", k.cluster.Kubeconfig)
}

func (k *keeper) cronJob() *batchv1.CronJob {
	k.t.Helper()
	job, err := k.cluster.Client.BatchV1().CronJobs(k.namespace).Get(k.t.Context(), "keeper", metav1.GetOptions{})
	if err != nil {
		k.t.Fatal(err)
	}
	return job
}

// run runs what a pod of the CronJob runs, with the arguments, environment, files and
// account that it has, and returns the exit code and what is written.
func (k *keeper) run() (code int, output string) {
	k.t.Helper()
	spec := k.cronJob().Spec.JobTemplate.Spec.Template.Spec
	container := spec.Containers[0]
	args := container.Args
	for _, mount := range container.VolumeMounts {
		dir := k.volume(&spec, mount.Name)
		for i := range args {
			if args[i] == mount.MountPath {
				args[i] = dir
			}
		}
	}
	cmd := k.pod.Command(k.t, "stowage", args...)
	for _, variable := range container.Env {
		key := variable.ValueFrom.SecretKeyRef
		secret, err := k.cluster.Client.CoreV1().Secrets(k.namespace).Get(k.t.Context(), key.Name, metav1.GetOptions{})
		if err != nil {
			k.t.Fatal(err)
		}
		cmd.Env = append(cmd.Env, variable.Name+"="+string(secret.Data[key.Key]))
	}
	written, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		k.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(written)
}

// volume makes the files of a ConfigMap as the kubelet makes them: links to links.
func (k *keeper) volume(spec *corev1.PodSpec, name string) string {
	k.t.Helper()
	dir := k.t.TempDir()
	for i := range spec.Volumes {
		if spec.Volumes[i].Name != name {
			continue
		}
		files, err := k.cluster.Client.CoreV1().ConfigMaps(k.namespace).Get(k.t.Context(), spec.Volumes[i].ConfigMap.Name, metav1.GetOptions{})
		if err != nil {
			k.t.Fatal(err)
		}
		const version = "..2026_01_02_03_04_05.678901234"
		err = errors.Join(os.Mkdir(filepath.Join(dir, version), 0o755), os.Symlink(version, filepath.Join(dir, "..data")))
		for file, text := range files.Data {
			err = errors.Join(err, os.WriteFile(filepath.Join(dir, version, file), []byte(text), 0o600),
				os.Symlink(filepath.Join("..data", file), filepath.Join(dir, file)))
		}
		if err != nil {
			k.t.Fatal(err)
		}
	}
	return dir
}

// want runs it, and checks how that ends.
func (k *keeper) want(code int, says string) {
	k.t.Helper()
	if got, output := k.run(); got != code || !strings.Contains(output, says) {
		k.t.Fatalf("exit code %d, want %d and %q:\n%s", got, code, says, output)
	}
}

// page returns the name of the ConfigMap that the pods of the site show.
func (k *keeper) page() string {
	k.t.Helper()
	deployment, err := k.cluster.Client.AppsV1().Deployments(k.namespace).Get(k.t.Context(), "site", metav1.GetOptions{})
	if err != nil {
		k.t.Fatal(err)
	}
	return deployment.Spec.Template.Spec.Volumes[0].ConfigMap.Name
}

// The CronJob of the example, inside the cluster and with the rights it has there, makes
// the site, finds it unchanged, puts back what somebody changed, and brings what is new.
func TestGitOpsInTheClusterKeepsTheSite(t *testing.T) {
	t.Parallel()
	k := newKeeper(t)
	k.want(exitOK, "Applied site, revision 1")
	k.want(exitOK, "No changes")

	deployments := k.cluster.Client.AppsV1().Deployments(k.namespace)
	more := []byte(`{"spec":{"replicas":5}}`)
	if _, err := deployments.Patch(t.Context(), "site", types.MergePatchType, more, metav1.PatchOptions{FieldManager: "meddler"}); err != nil {
		t.Fatal(err)
	}
	k.want(exitOK, "Applied site, revision 2")
	if site, err := deployments.Get(t.Context(), "site", metav1.GetOptions{}); err != nil || *site.Spec.Replicas != 2 {
		t.Errorf("%v replicas (%v)", site.Spec.Replicas, err)
	}

	before := k.page()
	k.edit("site/main.hcl", "Kept by stowage", "Kept by stowage, and changed")
	k.apply()
	k.want(exitOK, "Applied site, revision 3")
	if k.page() == before {
		t.Error("what was changed has not arrived")
	}
	history := want(t, exitOK, "history", "-C", filepath.Join(k.dir, "site"), "--kubeconfig", k.cluster.Kubeconfig)
	if strings.Count(history, "~1 in site") != 2 {
		t.Errorf("the history does not tell of it:\n%s", history)
	}

	// What it could do besides: nothing of its own.
	k.edit("site/main.hcl", `app "site" {`, "resource \"Role\" \"more\" { rules = [] }\n\napp \"site\" {")
	k.apply()
	k.want(exitError, "roles")
}

// The rights of the example's CronJob are those that its configuration takes.
func TestGitOpsInTheClusterHasTheRightsItNeeds(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(examplesDir, "gitops", "in-cluster")
	want(t, exitOK, "fmt", "--check", filepath.Join(dir, "site"))
	needed := rulesIn(t, want(t, exitOK, "rbac", filepath.Join(dir, "site"), "--for", "apply"))
	given := rulesIn(t, want(t, exitOK, "render", dir))
	if !reflect.DeepEqual(given, needed) {
		t.Errorf("in-cluster/main.hcl gives\n%v\nand stowage rbac in-cluster/site --for apply says\n%v", given, needed)
	}
}

// rulesIn returns the rules of the roles in YAML documents, by kind.
func rulesIn(t *testing.T, documents string) map[string][]rbacv1.PolicyRule {
	t.Helper()
	rules := map[string][]rbacv1.PolicyRule{}
	decoder := yaml.NewYAMLOrJSONDecoder(strings.NewReader(documents), 4096)
	for {
		var role rbacv1.ClusterRole // has the fields of a Role
		if err := decoder.Decode(&role); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if role.Kind == "Role" || role.Kind == "ClusterRole" {
			rules[role.Kind] = append(rules[role.Kind], role.Rules...)
		}
	}
	if len(rules) == 0 {
		t.Fatalf("no role in\n%s", documents)
	}
	return rules
}
