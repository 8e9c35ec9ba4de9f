package kube

import (
	"cmp"
	"net"
	"net/url"
	"slices"
	"strings"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// InCluster stands for the context where there is none: inside a pod, with the
// credentials of its service account.
const InCluster = "in-cluster"

// Target names the cluster that a Client speaks to.
type Target struct {
	Context   string // in the kubeconfig, or InCluster
	Server    string // URL
	User      string // name in the kubeconfig; empty inside a pod
	Namespace string // where namespaced commands go when nothing else is said
}

func targetOf(raw clientcmdapi.Config, context, server, namespace string) Target {
	context = cmp.Or(context, raw.CurrentContext)
	t := Target{Context: context, Server: server, Namespace: namespace}
	switch c := raw.Contexts[context]; {
	case c == nil || raw.Clusters[c.Cluster] == nil:
		t.Context = InCluster // for all others, finding the server has failed
	default:
		t.User = c.AuthInfo
	}
	return t
}

// IsAt reports whether the cluster is spoken to at a URL.
func (t Target) IsAt(server string) bool { return sameServer(t.Server, server) }

// ContextsAt returns the contexts of the kubeconfig that lead to a server,
// sorted. What cannot be read has none.
func ContextsAt(o Options, server string) []string {
	raw, err := loadingRules(o).Load()
	if err != nil {
		return nil
	}
	var names []string
	for name, context := range raw.Contexts {
		if cluster := raw.Clusters[context.Cluster]; cluster != nil && sameServer(cluster.Server, server) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func loadingRules(o Options) *clientcmd.ClientConfigLoadingRules {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = o.Kubeconfig
	rules.WarnIfAllMissing = false
	return rules
}

// sameServer reports whether two URLs of API servers are the same address,
// however they are spelt. Names are not looked up.
func sameServer(a, b string) bool {
	first, ok := address(a)
	second, ok2 := address(b)
	return ok && ok2 && first == second
}

// address spells a URL in the one way that tells addresses apart. One without a
// scheme is taken for HTTPS, which an API server speaks.
func address(server string) (string, bool) {
	if !strings.Contains(server, "://") {
		server = "https://" + server
	}
	u, err := url.Parse(server)
	if err != nil || u.Hostname() == "" {
		return "", false
	}
	scheme := strings.ToLower(u.Scheme)
	port := cmp.Or(u.Port(), map[string]string{"https": "443", "http": "80"}[scheme])
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	return scheme + "://" + net.JoinHostPort(host, port) + strings.TrimRight(u.Path, "/"), true
}
