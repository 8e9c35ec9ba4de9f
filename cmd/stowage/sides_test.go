package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"stowage/internal/kube"
	"stowage/internal/release"
	"stowage/internal/testcluster"
)

// sidesRelease is a release of apps whose versions run side by side.
const sidesRelease = "sides"

// sidedApp is such an app.
type sidedApp struct {
	name    string
	pods    int64
	worker  bool
	rollout string // the arguments of its rollout block

	selector string // argument by which its pods are found; empty: by labels of stowage's own
}

// sidesConfiguration is a configuration of apps that all have the same version.
func sidesConfiguration(apps ...sidedApp) string {
	var text strings.Builder
	fmt.Fprintf(&text, "release %q { history_limit = 50 }\n\nvariable \"version\" {}\n", sidesRelease)
	for _, a := range apps {
		ports := `port "http" { number = 8080 }`
		if a.worker {
			ports = ""
		}
		selector := ""
		if a.selector != "" {
			selector = "selector = " + a.selector
		}
		fmt.Fprintf(&text, `
app %q {
  version  = var.version
  image    = "nginx:${var.version}"
  replicas = %d
  config   = { VERSION = var.version }
  %s
  %s
  rollout {
    %s
  }
}
`, a.name, a.pods, ports, selector, a.rollout)
	}
	return text.String()
}

// ground is a namespace in which such a release stands.
type ground struct {
	test      *testing.T
	cluster   *testcluster.Cluster
	client    dynamic.Interface
	proxy     *testcluster.Proxy
	namespace string
	apps      []sidedApp
	dir       string // of the configuration
}

func newGround(t *testing.T, cluster *testcluster.Cluster, client dynamic.Interface, apps ...sidedApp) *ground {
	t.Helper()
	g := &ground{
		test: t, cluster: cluster, client: client, apps: apps, dir: t.TempDir(),
		namespace: cluster.UnusedNamespace(t), proxy: cluster.Proxy(t),
	}
	g.configure(apps...)
	return g
}

// configure changes the configuration.
func (g *ground) configure(apps ...sidedApp) {
	g.test.Helper()
	g.apps = apps
	if err := os.WriteFile(filepath.Join(g.dir, "main.hcl"), []byte(sidesConfiguration(apps...)), 0o600); err != nil {
		g.test.Fatal(err)
	}
}

// applies is a command that applies a version.
func (g *ground) applies(version string) []string {
	return append(g.reads("apply", version), unattended...)
}

// reads is a command that reads the configuration.
func (g *ground) reads(verb, version string, flags ...string) []string {
	return append([]string{verb, g.dir, "--kubeconfig", g.proxy.Kubeconfig, "-n", g.namespace, "--var", "version=" + version}, flags...)
}

// switches is a command that switches all apps by their names.
func (g *ground) switches(flags ...string) []string {
	args := []string{"switch"}
	for _, a := range g.apps {
		args = append(args, a.name)
	}
	args = append(args, "--wait-drain", "0s")
	return append(append(append(args, flags...), g.where()...), unattended...)
}

// where names the release to a command that reads no configuration.
func (g *ground) where() []string {
	return []string{"--kubeconfig", g.proxy.Kubeconfig, "-n", g.namespace, "--release", sidesRelease}
}

// sideKinds are those that a release of such apps has, or leaves behind.
var sideKinds = []schema.GroupVersionResource{
	{Version: "v1", Resource: "configmaps"},
	{Version: "v1", Resource: "services"},
	{Group: "apps", Version: "v1", Resource: "deployments"},
	{Group: "batch", Version: "v1", Resource: "cronjobs"},
	{Group: "batch", Version: "v1", Resource: "jobs"},
	{Group: "coordination.k8s.io", Version: "v1", Resource: "leases"},
}

// look finds what is there.
func (g *ground) look() (found, error) {
	objects := found{}
	for _, kind := range sideKinds {
		list, err := g.client.Resource(kind).Namespace(g.namespace).List(g.test.Context(), metav1.ListOptions{})
		if err != nil {
			return nil, err
		}
		for i := range list.Items {
			if u := &list.Items[i]; u.GetName() != "kube-root-ca.crt" {
				objects[u.GetKind()+" "+u.GetName()] = u
			}
		}
	}
	return objects, nil
}

// stance is where an app stands: what of it is there, and what has its traffic or
// does its work.
type stance struct {
	sides   map[string]sideState // by blue, green, stable or canary
	active  string               // one of them; empty: none
	preview string               // the color in front of which it is; empty: there is no such Service
	newest  string               // color that was deployed last
}

// sideState is a Deployment.
type sideState struct {
	version     string
	pods, ready int64
	deployed    int    // revision
	works       int    // revision, of workers
	weight      string // of canaries
}

// stanceOf reads from the cluster's objects, by the names and marks that people see,
// where an app stands.
func stanceOf(a sidedApp, objects found) (stance, error) {
	s := stance{sides: map[string]sideState{}}
	for id, u := range objects {
		if u.GetLabels()["stowage.dev/app"] != a.name {
			continue
		}
		switch u.GetKind() {
		case "Deployment":
			name := sideName(a.name, u.GetName())
			if name == "" {
				return s, fmt.Errorf("%s is none of the sides of %s", id, a.name)
			}
			state, err := stateOf(u)
			if err != nil {
				return s, err
			}
			s.sides[name] = state
		case "Service":
			color, _, _ := unstructured.NestedString(u.Object, "spec", "selector", "stowage.dev/color")
			switch {
			case u.GetName() == a.name+"-preview":
				s.preview = color
			case color != "":
				s.active = color
			default:
				s.active = "stable"
			}
		}
	}
	s.newest = s.later(func(side sideState) int { return side.deployed })
	if a.worker {
		s.active = s.working()
	}
	return s, nil
}

