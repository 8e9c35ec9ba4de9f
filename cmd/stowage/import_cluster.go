package main

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/cmd/stowage/view"
	"stowage/internal/kube"
	"stowage/internal/manifest"
	"stowage/planner"
)

// chosenObjects are those of a namespace that are imported; all when nothing is chosen.
type chosenObjects struct {
	selector    string
	helmRelease string
	kappApp     string
}

func (c *chosenObjects) register(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&c.selector, "selector", "l", "", "with --from-cluster: import what has these `labels`, as in app=shop,tier!=cache")
	cmd.Flags().StringVar(&c.helmRelease, "helm-release", "", "with --from-cluster: import what the Helm release with this `name` has made")
	cmd.Flags().StringVar(&c.kappApp, "kapp-app", "", "with --from-cluster: import what the kapp app with this `name` has made")
	for _, name := range []string{"selector", "helm-release", "kapp-app"} {
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions)
	}
}

// name returns what the objects are called together by the tool that has made them.
func (c *chosenObjects) name() string { return c.helmRelease + c.kappApp }

// check returns an error when the objects are chosen in two ways.
func (c *chosenObjects) check() error {
	switch {
	case c.helmRelease != "" && c.kappApp != "":
		return usage("", "--helm-release and --kapp-app choose different objects: leave one of them out")
	case c.selector != "" && c.name() != "":
		return usage("", "-l chooses among all objects of the namespace, not among those of a Helm release or kapp app: leave one of them out")
	}
	return nil
}

// readCluster reads what runs. Nothing is written to the cluster.
func (o *importOptions) readCluster(ctx context.Context) (*importSource, error) {
	client, err := o.cluster.connect(ctx, o.streams, nil)
	if err != nil {
		return nil, err
	}
	from := &importSource{}
	objects, unread, err := o.find(ctx, client, from)
	if err != nil {
		return nil, err
	}
	for _, u := range unread {
		from.unread = append(from.unread, unreadOf(u))
	}
	var left []manifest.Left
	from.documents, left = manifest.Live(objects)
	from.left = leftByReason(left)
	from.owned = slices.ContainsFunc(objects, hasToolMark)
	return from, nil
}

// hasToolMark reports whether a tool such as Helm says of an object that it is its own.
func hasToolMark(u *unstructured.Unstructured) bool {
	names := slices.AppendSeq(slices.Collect(maps.Keys(u.GetLabels())), maps.Keys(u.GetAnnotations()))
	return slices.ContainsFunc(names, planner.IsToolMark)
}

// find returns the objects that are chosen, and what could not be read.
func (o *importOptions) find(ctx context.Context, client *kube.Client, from *importSource) ([]*unstructured.Unstructured, []kube.Unread, error) {
	namespace, selector := o.cluster.namespace, o.chosen.selector
	if name := o.chosen.helmRelease; name != "" {
		release, err := client.HelmRelease(ctx, namespace, name)
		if err != nil {
			return nil, nil, err
		}
		if len(release.Hooks) > 0 {
			from.notes = append(from.notes, view.ImportNote{Text: "hooks are not imported, which Helm runs at a time of its own: " + strings.Join(release.Hooks, ", ")})
		}
		return client.Each(ctx, release.Objects)
	}
	if app := o.chosen.kappApp; app != "" {
		var err error
		if selector, err = client.KappSelector(ctx, namespace, app); err != nil {
			return nil, nil, err
		}
	}
	return client.Objects(ctx, kube.Selection{Namespace: namespace, Selector: selector, Everywhere: o.chosen.kappApp != ""})
}

// unreadOf tells what could not be read, and why.
func unreadOf(u kube.Unread) view.ImportUnread {
	unread := view.ImportUnread{Group: u.Kind.Group, Kind: u.Kind.Kind, Name: u.Name, Reason: u.Err.Error()}
	switch {
	case apierrors.IsForbidden(u.Err):
		unread.Reason = "the account may not read it"
	case apierrors.IsNotFound(u.Err):
		unread.Reason = "is not there"
	}
	return unread
}

// maker matches the reason of what a single object makes.
var maker = regexp.MustCompile(`^is made by ([A-Z][A-Za-z]+) [^ ]+$`)

// leftByReason returns what was left out. What controllers make is put together by the kind of
// these.
func leftByReason(left []manifest.Left) []view.ImportLeft {
	var groups []view.ImportLeft
	for _, l := range left {
		reason := strings.TrimPrefix(maker.ReplaceAllString(l.Reason, "is made by a $1"), "is ")
		i := slices.IndexFunc(groups, func(g view.ImportLeft) bool { return g.Reason == reason })
		if i < 0 {
			i = len(groups)
			groups = append(groups, view.ImportLeft{Reason: reason})
		}
		groups[i].Of = append(groups[i].Of, planner.IDOf(l.Object))
	}
	return groups
}
