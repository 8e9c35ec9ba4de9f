// Package testcluster gives tests a real Kubernetes control plane: one local cluster that all test packages of a
// checkout share, started by the first that asks and ended by itself when no test has used it for a while.
package testcluster

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	instance    = "test"
	idleTimeout = "5m"
	// restartBackOff is a tenth of a kubelet's: failing pods go through the same
	// states, only sooner.
	restartBackOff = "1s"
)

// Cluster is the running cluster.
type Cluster struct {
	Kubeconfig string               // path of a kubeconfig with full rights
	Config     *rest.Config         // the same access, without client-side throttling
	Client     kubernetes.Interface // the same access

	dir string
}

// Start starts the cluster, or joins the one that another test started.
func Start(t testing.TB) *Cluster {
	t.Helper()
	dir, err := up()
	if err != nil {
		t.Fatalf("local cluster: %v", err)
	}
	c := &Cluster{Kubeconfig: filepath.Join(dir, "kubeconfig"), dir: dir}
	if c.Config, err = clientcmd.BuildConfigFromFlags("", c.Kubeconfig); err != nil {
		t.Fatal(err)
	}
	c.Config.QPS = -1
	c.Config.UserAgent = "testcluster"
	if c.Client, err = kubernetes.NewForConfig(c.Config); err != nil {
		t.Fatal(err)
	}
	return c
}

// up makes sure that the cluster runs and returns its folder.
var up = sync.OnceValues(func() (dir string, err error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	// Test packages run side by side, as processes of their own.
	unlock, err := lock(filepath.Join(os.TempDir(), "stowage-test-"+digest(root)+".lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	binary, content, err := ensureBinary(root)
	if err != nil {
		return "", err
	}
	// Another binary gets a cluster of its own: tests may still be using the old one, which ends by itself.
	dir = filepath.Join(os.TempDir(), "stowage-test-"+digest(root, content))
	cmd := exec.CommandContext(context.Background(), binary, "up", "--wait", "--name="+instance, "--data-dir="+dir,
		"--idle-timeout="+idleTimeout, "--restart-back-off="+restartBackOff)
	cmd.Env = append(os.Environ(), "GOGC=300") // tests keep it busy: memory for a sixth of its time
	if output, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s", cmd, err, output)
	}
	return dir, nil
})

func digest(parts ...string) string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(parts, "\x00"))))[:10]
}

// Namespace creates a namespace of the test's own. It is deleted after the test, which does not wait for that.
func (c *Cluster) Namespace(t testing.TB) string {
	t.Helper()
	name := c.UnusedNamespace(t)
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
	if _, err := c.Client.CoreV1().Namespaces().Create(t.Context(), namespace, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	return name
}

// UnusedNamespace names a namespace of the test's own that does not exist. If the test creates it, it is deleted after
// the test, which does not wait for that.
func (c *Cluster) UnusedNamespace(t testing.TB) string {
	t.Helper()
	name := namespaceName(t.Name())
	t.Cleanup(func() {
		// Best effort: the test may not have created it, and the cluster is a scratch one.
		ctx, core := context.Background(), c.Client.CoreV1()
		// At once, since another test may be about to use their node ports.
		if services, err := core.Services(name).List(ctx, metav1.ListOptions{}); err == nil {
			for i := range services.Items {
				_ = core.Services(name).Delete(ctx, services.Items[i].Name, metav1.DeleteOptions{})
			}
		}
		_ = core.Namespaces().Delete(ctx, name, metav1.DeleteOptions{})
	})
	return name
}

// namespaceName makes a unique name that tells which test it is of.
func namespaceName(test string) string {
	readable := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			return r
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, test)
	readable = strings.Trim(readable[:min(len(readable), 40)], "-")
	return readable + "-" + strings.ToLower(rand.Text()[:6])
}
