package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/applier"
	"stowage/cmd/stowage/view"
	"stowage/dsl"
	"stowage/internal/kube"
	"stowage/planner"
)

type rbacOptions struct {
	streams          *streams
	identity         identity
	purpose          purposeFlag
	account          accountFlag
	createNamespaces bool
}

func newRBAC(s *streams) *cobra.Command {
	o := rbacOptions{streams: s, purpose: forApply}
	cmd := &cobra.Command{
		Use:   "rbac [DIR]",
		Short: "Write the least rights that a configuration needs, as Roles",
		Long: `Write the least rights that planning or applying a configuration needs, as Roles and
ClusterRoles for kubectl apply. Comments say what each rule is for.

A Role is in a namespace, which must be there before. So the namespaces of the
configuration are written first, and whoever gives the rights makes them:

  stowage rbac --account ci/deployer | kubectl apply -f -

With --create-namespaces the account makes them itself, which takes rights in all
namespaces of the cluster.

Deleting claims, volumes, custom resource definitions and namespaces is not in it:
that takes an explicit flag, and explicit rights. Nor is what has left the
configuration. Before an apply writes anything it tells which rights are missing.

A cluster is only asked about kinds that are neither built in nor defined by the
configuration.`,
		Args: atMostOneDir,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.identity.set(args); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	o.identity.register(cmd)
	cmd.Flags().Var(&o.purpose, "for", "what the account is to do: plan or apply")
	_ = cmd.RegisterFlagCompletionFunc("for", cobra.FixedCompletions([]string{forPlan, forApply}, cobra.ShellCompDirectiveNoFileComp))
	cmd.Flags().Var(&o.account, "account", "service account, as `NAMESPACE/NAME`, that gets the rights")
	_ = cmd.RegisterFlagCompletionFunc("account", cobra.NoFileCompletions)
	cmd.Flags().BoolVar(&o.createNamespaces, "create-namespaces", false, "let the account make the namespaces of the configuration")
	return cmd
}

func (o *rbacOptions) run(ctx context.Context) error {
	if o.createNamespaces && o.purpose == forPlan {
		return usage("", "--create-namespaces is for an account that applies, and --for plan for one that does not")
	}
	if err := o.identity.check(); err != nil {
		return err
	}
	configuration, release, err := o.identity.identify(o.streams)
	if err != nil {
		return err
	}
	config, warnings, err := configuration.evaluate(nil)
	if err != nil {
		return err
	}
	if err := view.Warnings(o.streams.err, warnings); err != nil {
		return err
	}
	cluster := &kindFinder{flags: &o.identity.cluster, streams: o.streams, plurals: map[schema.GroupVersionKind]string{}}
	kinds, err := planner.FindKinds(ctx, config, cluster)
	if err != nil {
		return err
	}
	objects, err := planner.RenderWith(config, kinds)
	if err != nil {
		return err
	}
	return view.AccessYAML(o.streams.out.Out, o.access(release, planner.EverySide(objects), cluster.plural))
}

// access returns what the account needs for objects.
func (o *rbacOptions) access(release *dsl.Release, objects []planner.Object, plural func(schema.GroupVersionKind) string) view.Access {
	rights := &planner.Rights{Plural: plural}
	applier.AddReading(rights, release.Namespace)
	rights.AddPlanning(release.Namespace, objects)
	if release.Cluster != nil && release.Cluster.UID != "" {
		rights.Add(planner.Right{Name: "kube-system", Why: "tell the cluster that the release belongs to from others"}, namespaceKind, "get")
	}
	if o.purpose == forApply {
		applier.AddApplying(rights, release.Namespace, release.Name, objects, o.createNamespaces)
		if release.Adopt {
			applier.AddAdopting(rights, objects)
		}
	}
	namespaces := slices.DeleteFunc(slices.Clone(objects), func(object planner.Object) bool { return !object.IsNamespace() })
	if o.createNamespaces {
		for i := range rights.All { // where nothing can be before the namespace is there
			if slices.ContainsFunc(namespaces, func(n planner.Object) bool { return n.ID.Name == rights.All[i].Namespace }) {
				rights.All[i].Namespace = ""
			}
		}
		namespaces = nil
	}
	return view.Access{
		About: fmt.Sprintf("What an account needs to %s release %s of namespace %s, and nothing else.", o.purpose, release.Name, release.Namespace),
		Name:  fmt.Sprintf("stowage:%s:%s:%s", release.Namespace, release.Name, o.purpose), Namespaces: namespaces, Rules: planner.RulesOf(rights.All),
		AccountNamespace: o.account.namespace, AccountName: o.account.name,
	}
}

var namespaceKind = schema.GroupVersionKind{Version: "v1", Kind: "Namespace"}

// What an account is to do.
const (
	forPlan  = "plan"
	forApply = "apply"
)

// purposeFlag is the value of --for.
type purposeFlag string

// String, Set and Type make it a flag.
func (f *purposeFlag) String() string { return string(*f) }

// Type is the placeholder in the help text.
func (f *purposeFlag) Type() string { return "purpose" }

// Set takes one of the two.
func (f *purposeFlag) Set(text string) error {
	if text != forPlan && text != forApply {
		return fmt.Errorf("there are rights for %s and for %s, and none for %q", forPlan, forApply, text)
	}
	*f = purposeFlag(text)
	return nil
}

// accountFlag is the value of --account.
type accountFlag struct{ namespace, name string }

// String, Set and Type make it a flag.
func (f *accountFlag) String() string {
	if f.name == "" {
		return ""
	}
	return f.namespace + "/" + f.name
}

// Type is the placeholder in the help text.
func (f *accountFlag) Type() string { return "account" }

// Set takes namespace and name.
func (f *accountFlag) Set(text string) error {
	namespace, name, ok := strings.Cut(text, "/")
	if !ok || namespace == "" || name == "" || strings.Contains(name, "/") {
		return fmt.Errorf("%q is not the NAMESPACE/NAME of a service account", text)
	}
	f.namespace, f.name = namespace, name
	return nil
}

// kindFinder asks the cluster about kinds, and connects when it has to.
type kindFinder struct {
	flags   *clusterFlags
	streams *streams
	client  *kube.Client
	plurals map[schema.GroupVersionKind]string
}

// Resource finds a kind, and remembers its plural.
func (f *kindFinder) Resource(ctx context.Context, kind schema.GroupVersionKind) (plural string, namespaced bool, err error) {
	if f.client == nil {
		if f.client, err = f.flags.connect(ctx, f.streams, nil); err != nil {
			return "", false, err
		}
	}
	plural, namespaced, err = f.client.Resource(ctx, kind)
	f.plurals[kind] = plural
	return plural, namespaced, err
}

// Get gets an object, after a kind has been found.
func (f *kindFinder) Get(ctx context.Context, kind schema.GroupVersionKind, namespace, name string) (*unstructured.Unstructured, error) {
	return f.client.Get(ctx, kind, namespace, name)
}

func (f *kindFinder) plural(kind schema.GroupVersionKind) string { return f.plurals[kind] }
