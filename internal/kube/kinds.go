package kube

import (
	"context"
	"errors"
	"fmt"
	"slices"

	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/json"
	"k8s.io/client-go/rest"
)

// listedKind is a kind whose objects can be listed, in the version that the server prefers.
type listedKind struct {
	kind       schema.GroupVersionKind
	plural     string
	namespaced bool
}

// anyKind stands for all kinds of a group.
const anyKind = "*"

// noted are the groups and kinds of what a cluster notes about itself, all the time, and of what is found elsewhere.
var noted = []schema.GroupKind{
	{Group: "metrics.k8s.io"}, {Group: "custom.metrics.k8s.io"}, {Group: "external.metrics.k8s.io"},
	{Kind: "Event"}, {Group: "events.k8s.io", Kind: "Event"}, {Kind: "ComponentStatus"},
	{Group: "extensions"}, // of old servers, which have its kinds in other groups too
}

func isNoted(kind schema.GroupVersionKind) bool {
	return slices.ContainsFunc(noted, func(n schema.GroupKind) bool {
		return n.Group == kind.Group && (n.Kind == "" || n.Kind == kind.Kind)
	})
}

// kinds returns all kinds of the cluster that can be listed, but for what a cluster notes about itself. It
// takes two requests; servers before Kubernetes 1.27 need one more for each group. Groups whose server does
// not answer are returned beside them.
func (c *Client) kinds(ctx context.Context) (all []listedKind, unread []Unread, err error) {
	for _, path := range []string{"/api", "/apis"} {
		kinds, failed, err := c.kindsAt(ctx, path)
		if err != nil {
			return nil, nil, err
		}
		all, unread = append(all, kinds...), append(unread, failed...)
	}
	c.remember(all)
	return all, unread, nil
}

// aggregated asks for all groups, versions and resources in one answer. A server that does not know it
// answers with the groups alone.
const aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList," +
	"application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"

func (c *Client) kindsAt(ctx context.Context, path string) ([]listedKind, []Unread, error) {
	what := "discover " + path
	body, err := c.do(ctx, what, readTimeout, func() *rest.Request {
		return c.start("GET", path).SetHeader("Accept", aggregated)
	})
	if err != nil {
		return nil, nil, err
	}
	var answer struct {
		apidiscoveryv2.APIGroupDiscoveryList
		Groups   []metav1.APIGroup `json:"groups"`   // of a server that does not know the other answer,
		Versions []string          `json:"versions"` // and of its group without a name
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", what, err)
	}
	if answer.Kind != "APIGroupDiscoveryList" {
		return c.kindsOneByOne(ctx, answer.Groups, answer.Versions)
	}
	kinds, unread := kindsOf(answer.Items)
	return kinds, unread, nil
}

var errStale = errors.New("the server that adds this group to the API does not answer")

// kindsOf takes each kind in the first version that has it, which is the preferred one.
func kindsOf(groups []apidiscoveryv2.APIGroupDiscovery) (kinds []listedKind, unread []Unread) {
	for _, group := range groups {
		seen := map[string]bool{}
		for _, version := range group.Versions {
			gv := schema.GroupVersion{Group: group.Name, Version: version.Version}
			if version.Freshness == apidiscoveryv2.DiscoveryFreshnessStale && !isNoted(gv.WithKind("")) {
				unread = append(unread, Unread{Kind: gv.WithKind(anyKind), Err: errStale})
			}
			for _, r := range version.Resources {
				if r.ResponseKind == nil || seen[r.Resource] || !slices.Contains(r.Verbs, "list") {
					continue
				}
				seen[r.Resource] = true
				kind := gv.WithKind(r.ResponseKind.Kind)
				if !isNoted(kind) {
					kinds = append(kinds, listedKind{kind, r.Resource, r.Scope == apidiscoveryv2.ScopeNamespace})
				}
			}
		}
	}
	return kinds, unread
}

// kindsOneByOne asks for the kinds of each group's preferred version.
func (c *Client) kindsOneByOne(
	ctx context.Context, groups []metav1.APIGroup, versions []string,
) (kinds []listedKind, unread []Unread, err error) {
	var wanted []schema.GroupVersion
	for _, version := range versions {
		wanted = append(wanted, schema.GroupVersion{Version: version})
	}
	for _, group := range groups {
		wanted = append(wanted, schema.GroupVersion{Group: group.Name, Version: group.PreferredVersion.Version})
	}
	for _, gv := range wanted {
		list, err := c.resources(ctx, gv)
		switch {
		case isAnswer(err):
			unread = append(unread, Unread{Kind: gv.WithKind(anyKind), Err: err})
			continue
		case err != nil:
			return nil, nil, err
		}
		for _, r := range list {
			if kind := gv.WithKind(r.Kind); !isSubresource(r.Name) && slices.Contains(r.Verbs, "list") && !isNoted(kind) {
				kinds = append(kinds, listedKind{kind, r.Name, r.Namespaced})
			}
		}
	}
	return kinds, unread, nil
}

// isAnswer reports whether an error is the server's word, rather than that there was none.
func isAnswer(err error) bool {
	var status apierrors.APIStatus
	return errors.As(err, &status)
}

// remember spares the discovery of custom kinds that are known now.
func (c *Client) remember(kinds []listedKind) {
	known := map[schema.GroupVersion]map[string]resource{}
	for _, k := range kinds {
		gv := k.kind.GroupVersion()
		if known[gv] == nil {
			known[gv] = map[string]resource{}
		}
		known[gv][k.kind.Kind] = resource{gv.WithResource(k.plural), k.namespaced}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for gv, found := range known {
		if c.custom[gv] == nil {
			c.custom[gv] = &customKinds{kinds: found}
		}
	}
}
