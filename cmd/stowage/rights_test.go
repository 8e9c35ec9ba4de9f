package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"stowage/internal/testcluster"
	"stowage/planner"
)

// clinic is a copy of the example petclinic in a namespace of its own, to be changed.
type clinic struct {
	t         *testing.T
	cluster   *testcluster.Cluster
	dir       string
	namespace string
	flags     []string
}

func newClinic(t *testing.T, cluster *testcluster.Cluster) *clinic {
	t.Helper()
	c := &clinic{t: t, cluster: cluster, dir: t.TempDir(), namespace: cluster.UnusedNamespace(t)}
	if err := os.CopyFS(c.dir, os.DirFS(filepath.Join(examplesDir, "petclinic"))); err != nil {
		t.Fatal(err)
	}
	c.flags = []string{"-n", c.namespace, "--var-file", filepath.Join(c.dir, "dev.vars.hcl"), "--var", "node_port=" + cluster.NodePort(t)}
	c.edit("release.hcl", "namespace =", "history_limit = 1\n  namespace =") // old versions of configuration do not stay for long
	return c
}

// edit replaces a text in a file of the configuration.
func (c *clinic) edit(file, old, with string) {
	c.t.Helper()
	path := filepath.Join(c.dir, file)
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), old) {
		c.t.Fatalf("%s has no %q: %v", file, old, err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), old, with, 1)), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// run runs a command as an account, and returns all that it writes.
func (c *clinic) run(a *account, code int, verb string, more ...string) string {
	c.t.Helper()
	args := append([]string{verb}, c.flags...)
	args = append(args, "-C", c.dir, "--kubeconfig", a.kubeconfig)
	got, out, errs := stowage(c.t, append(args, more...)...)
	if got != code {
		c.t.Errorf("%s: exit code %d, want %d\n%s%s", verb, got, code, out, errs)
	}
	return out + errs
}

// account returns one with the rights for a purpose but those that are left out.
func (c *clinic) account(name, purpose string, leave func(givenRule) bool) *account {
	c.t.Helper()
	full := c.namespace + "/" + name
	text := want(c.t, exitOK, append([]string{"rbac", c.dir, "--for", purpose, "--account", full}, c.flags...)...)
	// Roles of its own: no account is to lose a right with another one.
	text = strings.ReplaceAll(text, ":"+purpose+`"`, ":"+name+`"`)
	return newAccount(c.t, c.cluster, full, text, leave)
}

// unlabel takes the release's label off all of its objects of some kinds.
func (c *clinic) unlabel(resources ...schema.GroupVersionResource) {
	c.t.Helper()
	for _, resource := range resources {
		client := dynamic.NewForConfigOrDie(c.cluster.Config).Resource(resource).Namespace(c.namespace)
		list, err := client.List(c.t.Context(), metav1.ListOptions{LabelSelector: planner.LabelRelease})
		if err != nil || len(list.Items) == 0 {
			c.t.Fatalf("%s: %d, %v", resource.Resource, len(list.Items), err)
		}
		for _, o := range list.Items {
			patch := fmt.Appendf(nil, `{"metadata":{"labels":{%q:null}}}`, planner.LabelRelease)
			if _, err := client.Patch(c.t.Context(), o.GetName(), types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
				c.t.Fatal(err)
			}
		}
	}
}

// lockFor holds the release's lock as somebody does who is gone and had it for a second.
func (c *clinic) lockForGood() {
	c.t.Helper()
	holder, seconds := "gone", int32(1)
	lease := &coordinationv1.Lease{
		ObjectMeta: metav1.ObjectMeta{Name: "stowage.petclinic"},
		Spec:       coordinationv1.LeaseSpec{HolderIdentity: &holder, LeaseDurationSeconds: &seconds},
	}
	if _, err := c.cluster.Client.CoordinationV1().Leases(c.namespace).Create(c.t.Context(), lease, metav1.CreateOptions{}); err != nil {
		c.t.Fatal(err)
	}
}

var (
	configMaps   = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	secretsOf    = schema.GroupVersionResource{Version: "v1", Resource: "secrets"}
	servicesOf   = schema.GroupVersionResource{Version: "v1", Resource: "services"}
	deployments  = schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
	statefulSets = schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "statefulsets"}
)

