package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/util/jsonpath"

	"stowage/internal/testcluster"
)

// TestClusterScripts runs the whole tool against a real cluster, each script in
// a namespace of its own, which does not exist when it begins.
func TestClusterScripts(t *testing.T) {
	cluster := testcluster.Start(t)
	client, err := dynamic.NewForConfig(cluster.Config)
	if err != nil {
		t.Fatal(err)
	}
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := filepath.Abs(planFileSchema)
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/cluster",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			t := env.T().(testing.TB)
			proxy := cluster.Proxy(t)
			env.Values[proxyKey{}] = proxy
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("EXAMPLES", examples)
			env.Setenv("KUBECONFIG", proxy.Kubeconfig)
			env.Setenv("SERVER", proxy.URL)
			env.Setenv("NAMESPACE", cluster.UnusedNamespace(t))
			env.Setenv("NODE_PORT", nodePort())
			return checkSchemas(env)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"object":     func(ts *testscript.TestScript, neg bool, args []string) { object(ts, client, neg, args) },
			"names":      func(ts *testscript.TestScript, neg bool, args []string) { names(ts, client, neg, args) },
			"create":     func(ts *testscript.TestScript, neg bool, args []string) { create(ts, client, neg, args) },
			"patch":      func(ts *testscript.TestScript, neg bool, args []string) { patch(ts, client, neg, args) },
			"delete":     func(ts *testscript.TestScript, neg bool, args []string) { remove(ts, client, neg, args) },
			"delete-all": func(ts *testscript.TestScript, neg bool, args []string) { removeAll(ts, client, neg, args) },
			"await":      func(ts *testscript.TestScript, neg bool, args []string) { await(ts, client, neg, args) },
			"exits":      exits,
			"writes":     writes,
			"requests":   requests,
			"reset":      reset,
			"forbid":     forbid,
			"allow":      allow,
			"untold":     untold,
			"plan-file":  planFileIs(schema),
			"normalise":  normalise,
			"remember":   remember,
			"told":       told,
			"nowhere":    func(ts *testscript.TestScript, neg bool, args []string) { nowhere(ts, client, neg, args) },
		},
	})
}

// nodePort returns a port for a Service of one test alone: all tests share the
// cluster's 2768 of them.
func nodePort() string { return strconv.Itoa(30100 + rand.IntN(2000)) }

// proxyKey finds the proxy in front of a script's cluster.
type proxyKey struct{}

func proxyOf(ts *testscript.TestScript) *testcluster.Proxy {
	return ts.Value(proxyKey{}).(*testcluster.Proxy)
}

// resource returns the client for a kind in the script's namespace. It knows
// the built-in kinds that the scripts use.
func resource(ts *testscript.TestScript, client dynamic.Interface, kind string) dynamic.ResourceInterface {
	gvk := schema.GroupVersionKind{Version: "v1", Kind: kind}
	switch kind {
	case "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet":
		gvk.Group = "apps"
	case "Job", "CronJob":
		gvk.Group = "batch"
	case "Lease":
		gvk.Group = "coordination.k8s.io"
	case "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding":
		gvk.Group = "rbac.authorization.k8s.io"
	}
	plural, _ := meta.UnsafeGuessKindToResource(gvk)
	if kind == "Namespace" || strings.HasPrefix(kind, "Cluster") {
		return client.Resource(plural)
	}
	return client.Resource(plural).Namespace(ts.Getenv("NAMESPACE"))
}

// object KIND NAME [JSONPATH] writes a field of an object to stdout, and fails
// when there is no such object; ! object KIND NAME fails when there is.
func object(ts *testscript.TestScript, client dynamic.Interface, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: object KIND NAME [JSONPATH]")
	}
	found, err := resource(ts, client, args[0]).Get(context.Background(), args[1], metav1.GetOptions{})
	if neg {
		if err == nil {
			ts.Fatalf("%s %s is there", args[0], args[1])
		}
		return
	}
	ts.Check(err)
	if len(args) == 3 {
		text, err := fieldOf(found, args[2])
		ts.Check(err)
		fmt.Fprintln(ts.Stdout(), text)
	}
}

