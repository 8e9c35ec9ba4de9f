package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"stowage/internal/testcluster"
)

// account is a service account that has the rights which stowage rbac writes, and no
// others. What it asks the cluster for is recorded.
type account struct {
	kubeconfig string
	proxy      *testcluster.Proxy
	rules      []givenRule
	namespaces []*unstructured.Unstructured // that were made for it, and belong to no release
}

// givenRule is a rule that the account has.
type givenRule struct {
	rbacv1.PolicyRule
	namespace string // empty: the whole cluster
}

func (r givenRule) String() string {
	return strings.TrimSpace(fmt.Sprintf("%v of %v %v%v in %q", r.Verbs, r.Resources, r.ResourceNames, r.NonResourceURLs, r.namespace))
}

// newAccount gives an account, as NAMESPACE/NAME, the rights that stowage rbac has written
// for it. Leave tells which rules it does not get; nil: it gets all.
func newAccount(t *testing.T, cluster *testcluster.Cluster, name, text string, leave func(givenRule) bool) *account {
	t.Helper()
	a := &account{proxy: cluster.Proxy(t)}
	for _, o := range manifestsIn(t, text) {
		if strings.HasSuffix(o.GetKind(), "Role") {
			a.take(t, o, leave)
		}
		if o.GetKind() == "Namespace" && len(o.GetLabels()) == 0 {
			a.namespaces = append(a.namespaces, o)
		}
		a.give(t, cluster, o)
	}
	user := "system:serviceaccount:" + strings.Replace(name, "/", ":", 1)
	config := api.NewConfig()
	config.Clusters["cluster"] = &api.Cluster{Server: a.proxy.URL}
	config.AuthInfos["account"] = &api.AuthInfo{Impersonate: user}
	config.Contexts["account"] = &api.Context{Cluster: "cluster", AuthInfo: "account"}
	config.CurrentContext = "account"
	a.kubeconfig = filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*config, a.kubeconfig); err != nil {
		t.Fatal(err)
	}
	impersonating := rest.CopyConfig(cluster.Config)
	impersonating.Impersonate.UserName = user
	a.await(t, kubernetes.NewForConfigOrDie(impersonating))
	return a
}

// manifestsIn decodes YAML.
func manifestsIn(t *testing.T, text string) []*unstructured.Unstructured {
	t.Helper()
	var objects []*unstructured.Unstructured
	for decoder := yaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 4096); ; {
		object := map[string]any{}
		if err := decoder.Decode(&object); errors.Is(err, io.EOF) {
			return objects
		} else if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		objects = append(objects, &unstructured.Unstructured{Object: object})
	}
}

// take notes the rules of a Role, or ClusterRole, without those that are left out.
func (a *account) take(t *testing.T, o *unstructured.Unstructured, leave func(givenRule) bool) {
	t.Helper()
	var role rbacv1.ClusterRole // which has all that a Role has
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &role); err != nil {
		t.Fatal(err)
	}
	var kept []any
	rules, _, _ := unstructured.NestedSlice(o.Object, "rules")
	for i, rule := range role.Rules {
		given := givenRule{rule, o.GetNamespace()}
		if leave == nil || !leave(given) {
			a.rules, kept = append(a.rules, given), append(kept, rules[i])
		}
	}
	if err := unstructured.SetNestedSlice(o.Object, kept, "rules"); err != nil {
		t.Fatal(err)
	}
}

// give applies one object, as an administrator does.
func (a *account) give(t *testing.T, cluster *testcluster.Cluster, o *unstructured.Unstructured) {
	t.Helper()
	plural, _ := meta.UnsafeGuessKindToResource(o.GroupVersionKind())
	var resource dynamic.ResourceInterface = dynamic.NewForConfigOrDie(cluster.Config).Resource(plural)
	if o.GetNamespace() != "" {
		resource = dynamic.NewForConfigOrDie(cluster.Config).Resource(plural).Namespace(o.GetNamespace())
	}
	if _, err := resource.Apply(t.Context(), o.GetName(), o, metav1.ApplyOptions{FieldManager: "administrator"}); err != nil {
		t.Fatalf("%s %s: %v", o.GetKind(), o.GetName(), err)
	}
	if o.GetNamespace() != "" || o.GetKind() == "Namespace" {
		return // goes with its namespace
	}
	t.Cleanup(func() {
		err := resource.Delete(context.WithoutCancel(t.Context()), o.GetName(), metav1.DeleteOptions{})
		if err != nil && !apierrors.IsNotFound(err) {
			t.Errorf("%s %s is left: %v", o.GetKind(), o.GetName(), err)
		}
	})
}