// What taking a rule away breaks, by the first resource of the rule, with a + where it is
// for objects of certain names alone. Before there is anything, an apply is refused with
// nothing written.
var refusedWithout = map[string]string{
	"configmaps":    "may not patch configmaps in namespace",
	"pods":          "may not list, watch pods in namespace",
	"secrets":       "reading it takes get and list there",
	"services+":     "may not create, patch services in namespace",
	"deployments":   "may not list, watch deployments.apps in namespace",
	"deployments+":  "may not create, patch deployments.apps in namespace",
	"statefulsets+": "may not create, patch statefulsets.apps in namespace",
	"leases":        "may not create leases.coordination.k8s.io in namespace",
	"leases+":       "may not get, patch, delete leases.coordination.k8s.io in namespace",
}

// Once the release is there, a plan says what it could not check,
var unknownWithout = map[string]string{
	"namespaces+":            "can neither be read nor checked and is taken to be there",
	"services":               "cannot be read",
	"configmaps":             "cannot be read",
	"deployments":            "may not list them",
	"pods":                   "it could not be checked whether a Pod uses it",
	"controllerrevisions":    "it could not be checked whether a",
	"replicasets":            "it could not be checked whether a",
	"persistentvolumeclaims": "its claims cannot be listed",
	"secrets":                "reading it takes get and list there",
}

// and an apply that fails has no evidence.
var unexplainedWithout = map[string]string{
	"events":   "cannot be read",
	"pods/log": "cannot be read",
}

func (r givenRule) key() string {
	if len(r.ResourceNames) > 0 {
		return r.Resources[0] + "+"
	}
	return r.Resources[0]
}

// Over the whole life of a release, troubles included, its account uses each right that it
// has, and is refused nothing; and each rule taken away alone breaks something.
func TestEachRightOfPetclinicIsNeeded(t *testing.T) {
	t.Parallel()
	cluster := testcluster.Start(t)
	c := newClinic(t, cluster)
	all := c.account("all", forApply, nil)
	tested := map[string]bool{}
	without := func(key string) *account {
		tested[key] = true
		name := "without-" + strings.NewReplacer("/", "-", "+", "-named").Replace(key)
		return c.account(name, forApply, func(r givenRule) bool { return r.key() == key })
	}
	for key, text := range refusedWithout {
		a := without(key)
		if out := c.run(a, exitError, "apply", "--auto-approve"); !strings.Contains(flat(out), text) {
			t.Errorf("without %s, want %q:\n%s", key, text, out)
		}
		if writes := a.proxy.Writes(); len(writes) > 0 {
			t.Errorf("without %s: %v", key, writes)
		}
	}
	c.run(all, exitOK, "apply", "--auto-approve")
	c.run(all, exitOK, "apply", "--auto-approve")
	c.run(all, exitOK, "plan", "--detailed-exitcode")
	c.run(all, exitOK, "plan", "--var", "test_config=0")
	if n := all.reviews(); n != 1 {
		t.Errorf("%d reviews, and one apply that wrote something in one namespace", n)
	}
	c.lockForGood()
	c.run(all, exitOK, "apply", "--auto-approve", "--var", "test_config=0")
	all.proxy.Refuse(func(r testcluster.Request) int {
		if r.Review() {
			return http.StatusNotFound
		}
		return 0
	})
	const unchecked = "could not be checked: whether the account may do all of this"
	if out := c.run(all, exitOK, "apply", "--auto-approve", "--var", "test_config=1"); !strings.Contains(out, unchecked) {
		t.Errorf("the server does not know reviews:\n%s", out)
	}
	all.proxy.Intercept(nil)
	c.unlabel(configMaps, secretsOf, servicesOf, deployments, statefulSets)
	c.run(all, exitOK, "apply", "--auto-approve", "--var", "test_config=1")
	c.edit("mysql.hcl", `"1Gi"`, `"2Gi"`)
	for key, text := range unknownWithout {
		if key == "pods" || key == "configmaps" || key == "deployments" || key == "secrets" {
			continue // with the rights to write; the account that plans tells
		}
		if out := flat(c.anyway(without(key), "plan", "--var", "test_config=2")); !strings.Contains(out, text) {
			t.Errorf("without %s, want %q:\n%s", key, text, out)
		}
	}
	c.run(all, exitOK, "apply", "--auto-approve", "--var", "test_config=1")
	c.edit("petclinic.hcl", `"spring2go/spring-petclinic:${var.image_tag}"`, `"simulate.local/crash-loop"`)
	for key, text := range unexplainedWithout {
		if out := flat(c.run(without(key), exitError, "apply", "--auto-approve", "--var", "test_config=1")); !strings.Contains(out, text) {
			t.Errorf("without %s, want %q:\n%s", key, text, out)
		}
	}
	c.run(all, exitError, "apply", "--auto-approve", "--var", "test_config=1")
	c.run(all, exitOK, "rollback", "--auto-approve")
	const spared = "may not delete, watch persistentvolumeclaims in namespace"
	if out := c.run(all, exitError, "destroy", "--auto-approve", "--delete-data"); !strings.Contains(flat(out), spared) {
		t.Errorf("with the data, want %q:\n%s", spared, out)
	}
	c.run(all, exitOK, "destroy", "--auto-approve")
	if unused := all.unused(t); len(unused) > 0 {
		t.Errorf("not used: %q", unused)
	}
	for _, rule := range all.rules {
		if !tested[rule.key()] {
			t.Errorf("not taken away: %s", rule)
		}
	}
}

