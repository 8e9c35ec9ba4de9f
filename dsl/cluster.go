package dsl

import (
	"errors"
	"net/url"
	"regexp"

	"github.com/hashicorp/hcl/v2"
)

// Cluster says which cluster a release belongs to: no other one is worked on.
type Cluster struct {
	Server      string // URL of the API server; empty: any address will do
	UID         string // of the namespace kube-system; empty: it does not count
	ServerRange hcl.Range
	UIDRange    hcl.Range
	DeclRange   hcl.Range
}

var clusterSchema = newSchema([]arg[Cluster]{
	{
		name: "server", kind: placedText(func(c *Cluster) (*string, *hcl.Range) { return &c.Server, &c.ServerRange }, serverURL),
		doc: "URL of the API server, as the kubeconfig has it. It costs no request.",
	},
	{
		name: "uid", kind: placedText(func(c *Cluster) (*string, *hcl.Range) { return &c.UID, &c.UIDRange }, clusterUID),
		doc: "UID of the namespace `kube-system`: `kubectl get namespace kube-system -o jsonpath={.metadata.uid}` prints it. It is the same whatever address the cluster is reached at, and takes the right to get that namespace.",
	},
})

// placedText is text that is to be found again in the files.
func placedText(field func(*Cluster) (*string, *hcl.Range), check check) kind[Cluster] {
	return kind[Cluster]{name: "text", decode: func(s *scope, to *Cluster, a argument) {
		if v, ok := s.text(a, check); ok {
			value, at := field(to)
			*value, *at = v, a.rng
		}
	}}
}

// decodeCluster reads the cluster block. One that names no cluster is an error,
// also when that is because a variable is null: whoever writes the block does not
// want the release anywhere.
func decodeCluster(s *scope, to *Release, b *hcl.Block) {
	to.Cluster = &Cluster{DeclRange: b.DefRange}
	if s.failed(func() { clusterSchema.decode(s, b.Body, to.Cluster) }) {
		return
	}
	if to.Cluster.Server == "" && to.Cluster.UID == "" {
		s.report(problem(&b.DefRange, "Missing required argument",
			"A cluster block says which cluster it is: by its server, by its uid, or by both."))
	}
}

// serverURL checks the address of an API server.
func serverURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return errors.New("must be the URL of an API server, as in https://api.example.com:6443")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return errors.New("must be the URL of an API server alone, without a user, a query or a fragment")
	}
	return nil
}

var uidPattern = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func clusterUID(text string) error {
	if !uidPattern.MatchString(text) {
		return errors.New("must be a UID, as in 6f2b1c9e-0a4d-4e8b-9b57-3f1d2c8a7e60")
	}
	return nil
}