// await returns when the API server knows of all rights: it takes notice of roles a moment
// after they are written.
func (a *account) await(t *testing.T, client kubernetes.Interface) {
	t.Helper()
	last := map[string]givenRule{}
	for _, rule := range a.rules {
		if len(rule.NonResourceURLs) == 0 {
			last[rule.namespace] = rule
		}
	}
	for namespace, rule := range last {
		resource, subresource, _ := strings.Cut(rule.Resources[0], "/")
		right := &authorizationv1.ResourceAttributes{
			Namespace: namespace, Verb: rule.Verbs[0], Group: rule.APIGroups[0], Resource: resource, Subresource: subresource,
		}
		if len(rule.ResourceNames) > 0 {
			right.Name = rule.ResourceNames[0]
		}
		review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: right}}
		// There is nothing to watch for.
		err := wait.PollUntilContextTimeout(t.Context(), 10*time.Millisecond, time.Minute, true, func(ctx context.Context) (bool, error) {
			answer, err := client.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
			return err == nil && answer.Status.Allowed, err
		})
		if err != nil {
			t.Fatalf("%s %s is not allowed: %v", right.Verb, right.Resource, err)
		}
	}
}

// asked is one request, as a rule speaks of it.
type asked struct{ verb, group, resource, namespace, name string }

// requests returns what the account has asked for, each once: an apply is a patch and, when
// it has made its object, a create. Reviews, which everybody may ask for, are left out.
func (a *account) requests(t *testing.T) []asked {
	t.Helper()
	seen := map[asked]bool{}
	for _, r := range a.proxy.Requests() {
		request, ok := askedOf(r)
		switch {
		case !ok:
		case r.Status == http.StatusForbidden && request == (asked{"get", "", "namespaces", "kube-system", "kube-system"}):
			// a saved plan has the UID of the cluster where it can be read
		case r.Status == http.StatusForbidden:
			t.Errorf("refused: %s", r)
		case r.Verb == "apply":
			request.verb = "patch"
			seen[request] = true
			if r.Status == http.StatusCreated {
				request.verb = "create"
				seen[request] = true
			}
		default:
			seen[request] = true
		}
	}
	var all []asked
	for request := range seen {
		all = append(all, request)
	}
	return all
}

// askedOf reads the path of a request. It is not ok for one about no object of a release.
func askedOf(r testcluster.Request) (request asked, ok bool) {
	request.verb = r.Verb
	parts := strings.Split(strings.Trim(r.Path, "/"), "/")
	switch {
	case parts[0] == "api" && len(parts) > 2:
		parts = parts[2:]
	case parts[0] == "apis" && len(parts) > 3 && parts[1] != "authorization.k8s.io" && parts[1] != "authentication.k8s.io":
		request.group, parts = parts[1], parts[3:]
	default:
		return request, false
	}
	if parts[0] == "namespaces" && len(parts) > 1 {
		request.namespace = parts[1]
		if len(parts) > 2 {
			parts = parts[2:]
		}
	}
	request.resource = parts[0]
	if len(parts) > 1 {
		request.name = parts[1]
	}
	if len(parts) > 2 {
		request.resource += "/" + parts[2]
	}
	return request, true
}

// allows reports whether a rule is what allows a request.
func (r givenRule) allows(request asked) bool {
	return (r.namespace == "" || r.namespace == request.namespace) &&
		slices.Contains(r.Verbs, request.verb) && slices.Contains(r.APIGroups, request.group) && slices.Contains(r.Resources, request.resource) &&
		(len(r.ResourceNames) == 0 || slices.Contains(r.ResourceNames, request.name))
}

// unused returns each verb on each resource, as verb, resource and namespace, that the
// account may use and has not used.
func (a *account) unused(t *testing.T) []string {
	t.Helper()
	requests := a.requests(t)
	var unused []string
	for _, rule := range a.rules {
		for _, resource := range rule.Resources {
			for _, verb := range rule.Verbs {
				one := rule
				one.Resources, one.Verbs = []string{resource}, []string{verb}
				if !slices.ContainsFunc(requests, one.allows) {
					unused = append(unused, verb+" "+resource)
				}
			}
		}
	}
	slices.Sort(unused)
	return slices.Compact(unused)
}
