package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"stowage/internal/testcluster"
)

// inPodConfiguration makes little, in the namespace that the flag -n names.
const inPodConfiguration = `release "web" {}
config "page" { data = { text = "hello" } }
`

// pod returns the inside of a pod whose account may do all in a namespace of its own,
// and a directory with a configuration.
func pod(t *testing.T) (c *testcluster.Cluster, p *testcluster.Pod, dir string) {
	t.Helper()
	c = testcluster.Start(t)
	namespace := c.Namespace(t)
	p = c.Pod(t, namespace, "deployer")
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "deployer"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Name: p.Account, Namespace: namespace}},
	}
	if _, err := c.Client.RbacV1().RoleBindings(namespace).Create(t.Context(), binding, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.hcl"), []byte(inPodConfiguration), 0o600); err != nil {
		t.Fatal(err)
	}
	return c, p, dir
}

// wellRun returns what a command writes that has to end well.
func wellRun(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, output)
	}
	return unwrapped(output)
}

// refused checks that a command ends with an error that says this.
func refused(t *testing.T, cmd *exec.Cmd, says ...string) {
	t.Helper()
	output, err := cmd.CombinedOutput()
	if err == nil {
		t.Errorf("%s ended well", strings.Join(cmd.Args, " "))
	}
	for _, text := range says {
		if !strings.Contains(unwrapped(output), text) {
			t.Errorf("%q is not in\n%s", text, output)
		}
	}
}

// unwrapped undoes how a text was made to fit the screen.
func unwrapped(output []byte) string { return strings.Join(strings.Fields(string(output)), " ") }

// TestInsideAPod applies with nothing but what a pod has: no kubeconfig.
func TestInsideAPod(t *testing.T) {
	t.Parallel()
	c, pod, dir := pod(t)
	out := wellRun(t, pod.Command(t, "stowage", "apply", dir, "-n", pod.Namespace, "--auto-approve"))
	if !strings.Contains(out, "context in-cluster ("+c.Config.Host+")") {
		t.Errorf("the header does not say where this is:\n%s", out)
	}
	pod.Renew(t, c)
	var status struct {
		Healthy bool
		Target  struct{ Context, Server, Namespace string }
	}
	if err := json.Unmarshal([]byte(wellRun(t, pod.Command(t, "stowage", "status", dir, "-n", pod.Namespace, "-o", "json"))), &status); err != nil {
		t.Fatal(err)
	}
	if !status.Healthy || status.Target.Context != "in-cluster" || status.Target.Server != c.Config.Host || status.Target.Namespace != pod.Namespace {
		t.Errorf("%+v", status)
	}
	// The account may not read the identity of the cluster, and that is no reason to go on.
	bound := strings.Replace(inPodConfiguration, "{}", "{\n cluster { uid = \"6f2b1c9e-0a4d-4e8b-9b57-3f1d2c8a7e60\" }\n}", 1)
	if err := os.WriteFile(filepath.Join(dir, "main.hcl"), []byte(bound), 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, pod.Command(t, "stowage", "apply", dir, "-n", pod.Namespace, "--auto-approve"),
		"Unknown cluster", "the service account of this pod leads to "+c.Config.Host)
	if err := os.Remove(pod.TokenFile()); err != nil {
		t.Fatal(err)
	}
	refused(t, pod.Command(t, "stowage", "status", dir), "this pod has no token of a service account")
}

// TestTokenFile applies with a kubeconfig that names a file with the token.
func TestTokenFile(t *testing.T) {
	t.Parallel()
	c, pod, dir := pod(t)
	kubeconfig := filepath.Join(t.TempDir(), "config")
	content := fmt.Sprintf(`apiVersion: v1
kind: Config
current-context: runner
clusters: [{name: c, cluster: {server: %q, certificate-authority: %q}}]
users: [{name: u, user: {tokenFile: %q}}]
contexts: [{name: runner, context: {cluster: c, user: u}}]
`, c.Config.Host, filepath.Join(filepath.Dir(pod.TokenFile()), "ca.crt"), pod.TokenFile())
	if err := os.WriteFile(kubeconfig, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	stowage := func(args ...string) string {
		return wellRun(t, exec.Command("stowage", append(args, dir, "-n", pod.Namespace, "--kubeconfig", kubeconfig)...))
	}
	stowage("apply", "--auto-approve")
	pod.Renew(t, c)
	if out := stowage("plan", "--detailed-exitcode"); !strings.Contains(out, "context runner (") {
		t.Errorf("the header does not say where this is:\n%s", out)
	}
}
