package testcluster

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Pod is the inside of a pod, as a program sees it that is to speak to the API server:
// with the credentials of a service account where Kubernetes puts them, and no kubeconfig.
type Pod struct {
	Namespace string
	Account   string
	home, dir string
	server    *url.URL
}

// Pod returns the inside of a pod that runs as a service account of a namespace. One that
// does not exist is made, without any rights.
func (c *Cluster) Pod(t testing.TB, namespace, account string) *Pod {
	t.Helper()
	server, err := url.Parse(c.Config.Host)
	if err != nil {
		t.Fatal(err)
	}
	made := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: account}}
	if _, err := c.Client.CoreV1().ServiceAccounts(namespace).Create(t.Context(), made, metav1.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
		t.Fatal(err)
	}
	authority := c.Config.CAData
	if len(authority) == 0 {
		if authority, err = os.ReadFile(c.Config.CAFile); err != nil {
			t.Fatal(err)
		}
	}
	p := &Pod{Namespace: namespace, Account: account, home: t.TempDir(), dir: t.TempDir(), server: server}
	p.write(t, "ca.crt", string(authority))
	p.write(t, "namespace", namespace)
	p.Renew(t, c)
	return p
}

// Renew puts a new token in the place of the old one, as the kubelet does.
func (p *Pod) Renew(t testing.TB, c *Cluster) {
	t.Helper()
	request, err := c.Client.CoreV1().ServiceAccounts(p.Namespace).CreateToken(t.Context(), p.Account, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	p.write(t, "token", request.Status.Token)
}

// TokenFile is where the token is outside of the pod.
func (p *Pod) TokenFile() string { return filepath.Join(p.dir, "token") }

func (p *Pod) write(t testing.TB, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// enter makes the service account's files appear where they are in a pod, for the program
// that follows and nobody else: in a mount namespace of its own.
const enter = `run=$(readlink -f /var/run)
mount -t tmpfs tmpfs "$run"
mkdir -p "$run/secrets/kubernetes.io"
ln -s "$0" "$run/secrets/kubernetes.io/serviceaccount"
exec "$@"`

// Command returns a command that runs a program inside of the pod. It takes Linux, and the
// right to make namespaces.
func (p *Pod) Command(t testing.TB, program string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatal(err)
	}
	unshare := []string{"--mount"}
	if os.Geteuid() != 0 {
		unshare = append(unshare, "--user", "--map-root-user")
	}
	unshare = append(unshare, "sh", "-ec", enter, p.dir, path)
	cmd := exec.CommandContext(t.Context(), "unshare", append(unshare, args...)...)
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "KUBECONFIG=") && !strings.HasPrefix(variable, "HOME=") {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	cmd.Env = append(cmd.Env, "HOME="+p.home,
		fmt.Sprintf("KUBERNETES_SERVICE_HOST=%s", p.server.Hostname()), fmt.Sprintf("KUBERNETES_SERVICE_PORT=%s", p.server.Port()))
	return cmd
}
