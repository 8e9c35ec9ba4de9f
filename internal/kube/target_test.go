package kube

import (
	"slices"
	"testing"
)

func TestSameServer(t *testing.T) {
	const server = "https://api.example.com:443"
	for other, want := range map[string]bool{
		"https://api.example.com":          true,
		"https://API.example.com/":         true,
		"https://api.example.com.":         true,
		"api.example.com":                  true,
		"http://api.example.com":           false,
		"https://api.example.com:6443":     false,
		"https://api.example.com/clusters": false,
		"https://api.example.org":          false,
		"https://api.example.com.evil.org": false,
		"":                                 false,
		"https://":                         false,
		"https://[":                        false,
	} {
		if got := (Target{Server: server}).IsAt(other); got != want {
			t.Errorf("%s is %s: %t, want %t", other, server, got, want)
		}
		if got := (Target{Server: other}).IsAt(server); got != want {
			t.Errorf("%s is %s: %t, want %t", server, other, got, want)
		}
	}
	if !sameServer("https://[2001:DB8::1]:6443/k8s/clusters/c-1/", "https://[2001:db8::1]:6443/k8s/clusters/c-1") {
		t.Error("an IPv6 address with a path is not itself")
	}
}

func TestContextsAtServer(t *testing.T) {
	noConfig(t)
	options := Options{Kubeconfig: writeKubeconfig(t, twoContexts+"- {name: again, context: {cluster: a, user: bob}}\n- {name: lost, context: {cluster: c}}\n")}
	for server, want := range map[string][]string{
		"https://A.example:6443": {"again", "one"}, "https://127.0.0.1:6443": {"two"}, "https://c.example": nil,
	} {
		if got := ContextsAt(options, server); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", server, got, want)
		}
	}
	if got := ContextsAt(Options{Kubeconfig: "/nowhere/config"}, "https://a.example:6443"); got != nil {
		t.Errorf("without a kubeconfig: %q", got)
	}
}
