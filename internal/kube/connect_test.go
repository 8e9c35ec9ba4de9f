package kube

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const twoContexts = `
apiVersion: v1
kind: Config
current-context: one
clusters:
- {name: a, cluster: {server: "https://a.example:6443"}}
- {name: b, cluster: {server: "https://127.0.0.1:6443"}}
users:
- {name: alice, user: {token: t}}
- {name: bob, user: {token: t}}
contexts:
- {name: one, context: {cluster: a, user: alice, namespace: shop}}
- {name: two, context: {cluster: b, user: bob}}
`

func writeKubeconfig(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// noConfig points every place that a kubeconfig may be in at nothing.
func noConfig(t *testing.T) {
	t.Helper()
	t.Setenv("KUBECONFIG", "")
	t.Setenv("HOME", t.TempDir())
	t.Setenv("KUBERNETES_SERVICE_HOST", "")
}

func TestConnectFindsTarget(t *testing.T) {
	noConfig(t)
	path := writeKubeconfig(t, twoContexts)
	for name, test := range map[string]struct {
		environment string
		options     Options
		want        Target
	}{
		"current context":     {"", Options{Kubeconfig: path}, Target{"one", "https://a.example:6443", "alice", "shop"}},
		"KUBECONFIG":          {path, Options{}, Target{"one", "https://a.example:6443", "alice", "shop"}},
		"another context":     {path, Options{Context: "two"}, Target{"two", "https://127.0.0.1:6443", "bob", "default"}},
		"another namespace":   {path, Options{Namespace: "test"}, Target{"one", "https://a.example:6443", "alice", "test"}},
		"the flag goes first": {"/nowhere", Options{Kubeconfig: path}, Target{"one", "https://a.example:6443", "alice", "shop"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("KUBECONFIG", test.environment)
			c, err := Connect(test.options)
			if err != nil {
				t.Fatal(err)
			}
			if c.Target() != test.want {
				t.Errorf("target %+v, want %+v", c.Target(), test.want)
			}
		})
	}
}

func TestConnectErrors(t *testing.T) {
	noConfig(t)
	if _, err := Connect(Options{}); !errors.Is(err, ErrNoConfig) {
		t.Errorf("without any kubeconfig: %v, want ErrNoConfig", err)
	}
	for name, test := range map[string]struct {
		options Options
		want    string
	}{
		"no such context": {
			Options{Kubeconfig: writeKubeconfig(t, twoContexts), Context: "three"}, `kubeconfig: context "three" does not exist; there are one, two`,
		},
		"no such file": {Options{Kubeconfig: "/nowhere/config"}, "kubeconfig /nowhere/config does not exist"},
		"no current context": {
			Options{Kubeconfig: writeKubeconfig(t, strings.Replace(twoContexts, "current-context: one", "", 1))}, `kubeconfig: no context is the current one`,
		},
		"no YAML": {Options{Kubeconfig: writeKubeconfig(t, "{")}, "kubeconfig: "},
		"no such cluster": {
			Options{Kubeconfig: writeKubeconfig(t, strings.Replace(twoContexts, "cluster: a,", "cluster: c,", 1))}, `kubeconfig: context "one" names no cluster that is there`,
		},
	} {
		_, err := Connect(test.options)
		if err == nil || !strings.HasPrefix(err.Error(), test.want) || errors.Is(err, ErrNoConfig) {
			t.Errorf("%s: error %v, want %s", name, err, test.want)
		}
	}
}

func TestCompressionIsForTheNetwork(t *testing.T) {
	for server, want := range map[string]bool{
		"https://127.0.0.1:6443": true, "https://[::1]:6443": true, "https://localhost:6443": true,
		"https://10.0.0.1:6443": false, "https://api.example": false,
	} {
		if isLoopback(server) != want {
			t.Errorf("isLoopback(%s) = %t", server, !want)
		}
	}
}