// fieldOf evaluates a JSONPath, such as .spec.replicas.
func fieldOf(object *unstructured.Unstructured, path string) (string, error) {
	query := jsonpath.New("field").AllowMissingKeys(true)
	if err := query.Parse("{" + path + "}"); err != nil {
		return "", err
	}
	var text strings.Builder
	err := query.Execute(&text, object.Object)
	return text.String(), err
}

// names KIND writes the names of all objects of a kind that belong to a
// release to stdout.
func names(ts *testscript.TestScript, client dynamic.Interface, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: names KIND")
	}
	for _, name := range namesOf(ts, client, args[0]) {
		fmt.Fprintln(ts.Stdout(), name)
	}
}

// namesOf returns the names of all objects of a kind that belong to a release.
func namesOf(ts *testscript.TestScript, client dynamic.Interface, kind string) []string {
	list, err := resource(ts, client, kind).List(context.Background(), metav1.ListOptions{LabelSelector: "stowage.dev/release"})
	ts.Check(err)
	var names []string
	for _, item := range list.Items {
		names = append(names, item.GetName())
	}
	return names
}

// create MANAGER FILE makes the object that a JSON file holds, in the script's
// namespace, as another field manager.
func create(ts *testscript.TestScript, client dynamic.Interface, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: create MANAGER FILE")
	}
	var object unstructured.Unstructured
	text := strings.ReplaceAll(ts.ReadFile(args[1]), "$NAMESPACE", ts.Getenv("NAMESPACE"))
	ts.Check(object.UnmarshalJSON([]byte(text)))
	_, err := resource(ts, client, object.GetKind()).Create(context.Background(), &object, metav1.CreateOptions{FieldManager: args[0]})
	ts.Check(err)
}

// patch MANAGER KIND NAME PATCH makes a merge patch as another field manager.
func patch(ts *testscript.TestScript, client dynamic.Interface, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: patch MANAGER KIND NAME PATCH")
	}
	_, err := resource(ts, client, args[1]).Patch(context.Background(), args[2], types.MergePatchType, []byte(args[3]),
		metav1.PatchOptions{FieldManager: args[0]})
	ts.Check(err)
}

// delete KIND NAME deletes an object behind the release's back.
func remove(ts *testscript.TestScript, client dynamic.Interface, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: delete KIND NAME")
	}
	ts.Check(resource(ts, client, args[0]).Delete(context.Background(), args[1], metav1.DeleteOptions{}))
}

// delete-all KIND deletes all objects of a kind that belong to a release, behind
// its back.
func removeAll(ts *testscript.TestScript, client dynamic.Interface, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: delete-all KIND")
	}
	for _, name := range namesOf(ts, client, args[0]) {
		remove(ts, client, false, []string{args[0], name})
	}
}

// await KIND NAME JSONPATH VALUE waits until a field has a value, or the object
// is there when no field is given.
func await(ts *testscript.TestScript, client dynamic.Interface, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: await KIND NAME JSONPATH VALUE")
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	// From the beginning of the history that the server keeps, so that what is
	// there already is seen too.
	watch, err := resource(ts, client, args[0]).Watch(ctx, metav1.ListOptions{FieldSelector: "metadata.name=" + args[1]})
	ts.Check(err)
	defer watch.Stop()
	for event := range watch.ResultChan() {
		if found, ok := event.Object.(*unstructured.Unstructured); ok {
			if text, err := fieldOf(found, args[2]); err == nil && text == args[3] {
				return
			}
		}
	}
	ts.Fatalf("the watch of %s %s ended", args[0], args[1])
}

// exits CODE PROGRAM ARG... runs a program that must exit with the code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		code = exit.ExitCode()
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

// writes N fails unless the script's commands have made exactly N writing
// requests since the last reset.
func writes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: writes N")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if made := proxyOf(ts).Writes(); len(made) != want {
		ts.Fatalf("%d writes, want %d: %v", len(made), want, made)
	}
}

// requests N fails unless the script's commands have made exactly N requests
// since the last reset.
func requests(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: requests N")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if made := proxyOf(ts).Requests(); len(made) != want {
		ts.Fatalf("%d requests, want %d: %v", len(made), want, made)
	}
}

// reset forgets the requests so far.
func reset(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: reset")
	}
	proxyOf(ts).Reset()
}

