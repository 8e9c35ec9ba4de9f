package kube

import (
	"context"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/rest"

	"stowage/internal/testcluster"
)

// gate stands before the test cluster and lets in who has the newest token. It
// speaks TLS: to others no credentials are sent.
type gate struct {
	*httptest.Server

	mu      sync.Mutex
	token   string
	leave   context.CancelFunc // ends the watches under way
	ctx     context.Context    // which this is the end of
	seen    int                // requests
	refused int                // of them
}

func startGate(t *testing.T) *gate {
	t.Helper()
	g := &gate{}
	g.ctx, g.leave = context.WithCancel(t.Context())
	config := clusterConfig(t)
	target, err := url.Parse(config.Host)
	if err != nil {
		t.Fatal(err)
	}
	transport, err := rest.TransportFor(config)
	if err != nil {
		t.Fatal(err)
	}
	cluster := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport:     transport,
		FlushInterval: -1, // watches
	}
	g.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, ok := g.admit(r)
		if !ok {
			http.Error(w, "Unauthorized", http.StatusUnauthorized)
			return
		}
		r.Header.Del("Authorization") // the gate has its own
		leaving, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(ctx, cancel)()
		cluster.ServeHTTP(w, r.WithContext(leaving))
	}))
	t.Cleanup(g.Close)
	return g
}

// admit reports whether a request has the newest token, and until when it may go on.
func (g *gate) admit(r *http.Request) (context.Context, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen++
	if r.Header.Get("Authorization") != "Bearer "+g.token {
		g.refused++
		return nil, false
	}
	return g.ctx, true
}

// counts returns how many requests there were, and how many of them were refused.
func (g *gate) counts() (seen, refused int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.seen, g.refused
}

// admits makes a token the newest, and ends all that the one before let in.
func (g *gate) admits(t *testing.T, token string) {
	t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.leave()
	g.token = token
	g.ctx, g.leave = context.WithCancel(t.Context())
}

// connect returns a client that logs in as the kubeconfig's user does.
func (g *gate) connect(t *testing.T, user string) *Client {
	t.Helper()
	noConfig(t)
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: g.Certificate().Raw})
	c, err := Connect(Options{Kubeconfig: writeKubeconfig(t, fmt.Sprintf(`
apiVersion: v1
kind: Config
current-context: gate
clusters: [{name: gate, cluster: {server: %q, certificate-authority-data: %s}}]
contexts: [{name: gate, context: {cluster: gate, user: me}}]
users: [{name: me, user: %s}]
`, g.URL, base64.StdEncoding.EncodeToString(authority), user))})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// plugin is a program that is to hand out credentials.
type plugin struct{ dir string }

// countingTokens has a plugin hand out token-1, token-2 and so on.
const countingTokens = `echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"token-'$(wc -l < runs)'"}}'`

func newPlugin(t *testing.T, command string) *plugin {
	t.Helper()
	p := &plugin{dir: t.TempDir()}
	script := fmt.Sprintf("#!/bin/sh\ncd %s\necho >> runs\n%s\n", p.dir, command)
	if err := os.WriteFile(p.command(), []byte(script), 0o700); err != nil { //nolint:gosec // it is to be run
		t.Fatal(err)
	}
	return p
}

func (p *plugin) command() string { return filepath.Join(p.dir, "login") }

// user is the plug-in's user in a kubeconfig.
func (p *plugin) user() string {
	return fmt.Sprintf(`{exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: %q}}`, p.command())
}

func (p *plugin) runs(t *testing.T) int {
	t.Helper()
	runs, err := os.ReadFile(filepath.Join(p.dir, "runs"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(runs), "\n")
}

// TestCredentialsAreRenewed has the credentials expire amidst a watch, which is
// broken as well, so that the next one meets the refusal.
func TestCredentialsAreRenewed(t *testing.T) {
	for name, login := range map[string]func(t *testing.T) (user string, renew func(n int)){
		"by a plug-in": func(t *testing.T) (string, func(int)) {
			return newPlugin(t, countingTokens).user(), func(int) {}
		},
		"from a file": func(t *testing.T) (string, func(int)) {
			path := filepath.Join(t.TempDir(), "token")
			renew := func(n int) {
				if err := os.WriteFile(path, []byte("token-"+strconv.Itoa(n)+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			renew(1)
			return fmt.Sprintf("{tokenFile: %q}", path), renew
		},
	} {
		t.Run(name, func(t *testing.T) {
			user, renew := login(t)
			gate := startGate(t)
			gate.admits(t, "token-1")
			c, other := gate.connect(t, user), dial(t)
			namespace := testcluster.Start(t).Namespace(t)
			apply(t, c, namespace, "a", "1")
			r := record(t, c, namespace)
			r.expect(t, "added a=1", "bookmark")
			for n := 2; n <= 3; n++ {
				renew(n)
				gate.admits(t, "token-"+strconv.Itoa(n))
				apply(t, other, namespace, "a", strconv.Itoa(n))
				r.expect(t, "modified a="+strconv.Itoa(n))
			}
			renew(4)
			gate.admits(t, "token-4")
			apply(t, c, namespace, "a", "4")
			r.expect(t, "modified a=4")
			if _, refused := gate.counts(); refused < 3 {
				t.Errorf("%d requests were refused, want one at least for each renewal", refused)
			}
		})
	}
}

// TestWrongCredentialsFailSoon expects no more attempts than may help.
func TestWrongCredentialsFailSoon(t *testing.T) {
	gate := startGate(t)
	gate.admits(t, "another")
	plugin := newPlugin(t, countingTokens)
	for name, test := range map[string]struct {
		user  string
		tries int
	}{
		"a token":            {"{token: wrong}", 1},
		"those of a program": {plugin.user(), 3},
	} {
		t.Run(name, func(t *testing.T) {
			before, _ := gate.counts()
			_, err := gate.connect(t, test.user).List(t.Context(), configMaps, "default", "")
			if !apierrors.IsUnauthorized(err) {
				t.Errorf("error %v", err)
			}
			if seen, _ := gate.counts(); seen-before != test.tries {
				t.Errorf("%d requests, want %d", seen-before, test.tries)
			}
		})
	}
	if runs := plugin.runs(t); runs != 4 {
		t.Errorf("the program ran %d times, want once and after each refusal", runs)
	}
}

// TestPluginThatFails expects what is wrong to be said at once.
func TestPluginThatFails(t *testing.T) {
	gate, plugin := startGate(t), newPlugin(t, "exit 3")
	_, err := gate.connect(t, plugin.user()).List(t.Context(), configMaps, "default", "")
	want := fmt.Sprintf("list configmaps: getting credentials: exec: executable %s failed with exit code 3", plugin.command())
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if seen, _ := gate.counts(); seen != 0 || plugin.runs(t) != 1 {
		t.Errorf("%d requests after %d runs of the program, want none after one", seen, plugin.runs(t))
	}
}
