package main

import (
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"stowage/cmd/stowage/view"
	"stowage/internal/release"
	"stowage/internal/testcluster"
	"stowage/planner"
)

const racedConfiguration = `release "web" {}

variable "tag" { default = "1" }

app "web" {
  image    = "nginx:${var.tag}"
  replicas = 1
}
`

// overtaken applies a saved plan, while somebody does something right before the first
// request that when picks. It returns what apply ended with.
func overtaken(t *testing.T, when func(testcluster.Request) bool, somebody func(namespace string, where []string)) (code int, errs string) {
	t.Helper()
	cluster := testcluster.Start(t)
	proxy, namespace := cluster.Proxy(t), cluster.UnusedNamespace(t)
	dir := configured(t, racedConfiguration)
	where := []string{dir, "-n", namespace, "--kubeconfig", proxy.Kubeconfig}
	file := filepath.Join(t.TempDir(), "plan.json")
	want(t, exitOK, append([]string{"apply", "--auto-approve"}, where...)...)
	want(t, exitOK, append([]string{"plan", "--var", "tag=2", "--out", file}, where...)...)
	var once sync.Once
	proxy.Intercept(func(r testcluster.Request) testcluster.Action {
		if !when(r) {
			return nil
		}
		return func(w http.ResponseWriter, request *http.Request, server http.Handler) {
			once.Do(func() { somebody(namespace, append(where[:3:3], "--kubeconfig", cluster.Kubeconfig)) })
			testcluster.Pass(w, request, server)
		}
	})
	code, _, errs = stowage(t, "apply", file, "--kubeconfig", proxy.Kubeconfig)
	return code, errs
}

// TestS31FieldChangesBetweenLookAndWrite has somebody be faster than the only write.
func TestS31FieldChangesBetweenLookAndWrite(t *testing.T) {
	t.Parallel()
	apps := testcluster.Start(t).Client.AppsV1()
	code, errs := overtaken(t, func(r testcluster.Request) bool {
		return r.Write() && strings.HasSuffix(r.Path, "/deployments/web")
	}, func(namespace string, _ []string) {
		patch := []byte(`{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"nginx:9"}]}}}}`)
		_, err := apps.Deployments(namespace).Patch(t.Context(), "web", types.StrategicMergePatchType, patch, metav1.PatchOptions{FieldManager: "kubectl-edit"})
		if err != nil {
			t.Error(err)
		}
	})
	if code != exitStale || !strings.Contains(errs, "Deployment web: changed since the plan: spec.template.spec.containers[web].image by kubectl-edit") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}

// TestS31RunBetweenLookAndLock has another run be applied as a whole in between. The
// plan is not made anew.
func TestS31RunBetweenLookAndLock(t *testing.T) {
	t.Parallel()
	code, errs := overtaken(t, func(r testcluster.Request) bool {
		return r.Write() && strings.HasSuffix(r.Path, "/leases")
	}, func(_ string, where []string) {
		want(t, exitOK, append([]string{"apply", "--auto-approve", "--var", "tag=3"}, where...)...)
	})
	if code != exitStale || !strings.Contains(errs, "release web was changed by somebody else since the plan was made from its revision 1") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}

func TestSavedPlanIsForOneCluster(t *testing.T) {
	record := &savedRecord{Revision: 1, UID: "a", ResourceVersion: "1"}
	const server, other = "https://a:6443", "https://b:6443"
	for name, c := range map[string]struct {
		plan        savedPlan
		uid, server string
		stale       bool
	}{
		"same":                      {savedPlan{Cluster: savedCluster{server, "u"}}, "u", server, false},
		"same, reached elsewhere":   {savedPlan{Cluster: savedCluster{server, "u"}}, "u", other, false},
		"another at the same place": {savedPlan{Cluster: savedCluster{server, "u"}}, "v", server, true},
		"another, with a record":    {savedPlan{Cluster: savedCluster{server, "u"}, Record: record}, "v", server, true},
		"not told now":              {savedPlan{Cluster: savedCluster{server, "u"}}, "", server, false},
		"not told now, elsewhere":   {savedPlan{Cluster: savedCluster{server, "u"}}, "", other, true},
		"not told then, elsewhere":  {savedPlan{Cluster: savedCluster{server, ""}}, "v", other, true},
		"told by the record":        {savedPlan{Cluster: savedCluster{server, ""}, Record: record}, "v", other, false},
	} {
		plan := readPlan{savedPlan: c.plan}
		err := plan.checkCluster(c.uid, view.Target{Server: c.server})
		if isStale(err) != c.stale || (err != nil) != c.stale {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSavedPlanIsForOneStateOfTheRelease(t *testing.T) {
	then := &savedRecord{Revision: 2}
	for name, c := range map[string]struct {
		plan savedPlan
		now  recorded
		want string // empty: the same
	}{
		"same":        {savedPlan{Record: then, Keyed: true}, recorded{record: at(2)}, ""},
		"first":       {savedPlan{}, recorded{}, ""},
		"first again": {savedPlan{Keyed: true}, recorded{key: smallKey}, ""},
		"begun":       {savedPlan{}, recorded{key: smallKey}, "a run was begun"},
		"applied":     {savedPlan{}, recorded{record: at(1)}, "was not there when the plan was made, and is at revision 1 now, by ann@laptop"},
		"gone":        {savedPlan{Record: then}, recorded{}, "is not there any more"},
		"another":     {savedPlan{Record: then}, recorded{record: at(3)}, "was at revision 2 when the plan was made, and is at revision 3 now"},
		"anew":        {savedPlan{Record: &savedRecord{Revision: 2, UID: "u"}}, recorded{record: at(2)}, "revision 2 of release web was recorded anew"},
	} {
		plan := readPlan{savedPlan: c.plan}
		plan.Plan = &planner.Plan{Release: planner.ReleaseInfo{Name: "web"}}
		err := plan.checkRecord(&c.now)
		var stale *staleError
		if c.want == "" && err != nil || c.want != "" && (!errors.As(err, &stale) || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// at is a revision.
func at(revision int) *release.Record {
	return &release.Record{Summary: release.Summary{Revision: revision, Who: "ann@laptop"}}
}