// sideName tells the sides of an app apart by the names of their Deployments.
func sideName(app, deployment string) string {
	return map[string]string{app + "-blue": "blue", app + "-green": "green", app: "stable", app + "-canary": "canary"}[deployment]
}

func stateOf(u *unstructured.Unstructured) (sideState, error) {
	var d appsv1.Deployment
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, &d); err != nil {
		return sideState{}, err
	}
	state := sideState{version: d.Labels["app.kubernetes.io/version"], pods: int64(*d.Spec.Replicas), weight: d.Annotations["stowage.dev/weight"]}
	if image := d.Spec.Template.Spec.Containers[0].Image; image != "nginx:"+state.version {
		return state, fmt.Errorf("%s has version %s and runs %s", d.Name, state.version, image)
	}
	if d.Status.ObservedGeneration == d.Generation && d.Status.Replicas == d.Status.UpdatedReplicas {
		state.ready = int64(d.Status.AvailableReplicas)
	}
	state.deployed, _ = strconv.Atoi(d.Annotations["stowage.dev/deployed"])
	state.works, _ = strconv.Atoi(d.Annotations["stowage.dev/active"])
	return state, nil
}

// later returns the color with the higher number; empty: neither has one.
func (s stance) later(number func(sideState) int) string {
	blue, green := number(s.sides["blue"]), number(s.sides["green"])
	switch {
	case green > blue:
		return "green"
	case blue > 0:
		return "blue"
	}
	return ""
}

// working returns the color of a worker that works: of two marks, the first one.
func (s stance) working() string {
	last := s.later(func(side sideState) int { return side.works })
	if first := otherColor(last); first != "" && s.sides[first].works > 0 {
		return first
	}
	return last
}

func otherColor(color string) string {
	return map[string]string{"blue": "green", "green": "blue"}[color]
}

// idle returns the name of the side beside the active one; empty: there is none.
func (s stance) idle() string {
	for name := range s.sides {
		if name != s.active {
			return name
		}
	}
	return ""
}

// version returns what the active side runs.
func (s stance) version() string { return s.sides[s.active].version }

func (s stance) String() string {
	return fmt.Sprintf("active %s, newest %s, preview of %q, %+v", s.active, s.newest, s.preview, s.sides)
}

// isWhole returns what is wrong with an app between two commands: the version with the
// traffic is whole, the preview is of the other one, and what is there fits together.
func (s stance) isWhole(a sidedApp) error {
	var all []error
	wrong := func(format string, args ...any) { all = append(all, fmt.Errorf(format, args...)) }
	active, there := s.sides[s.active]
	pods := a.pods
	if s.active == "stable" {
		pods -= s.sides["canary"].pods
	}
	switch {
	case !there:
		wrong("nothing is active")
	case active.pods != pods || active.ready != pods:
		wrong("%s, which is active, has %d pods, and %d are ready, of %d", s.active, active.pods, active.ready, pods)
	}
	for name, side := range s.sides {
		if side.ready != side.pods {
			wrong("%s has %d pods, and %d are ready", name, side.pods, side.ready)
		}
		if a.worker && name != s.active && (side.pods > 0 || side.works > 0) {
			wrong("%s works too: %+v", name, side)
		}
	}
	if color := otherColor(s.active); color != "" && !a.worker && s.preview != color {
		wrong("the preview is of %q", s.preview)
	}
	return errors.Join(all...)
}

// isRecorded expects the newest revision to be deployed, and to have what is there: no
// object more, none less, each as it was applied last.
func (g *ground) isRecorded(objects found) error {
	client, err := kube.Connect(kube.Options{Kubeconfig: g.proxy.Kubeconfig})
	if err != nil {
		return err
	}
	record, err := release.NewStore(client, g.namespace, sidesRelease).Latest(g.test.Context())
	if err != nil {
		return err
	}
	var all []error
	if record.Status != release.Deployed || len(record.Damaged) > 0 {
		all = append(all, fmt.Errorf("revision %d is %s, damaged %v", record.Revision, record.Status, record.Damaged))
	}
	recorded, err := record.Objects()
	if err != nil {
		return err
	}
	ids := map[string]bool{}
	for _, u := range recorded {
		id := u.GetKind() + " " + u.GetName()
		ids[id] = true
		switch live := objects[id]; {
		case u.GetKind() == "Namespace":
		case live == nil:
			all = append(all, fmt.Errorf("lost: %s", id))
		default:
			all = append(all, within(id, u.Object, live.Object))
		}
	}
	for id, u := range objects {
		isVersion := u.Object["immutable"] == true // an earlier revision may have it
		if !ids[id] && !isVersion && len(u.GetOwnerReferences()) == 0 {
			all = append(all, fmt.Errorf("left over: %s", id))
		}
	}
	return errors.Join(all...)
}

// within returns an error that names the first place where a live value is not what
// was applied. The server adds to it.
func within(path string, applied, live any) error {
	switch applied := applied.(type) {
	case nil:
		return nil
	case map[string]any:
		live, _ := live.(map[string]any)
		for key, value := range applied {
			if err := within(path+"."+key, value, live[key]); err != nil {
				return err
			}
		}
		return nil
	case []any:
		live, _ := live.([]any)
		if len(live) != len(applied) {
			return fmt.Errorf("%s was applied with %d elements, and has %d", path, len(applied), len(live))
		}
		for i, value := range applied {
			if err := within(fmt.Sprintf("%s[%d]", path, i), value, live[i]); err != nil {
				return err
			}
		}
		return nil
	}
	if fmt.Sprint(applied) != fmt.Sprint(live) {
		return fmt.Errorf("%s was applied as %v, and is %v", path, applied, live)
	}
	return nil
}
