package kube

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	// The ways to log in that kubectl has built in; plug-in programs need none.
	_ "k8s.io/client-go/plugin/pkg/client/auth/oidc"
)

// dialTimeout bounds how long a server that answers no packet is waited for.
const dialTimeout = 10 * time.Second

// ErrNoConfig says that there is no kubeconfig at all: no file, no KUBECONFIG,
// and no service account of a pod.
var ErrNoConfig = errors.New("no kubeconfig: neither --kubeconfig, nor KUBECONFIG, nor ~/.kube/config names a cluster")

// Options tell which cluster is meant, with kubectl's meanings and precedence.
type Options struct {
	Kubeconfig string // path of one file; empty: KUBECONFIG, then ~/.kube/config, then the pod's service account
	Context    string // empty: the current context
	Namespace  string // empty: the namespace of the context
	UserAgent  string // such as stowage/1.2.3

	// Warn gets the warnings that the server sends with its answers, such as
	// the use of an API version that goes away. It is called concurrently. nil
	// drops them.
	Warn func(message string)
}

// Connect finds the cluster and prepares a client for it. No request is made.
// The error is ErrNoConfig when there is no kubeconfig at all.
func Connect(o Options) (*Client, error) {
	overrides := &clientcmd.ConfigOverrides{CurrentContext: o.Context}
	overrides.Context.Namespace = o.Namespace
	loader := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(loadingRules(o), overrides)

	raw, err := loader.RawConfig()
	if err != nil {
		return nil, configError(err, raw, o)
	}
	config, err := loader.ClientConfig()
	if err != nil {
		return nil, configError(err, raw, o)
	}
	namespace, _, err := loader.Namespace()
	if err != nil {
		return nil, configError(err, raw, o)
	}
	config.UserAgent = o.UserAgent
	return newClient(config, targetOf(raw, o.Context, config.Host, namespace), o.Warn)
}

// configError replaces the loader's words where they would not help a user.
func configError(err error, raw clientcmdapi.Config, o Options) error {
	_, known := raw.Contexts[o.Context]
	switch {
	case o.Context != "" && !known && len(raw.Contexts) > 0:
		there := strings.Join(slices.Sorted(maps.Keys(raw.Contexts)), ", ")
		return fmt.Errorf("kubeconfig: context %q does not exist; there are %s", o.Context, there)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("kubeconfig %s does not exist", o.Kubeconfig)
	case clientcmd.IsEmptyConfig(err) && clientcmdapi.IsConfigEmpty(&raw) && os.Getenv("KUBERNETES_SERVICE_HOST") != "":
		return fmt.Errorf("%w; this pod has no token of a service account: is automountServiceAccountToken false?", ErrNoConfig)
	case clientcmd.IsEmptyConfig(err) && clientcmdapi.IsConfigEmpty(&raw):
		return ErrNoConfig
	case clientcmd.IsEmptyConfig(err) && cmp.Or(o.Context, raw.CurrentContext) == "":
		return errors.New("kubeconfig: no context is the current one: name one with --context")
	case clientcmd.IsEmptyConfig(err):
		return fmt.Errorf("kubeconfig: context %q names no cluster that is there", cmp.Or(o.Context, raw.CurrentContext))
	}
	return fmt.Errorf("kubeconfig: %w", err)
}

// tune sets what suits a deployer: no throttling of its own, since the server's
// priority and fairness decides, and no gzip on the way to the same machine.
func tune(config *rest.Config) *rest.Config {
	config = rest.CopyConfig(config)
	config.QPS = -1
	config.Timeout = 0 // each request has its own
	if config.Dial == nil {
		config.Dial = (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext
	}
	config.DisableCompression = isLoopback(config.Host)
	renewTokenFile(config)
	return config
}

func isLoopback(server string) bool {
	u, err := url.Parse(server)
	if err != nil {
		return false
	}
	if ip := net.ParseIP(u.Hostname()); ip != nil {
		return ip.IsLoopback()
	}
	return u.Hostname() == "localhost"
}