// S32: with the rights to plan, and no right to write anything, the same changes are found;
// and each rule taken away leaves something that is said to be unknown.
func TestS32AnAccountThatPlansFindsTheSameChanges(t *testing.T) {
	t.Parallel()
	cluster := testcluster.Start(t)
	c := newClinic(t, cluster)
	plans, admin := c.account("plans", forPlan, nil), &account{kubeconfig: cluster.Kubeconfig}
	for _, rule := range plans.rules {
		for _, verb := range rule.Verbs {
			if verb != "get" && verb != "list" {
				t.Errorf("may write: %s", rule)
			}
		}
	}
	same := func(flags ...string) {
		t.Helper()
		if got, want := c.changes(plans, flags...), c.changes(admin, flags...); got != want {
			t.Errorf("with the rights to plan:\n%s\nwith all:\n%s", got, want)
		}
	}
	same()
	for i := range 3 {
		c.run(admin, exitOK, "apply", "--auto-approve", "--var", fmt.Sprintf("test_config=%d", i))
	}
	same("--var", "test_config=2")
	same("--var", "test_config=3", "--var", "replicas=2")
	for _, rule := range plans.rules {
		name := "without-" + strings.NewReplacer("+", "-named").Replace(rule.key())
		a := c.account(name, forPlan, func(r givenRule) bool { return r.key() == rule.key() })
		text, known := unknownWithout[rule.key()]
		flags := []string{"--var", "test_config=3"}
		if rule.key() == "persistentvolumeclaims" { // that they can grow, the server alone can tell
			text, flags = "could not be listed and are left alone", []string{"--destroy"}
		}
		if out := flat(c.anyway(a, "plan", flags...)); !known || !strings.Contains(out, text) {
			t.Errorf("without %s, want %q:\n%s", rule, text, out)
		}
	}
}

// anyway runs a command, whatever comes of it.
func (c *clinic) anyway(a *account, verb string, more ...string) string {
	c.t.Helper()
	args := append(append([]string{verb}, c.flags...), "-C", c.dir, "--kubeconfig", a.kubeconfig)
	_, out, errs := stowage(c.t, append(args, more...)...)
	return out + errs
}

// changes returns what a plan would change, one object a line. Names of Secrets that are
// not there yet are provisional.
func (c *clinic) changes(a *account, flags ...string) string {
	c.t.Helper()
	out := c.run(a, exitOK, "plan", append([]string{"-o", "json"}, flags...)...)
	var plan struct {
		Changes []struct {
			ID     planner.ObjectID    `json:"id"`
			Action planner.Action      `json:"action"`
			Diff   []planner.FieldDiff `json:"diff"`
		} `json:"changes"`
	}
	if err := json.Unmarshal([]byte(out), &plan); err != nil {
		c.t.Fatalf("%v\n%s", err, out)
	}
	var lines []string
	for _, change := range plan.Changes {
		lines = append(lines, fmt.Sprintf("%s %s %v", change.Action, change.ID, change.Diff))
	}
	return strings.Join(lines, "\n")
}

// flat returns a text as one line.
func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// reviews counts how often the account asked for its rights.
func (a *account) reviews() int {
	return len(slices.DeleteFunc(a.proxy.Requests(), func(r testcluster.Request) bool { return !r.Review() }))
}
