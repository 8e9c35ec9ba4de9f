package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/internal/testcluster"
	"stowage/planner"
)

// Each example is planned, applied just as that was saved, compared with YAML that somebody
// wrote who meant the same, found unchanged, and destroyed, on a real cluster, by an account
// that has the rights which stowage rbac writes for it, and no others. All of them it uses.
func TestExamplesLiveAndLeave(t *testing.T) {
	cluster := testcluster.Start(t)
	for _, dir := range examples(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			e := newExampleRun(t, cluster, dir)
			e.written.complete(t) // as the server does, before it has the objects themselves
			e.become(cluster)
			e.applySaved()
			e.written.compare(t, e.release, e.namespace)
			e.want(exitOK, "plan", "--detailed-exitcode")
			if status := e.want(exitOK, "status", "-o", "json", "--kubeconfig", e.kubeconfig); !strings.Contains(status, `"healthy": true`) {
				t.Errorf("not healthy:\n%s", status)
			}
			e.want(exitOK, "destroy", "--auto-approve")
			e.usesAll()
			e.removeSpared()
			if status := e.want(exitOK, "status", "--kubeconfig", e.kubeconfig); !strings.Contains(status, "is not there") {
				t.Errorf("still there after destroy:\n%s", status)
			}
			if left := e.written.live(t, e.release); len(left) > 0 {
				t.Errorf("left after destroy: %s", strings.Join(nameAll(left), ", "))
			}
		})
	}
}

// applySaved applies the example by a plan that was saved.
func (e *exampleRun) applySaved() {
	e.t.Helper()
	file := filepath.Join(e.t.TempDir(), "plan.json")
	e.want(exitChanges, "plan", "--detailed-exitcode", "--out", file)
	text, err := os.ReadFile(file)
	if err != nil {
		e.t.Fatal(err)
	}
	if err := checkPlanFile(planFileSchema, text); err != nil {
		e.t.Errorf("the saved plan is not as its schema says: %v", err)
	}
	want(e.t, exitOK, append([]string{"apply", file, "-C", e.dir}, e.flags...)...)
}

// rarely are the rights, as verb and resource, that a life without trouble does not use.
// TestEachRightOfPetclinicIsNeeded uses those of them that are not for claims of their own
// and for switches.
var rarely = []string{
	"get leases", "patch leases", // a lock that somebody else holds
	"patch secrets", "update secrets",
	"list events", "get pods/log", "watch replicasets", // why something fails
	"get persistentvolumeclaims", "patch persistentvolumeclaims", // storage that grows
	"watch persistentvolumeclaims",                // that are not bound at once
	"list endpointslices", "watch endpointslices", // a switch
	"create jobs", "patch jobs", "watch jobs", "delete jobs", // and its checks
	"patch deployments/status",                                               // what others wrote on a Deployment that is taken over
	"list controllerrevisions", "list jobs", "list pods", "list replicasets", // which versions of configuration are in use
}

// become goes on as an account that has no more rights than it needs.
func (e *exampleRun) become(cluster *testcluster.Cluster) {
	e.t.Helper()
	name := "stowage-test/" + filepath.Base(e.dir)
	text := want(e.t, exitOK, append([]string{"rbac", e.dir, "--account", name}, e.flags...)...)
	e.account = newAccount(e.t, cluster, name, text, nil)
	e.flags = append(slices.Clone(e.flags), "--kubeconfig", e.account.kubeconfig) // the last one counts
	e.written.objects = slices.DeleteFunc(e.written.objects, func(o *writtenObject) bool {
		return o.id.kind == "Namespace" && slices.ContainsFunc(e.account.namespaces, func(n *unstructured.Unstructured) bool { return n.GetName() == o.id.name })
	})
	e.t.Cleanup(func() {
		if e.t.Failed() {
			e.leave()
		}
		e.written.remove(e.t, e.account.namespaces...)
	})
}

// usesAll checks that the account has used all of its rights but those for trouble, and
// those that it has only to give them on.
func (e *exampleRun) usesAll() {
	e.t.Helper()
	given := e.written.given()
	for _, right := range e.account.unused(e.t) {
		verb, _, _ := strings.Cut(right, " ")
		if verb != "get" && verb != "bind" && !slices.Contains(rarely, right) && !slices.Contains(given, right) {
			e.t.Errorf("not used: %s", right)
		}
	}
}

// removeSpared deletes what a destroy without flags leaves, and checks that it left
// nothing else.
func (e *exampleRun) removeSpared() {
	e.t.Helper()
	left := e.written.live(e.t, e.release)
	for _, o := range left {
		if !planner.IsGuarded(planner.IDOf(o)) {
			e.t.Errorf("left after destroy: %s", objectNameOf(o))
		}
	}
	e.written.remove(e.t, left...)
}

// exampleRun is a directory of examples on the cluster, which it has its names of to
// itself.
type exampleRun struct {
	t         *testing.T
	dir       string
	flags     []string
	release   string
	namespace string
	written   *written
	account   *account

	kubeconfig string // with all rights
}

func newExampleRun(t *testing.T, cluster *testcluster.Cluster, dir string) *exampleRun {
	t.Helper()
	e := &exampleRun{t: t, dir: dir, flags: []string{"--kubeconfig", cluster.Kubeconfig}, kubeconfig: cluster.Kubeconfig}
	variables := map[string]string{}
	if e.declares("node_port") { // which one Service of a cluster has
		variables["node_port"] = cluster.NodePort(t)
		e.flags = append(e.flags, "--var", "node_port="+variables["node_port"])
	}
	varFile := filepath.Join(dir, "dev.vars.hcl")
	if _, err := os.Stat(varFile); err == nil {
		e.flags = append(e.flags, "--var-file", varFile)
	}
	e.identify()
	e.written = readWritten(t, cluster, filepath.Base(dir), e.namespace, variables)
	cluster.Exclusive(t, e.written.exclusive()...)
	e.leave() // what a test left that was ended
	t.Cleanup(func() {
		if t.Failed() {
			e.leave()
		}
	})
	return e
}

// declares reports whether the example has the variable.
func (e *exampleRun) declares(variable string) bool {
	e.t.Helper()
	files, err := filepath.Glob(filepath.Join(e.dir, "*.hcl"))
	if err != nil {
		e.t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			e.t.Fatal(err)
		}
		if strings.Contains(string(text), `variable "`+variable+`"`) {
			return true
		}
	}
	return false
}

// identify finds the name of the release and its namespace.
func (e *exampleRun) identify() {
	e.t.Helper()
	flags := identity{dir: e.dir}
	_, release, err := flags.identify(&streams{environ: secretsOfExamples})
	if err != nil {
		e.t.Fatal(err)
	}
	e.release, e.namespace = release.Name, release.Namespace
}

// want runs a command on the example.
func (e *exampleRun) want(code int, verb string, flags ...string) string {
	e.t.Helper()
	args := append([]string{verb, e.dir}, e.flags...)
	return want(e.t, code, append(args, flags...)...)
}

// leave removes the example, whatever state it is in.
func (e *exampleRun) leave() {
	e.t.Helper()
	if len(e.written.live(e.t, e.release)) == 0 {
		return
	}
	args := append([]string{"destroy", e.dir}, e.flags...)
	args = append(args, "--auto-approve", "--delete-data", "--delete-namespace", "--kubeconfig", e.kubeconfig)
	if code, out, errs := stowage(e.t, args...); code != exitOK {
		e.t.Logf("not removed: %s%s", out, errs)
	}
}