// forbid RESOURCE makes the server answer each request for it as it answers an
// account that has no rights on it.
func forbid(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: forbid RESOURCE")
	}
	proxyOf(ts).Refuse(func(r testcluster.Request) int {
		if slices.Contains(strings.Split(r.Path, "/"), args[0]) {
			return http.StatusForbidden
		}
		return 0
	})
}

// allow takes back what forbid did.
func allow(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: allow")
	}
	proxyOf(ts).Intercept(nil)
}

// nowhere TEXT fails when an object or event of the namespace, Secrets that are
// meant to hold it excepted, has the text, raw or as base64.
func nowhere(ts *testscript.TestScript, client dynamic.Interface, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: nowhere TEXT")
	}
	for _, kind := range []string{"ConfigMap", "Secret", "Deployment", "StatefulSet", "Service", "Event", "Pod"} {
		list, err := resource(ts, client, kind).List(context.Background(), metav1.ListOptions{})
		ts.Check(err)
		for _, item := range list.Items {
			if kind == "Secret" && item.GetLabels()["stowage.dev/release"] != "" {
				continue
			}
			if leaks(item.Object, args[0]) {
				ts.Fatalf("%s %s holds %s", kind, item.GetName(), args[0])
			}
		}
	}
}

// leaks reports whether the text is in a value, be it gzip or base64 under base64.
func leaks(value any, text string) bool {
	raw, err := json.Marshal(value)
	if err != nil {
		return true
	}
	for _, layer := range layers(string(raw)) {
		if strings.Contains(layer, text) {
			return true
		}
	}
	return false
}

// What differs between two runs of a script.
var volatile = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`https?://127\.0\.0\.1:\d+`), "SERVER"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`), "TIME"},
	{regexp.MustCompile(`\b(\d+m)?\d+(\.\d+)?m?s\b`), "0s"},
	{regexp.MustCompile(`\bby \S+@\S+`), "by WHO"},
	{regexp.MustCompile(`(?m)^( +who +)\S+@\S+$`), "${1}WHO"},
	{regexp.MustCompile(`"who": "[^"]+"`), `"who": "WHO"`},
	{regexp.MustCompile(`\bWHO {2,}`), "WHO  "},
	{regexp.MustCompile(`\b[\w.-]+@\S+ {2,}`), "WHO  "},
	{regexp.MustCompile(`\bSecret ([\w-]+)-[a-z0-9]{10}\b`), "Secret $1-VERSION000"},
	{regexp.MustCompile(`\b(keys|web-secret)-[a-z0-9]{10}\b`), "$1-VERSION000"},
	{regexp.MustCompile(`\b(petclinic|web)(-blue|-green)?-[a-z0-9]{8,10}-[a-z0-9]{5}\b {2,}`), "$1$2-POD  "}, // padding follows the length of names
	{regexp.MustCompile(`\b(petclinic|web)(-blue|-green)?-[a-z0-9]{8,10}-[a-z0-9]{5}\b`), "$1$2-POD"},
	{regexp.MustCompile(`\b(web-smoke-(?:before|after)-\d+|migrate-[a-z0-9]{10})-[a-z0-9]{5}\b`), "$1-POD"},
	// These events follow the status that ends a run, and may come too late for it.
	{regexp.MustCompile(` +Pod \S+ Failed: Error: ImagePullBackOff\n`), ""},
	{regexp.MustCompile(`  newest warnings:\n    Job \S+ BackoffLimitExceeded: .*\n`), ""},
}

// remember NAME sets an environment variable to what the last command wrote to
// stdout, for the commands that follow.
func remember(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: remember NAME")
	}
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}

// normalise FILE DEST writes FILE, which may be stdout or stderr, to DEST
// without what differs between two runs.
func normalise(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: normalise FILE DEST")
	}
	own := strings.NewReplacer(ts.Getenv("NAMESPACE"), "NAMESPACE", ts.Getenv("NODE_PORT"), "NODEPORT")
	text := normalText(own.Replace(ts.ReadFile(args[0])))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}

func normalText(text string) string {
	for _, v := range volatile {
		text = v.pattern.ReplaceAllString(text, v.with)
	}
	return text
}
